import CPostgres
import Glibc

extension PostgresConnection {
    /// Runs one or several statements without parameters; rows are discarded. Several run as one transaction.
    public func execute(_ sql: String) throws(PostgresFailure) {
        try sendText(sql)
        _ = try finish(sql)
    }

    /// Runs a statement with parameters; how many rows it touched. `isRepeated`: see `query`.
    @discardableResult
    public func execute(
        _ sql: String, _ parameters: [PostgresParameter], isRepeated: Bool = false
    ) throws(PostgresFailure) -> Int {
        try send(sql, parameters, isRepeated: isRepeated)
        return try finish(sql).affectedRows
    }

    /// Runs a query and takes all its rows into memory.
    ///
    /// `isRepeated`: it will be run again and again, always with parameters of the same types. The server then reads
    /// and plans it once for this connection, which otherwise costs more than running it. Not for text that is put
    /// together from data: every different one is kept.
    public func query(
        _ sql: String, _ parameters: [PostgresParameter] = [], isRepeated: Bool = false
    ) throws(PostgresFailure) -> PostgresRows {
        try send(sql, parameters, isRepeated: isRepeated)
        return PostgresRows(try finish(sql))
    }

    /// Runs a query and gives each row to `body` as it comes, so that memory does not grow with their number.
    /// An error of `body` ends the query. `body` must not use the connection.
    public func forEachRow(
        _ sql: String, _ parameters: [PostgresParameter] = [], _ body: (PostgresRow) throws -> Void
    ) throws {
        try send(sql, parameters)
        guard PQsetSingleRowMode(handle) == 1 else { throw failureOfLibrary(sql) }
        while let rows = try nextRows(sql) {
            switch rows.status {
            case PGRES_SINGLE_TUPLE:
                do {
                    try body(rows[0])
                } catch {
                    makeCanceller().cancel()
                    discardResults(sql)
                    throw error
                }
            case PGRES_TUPLES_OK: break
            default:
                let failure = failure(rows.result, sql)
                discardResults(sql)
                throw failure
            }
        }
    }

    /// The first column of the only row.
    public func value<T: PostgresDecodable>(
        _ sql: String, _ parameters: [PostgresParameter] = [], isRepeated: Bool = false
    ) throws(PostgresFailure) -> T {
        let rows = try query(sql, parameters, isRepeated: isRepeated)
        guard rows.count == 1 else {
            throw PostgresFailure(.bug, "\(shortened(sql)): one row was expected, \(rows.count) came")
        }
        return try rows[0][0]
    }

    /// Runs `body` without limit for the work on a statement, for what may take hours. A vanished server is still
    /// found by TCP keep-alive.
    public func withoutStatementLimit<T>(_ body: () throws -> T) throws -> T {
        let limit = statementLimit
        try setStatementLimit(nil)
        let result = Result { try body() }
        if isUsable { try setStatementLimit(limit) }
        return try result.get()
    }

    /// Sends statements in text form.
    func sendText(_ sql: String) throws(PostgresFailure) {
        try check(sql)
        guard PQsendQuery(handle, sql) == 1 else { throw failureOfLibrary(sql) }
    }

    private func check(_ sql: String) throws(PostgresFailure) {
        if let ended { throw ended }
        // The library takes C strings: it would silently run what stands before a NUL.
        if sql.utf8.contains(0) { throw PostgresFailure(.refused, "a statement has a NUL character") }
    }

    /// The name under which the server has the statement; tells it first if it has not.
    private func prepare(_ sql: String, _ types: [Oid]) throws(PostgresFailure) -> String {
        if let name = prepared[sql] { return name }
        let name = "s\(prepared.count)"
        guard PQsendPrepare(handle, name, sql, Int32(types.count), types) == 1 else { throw failureOfLibrary(sql) }
        _ = try finish(sql)
        prepared[sql] = name
        return name
    }

