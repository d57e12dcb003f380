import CPostgres

extension PostgresConnection {
    /// The failure that a result tells.
    func failure(_ result: borrowing ResultHandle, _ sql: String) -> PostgresFailure {
        let state = result.field(Diagnostic.sqlState).flatMap(SQLState.init)
        let text = PQresultErrorMessage(result.raw).map { String(cString: $0) } ?? "no text"
        let message = result.field(Diagnostic.primary) ?? text
        let notes = [
            result.field(Diagnostic.detail), result.field(Diagnostic.hint), result.field(Diagnostic.context),
        ].compactMap { $0 }
        let object =
            result.field(Diagnostic.constraint) ?? result.field(Diagnostic.column) ?? result.field(Diagnostic.table)
            ?? ""
        let failure = PostgresFailure(
            state.map { PostgresFailure.Disposition($0) } ?? .connectionLost, "\(shortened(sql)): \(trimmed(message))",
            sqlState: state, detail: notes.isEmpty ? nil : notes.joined(separator: "; "), object: object)
        // An error that ends the session may carry any code.
        if PQstatus(handle) == CONNECTION_BAD || failure.endsConnection { return end(failure.with(.connectionLost)) }
        return failure
    }

    /// The failure of a call that made no result.
    func failureOfLibrary(_ sql: String) -> PostgresFailure {
        let text = PQerrorMessage(handle).map { trimmed(String(cString: $0)) } ?? "no text"
        if PQstatus(handle) == CONNECTION_BAD {
            return end(PostgresFailure(.connectionLost, "\(shortened(sql)): \(text)"))
        }
        return PostgresFailure(.bug, "\(shortened(sql)): \(text)")
    }

    /// Notes that the connection cannot be used any more.
    func end(_ failure: PostgresFailure) -> PostgresFailure {
        if ended == nil { ended = PostgresFailure(.connectionLost, failure.message, sqlState: failure.sqlState) }
        return failure
    }
}

/// PG_DIAG_* of postgres_ext.h, which are character macros.
private enum Diagnostic {
    static let sqlState = Int32(UInt8(ascii: "C"))
    static let primary = Int32(UInt8(ascii: "M"))
    static let detail = Int32(UInt8(ascii: "D"))
    static let hint = Int32(UInt8(ascii: "H"))
    static let context = Int32(UInt8(ascii: "W"))
    static let table = Int32(UInt8(ascii: "t"))
    static let column = Int32(UInt8(ascii: "c"))
    static let constraint = Int32(UInt8(ascii: "n"))
}

/// The start of a statement, on one line, for messages.
func shortened(_ sql: String) -> String {
    let words = sql.split { $0 == " " || $0 == "\n" || $0 == "\t" }.joined(separator: " ")
    return words.count <= 60 ? words : words.prefix(57) + "..."
}

private func trimmed(_ text: String) -> String {
    text.split(separator: "\n").joined(separator: " ")
}
