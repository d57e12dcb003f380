import Glibc
import Runtime

/// Reads Parquet files: our own, and those of pyarrow, pandas, polars, DuckDB and others as long as their columns are
/// flat. Whatever the file holds, it is read or refused in words, within bounded memory.
///
/// Any thread may read; one row group is held in memory at a time for each call.
public final class ParquetReader: Sendable {
    /// The most rows of a group, and the most bytes of a page and of a footer that are read.
    private static let maxRows = 1 << 24
    private static let maxPageBytes = 1 << 28
    private static let maxFooterBytes = 1 << 25

    public let path: String
    /// The columns that can be read. Where the file is ours, with units and descriptions.
    public let schema: TableSchema
    /// The footer's key-value pairs.
    public let metadata: [String: String]
    public let rowCount: Int
    public let groupCount: Int
    private let leaves: [ParquetLeaf]
    private let groups: [ParquetFooter.Group]
    private let file: OpenFile
    /// Where the footer begins.
    private let dataEnd: Int

    public init(path: String) throws(TableFailure) {
        let file = try OpenFile(path)
        (dataEnd, leaves, groups, metadata) = try ParquetReader.readFooter(file, path)
        self.path = path
        self.file = file
        rowCount = groups.reduce(0) { $0 + $1.rowCount }
        groupCount = groups.count
        schema = ParquetReader.schema(leaves, metadata, path)
    }