    private func send(
        _ sql: String, _ parameters: [PostgresParameter], isRepeated: Bool = false
    ) throws(PostgresFailure) {
        try check(sql)
        guard parameters.count <= Int(UInt16.max) else {
            throw PostgresFailure(.bug, "\(shortened(sql)): \(parameters.count) parameters are too many")
        }
        for (index, parameter) in parameters.enumerated() {
            if let problem = parameter.problem {
                throw PostgresFailure(.refused, "\(shortened(sql)): parameter \(index + 1): \(problem)")
            }
        }
        // One block holds all values, each followed by the NUL that the library wants after those in text form.
        var block: [UInt8] = []
        var offsets: [Int?] = []
        for parameter in parameters {
            offsets.append(parameter.bytes == nil ? nil : block.count)
            if let bytes = parameter.bytes {
                block += bytes
                block.append(0)
            }
        }
        let types = parameters.map { Oid($0.type) }
        let lengths = parameters.map { Int32(truncatingIfNeeded: $0.bytes?.count ?? 0) }
        let formats = parameters.map { Int32($0.isBinary ? 1 : 0) }
        let name = isRepeated ? try prepare(sql, types) : nil
        let sent = block.withUnsafeBytes { bytes in
            let values = offsets.map { offset in
                offset.flatMap { bytes.baseAddress?.advanced(by: $0).assumingMemoryBound(to: CChar.self) }
            }
            if let name {
                return PQsendQueryPrepared(handle, name, Int32(parameters.count), values, lengths, formats, 1)
            }
            return PQsendQueryParams(handle, sql, Int32(parameters.count), types, values, lengths, formats, 1)
        }
        guard sent == 1 else { throw failureOfLibrary(sql) }
    }

    /// Reads all results of what was sent: the last one, or the first error.
    func finish(_ sql: String) throws(PostgresFailure) -> ResultHandle {
        var last: ResultHandle?
        var firstFailure: PostgresFailure?
        while let result = try nextResult(sql) {
            switch result.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = consume result
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                throw end(PostgresFailure(.bug, "\(shortened(sql)): COPY needs copyIn"))
            default: firstFailure = firstFailure ?? failure(result, sql)
            }
        }
        if let firstFailure { throw firstFailure }
        guard let last else { throw failureOfLibrary(sql) }
        return last
    }

    /// The next result; nil after the last. Gives the connection up when the server is silent for too long.
    func nextResult(_ sql: String) throws(PostgresFailure) -> ResultHandle? {
        try pump(sql, until: { PQisBusy(handle) == 0 })
        return ResultHandle(PQgetResult(handle))
    }

    private func nextRows(_ sql: String) throws(PostgresFailure) -> PostgresRows? {
        guard let result = try nextResult(sql) else { return nil }
        return PostgresRows(result)
    }

    /// Moves bytes in both directions until all is sent and `isDone`, or the connection has failed: the library then
    /// makes a result that tells the error.
    func pump(_ sql: String, until isDone: () -> Bool) throws(PostgresFailure) {
        // The server's own limit, and time to say so.
        let limit = statementLimit.map { $0 + .seconds(5) }
        let deadline = limit.map { ContinuousClock.now + $0 }
        while true {
            let unsent = PQflush(handle)
            if unsent == 0, isDone() { return }
            if unsent < 0 || PQstatus(handle) == CONNECTION_BAD { return }
            guard wait(PQsocket(handle), Int16(POLLIN) | (unsent == 1 ? Int16(POLLOUT) : 0), until: deadline) else {
                let text = limit.map { "no answer within \($0)" } ?? "no answer"
                throw end(PostgresFailure(.connectionLost, "\(shortened(sql)): \(text)"))
            }
            _ = PQconsumeInput(handle)
        }
    }

    /// Reads what is left of a failed or cancelled query, so that the connection can be used again.
    func discardResults(_ sql: String) {
        while let result = try? nextResult(sql) {
            if result.status == PGRES_COPY_IN { PQputCopyEnd(handle, "aborted") }
        }
        if PQstatus(handle) == CONNECTION_BAD { _ = failureOfLibrary(sql) }
    }
}
