/// The files that a table can be.
public enum TableFormat: String, Sendable, CaseIterable {
    case parquet, csv, json
}

/// Writes a table to a file, batch by batch, with memory that does not grow with the table.
///
/// A file is complete, and on the disk, after `finish`; one that was left unfinished is incomplete and to be removed.
public protocol TableWriter: ~Copyable {
    /// Adds rows. A batch that does not fit the schema (columns of other forms or lengths, nulls where there may be
    /// none, a category that is not in the list) is refused as a whole.
    mutating func append(_ batch: TableBatch) throws(TableFailure)
    /// Writes what is left and the file's end, and waits until the disk has all of it.
    mutating func finish() throws(TableFailure)
}
