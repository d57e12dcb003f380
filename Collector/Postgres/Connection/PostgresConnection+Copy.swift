import CPostgres

/// Takes the rows of one COPY and sends them as they come.
public struct CopyRows: ~Copyable {
    private var buffer = CopyBuffer(capacity: CopyRows.chunkBytes * 2)
    private let connection: PostgresConnection
    private let sql: String
    private static let chunkBytes = 1 << 16

    fileprivate init(_ connection: PostgresConnection, _ sql: String) {
        self.connection = connection
        self.sql = sql
        buffer.putHeader()
    }

    /// Adds a row: `body` puts its fields in the order of the statement's columns.
    public mutating func row(_ body: (inout CopyBuffer) -> Void) throws(PostgresFailure) {
        buffer.row(body)
        if buffer.count >= CopyRows.chunkBytes { try flush() }
    }

    /// Adds a whole row that the buffer knows how to encode.
    public mutating func row(_ telemetry: borrowing TelemetryRow) throws(PostgresFailure) {
        buffer.row(telemetry)
        if buffer.count >= CopyRows.chunkBytes { try flush() }
    }

    /// Adds rows that were encoded before: all, or those of some `bytes` as `rowRanges` gives them.
    public mutating func append(
        _ rows: borrowing CopyBuffer, _ bytes: Range<Int>? = nil
    ) throws(PostgresFailure) {
        try flush()
        if let problem = rows.problem { throw PostgresFailure(.refused, "\(shortened(sql)): \(problem)") }
        try rows.withUnsafeBytes { all throws(PostgresFailure) in
            let part = bytes.map { UnsafeRawBufferPointer(rebasing: all[$0]) } ?? all
            try connection.putCopyData(part, sql)
        }
    }

    fileprivate mutating func finish() throws(PostgresFailure) {
        buffer.putTrailer()
        try flush()
    }

    private mutating func flush() throws(PostgresFailure) {
        if let problem = buffer.problem { throw PostgresFailure(.refused, "\(shortened(sql)): \(problem)") }
        try buffer.withUnsafeBytes { bytes throws(PostgresFailure) in try connection.putCopyData(bytes, sql) }
        buffer.removeAll()
    }
}

extension PostgresConnection {
    /// Runs `copy … from stdin (format binary)`; how many rows were stored. When `body` throws, the server discards
    /// every row of the copy. Use it inside a transaction for what must hold together with the rows.
    @discardableResult
    public func copyIn(_ sql: String, _ body: (inout CopyRows) throws -> Void) throws -> Int {
        try sendText(sql)
        guard let start = try nextResult(sql) else { throw failureOfLibrary(sql) }
        guard start.status == PGRES_COPY_IN else {
            let isGood = start.status == PGRES_COMMAND_OK || start.status == PGRES_TUPLES_OK
            let failure =
                isGood
                ? PostgresFailure(.bug, "\(shortened(sql)): not a COPY from standard input") : failure(start, sql)
            discardResults(sql)
            throw failure
        }
        var rows = CopyRows(self, sql)
        do {
            try body(&rows)
            try rows.finish()
        } catch {
            // The server answers with an error of its own, which only repeats ours.
            if ended == nil, PQputCopyEnd(handle, "given up by the client") == 1 { _ = try? finish(sql) }
            throw error
        }
        guard PQputCopyEnd(handle, nil) == 1 else { throw failureAmidCopy(sql) }
        return try finish(sql).affectedRows
    }

    /// Sends a piece of the stream, and keeps no more of it in memory than this piece.
    fileprivate func putCopyData(_ bytes: UnsafeRawBufferPointer, _ sql: String) throws(PostgresFailure) {
        if let ended { throw ended }
        var rest = bytes[...]
        while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
            let piece = min(rest.count, 1 << 20)
            guard PQputCopyData(handle, start.assumingMemoryBound(to: CChar.self), Int32(piece)) == 1 else {
                throw failureAmidCopy(sql)
            }
            try pump(sql, until: { true })
            rest = rest.dropFirst(piece)
        }
    }

    /// The library ends the copy when the server has refused it: the server's reason is then waiting to be read.
    private func failureAmidCopy(_ sql: String) -> PostgresFailure {
        if ended == nil {
            do { _ = try finish(sql) } catch { return error }
        }
        return failureOfLibrary(sql)
    }
}