    private static func readFooter(
        _ file: OpenFile, _ path: String
    ) throws(TableFailure) -> (Int, [ParquetLeaf], [ParquetFooter.Group], [String: String]) {
        let size = file.size
        let again = "it is no whole Parquet file: copy or generate it again"
        guard size >= 12 else { throw TableFailure(path, "has \(size) bytes; \(again)") }
        guard try read(file, path, 0, 4) == ParquetFormat.magic else {
            throw TableFailure(path, "does not begin with PAR1; \(again)")
        }
        let tail = try read(file, path, size - 8, 8)
        guard Array(tail[4...]) == ParquetFormat.magic else {
            throw TableFailure(path, "does not end with PAR1: it was cut off; \(again)")
        }
        let length = tail.withUnsafeBytes { Int(UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))) }
        guard length <= size - 12, length <= maxFooterBytes else {
            throw TableFailure(path, "claims a footer of \(length) bytes; \(again)")
        }
        let bytes = try read(file, path, size - 8 - length, length)
        let footer: ParquetFooter
        do throws(ThriftReader.Failure) {
            footer = try bytes.withUnsafeBufferPointer { (bytes) throws(ThriftReader.Failure) in
                try ParquetFooter(UnsafeRawBufferPointer(bytes))
            }
        } catch {
            throw TableFailure(path, "has a damaged footer; \(again)")
        }
        guard let leaves = ParquetLeaf.all(footer.elements) else {
            throw TableFailure(path, "has a damaged list of columns; \(again)")
        }
        for group in footer.groups {
            guard group.chunks.count == leaves.count, group.rowCount >= 0 else {
                throw TableFailure(path, "has a row group that does not fit its columns; \(again)")
            }
            guard group.rowCount <= maxRows else {
                throw TableFailure(
                    path,
                    "has a row group of \(group.rowCount) rows, more than \(maxRows); "
                        + "write it with smaller ones (pyarrow: row_group_size=1000000)")
            }
        }
        return (size - 8 - length, leaves, footer.groups, footer.metadata)
    }

    /// The file's own schema where it has one that fits what is stored, else what follows from the storage.
    private static func schema(
        _ leaves: [ParquetLeaf], _ metadata: [String: String], _ path: String
    ) -> TableSchema {
        let limits = JSON.Limits(bytes: 1 << 22, depth: 8, values: 200_000)
        let own = metadata[ParquetFormat.schemaKey].flatMap { try? JSON($0, limits: limits) }.flatMap {
            TableSchema($0)
        }
        var columns: [Column] = []
        for leaf in leaves where leaf.problem == nil && !columns.contains(where: { $0.name == leaf.name }) {
            if let known = own?.columns.first(where: { $0.name == leaf.name }), leaf.canBe(known.form) {
                columns.append(
                    Column(
                        known.name, known.form, unit: known.unit, known.description, isNullable: leaf.isNullable,
                        range: known.range))
            } else {
                columns.append(Column(leaf.name, leaf.form, isNullable: leaf.isNullable))
            }
        }
        let name = Files.name(of: path)
        return TableSchema(
            own?.name ?? (name.hasSuffix(".parquet") ? String(name.dropLast(8)) : name), own?.description ?? "", columns
        )
    }

    /// How many rows a group has.
    func rows(of group: Int) -> Int { groups[group].rowCount }

    /// The rows of a group; the named columns in the order of the names, or all of `schema`.
    public func read(group: Int, columns names: [String]? = nil) throws(TableFailure) -> TableBatch {
        guard groups.indices.contains(group) else { throw TableFailure(path, "has no row group \(group)") }
        var batch = TableBatch([])
        for (place, name) in (names ?? schema.columns.map(\.name)).enumerated() {
            let (values, valid) = try read(name, group)
            batch.columns.append(values)
            if let valid { batch.valid[place] = valid }
        }
        batch.rowCount = groups[group].rowCount
        return batch
    }

    /// Whether a group may have the text in a column; false only when its least and greatest value exclude it.
    public func mayHold(_ text: String, column: String, group: Int) -> Bool {
        guard groups.indices.contains(group), let leaf = leaves.firstIndex(where: { $0.name == column }),
            let least = groups[group].chunks[leaf].least, let greatest = groups[group].chunks[leaf].greatest
        else { return true }
        return !text.utf8.lexicographicallyPrecedes(least) && !greatest.lexicographicallyPrecedes(text.utf8)
    }

    // MARK: - Columns

    private func read(_ name: String, _ group: Int) throws(TableFailure) -> (ColumnValues, [Bool]?) {
        guard let place = leaves.firstIndex(where: { $0.name == name }) else {
            let hint = NearestName.hint(for: name, in: leaves.map(\.name))
            throw TableFailure(path, "has no column \(Text.quoted(name))\(hint)")
        }
        let leaf = leaves[place]
        if let problem = leaf.problem { throw TableFailure(path, "column \(Text.quoted(name)) \(problem)") }
        let chunk = groups[group].chunks[place]
        let (decoder, valid) = try decode(chunk, leaf, rowCount: groups[group].rowCount)
        let form = schema.columns.first { $0.name == name }?.form ?? leaf.form
        guard let values = ParquetReader.values(decoder, leaf, form, valid) else {
            throw TableFailure(path, "column \(Text.quoted(name)) holds a word that is not in its list")
        }
        return (values, valid)
    }

    private func decode(
        _ chunk: ParquetFooter.Chunk, _ leaf: ParquetLeaf, rowCount: Int
    ) throws(TableFailure) -> (ColumnDecoder, [Bool]?) {
        func damaged(_ what: String) -> TableFailure {
            TableFailure(
                path, "column \(Text.quoted(leaf.name)) \(what): the file is damaged; copy or generate it again")
        }
        guard !chunk.isElsewhere else {
            throw TableFailure(path, "keeps column \(Text.quoted(leaf.name)) in another file; write it into one")
        }
        guard chunk.type == leaf.type.rawValue, chunk.valueCount == rowCount else {
            throw damaged("is not what the footer says")
        }
        let codec = try codec(chunk, leaf)
        let start = min(chunk.dictionaryOffset.flatMap { $0 > 0 ? $0 : nil } ?? chunk.dataOffset, chunk.dataOffset)
        guard start >= 4, chunk.compressedSize >= 0, start <= dataEnd, chunk.compressedSize <= dataEnd - start else {
            throw damaged("lies outside of the file")
        }
        let bytes = try ParquetReader.read(file, path, start, chunk.compressedSize)
        var pages = PageReader(leaf, rowCount: rowCount, codec: codec, maxPageBytes: ParquetReader.maxPageBytes)
        do throws(PageReader.Failure) {
            try bytes.withUnsafeBufferPointer { (bytes) throws(PageReader.Failure) in
                try pages.read(UnsafeRawBufferPointer(bytes))
            }
        } catch {
            switch error {
            case .damaged: throw damaged("has a page that cannot be read")
            case .encoding(let number):
                throw TableFailure(
                    path,
                    "column \(Text.quoted(leaf.name)) has encoding \(number), which is not supported; "
                        + "write it with plain or dictionary encoding")
            case .page(let size):
                throw TableFailure(
                    path,
                    "column \(Text.quoted(leaf.name)) has a page of \(size) bytes, more than "
                        + "\(ParquetReader.maxPageBytes); write it with smaller pages")
            }
        }
        return (pages.decoder, pages.valid)
    }

    private func codec(_ chunk: ParquetFooter.Chunk, _ leaf: ParquetLeaf) throws(TableFailure) -> PageCodec {
        guard let codec = PageCodec(rawValue: chunk.codec) else {
            throw TableFailure(path, "column \(Text.quoted(leaf.name)) has unknown compression \(chunk.codec)")
        }
        switch codec {
        case .uncompressed, .snappy, .zstd: return codec
        case .gzip, .lzo, .brotli, .lz4, .lz4Raw:
            throw TableFailure(
                path,
                "column \(Text.quoted(leaf.name)) is compressed with \(codec); write it with zstd or snappy "
                    + "(pandas: to_parquet(…, compression=\"zstd\"))")
        }
    }

    /// The decoded values with a place for every row; nil for a word that is not in the list of categories.
    private static func values(
        _ decoder: ColumnDecoder, _ leaf: ParquetLeaf, _ form: Column.Form, _ valid: [Bool]?
    ) -> ColumnValues? {
        switch decoder.values {
        case .integers(let values):
            let factor = leaf.msFactor
            if factor == 0 { return .integers(spread(values, valid, 0)) }
            if factor == 1 { return .timesMs(spread(values, valid, 0)) }
            return .timesMs(spread(values.map { milliseconds($0, factor) }, valid, 0))
        case .numbers(let values): return .numbers(spread(values, valid, .nan))
        case .numbers32(let values): return .numbers32(spread(values, valid, .nan))
        case .flags(let values): return .flags(spread(values, valid, false))
        case .texts:
            let (places, entries) = decoder.textPlaces
            guard case .category(let labels) = form else {
                return .texts(spread(places.map { entries[Int($0)] }, valid, ""))
            }
            var numbers: [[UInt8]: Int32] = [:]
            for (number, label) in labels.enumerated() { numbers[Array(label.utf8)] = Int32(clamping: number) }
            let known = entries.map { numbers[Array($0.utf8)] ?? -1 }
            let categories = places.map { known[Int($0)] }
            guard !categories.contains(-1) else { return nil }
            return .categories(spread(categories, valid, 0))
        }
    }

    private static func milliseconds(_ value: Int64, _ factor: Int64) -> Int64 {
        if factor > 0 {
            let (product, overflow) = value.multipliedReportingOverflow(by: factor)
            return overflow ? (value < 0 ? .min : .max) : product
        }
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: -factor)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// Puts `blank` where there is no value.
    private static func spread<Value>(_ values: [Value], _ valid: [Bool]?, _ blank: Value) -> [Value] {
        guard let valid else { return values }
        var next = 0
        return valid.map { isValid in
            guard isValid, next < values.count else { return blank }
            defer { next += 1 }
            return values[next]
        }
    }

    private static func read(
        _ file: OpenFile, _ path: String, _ offset: Int, _ count: Int
    ) throws(TableFailure) -> [UInt8] {
        var code: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { room, written in
            while written < count {
                let got = pread(file.fd, room.baseAddress.map { $0 + written }, count - written, offset + written)
                if got < 0, errno == EINTR { continue }
                if got < 0 { code = errno }
                if got <= 0 { break }
                written += got
            }
        }
        guard bytes.count == count else {
            let why = code == 0 ? "it became shorter meanwhile" : SystemFailure.text(of: code)
            throw TableFailure(path, "cannot read: \(why)", code: code)
        }
        return bytes
    }
}
