/// A Sparkplug B payload with protocol buffers' presence: nil means that the field is not there.
///
/// Decoding skips unknown fields, accepts fields in any order, and lets the last win where one is expected and
/// several come. Encoding writes fields in the order of their numbers.
public struct Payload: Sendable, Equatable {
    /// Time of sending, milliseconds since 1970-01-01 UTC.
    public var timestampMs: UInt64?
    public var metrics: [Metric]
    /// 0 … 255; not in NDEATH and commands.
    public var seq: UInt64?
    public var uuid: String?
    public var body: [UInt8]?

    public init(
        timestampMs: UInt64? = nil, metrics: [Metric] = [], seq: UInt64? = nil, uuid: String? = nil,
        body: [UInt8]? = nil
    ) {
        self.timestampMs = timestampMs
        self.metrics = metrics
        self.seq = seq
        self.uuid = uuid
        self.body = body
    }

    public init(decoding bytes: UnsafeRawBufferPointer, limits: PayloadLimits = PayloadLimits()) throws(PayloadError) {
        self.init()
        var reader = try WireReader(bytes, limits: limits)
        while let field = try reader.field() {
            switch field.number {
            case 1: timestampMs = try reader.uint64(field)
            case 2: metrics.append(try Metric.read(field, &reader))
            case 3: seq = try reader.uint64(field)
            case 4: uuid = try reader.string(field)
            case 5: body = try reader.bytes(field)
            default: try reader.skip(field)
            }
        }
    }

    public init(decoding bytes: [UInt8], limits: PayloadLimits = PayloadLimits()) throws(PayloadError) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(PayloadError) in
            try Payload(decoding: UnsafeRawBufferPointer(buffer), limits: limits)
        }
    }

    public func encoded() -> [UInt8] {
        var writer = WireWriter()
        writer.write(1, timestampMs)
        for metric in metrics { writer.write(2) { metric.write(&$0) } }
        writer.write(3, seq)
        writer.write(4, uuid)
        writer.write(5, body)
        return writer.bytes
    }
}
