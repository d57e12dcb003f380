/// Writes a table to a Parquet file: see `docs/datasets.md` for what is in it. Keeps one row group in memory.
///
///     var writer = try ParquetWriter(path: "casts.parquet", schema: schema)
///     try writer.append(batch)
///     try writer.finish()
public struct ParquetWriter: TableWriter, ~Copyable {
    private let path: String
    private let encoder: RowGroupEncoder
    private let file: ParquetFile

    /// Makes the file, or empties it. `metadata` goes into the footer beside units and descriptions.
    public init(path: String, schema: TableSchema, metadata: [String: String] = [:]) throws(TableFailure) {
        self.path = path
        encoder = RowGroupEncoder(schema)
        file = try ParquetFile(path: path, schema: schema, metadata: metadata)
    }

    public mutating func append(_ batch: TableBatch) throws(TableFailure) {
        try encoder.append(batch, path: path)
        if encoder.isFull { try endGroup() }
    }

    public mutating func finish() throws(TableFailure) {
        try endGroup()
        try file.finish()
    }

    private mutating func endGroup() throws(TableFailure) {
        if let group = try encoder.finishGroup(path: path) { try file.append(group) }
    }
}
