import Assets
import Model
import Scenarios
import Sparkplug

/// An NBIRTH, understood and checked.
struct NodeBirth: Sendable, Equatable {
    /// What only an agent of ours says: that it numbers its records and wants receipts.
    struct Delivery: Sendable, Equatable {
        var epoch: Epoch
        var sequence: Int64
        /// What it says about its outbox. `first` 0 or nil: it does not say.
        var word = AgentWord()
        /// Earlier epochs of which records are still to come.
        var earlier: [Epoch: ClosedRange<Int64>]
    }

    var bdSeq: Int64?
    var seq: UInt8
    var delivery: Delivery?
    var metrics: [BornMetric]
}

/// A metric as a birth declares it.
struct BornMetric: Sendable, Hashable {
    var name: String
    var alias: UInt64?
    var datatype: DataType
    var unit: String
    var title: String
    var low: Double?
    var high: Double?
    /// Ours only: where the signal stands.
    var group: String?
    var position: Int?
    var labels: [String]
}

/// A DBIRTH, understood and checked.
struct DeviceBirth: Sendable, Equatable {
    var seq: UInt8
    /// Our agents name the kind of the asset.
    var kind: String?
    /// The scenarios that can be started on it, as a JSON array; nil if none can.
    var scenarios: String?
    var metrics: [BornMetric]
}

/// Why a birth is not accepted.
struct BirthProblem: Error, Equatable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Reads births. Everything in them comes from outside and is bounded here.
enum BirthReading {
    /// Most metrics of one node or device.
    static let mostMetrics = 4_096
    static let longestName = 256

    static func node(_ payload: Payload) throws(BirthProblem) -> NodeBirth {
        let metrics = try named(payload)
        return NodeBirth(
            bdSeq: payload.bdSeq, seq: try seq(payload), delivery: try delivery(metrics),
            metrics: try metrics.map { (metric) throws(BirthProblem) in try born(metric) })
    }

    static func device(_ payload: Payload) throws(BirthProblem) -> DeviceBirth {
        let metrics = try named(payload)
        let kind = metrics.first { $0.name == MetricName.assetKind }?.text
        let announced = metrics.first { $0.name == MetricName.scenarios }?.text
        // In our own words: what is stored is known to be good.
        let library = kind.flatMap { AssetCatalog[$0] }.flatMap { kind in
            announced.flatMap { ScenarioLibrary(announcement: $0, kind: kind) }
        }
        return DeviceBirth(
            seq: try seq(payload), kind: kind, scenarios: library?.announcement,
            metrics: try metrics.map { (metric) throws(BirthProblem) in try born(metric) })
    }

    private static func seq(_ payload: Payload) throws(BirthProblem) -> UInt8 {
        guard let seq = payload.seq, seq <= 255 else {
            throw BirthProblem("it has no seq of 0 to 255")
        }
        return UInt8(seq)
    }

    private static func named(_ payload: Payload) throws(BirthProblem) -> [Metric] {
        guard payload.metrics.count <= mostMetrics else {
            throw BirthProblem("it has \(payload.metrics.count) metrics; at most \(mostMetrics) are accepted")
        }
        for metric in payload.metrics {
            guard let name = metric.name, !name.isEmpty, name.utf8.count <= longestName, !name.contains("\0") else {
                throw BirthProblem("a metric has no name of 1 to \(longestName) bytes")
            }
        }
        return payload.metrics
    }

    private static func delivery(_ metrics: [Metric]) throws(BirthProblem) -> NodeBirth.Delivery? {
        func metric(_ name: String) -> Metric? { metrics.first { $0.name == name } }
        guard metric(MetricName.receipt) != nil, let text = metric(MetricName.epoch)?.text else { return nil }
        guard let epoch = Epoch(text) else { throw BirthProblem("Delivery/Epoch is not 16 hexadecimal digits") }
        func number(_ name: String) throws(BirthProblem) -> Int64? {
            guard let metric = metric(name), metric.isNull != true else { return nil }
            guard let value = metric.integer(), value >= 0, value < .max else {
                throw BirthProblem("\(name) is not a number from 0 up")
            }
            return value
        }
        let earlier = metric(MetricName.propertiesFolder + "Earlier Epochs")?.text ?? ""
        let word = AgentWord(
            first: try number(MetricName.first), receipted: try number(MetricName.receipted),
            pending: try number(MetricName.pending), dropped: try number(MetricName.dropped),
            outboxBytes: try number(MetricName.outboxBytes),
            outboxCapacityBytes: try number(MetricName.outboxCapacityBytes),
            outboxDaysLeft: metric(MetricName.outboxDaysLeft)?.number().flatMap { $0.isFinite ? $0 : nil })
        return NodeBirth.Delivery(
            epoch: epoch, sequence: try number(MetricName.sequence) ?? 0, word: word, earlier: earlierEpochs(earlier))
    }

    /// `epoch:a-b,epoch:a-b`; parts without this form are passed over, which only makes us keep a gap open for longer.
    static func earlierEpochs(_ text: String) -> [Epoch: ClosedRange<Int64>] {
        var earlier: [Epoch: ClosedRange<Int64>] = [:]
        for part in text.split(separator: ",").prefix(1_000) {
            guard let request = ResendRequest(String(part)) else { continue }
            earlier[request.epoch] = request.range
        }
        return earlier
    }

    private static func born(_ metric: Metric) throws(BirthProblem) -> BornMetric {
        func scalar(_ key: String) -> Scalar? {
            guard let property = metric.properties?[key], property.isNull != true,
                case .scalar(let scalar)? = property.content
            else { return nil }
            return scalar
        }
        func text(_ key: String, longest: Int = 200) -> String {
            guard case .string(let text)? = scalar(key) else { return "" }
            return String(text.filter { $0 != "\0" }.prefix(longest))
        }
        func number(_ key: String) -> Double? {
            guard let raw = scalar(key)?.raw, let value = Numbers.double(raw.kind, bits: raw.bits, as: .unknown) else {
                return nil
            }
            return value.isFinite ? value : nil
        }
        let group = text(PropertyKey.group)
        let labels = text(PropertyKey.categories, longest: 20_000)
        return BornMetric(
            name: metric.name ?? "", alias: metric.alias, datatype: metric.datatype ?? .unknown,
            unit: text(PropertyKey.unit), title: text(PropertyKey.documentation), low: number(PropertyKey.low),
            high: number(PropertyKey.high), group: group.isEmpty ? nil : group,
            position: number(PropertyKey.position).flatMap { Int(exactly: $0) },
            labels: labels.isEmpty ? [] : labels.split(separator: "|").map(String.init))
    }
}
