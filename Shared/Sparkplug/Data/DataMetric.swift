/// One metric of a data message as `DataDecoder` shows it: numbers in place, text as spans of the payload.
public struct DataMetric: Sendable {
    /// A stretch of the payload's bytes.
    public struct Span: Sendable, Equatable {
        public var start: UInt32
        public var count: UInt32

        public static let empty = Span(start: 0, count: 0)
    }

    public struct Flags: OptionSet, Sendable {
        public let rawValue: UInt16

        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let historical = Flags(rawValue: 1)
        public static let transient = Flags(rawValue: 2)
        public static let null = Flags(rawValue: 4)
        public static let hasName = Flags(rawValue: 8)
        public static let hasAlias = Flags(rawValue: 16)
        public static let hasTimestamp = Flags(rawValue: 32)
        public static let hasDatatype = Flags(rawValue: 64)
        public static let hasQuality = Flags(rawValue: 128)
    }

    /// 0 unless `hasAlias`.
    public internal(set) var alias: UInt64 = 0
    /// 0 unless `hasTimestamp`.
    public internal(set) var timestampMs: UInt64 = 0
    /// Bit pattern of the value as `Numbers` takes it; for strings and bytes where they are.
    public internal(set) var bits: UInt64 = 0
    public internal(set) var name = Span.empty
    public internal(set) var datatype = DataType.unknown
    /// The property `Quality`; 0 unless `hasQuality`.
    public internal(set) var qualityCode: Int32 = 0
    public internal(set) var flags: Flags = []
    public internal(set) var kind = Numbers.Kind.none

    /// Where the text or the bytes are, if the value is a string or bytes.
    public var valueSpan: Span {
        kind == .string || kind == .bytes
            ? Span(start: UInt32(truncatingIfNeeded: bits >> 32), count: UInt32(truncatingIfNeeded: bits)) : .empty
    }

    /// The value as a number; nil if it is null or none. `declared` is the data type of the metric's birth.
    @inlinable
    public func number(declared: DataType) -> Double? {
        if flags.contains(.null) { return nil }
        if kind == .double { return Double(bitPattern: bits) }
        return Numbers.double(kind, bits: bits, as: flags.contains(.hasDatatype) ? datatype : declared)
    }

    /// The value as an integer; nil if it is null, not an integer, or does not fit.
    public func integer(declared: DataType) -> Int64? {
        if flags.contains(.null) { return nil }
        return Numbers.integer(kind, bits: bits, as: flags.contains(.hasDatatype) ? datatype : declared)
    }
}
