public import Model

/// One value as the server sent it, in binary form.
public struct PostgresCell {
    let type: UInt32
    /// Nil for NULL.
    let bytes: UnsafeRawBufferPointer?

    /// The value as a big-endian integer, when it has exactly that width.
    func integer<T: FixedWidthInteger>(_: T.Type) -> T? {
        guard let bytes, bytes.count == MemoryLayout<T>.size else { return nil }
        return T(bigEndian: bytes.loadUnaligned(as: T.self))
    }
}

/// What can be read from a column.
public protocol PostgresDecodable {
    /// Nil when the column's type or its value is another.
    static func decode(_ cell: PostgresCell) -> Self?
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Wrapped?? {
        if cell.bytes == nil { return .some(nil) }
        return Wrapped.decode(cell).map { .some($0) }
    }
}

extension Bool: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Bool? {
        guard cell.type == PostgresType.bool else { return nil }
        return cell.integer(UInt8.self).map { $0 != 0 }
    }
}

extension Int16: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Int16? {
        cell.type == PostgresType.int2 ? cell.integer(Int16.self) : nil
    }
}

extension Int32: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Int32? {
        switch cell.type {
        case PostgresType.int4: cell.integer(Int32.self)
        case PostgresType.int2: cell.integer(Int16.self).map(Int32.init)
        default: nil
        }
    }
}

/// Any integer column; a timestamptz in milliseconds since 1970.
extension Int64: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Int64? {
        switch cell.type {
        case PostgresType.int8: cell.integer(Int64.self)
        case PostgresType.int4: cell.integer(Int32.self).map(Int64.init)
        case PostgresType.int2: cell.integer(Int16.self).map(Int64.init)
        case PostgresType.oid: cell.integer(UInt32.self).map(Int64.init)
        case PostgresType.timestamptz: cell.integer(Int64.self).flatMap(PostgresTime.timeMs)
        default: nil
        }
    }
}

extension Int: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Int? {
        cell.type == PostgresType.timestamptz ? nil : Int64.decode(cell).flatMap { Int(exactly: $0) }
    }
}

extension Double: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> Double? {
        switch cell.type {
        case PostgresType.float8: cell.integer(UInt64.self).map { Double(bitPattern: $0) }
        case PostgresType.float4: cell.integer(UInt32.self).map { Double(Float(bitPattern: $0)) }
        default: nil
        }
    }
}

extension String: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> String? {
        guard let bytes = cell.bytes else { return nil }
        switch cell.type {
        case PostgresType.text, PostgresType.varchar, PostgresType.bpchar, PostgresType.name, PostgresType.json:
            return String(validating: bytes, as: UTF8.self)
        case PostgresType.jsonb:
            guard bytes.first == 1 else { return nil }
            return String(validating: bytes.dropFirst(), as: UTF8.self)
        case PostgresType.uuid: return bytes.count == 16 ? uuidText(bytes) : nil
        default: return nil
        }
    }

    private static func uuidText(_ bytes: UnsafeRawBufferPointer) -> String {
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text += "-" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }
}

/// One type for bytea and for arrays: `[UInt8]` reads bytea, every other element type an array without NULLs, unless
/// the element is optional.
extension Array: PostgresDecodable where Element: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> [Element]? {
        if Element.self == UInt8.self {
            guard cell.type == PostgresType.bytea, let bytes = cell.bytes else { return nil }
            return Array<UInt8>(bytes) as? [Element]
        }
        return decodeArray(cell)
    }

    private static func decodeArray(_ cell: PostgresCell) -> [Element]? {
        guard var reader = cell.bytes.map(ByteReader.init), let dimensions = reader.next(Int32.self),
            reader.next(Int32.self) != nil, let elementType = reader.next(UInt32.self)
        else { return nil }
        if dimensions == 0 { return [] }
        guard dimensions == 1, let count = reader.next(Int32.self), count >= 0, reader.next(Int32.self) != nil,
            Int(count) <= reader.rest.count / 4
        else { return nil }
        var values: [Element] = []
        values.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let length = reader.next(Int32.self) else { return nil }
            var bytes: UnsafeRawBufferPointer?
            if length >= 0 {
                guard let taken = reader.take(Int(length)) else { return nil }
                bytes = taken
            }
            guard let value = Element.decode(PostgresCell(type: elementType, bytes: bytes)) else { return nil }
            values.append(value)
        }
        return values
    }
}

/// Only as the element of a bytea.
extension UInt8: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> UInt8? { nil }
}

/// An int8multirange.
extension SequenceSet: PostgresDecodable {
    public static func decode(_ cell: PostgresCell) -> SequenceSet? {
        guard cell.type == PostgresType.int8multirange, var reader = cell.bytes.map(ByteReader.init),
            let count = reader.next(Int32.self), count >= 0
        else { return nil }
        var set = SequenceSet()
        for _ in 0..<count {
            guard let length = reader.next(Int32.self), length >= 0, let range = reader.take(Int(length)) else {
                return nil
            }
            switch decodeRange(ByteReader(range)) {
            case .range(let range): set.insert(range)
            case .empty: break
            case nil: return nil
            }
        }
        return set
    }

    private enum Decoded {
        case range(ClosedRange<Int64>)
        case empty
    }

    /// PostgreSQL's rangetypes.h: flags of one byte, then each finite bound with its length.
    private static func decodeRange(_ bytes: ByteReader) -> Decoded? {
        var reader = bytes
        guard let flags = reader.next(UInt8.self) else { return nil }
        let (isEmpty, lowerIncluded, upperIncluded) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0)
        let (isUnboundedBelow, isUnboundedAbove) = (flags & 8 != 0, flags & 16 != 0)
        if isEmpty { return .empty }
        var (low, high) = (Int64.min, Int64.max)
        if !isUnboundedBelow {
            guard reader.next(Int32.self) == 8, let bound = reader.next(Int64.self) else { return nil }
            guard lowerIncluded || bound < .max else { return .empty }
            low = lowerIncluded ? bound : bound + 1
        }
        if !isUnboundedAbove {
            guard reader.next(Int32.self) == 8, let bound = reader.next(Int64.self) else { return nil }
            guard upperIncluded || bound > .min else { return .empty }
            high = upperIncluded ? bound : bound - 1
        }
        return low <= high ? .range(low...high) : .empty
    }
}

/// Takes big-endian integers and pieces from the front of a value.
struct ByteReader {
    private(set) var rest: UnsafeRawBufferPointer.SubSequence

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

    mutating func next<T: FixedWidthInteger>(_: T.Type) -> T? {
        guard let bytes = take(MemoryLayout<T>.size) else { return nil }
        return T(bigEndian: bytes.loadUnaligned(as: T.self))
    }

    mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    }
}
