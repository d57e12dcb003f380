/// Makes numbers of what is on the wire, as tolerantly as nodes in the field need it: narrow integers with or
/// without sign extension, a UInt32 in the 64-bit field, a data type that is missing or does not fit the value.
public enum Numbers {
    /// Which encoding a value arrived in.
    public enum Kind: UInt8, Sendable {
        case none, int, long, float, double, boolean, string, bytes, dataSet, template, `extension`
    }

    /// The value as a `Double`; nil if it is not a number. 64-bit integers beyond 2^53 are rounded.
    /// `type` is the declared data type of the metric, `unknown` if none was declared.
    public static func double(_ kind: Kind, bits: UInt64, as type: DataType) -> Double? {
        switch kind {
        case .double: return Double(bitPattern: bits)
        case .float: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case .boolean: return bits == 0 ? 0 : 1
        case .int, .long:
            if type == .uint64 || (type == .unknown && kind == .long) { return Double(bits) }
            return Double(signed(kind, bits: bits, as: type))
        case .none, .string, .bytes, .dataSet, .template, .extension: return nil
        }
    }

    /// The value as an integer; nil if it is not one or does not fit.
    public static func integer(_ kind: Kind, bits: UInt64, as type: DataType) -> Int64? {
        switch kind {
        case .boolean: return bits == 0 ? 0 : 1
        case .int, .long:
            if type == .uint64 || (type == .unknown && kind == .long) { return Int64(exactly: bits) }
            return signed(kind, bits: bits, as: type)
        case .none, .float, .double, .string, .bytes, .dataSet, .template, .extension: return nil
        }
    }

    /// Integers of every declared type but UInt64.
    private static func signed(_ kind: Kind, bits: UInt64, as type: DataType) -> Int64 {
        switch type {
        case .int8: Int64(Int8(truncatingIfNeeded: bits))
        case .int16: Int64(Int16(truncatingIfNeeded: bits))
        case .int32: Int64(Int32(truncatingIfNeeded: bits))
        case .uint8: Int64(UInt8(truncatingIfNeeded: bits))
        case .uint16: Int64(UInt16(truncatingIfNeeded: bits))
        case .uint32: Int64(UInt32(truncatingIfNeeded: bits))
        case .boolean: bits == 0 ? 0 : 1
        case .int64, .float, .double, .dateTime:
            // Wider than its encoding: of the two readings of a 32-bit pattern the signed one is likelier meant.
            kind == .int ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
        default: kind == .int ? Int64(UInt32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
        }
    }
}

extension Scalar {
    /// Encoding and bits, as `Numbers` takes them; the bits of a string are 0.
    public var raw: (kind: Numbers.Kind, bits: UInt64) {
        switch self {
        case .int(let value): (.int, UInt64(value))
        case .long(let value): (.long, value)
        case .float(let value): (.float, UInt64(value.bitPattern))
        case .double(let value): (.double, value.bitPattern)
        case .boolean(let value): (.boolean, value ? 1 : 0)
        case .string: (.string, 0)
        }
    }
}

extension Metric {
    /// The value as a number, under its own data type or, if it carries none, the declared one.
    public func number(declared: DataType = .unknown) -> Double? {
        guard case .scalar(let scalar)? = value, isNull != true else { return nil }
        return Numbers.double(scalar.raw.kind, bits: scalar.raw.bits, as: datatype ?? declared)
    }

    public func integer(declared: DataType = .unknown) -> Int64? {
        guard case .scalar(let scalar)? = value, isNull != true else { return nil }
        return Numbers.integer(scalar.raw.kind, bits: scalar.raw.bits, as: datatype ?? declared)
    }

    public var text: String? {
        guard case .scalar(.string(let text))? = value, isNull != true else { return nil }
        return text
    }

    /// The code of the property `Quality`; nil if there is none.
    public var qualityCode: Int32? { properties?[PropertyKey.quality]?.qualityCode }
}

extension PropertyValue {
    var qualityCode: Int32? {
        guard case .scalar(let scalar)? = content, isNull != true else { return nil }
        switch scalar {
        case .int(let bits): return Int32(bitPattern: bits)
        case .long(let bits): return Int32(truncatingIfNeeded: bits)
        default: return nil
        }
    }
}
