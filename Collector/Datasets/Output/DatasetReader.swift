public import Runtime
public import Tables

/// A written dataset, read back from its files alone.
public struct DatasetReader: Sendable {
    /// The dataset's folder.
    public let folder: String
    public let kind: String
    /// With what it was made: what the kind's `writeConfiguration` wrote, and "seed", "count" and so on.
    public let configuration: JSON
    public let totals: DatasetTotals
    public let tables: [TableSchema]

    /// Calls `body` with a table's rows, in their order, a bounded number at a time. Only the named columns are read,
    /// and `batch.columns` has them in the order of the names; category columns come as places in the schema's list.
    public func forEachBatch(
        of table: String, columns: [String], _ body: (TableBatch) throws(DatasetFailure) -> Void
    ) throws(DatasetFailure) {}
}
