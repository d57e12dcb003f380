public import Model

/// Writes the DDATA of a frame straight into a buffer that is taken once.
///
/// A message is the payload's timestamp and seq, the three `Delivery/*` metrics, then one metric per reading:
/// numbers as Double, flags as Boolean, categories as their label, no value as null; a quality other than good
/// as the property `Quality`. A flag or category with a value that its type has no word for travels as a Double
/// with its data type, so that every frame arrives bit for bit.
public struct DataEncoder: Sendable {
    public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        case unknownGroup(UInt8)
        /// The frame has more values than its group has signals.
        case unknownSignals(group: UInt8, values: Int, signals: Int)

        public var description: String {
            switch self {
            case .unknownGroup(let group):
                "the frame is of signal group \(group), which this version does not know; run the version that wrote it"
            case .unknownSignals(let group, let values, let signals):
                "the frame has \(values) values but signal group \(group) has \(signals) signals; "
                    + "run the version that wrote it"
            }
        }
    }

    private struct Group: Sendable {
        let firstAlias: UInt64
        let forms: [Form]
        let isAllNumbers: Bool
    }

    private enum Form: Sendable {
        case number
        case flag
        /// The value field of each label, encoded.
        case category([[UInt8]])
    }

    private let delivery: AliasTable.Delivery
    private let groups: [Group]
    private var buffer: [UInt8]

    /// Bytes that a message needs at most besides its signals, and each signal besides its label.
    /// Both include what the sixteen-byte stores of `MetricWriter` may write beyond the end.
    private static let envelopeBytes = 256
    private static let signalBytes = 96

    public init(device: AliasTable.Device) {
        delivery = device.delivery
        var largest = 0
        groups = zip(device.groups, device.firstAlias).map { group, firstAlias in
            var size = DataEncoder.envelopeBytes
            let forms = group.signals.map { signal -> Form in
                size += DataEncoder.signalBytes
                switch signal.form {
                case .number: return .number
                case .flag: return .flag
                case .category(let labels):
                    let fields = labels.map { label in
                        var writer = WireWriter()
                        Scalar.string(label).write(first: 10, &writer)
                        return writer.bytes
                    }
                    size += fields.reduce(0) { max($0, $1.count) }
                    return .category(fields)
                }
            }
            largest = max(largest, size)
            let isAllNumbers = forms.allSatisfy { if case .number = $0 { true } else { false } }
            return Group(firstAlias: firstAlias, forms: forms, isAllNumbers: isAllNumbers)
        }
        buffer = Array(repeating: 0, count: largest)
    }

    /// Encodes the frame and lends the message to `body`; the bytes are valid only during the call.
    public mutating func withMessage<Result>(
        _ frame: Frame, _ envelope: DataEnvelope, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(Failure) -> Result {
        let index = Int(frame.group)
        guard index < groups.count else { throw .unknownGroup(frame.group) }
        let group = groups[index]
        guard frame.values.count <= group.forms.count else {
            throw .unknownSignals(group: frame.group, values: frame.values.count, signals: group.forms.count)
        }
        let delivery = delivery
        return buffer.withUnsafeMutableBytes { raw in
            var writer = MetricWriter(raw, timeMs: frame.timeMs, isHistorical: envelope.isHistorical)
            writer.putEnvelope(envelope, delivery)
            if group.isAllNumbers, frame.qualities.isEmpty {
                DataEncoder.putNumbers(frame.values, group.firstAlias, &writer)
            } else {
                DataEncoder.putReadings(frame, group, &writer)
            }
            return body(writer.written)
        }
    }

    @inline(__always)
    private static func putNumbers(_ values: [Double], _ firstAlias: UInt64, _ writer: inout MetricWriter) {
        var alias = firstAlias
        for value in values {
            let start = writer.beginMetric(alias)
            if value.isFinite { writer.putDouble(value) } else { writer.putNull() }
            writer.endMetric(start)
            alias += 1
        }
    }

    private static func putReadings(_ frame: Frame, _ group: Group, _ writer: inout MetricWriter) {
        for (position, value) in frame.values.enumerated() {
            let start = writer.beginMetric(group.firstAlias + UInt64(position))
            let quality = frame.quality(at: position)
            if !value.isFinite { writer.putNull() }
            if quality != .good { writer.putQuality(quality) }
            if value.isFinite {
                switch group.forms[position] {
                case .number: writer.putDouble(value)
                case .flag:
                    if value.bitPattern == 0 || value == 1 {
                        writer.putBoolean(value == 1)
                    } else {
                        writer.putTypedDouble(value)
                    }
                case .category(let labels):
                    if let label = DataEncoder.index(value, below: labels.count) {
                        writer.putEncoded(labels[label])
                    } else {
                        writer.putTypedDouble(value)
                    }
                }
            }
            writer.endMetric(start)
        }
    }

    /// The index that `value` is, bit for bit; nil if it is none below `count`.
    static func index(_ value: Double, below count: Int) -> Int? {
        guard value >= 0, value < Double(count) else { return nil }
        let index = Int(value)
        return Double(index).bitPattern == value.bitPattern ? index : nil
    }
}
