import Sparkplug

/// What a metric of a node or device means to the collector.
struct MetricSlot: Sendable, Equatable {
    enum Role: UInt8, Sendable {
        case unknown, epoch, sequence, chain, report
        case first, receipted, pending, dropped, outboxBytes, outboxCapacityBytes, outboxDaysLeft
        case note
        case signal
        /// Said for other hosts; what it says is stored in another form.
        case passed
        /// Declared, and not stored.
        case ignored
    }

    var role = Role.unknown
    var group: UInt8 = 0
    var position: UInt16 = 0
    /// As the birth declared it; data leave it out.
    var datatype = DataType.unknown

    static let unknown = MetricSlot()
}

/// The metrics of one node or device by alias and by name, as its last birth gave them.
struct AliasMap: Sendable {
    /// Aliases below this are looked up by index: there may be a few times as many as metrics, no more.
    private let denseCount: UInt64
    private var dense: [MetricSlot] = []
    private var sparse: [UInt64: MetricSlot] = [:]
    private var names: [String: MetricSlot] = [:]

    /// For about so many metrics.
    init(count: Int = 0) { denseCount = UInt64(clamping: min(min(count, 1 << 14) * 4 + 256, 1 << 14)) }

    /// Places that are taken up by aliases looked up by index.
    var denseSlots: Int { dense.count }

    mutating func add(name: String, alias: UInt64?, _ slot: MetricSlot) {
        names[name] = slot
        guard let alias else { return }
        guard alias < denseCount else {
            sparse[alias] = slot
            return
        }
        while dense.count <= Int(alias) { dense.append(.unknown) }
        dense[Int(alias)] = slot
    }

    @inline(__always)
    subscript(alias alias: UInt64) -> MetricSlot {
        if alias < UInt64(dense.count) { return dense[Int(alias)] }
        return dense.isEmpty && sparse.isEmpty ? .unknown : sparse[alias] ?? .unknown
    }

    subscript(name name: String) -> MetricSlot { names[name] ?? .unknown }

    /// The slot of a metric of a data message.
    @inline(__always)
    func slot(of metric: DataMetric, in decoder: borrowing DataDecoder) -> MetricSlot {
        if metric.flags.contains(.hasAlias) { return self[alias: metric.alias] }
        return metric.flags.contains(.hasName) ? self[name: decoder.text(metric.name)] : .unknown
    }
}
