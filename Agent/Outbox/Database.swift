import CSQLite
import Glibc

/// One SQLite connection and its prepared statements, confined to the thread that opened it.
final class Database {
    enum Access { case readWrite, readOnly }

    private let handle: OpaquePointer
    private var statements: [String: OpaquePointer] = [:]

    init(path: String, access: Access) throws(OutboxFailure) {
        var handle: OpaquePointer?
        let flags =
            switch access {
            case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readOnly: SQLITE_OPEN_READONLY
            }
        // One thread per connection: SQLite's own mutexes would only cost.
        let status = sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard status == SQLITE_OK, let handle else {
            let failure = OutboxFailure(status: status, doing: "open \(path)", detail: Database.text(of: handle))
            if let handle { sqlite3_close_v2(handle) }
            throw failure
        }
        self.handle = handle
        sqlite3_busy_timeout(handle, 5_000)
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// Runs SQL that returns no rows that matter.
    func execute(_ sql: String) throws(OutboxFailure) {
        let status = sqlite3_exec(handle, sql, nil, nil, nil)
        guard status == SQLITE_OK else { throw failure(status, sql) }
    }

    /// Runs a statement with parameters and hands each row to `row`; return false there to stop early.
    func query(
        _ sql: String, _ parameters: [Value] = [], row: (Row) throws(OutboxFailure) -> Bool = { _ in true }
    ) throws(OutboxFailure) {
        let statement = try prepared(sql)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, parameter) in parameters.enumerated() {
            try bind(parameter, at: Int32(index + 1), of: statement, sql)
        }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: guard try row(Row(statement: statement)) else { return }
            case SQLITE_DONE: return
            case let status: throw failure(status, sql)
            }
        }
    }

    /// The first column of the first row as an integer; nil if there is no row or it is NULL.
    func integer(_ sql: String, _ parameters: [Value] = []) throws(OutboxFailure) -> Int64? {
        var result: Int64?
        try query(sql, parameters) { (row) throws(OutboxFailure) in
            result = row.isNull(0) ? nil : row.integer(0)
            return false
        }
        return result
    }

    func transaction<T>(_ body: () throws(OutboxFailure) -> T) throws(OutboxFailure) -> T {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // After some errors SQLite has rolled back already; then this is a no-op that fails.
            if sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// Rows changed by the last statement.
    var changes: Int { Int(sqlite3_changes(handle)) }

    enum Value {
        case integer(Int64), text(String), blob([UInt8]), null
    }

    struct Row {
        fileprivate let statement: OpaquePointer
        func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
        func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
        func text(_ column: Int32) -> String {
            guard let text = sqlite3_column_text(statement, column) else { return "" }
            return String(cString: text)
        }
        func blob(_ column: Int32) -> [UInt8] {
            guard let bytes = sqlite3_column_blob(statement, column) else { return [] }
            return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, column))))
        }
    }

    private func prepared(_ sql: String) throws(OutboxFailure) -> OpaquePointer {
        if let statement = statements[sql] { return statement }
        var statement: OpaquePointer?
        let status = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard status == SQLITE_OK, let statement else { throw failure(status, sql) }
        statements[sql] = statement
        return statement
    }

    private func bind(
        _ value: Value, at index: Int32, of statement: OpaquePointer, _ sql: String
    ) throws(OutboxFailure) {
        let status =
            switch value {
            case .integer(let number): sqlite3_bind_int64(statement, index, number)
            case .text(let text): csqlite_bind_text_copy(statement, index, text, Int32(text.utf8.count))
            case .blob(let bytes):
                bytes.withUnsafeBytes { csqlite_bind_blob_copy(statement, index, $0.baseAddress, Int32($0.count)) }
            case .null: sqlite3_bind_null(statement, index)
            }
        guard status == SQLITE_OK else { throw failure(status, sql) }
    }

    private func failure(_ status: Int32, _ sql: String) -> OutboxFailure {
        OutboxFailure(status: status, doing: String(sql.prefix(60)), detail: Database.text(of: handle))
    }

    private static func text(of handle: OpaquePointer?) -> String {
        handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
    }
}
