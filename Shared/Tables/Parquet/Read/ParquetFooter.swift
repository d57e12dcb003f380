/// What a Parquet file's footer says, as far as we need it; every number is still to be held against the file.
struct ParquetFooter {
    struct Element {
        var name = ""
        var type: Int?
        /// 0 required, 1 optional, 2 repeated.
        var repetition = 0
        var childCount = 0
        var convertedType: Int?
        var logical = Logical.none
        var typeLength = 0
    }

    enum Logical: Equatable {
        case none, text, date, time, decimal, float16, other
        /// How many of its units are a second.
        case timestamp(perSecond: Int)
        case integer(bits: Int, isSigned: Bool)
    }

    struct Chunk {
        var type = -1
        var codec = -1
        var valueCount = 0
        var compressedSize = 0
        var dataOffset = 0
        var dictionaryOffset: Int?
        var isElsewhere = false
        var least: [UInt8]?
        var greatest: [UInt8]?
    }

    struct Group {
        var chunks: [Chunk] = []
        var rowCount = 0
    }

    var elements: [Element] = []
    var rowCount = 0
    var groups: [Group] = []
    var metadata: [String: String] = [:]

    init(_ bytes: UnsafeRawBufferPointer) throws(ThriftReader.Failure) {
        var thrift = ThriftReader(bytes)
        var footer = ParquetFooter()
        try thrift.structure { (thrift, field, kind) throws(ThriftReader.Failure) in
            switch field {
            case 2:
                try thrift.list(of: .structure) { thrift throws(ThriftReader.Failure) in
                    footer.elements.append(try Element(&thrift))
                }
            case 3: footer.rowCount = try thrift.int(kind)
            case 4:
                try thrift.list(of: .structure) { thrift throws(ThriftReader.Failure) in
                    footer.groups.append(try Group(&thrift))
                }
            case 5:
                try thrift.list(of: .structure) { thrift throws(ThriftReader.Failure) in
                    let (key, value) = try ParquetFooter.pair(&thrift)
                    footer.metadata[key] = value
                }
            default: return false
            }
            return true
        }
        self = footer
    }

    private init() {}

    private static func pair(_ thrift: inout ThriftReader) throws(ThriftReader.Failure) -> (String, String) {
        var key = ""
        var value = ""
        try thrift.structure { (thrift, field, kind) throws(ThriftReader.Failure) in
            switch field {
            case 1: key = try thrift.string(kind)
            case 2: value = try thrift.string(kind)
            default: return false
            }
            return true
        }
        return (key, value)
    }
}

extension ParquetFooter.Element {
    fileprivate init(_ thrift: inout ThriftReader) throws(ThriftReader.Failure) {
        var element = ParquetFooter.Element()
        try thrift.structure { (thrift, field, kind) throws(ThriftReader.Failure) in
            switch field {
            case 1: element.type = try thrift.int(kind)
            case 2: element.typeLength = try thrift.int(kind)
            case 3: element.repetition = try thrift.int(kind)
            case 4: element.name = try thrift.string(kind)
            case 5: element.childCount = try thrift.int(kind)
            case 6: element.convertedType = try thrift.int(kind)
            case 10 where kind == .structure: element.logical = try ParquetFooter.Logical(&thrift)
            default: return false
            }
            return true
        }
        self = element
    }
}

extension ParquetFooter.Logical {
    fileprivate init(_ thrift: inout ThriftReader) throws(ThriftReader.Failure) {
        var logical = ParquetFooter.Logical.none
        try thrift.structure { (thrift, field, kind) throws(ThriftReader.Failure) in
            switch field {
            case 1, 4, 12: logical = .text
            case 5: logical = .decimal
            case 6: logical = .date
            case 7: logical = .time
            case 8 where kind == .structure:
                logical = .timestamp(perSecond: try ParquetFooter.Logical.perSecond(&thrift))
                return true
            case 10 where kind == .structure:
                logical = try ParquetFooter.Logical.integer(&thrift)
                return true
            case 15: logical = .float16
            default: logical = .other
            }
            return false
        }
        self = logical
    }

    private static func perSecond(_ thrift: inout ThriftReader) throws(ThriftReader.Failure) -> Int {
        var perSecond = 1000
        try thrift.structure { (thrift, field, kind) throws(ThriftReader.Failure) in
            guard field == 2, kind == .structure else { return false }
            try thrift.structure { (_, unit, _) throws(ThriftReader.Failure) in
                perSecond = unit == 3 ? 1_000_000_000 : unit == 2 ? 1_000_000 : 1000
                return false
            }
            return true
        }
        return perSecond
    }

    private static func integer(
        _ thrift: inout ThriftReader
    ) throws(ThriftReader.Failure) -> ParquetFooter.Logical {
        var bits = 64
        var isSigned = true
        try thrift.structure { (thrift, field, kind) throws(ThriftReader.Failure) in
            switch field {
            case 1: bits = try thrift.int(kind)
            case 2: isSigned = try thrift.bool(kind)
            default: return false
            }
            return true
        }
        return .integer(bits: bits, isSigned: isSigned)
    }
}

extension ParquetFooter.Group {
    fileprivate init(_ thrift: inout ThriftReader) throws(ThriftReader.Failure) {
        var group = ParquetFooter.Group()
        try thrift.structure { (thrift, field, kind) throws(ThriftReader.Failure) in
            switch field {
            case 1:
                try thrift.list(of: .structure) { thrift throws(ThriftReader.Failure) in
                    group.chunks.append(try ParquetFooter.Chunk(&thrift))
                }
            case 3: group.rowCount = try thrift.int(kind)
            default: return false
            }
            return true
        }
        self = group
    }
}

extension ParquetFooter.Chunk {
    fileprivate init(_ thrift: inout ThriftReader) throws(ThriftReader.Failure) {
        var chunk = ParquetFooter.Chunk()
        try thrift.structure { (thrift, field, kind) throws(ThriftReader.Failure) in
            switch field {
            case 1:
                chunk.isElsewhere = try !thrift.binary(kind).isEmpty
                return true
            case 3 where kind == .structure:
                try thrift.structure { (thrift, field, kind) throws(ThriftReader.Failure) in
                    try chunk.read(&thrift, field, kind)
                }
                return true
            default: return false
            }
        }
        self = chunk
    }

    private mutating func read(
        _ thrift: inout ThriftReader, _ field: Int, _ kind: ThriftReader.Kind
    ) throws(ThriftReader.Failure) -> Bool {
        switch field {
        case 1: type = try thrift.int(kind)
        case 4: codec = try thrift.int(kind)
        case 5: valueCount = try thrift.int(kind)
        case 7: compressedSize = try thrift.int(kind)
        case 9: dataOffset = try thrift.int(kind)
        case 11: dictionaryOffset = try thrift.int(kind)
        case 12 where kind == .structure:
            var statistics = (least: [UInt8]?.none, greatest: [UInt8]?.none)
            try thrift.structure { (thrift, field, kind) throws(ThriftReader.Failure) in
                switch field {
                case 5: statistics.greatest = try thrift.binary(kind)
                case 6: statistics.least = try thrift.binary(kind)
                default: return false
                }
                return true
            }
            (least, greatest) = (statistics.least, statistics.greatest)
        default: return false
        }
        return true
    }
}
