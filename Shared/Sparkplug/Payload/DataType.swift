/// The code that says how a value is to be understood. Codes from outside may be ones that nobody has named.
public struct DataType: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let unknown = DataType(rawValue: 0)
    public static let int8 = DataType(rawValue: 1)
    public static let int16 = DataType(rawValue: 2)
    public static let int32 = DataType(rawValue: 3)
    public static let int64 = DataType(rawValue: 4)
    public static let uint8 = DataType(rawValue: 5)
    public static let uint16 = DataType(rawValue: 6)
    public static let uint32 = DataType(rawValue: 7)
    public static let uint64 = DataType(rawValue: 8)
    public static let float = DataType(rawValue: 9)
    public static let double = DataType(rawValue: 10)
    public static let boolean = DataType(rawValue: 11)
    public static let string = DataType(rawValue: 12)
    public static let dateTime = DataType(rawValue: 13)
    public static let text = DataType(rawValue: 14)
    public static let uuid = DataType(rawValue: 15)
    public static let dataSet = DataType(rawValue: 16)
    public static let bytes = DataType(rawValue: 17)
    public static let file = DataType(rawValue: 18)
    public static let template = DataType(rawValue: 19)
    public static let propertySet = DataType(rawValue: 20)
    public static let propertySetList = DataType(rawValue: 21)
    public static let int8Array = DataType(rawValue: 22)
    public static let int16Array = DataType(rawValue: 23)
    public static let int32Array = DataType(rawValue: 24)
    public static let int64Array = DataType(rawValue: 25)
    public static let uint8Array = DataType(rawValue: 26)
    public static let uint16Array = DataType(rawValue: 27)
    public static let uint32Array = DataType(rawValue: 28)
    public static let uint64Array = DataType(rawValue: 29)
    public static let floatArray = DataType(rawValue: 30)
    public static let doubleArray = DataType(rawValue: 31)
    public static let booleanArray = DataType(rawValue: 32)
    public static let stringArray = DataType(rawValue: 33)
    public static let dateTimeArray = DataType(rawValue: 34)

    private static let names = [
        "Unknown", "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float", "Double",
        "Boolean", "String", "DateTime", "Text", "UUID", "DataSet", "Bytes", "File", "Template", "PropertySet",
        "PropertySetList", "Int8Array", "Int16Array", "Int32Array", "Int64Array", "UInt8Array", "UInt16Array",
        "UInt32Array", "UInt64Array", "FloatArray", "DoubleArray", "BooleanArray", "StringArray", "DateTimeArray",
    ]

    /// True for the codes that Sparkplug 3.0 defines.
    public var isKnown: Bool { rawValue < UInt32(DataType.names.count) }

    /// True for types whose readings we keep as a `Double`: integers, floats, booleans, times.
    public var isNumeric: Bool { (rawValue >= 1 && rawValue <= 11) || self == .dateTime }

    /// The standard's name, or the code.
    public var description: String { isKnown ? DataType.names[Int(rawValue)] : "type \(rawValue)" }
}
