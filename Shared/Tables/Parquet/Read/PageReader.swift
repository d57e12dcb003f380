/// Reads the pages of a column, one behind the other.
struct PageReader {
    enum Failure: Error {
        case damaged
        case encoding(Int)
        case page(Int)
    }

    private let leaf: ParquetLeaf
    private let rowCount: Int
    private let codec: PageCodec
    private let maxPageBytes: Int
    private(set) var decoder: ColumnDecoder
    /// Of each row, whether it has a value; nil as long as all have.
    private(set) var valid: [Bool]?
    private var rowsRead = 0

    init(_ leaf: ParquetLeaf, rowCount: Int, codec: PageCodec, maxPageBytes: Int) {
        self.leaf = leaf
        self.rowCount = rowCount
        self.codec = codec
        self.maxPageBytes = maxPageBytes
        decoder = ColumnDecoder(leaf.type, rowCount: rowCount)
    }

    mutating func read(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        var at = 0
        while rowsRead < rowCount {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[at...])
            var length = 0
            let header: PageHeader
            do throws(ThriftReader.Failure) {
                header = try PageHeader(rest, length: &length)
            } catch {
                throw .damaged
            }
            guard header.packedSize >= 0, header.packedSize <= rest.count - length, header.plainSize >= 0 else {
                throw .damaged
            }
            guard header.plainSize <= maxPageBytes else { throw .page(header.plainSize) }
            let payload = UnsafeRawBufferPointer(rebasing: rest[length..<length + header.packedSize])
            do throws(ByteSource.Failure) {
                try read(header, payload)
            } catch {
                // An encoding that is not known may look like damage, and is the better word for it.
                guard header.kind == PageKind.dictionary.rawValue || isKnown(header.encoding) else {
                    throw .encoding(header.encoding)
                }
                throw .damaged
            }
            at += length + header.packedSize
        }
        guard decoder.count == (valid.map { $0.count { $0 } } ?? rowCount) else { throw .damaged }
    }

    private func isKnown(_ encoding: Int) -> Bool {
        guard let encoding = PageEncoding(rawValue: encoding) else { return false }
        return encoding != .bitPacked
    }

    private mutating func read(
        _ header: PageHeader, _ payload: UnsafeRawBufferPointer
    ) throws(ByteSource.Failure) {
        guard let kind = PageKind(rawValue: header.kind) else { throw ByteSource.Failure() }
        switch kind {
        case .index: return
        case .dictionary:
            guard (0...1 << 24).contains(header.valueCount) else { throw ByteSource.Failure() }
            try withPlain(payload, header.plainSize, isPacked: true) { reader, source throws(ByteSource.Failure) in
                try reader.decoder.setDictionary(&source, count: header.valueCount)
            }
        case .data:
            let rows = try rows(header)
            try withPlain(payload, header.plainSize, isPacked: true) { reader, source throws(ByteSource.Failure) in
                var present = rows
                if reader.leaf.isNullable {
                    guard header.definitionEncoding == PageEncoding.rle.rawValue else { throw ByteSource.Failure() }
                    let length = try source.integer(UInt32.self)
                    var levels = ByteSource(try source.take(Int(length)))
                    present = try reader.addLevels(&levels, rows)
                }
                try reader.addValues(&source, header, present, rows)
            }
        case .dataV2:
            let rows = try rows(header)
            var source = ByteSource(payload)
            guard header.repetitionLength == 0, header.definitionLength >= 0 else { throw ByteSource.Failure() }
            var levels = ByteSource(try source.take(header.definitionLength))
            let present = leaf.isNullable ? try addLevels(&levels, rows) : rows
            let plainSize = header.plainSize - header.definitionLength
            guard plainSize >= 0 else { throw ByteSource.Failure() }
            try withPlain(
                source.rest, plainSize, isPacked: header.isCompressed && plainSize > 0
            ) { reader, source throws(ByteSource.Failure) in
                try reader.addValues(&source, header, present, rows)
            }
        }
    }

    private func rows(_ header: PageHeader) throws(ByteSource.Failure) -> Int {
        guard (0...rowCount - rowsRead).contains(header.valueCount) else { throw ByteSource.Failure() }
        return header.valueCount
    }

    /// How many of the rows have a value.
    private mutating func addLevels(_ source: inout ByteSource, _ rows: Int) throws(ByteSource.Failure) -> Int {
        let levels = try PageDecoding.hybrid(&source, width: 1, count: rows)
        let present = levels.count { $0 == 1 }
        if present < rows, valid == nil { valid = Array(repeating: true, count: rowsRead) }
        valid?.append(contentsOf: levels.map { $0 == 1 })
        return present
    }

    private mutating func addValues(
        _ source: inout ByteSource, _ header: PageHeader, _ present: Int, _ rows: Int
    ) throws(ByteSource.Failure) {
        guard let encoding = PageEncoding(rawValue: header.encoding) else { throw ByteSource.Failure() }
        try decoder.add(&source, encoding, count: present)
        rowsRead += rows
    }

    /// Calls `body` with the page as it was before it was compressed.
    private mutating func withPlain(
        _ payload: UnsafeRawBufferPointer, _ size: Int, isPacked: Bool,
        _ body: (inout PageReader, inout ByteSource) throws(ByteSource.Failure) -> Void
    ) throws(ByteSource.Failure) {
        let plain: [UInt8]?
        switch codec {
        case .snappy where isPacked: plain = Snappy.decompress(payload, count: size)
        case .zstd where isPacked: plain = Zstd.decompress(payload, count: size)
        default:
            guard payload.count == size else { throw ByteSource.Failure() }
            var source = ByteSource(payload)
            return try body(&self, &source)
        }
        guard let plain else { throw ByteSource.Failure() }
        try plain.withUnsafeBufferPointer { (bytes) throws(ByteSource.Failure) in
            var source = ByteSource(UnsafeRawBufferPointer(bytes))
            try body(&self, &source)
        }
    }
}
