/// A value of one of the six basic encodings that metrics, properties, cells and parameters share.
///
/// Integers are as on the wire: a negative Int8 … Int32 is the two's complement in 32 bits, an Int64 in 64.
/// `Numbers` makes them numbers again.
public enum Scalar: Sendable, Equatable {
    case int(UInt32)
    case long(UInt64)
    case float(Float)
    case double(Double)
    case boolean(Bool)
    case string(String)

    public static func int64(_ value: Int64) -> Scalar { .long(UInt64(bitPattern: value)) }
    public static func int32(_ value: Int32) -> Scalar { .int(UInt32(bitPattern: value)) }
}

extension Scalar {
    /// The scalars of a message have consecutive field numbers from `first`; nil if the field is not one of them.
    static func read(_ field: WireReader.Field, first: UInt32, _ reader: inout WireReader) throws(PayloadError)
        -> Scalar?
    {
        switch field.number &- first {
        case 0: .int(try reader.uint32(field))
        case 1: .long(try reader.uint64(field))
        case 2: .float(try reader.float(field))
        case 3: .double(try reader.double(field))
        case 4: .boolean(try reader.bool(field))
        case 5: .string(try reader.string(field))
        default: nil
        }
    }

    func write(first: UInt32, _ writer: inout WireWriter) {
        switch self {
        case .int(let value): writer.write(first, value)
        case .long(let value): writer.write(first + 1, value)
        case .float(let value): writer.write(first + 2, value)
        case .double(let value): writer.write(first + 3, value)
        case .boolean(let value): writer.write(first + 4, value)
        case .string(let value): writer.write(first + 5, value)
        }
    }
}

/// A cell of a data set or a parameter of a template.
public enum BasicValue: Sendable, Equatable {
    case scalar(Scalar)
    /// A third party's extension, whose content is not kept.
    case `extension`
}
