public import Tables

/// What one part of a dataset adds: rows to the tables, files of its own, and to the totals.
///
/// Belongs to one thread. Rows are encoded as they are added: append the longest batches that are at hand.
public struct DatasetPart: ~Copyable {
    /// Where the rows go.
    private let sink: any RowSink
    private(set) var files: [(path: String, bytes: [UInt8])] = []
    private(set) var totals = DatasetTotals()

    init(into sink: any RowSink) { self.sink = sink }

    /// Adds rows to a table, by its place in the kind's `tables`. Every format that was asked for gets them.
    public mutating func append(_ batch: TableBatch, to table: Int) throws(DatasetFailure) {
        do throws(TableFailure) {
            try sink.append(batch, to: table)
        } catch {
            throw .table(error)
        }
    }

    /// Adds a file of its own below the dataset's folder, such as "casts/cast-000017.json". The name must be unique
    /// among all parts: components of letters, digits, "-", "_" and ".".
    public mutating func file(_ path: String, _ bytes: [UInt8]) { files.append((path, bytes)) }

    /// Adds to a total.
    public mutating func total(_ name: String, _ amount: Double) { totals.sums[name, default: 0] += amount }
}

/// Takes the rows of a part.
protocol RowSink: AnyObject {
    func append(_ batch: TableBatch, to table: Int) throws(TableFailure)
}

/// Encodes rows in every format that was asked for. Belongs to one thread, which uses it for one part after the other.
final class EncodingSink: RowSink {
    /// Fewer rows are worth no row group of their own: they wait for those of the next parts.
    static let groupRows = 8192

    private let tables: [TableSchema]
    private let rowGroups: [RowGroupEncoder]
    /// By table; each in the order of the formats that are text.
    private let texts: [[TextTableEncoder]]
    private var groups: [[EncodedRowGroup]]
    /// The rows of a table as long as they are few.
    private var loose: [[TableBatch]]
    private var rowCounts: [Int]

    init(_ tables: [TableSchema], _ formats: [TableFormat]) {
        self.tables = tables
        rowGroups = formats.contains(.parquet) ? tables.map { RowGroupEncoder($0) } : []
        texts = tables.map { schema in formats.compactMap { TextTableEncoder($0, schema) } }
        groups = tables.map { _ in [] }
        loose = tables.map { _ in [] }
        rowCounts = tables.map { _ in 0 }
    }

    func append(_ batch: TableBatch, to table: Int) throws(TableFailure) {
        guard tables.indices.contains(table) else { throw TableFailure("table \(table)", "does not exist") }
        let name = tables[table].name
        rowCounts[table] += batch.rowCount
        for encoder in texts[table] { try encoder.append(batch, path: name) }
        guard !rowGroups.isEmpty else { return }
        guard rowCounts[table] >= EncodingSink.groupRows else {
            if let problem = tables[table].problem(with: batch) { throw TableFailure(name, problem) }
            return loose[table].append(batch)
        }
        for waiting in loose[table] { try encode(waiting, into: table) }
        loose[table].removeAll()
        try encode(batch, into: table)
    }

    private func encode(_ batch: TableBatch, into table: Int) throws(TableFailure) {
        let encoder = rowGroups[table]
        let name = tables[table].name
        try encoder.append(batch, path: name)
        if encoder.isFull, let group = try encoder.finishGroup(path: name) { groups[table].append(group) }
    }

    /// The part's rows; the next part begins.
    func finish(_ part: consuming DatasetPart) throws(TableFailure) -> EncodedPart {
        for (table, encoder) in rowGroups.enumerated() {
            if let group = try encoder.finishGroup(path: tables[table].name) { groups[table].append(group) }
        }
        var encoded = EncodedPart(totals: part.totals, files: part.files)
        encoded.groups = groups
        encoded.loose = loose
        encoded.texts = texts.map { $0.map { $0.take() } }
        encoded.rowCounts = rowCounts
        for table in tables.indices {
            groups[table].removeAll()
            loose[table].removeAll()
            rowCounts[table] = 0
        }
        return encoded
    }
}

/// A part as its bytes: made by one thread, written by another.
struct EncodedPart: Sendable {
    var totals: DatasetTotals
    var files: [(path: String, bytes: [UInt8])]
    /// By table; where there are none, the rows are in `loose`.
    var groups: [[EncodedRowGroup]] = []
    /// By table: rows that are too few for a group.
    var loose: [[TableBatch]] = []
    /// By table, then by format that is text.
    var texts: [[[UInt8]]] = []
    var rowCounts: [Int] = []
}
