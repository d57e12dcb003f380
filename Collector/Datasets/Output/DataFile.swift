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
    private let schema: TableSchema
    private let parquet: ParquetFile?
    private let text: TextTableFile?
    /// How many of the footer's entries stand in the journal.
    private var journaled: Int
    /// Rows that are too few for a row group so far.
    private var waiting: [TableBatch] = []
    private var waitingRows: Int { waiting.reduce(0) { $0 + $1.rowCount } }
    private var encoder: RowGroupEncoder?

    /// Makes the file, or goes on with it as it was at a checkpoint.
    init(
        _ schema: TableSchema, table: Int, format: TableFormat, in folder: String, metadata: [String: String],
        at mark: Checkpoint.Mark? = nil, nextPart: Int = 0
    ) throws(TableFailure) {
        name = "\(schema.name).\(format.rawValue)"
        self.table = table
        self.format = format
        self.folder = folder
        self.schema = schema
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
                length: mark.length, rowCount: mark.rowCount - mark.waitingRows, groupCount: mark.groupCount,
                entries: entries))
        if mark.waitingRows > 0 {
            waiting = try DataFile.rows(Checkpoint.waiting(of: name, nextPart: nextPart, in: folder), schema)
            guard waitingRows == mark.waitingRows else {
                throw TableFailure(path, "cannot be continued: rows are missing; start again with --force")
            }
        }
    }

    private static func rows(_ path: String, _ schema: TableSchema) throws(TableFailure) -> [TableBatch] {
        var reader = try TableReader(path, .parquet, schema: schema, columns: schema.columns.map(\.name))
        var batches: [TableBatch] = []
        while let batch = try reader.nextBatch() { batches.append(batch) }
        return batches
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
        if let text { try text.append(part.texts[table][textPlace]) }
        guard let parquet else { return }
        if part.groups[table].isEmpty {
            waiting += part.loose[table]
            if waitingRows >= EncodingSink.groupRows { try writeWaiting() }
        } else {
            // Rows stay in the order of the parts.
            try writeWaiting()
            for group in part.groups[table] { try parquet.append(group) }
        }
    }

    /// Joined first: what comes out depends on the rows alone, not on the batches that they came in.
    private func writeWaiting() throws(TableFailure) {
        guard let parquet, !waiting.isEmpty else { return }
        let encoder = encoder ?? RowGroupEncoder(schema)
        self.encoder = encoder
        try encoder.append(TableBatch(joining: waiting, of: schema), path: name)
        if let group = try encoder.finishGroup(path: name) { try parquet.append(group) }
        waiting.removeAll()
    }

    /// Makes everything before part `nextPart` durable, and says how far that is.
    func mark(nextPart: Int) throws(TableFailure) -> Checkpoint.Mark {
        if let text {
            try text.sync()
            return Checkpoint.Mark(
                name: name, length: text.length, rowCount: rowCount, groupCount: 0, entriesLength: 0, waitingRows: 0)
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
        if !waiting.isEmpty {
            let path = Checkpoint.waiting(of: name, nextPart: nextPart, in: folder)
            var writer = try ParquetWriter(path: path, schema: schema)
            for batch in waiting { try writer.append(batch) }
            try writer.finish()
        }
        return Checkpoint.Mark(
            name: name, length: state.length, rowCount: rowCount, groupCount: state.groupCount,
            entriesLength: journaled, waitingRows: waitingRows)
    }

    func finish() throws(TableFailure) {
        try writeWaiting()
        try parquet?.finish()
        try text?.finish()
    }
}
