/// Writes Thrift's compact protocol, in which Parquet's headers are.
///
///     var thrift = ThriftWriter()
///     thrift.structure { thrift in
///         thrift.int(1, count)
///         thrift.list(2, of: .structure, names.count) { thrift in … }
///     }
struct ThriftWriter {
    enum Kind: UInt8 {
        case true_ = 1, false_ = 2, int8 = 3, int16 = 4, int32 = 5, int64 = 6, binary = 8, list = 9, structure = 12
    }

    private(set) var bytes: [UInt8] = []
    private var lastField = 0

    /// A structure at the top, or as an element of a list.
    mutating func structure(_ body: (inout ThriftWriter) -> Void) {
        let outer = lastField
        lastField = 0
        body(&self)
        bytes.append(0)
        lastField = outer
    }

    mutating func structure(_ field: Int, _ body: (inout ThriftWriter) -> Void) {
        head(field, .structure)
        structure(body)
    }

    mutating func int32(_ field: Int, _ value: Int) {
        head(field, .int32)
        zigzag(Int64(value))
    }

    mutating func int64(_ field: Int, _ value: Int) {
        head(field, .int64)
        zigzag(Int64(value))
    }

    mutating func int16(_ field: Int, _ value: Int) {
        head(field, .int16)
        zigzag(Int64(value))
    }

    mutating func int8(_ field: Int, _ value: Int8) {
        head(field, .int8)
        bytes.append(UInt8(bitPattern: value))
    }

    mutating func bool(_ field: Int, _ value: Bool) { head(field, value ? .true_ : .false_) }

    mutating func binary(_ field: Int, _ value: some Collection<UInt8>) {
        head(field, .binary)
        element(value)
    }

    mutating func string(_ field: Int, _ value: String) { binary(field, value.utf8) }

    /// `body` writes the elements: `element`, or `structure` for each.
    mutating func list(_ field: Int, of kind: Kind, _ count: Int, _ body: (inout ThriftWriter) -> Void) {
        head(field, .list)
        if count < 15 {
            bytes.append(UInt8(count) << 4 | kind.rawValue)
        } else {
            bytes.append(0xF0 | kind.rawValue)
            varint(UInt64(count))
        }
        body(&self)
    }

    mutating func element(_ value: some Collection<UInt8>) {
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func element(_ value: Int) { zigzag(Int64(value)) }

    /// Elements that are written already.
    mutating func elements(_ written: [UInt8]) { bytes.append(contentsOf: written) }

    private mutating func head(_ field: Int, _ kind: Kind) {
        let step = field - lastField
        if step > 0, step <= 15 {
            bytes.append(UInt8(step) << 4 | kind.rawValue)
        } else {
            bytes.append(kind.rawValue)
            zigzag(Int64(field))
        }
        lastField = field
    }

    private mutating func zigzag(_ value: Int64) { varint(UInt64(bitPattern: value << 1 ^ value >> 63)) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
