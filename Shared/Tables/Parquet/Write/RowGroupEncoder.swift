/// Turns batches of rows into row groups of a Parquet file. Needs no file, so that several threads can encode while
/// one writes; belongs to one thread, and keeps its memory from group to group.
public final class RowGroupEncoder {
    /// So many values, of all columns together, make a group: readers hold one in memory, and so does the writer.
    private static let groupValues = 1 << 22
    private static let groupRows = 1 << 17...1 << 20

    public let schema: TableSchema
    private let columns: [ColumnEncoder]
    private var output = PageOutput()
    /// The rows since the last `finishGroup`.
    public private(set) var rowCount = 0
    private let maxRows: Int

    public init(_ schema: TableSchema) {
        self.schema = schema
        columns = schema.columns.map { ColumnEncoder.of($0) }
        let rows = RowGroupEncoder.groupRows
        maxRows = min(max(RowGroupEncoder.groupValues / max(columns.count, 1), rows.lowerBound), rows.upperBound)
    }

    /// Adds rows; see `TableWriter.append`. `path` stands in the failure only.
    public func append(_ batch: TableBatch, path: String) throws(TableFailure) {
        if let problem = schema.problem(with: batch) { throw TableFailure(path, problem) }
        for (index, column) in columns.enumerated() {
            column.add(batch.columns[index], valid: batch.valid[index])
        }
        rowCount += batch.rowCount
    }

    /// Whether there are enough rows for a group.
    public var isFull: Bool { rowCount >= maxRows }

    /// Ends the group; nil when there are no rows.
    public func finishGroup(path: String) throws(TableFailure) -> EncodedRowGroup? {
        guard rowCount > 0 else { return nil }
        output.removeAll()
        var chunks: [EncodedRowGroup.Chunk] = []
        for column in columns { chunks.append(column.finish(into: &output)) }
        guard !output.hasFailed else { throw TableFailure(path, "cannot compress: not enough memory") }
        defer { rowCount = 0 }
        return EncodedRowGroup(rowCount: rowCount, bytes: Array(output.bytes.bytes), chunks: chunks)
    }
}
