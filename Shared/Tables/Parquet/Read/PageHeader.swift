/// A page's header, as it was written; nothing in it is trusted yet.
struct PageHeader {
    var kind = -1
    var plainSize = -1
    var packedSize = -1
    var valueCount = -1
    var encoding = -1
    var definitionEncoding = PageEncoding.rle.rawValue
    /// Only pages of version 2 have these.
    var definitionLength = 0
    var repetitionLength = 0
    var isCompressed = true

    /// `length` is how many bytes the header took.
    init(_ bytes: UnsafeRawBufferPointer, length: inout Int) throws(ThriftReader.Failure) {
        var thrift = ThriftReader(bytes)
        var header = PageHeader()
        try thrift.structure { (thrift, field, kind) throws(ThriftReader.Failure) in
            switch field {
            case 1: header.kind = try thrift.int(kind)
            case 2: header.plainSize = try thrift.int(kind)
            case 3: header.packedSize = try thrift.int(kind)
            case 5, 7, 8:
                guard kind == .structure else { throw ThriftReader.Failure() }
                try thrift.structure { (thrift, inner, kind) throws(ThriftReader.Failure) in
                    try header.read(&thrift, of: field, inner, kind)
                }
            default: return false
            }
            return true
        }
        length = thrift.at
        self = header
    }

    private init() {}

    private mutating func read(
        _ thrift: inout ThriftReader, of header: Int, _ field: Int, _ kind: ThriftReader.Kind
    ) throws(ThriftReader.Failure) -> Bool {
        switch (header, field) {
        case (_, 1): valueCount = try thrift.int(kind)
        case (5, 2), (7, 2), (8, 4): encoding = try thrift.int(kind)
        case (5, 3): definitionEncoding = try thrift.int(kind)
        case (8, 5): definitionLength = try thrift.int(kind)
        case (8, 6): repetitionLength = try thrift.int(kind)
        case (8, 7): isCompressed = try thrift.bool(kind)
        default: return false
        }
        return true
    }
}
