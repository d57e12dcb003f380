public import Tables

/// What one part of a dataset adds: rows to the tables, files of its own, and to the totals.
///
/// Belongs to one thread. Rows are encoded as they are added: append the longest batches that are at hand.
public struct DatasetPart: ~Copyable {
    /// Adds rows to a table, by its place in the kind's `tables`. Every format that was asked for gets them.
    public mutating func append(_ batch: TableBatch, to table: Int) throws(DatasetFailure) {}

    /// Adds a file of its own below the dataset's folder, such as "casts/cast-000017.json". The name must be unique
    /// among all parts: components of letters, digits, "-", "_" and ".".
    public mutating func file(_ path: String, _ bytes: [UInt8]) {}

    /// Adds to a total.
    public mutating func total(_ name: String, _ amount: Double) {}
}
