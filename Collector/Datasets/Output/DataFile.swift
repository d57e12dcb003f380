import Runtime
import Tables

/// One data file of a dataset in the making. Belongs to one thread.
final class DataFile {
    /// Below the dataset's folder.
    let name: String
    let table: Int
    let format: TableFormat
    private(set) var rowCount: Int
    private let folder: String
    private let parquet: ParquetFile?
    private let text: TextTableFile?
    /// How many of the footer's entries stand in the journal.
    private var journaled: Int

    /// Makes the file, or goes on with it as it was at a checkpoint.
    init(
        _ schema: TableSchema, table: Int, format: TableFormat, in folder: String, metadata: [String: String],
        at mark: Checkpoint.Mark? = nil
    ) throws(TableFailure) {
        name = "\(schema.name).\(format.rawValue)"
        self.table = table
        self.format = format
        self.folder = folder
        rowCount = mark?.rowCount ?? 0
        journaled = mark?.entriesLength ?? 0
        let path = "\(folder)/\(name)"
        guard format == .parquet else {
            parquet = nil
            text =
                if let mark {
                    try TextTableFile(continuing: path, format: format, schema: schema, length: mark.length)
                } else {
                    try TextTableFile(path: path, format: format, schema: schema)
                }
            return
        }
        text = nil
        guard let mark else {
            parquet = try ParquetFile(path: path, schema: schema, metadata: metadata)
            return
        }
        let entries = try DataFile.entries(Checkpoint.journal(of: name, in: folder), count: mark.entriesLength)
        parquet = try ParquetFile(
            continuing: path, schema: schema, metadata: metadata,
            state: ParquetFile.State(
                length: mark.length, rowCount: mark.rowCount, groupCount: mark.groupCount, entries: entries))
    }

    /// The footer's entries so far, which stand in a file of their own until the footer is written.
    private static func entries(_ journal: String, count: Int) throws(TableFailure) -> [UInt8] {
        guard count > 0 else { return [] }
        do throws(FileFailure) {
            let bytes = try Files.read(journal, maxBytes: 1 << 28)
            guard bytes.count >= count else {
                throw FileFailure(journal, "is shorter than the \(count) bytes that were written to it")
            }
            return Array(bytes[..<count])
        } catch {
            throw TableFailure(error)
        }
    }

    func append(_ part: EncodedPart, textPlace: Int) throws(TableFailure) {
        rowCount += part.rowCounts[table]
        if let parquet { for group in part.groups[table] { try parquet.append(group) } }
        if let text { try text.append(part.texts[table][textPlace]) }
    }

    /// Makes everything so far durable, and says how far that is.
    func mark() throws(TableFailure) -> Checkpoint.Mark {
        if let text {
            try text.sync()
            return Checkpoint.Mark(
                name: name, length: text.length, rowCount: rowCount, groupCount: 0, entriesLength: 0)
        }
        guard let parquet else { throw TableFailure(name, "is not open") }
        try parquet.sync()
        let state = parquet.state
        do throws(FileFailure) {
            // What an interrupted run wrote behind its last checkpoint is written over.
            try Files.write(
                Array(state.entries[journaled...]), at: journaled, of: Checkpoint.journal(of: name, in: folder))
        } catch {
            throw TableFailure(error)
        }
        journaled = state.entries.count
        return Checkpoint.Mark(
            name: name, length: state.length, rowCount: rowCount, groupCount: state.groupCount,
            entriesLength: journaled)
    }

    func finish() throws(TableFailure) {
        try parquet?.finish()
        try text?.finish()
    }
}
