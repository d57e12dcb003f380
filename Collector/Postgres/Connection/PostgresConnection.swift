import CPostgres

/// One session with a PostgreSQL server. Belongs to the thread that uses it; every call blocks that thread.
///
/// No call waits for ever: connecting and every answer have a limit, and a silent peer is found by TCP keep-alive.
/// Once a failure says that the connection has ended, every further call fails at once: make a new one.
public final class PostgresConnection {
    /// Such as 15 or 16.
    public private(set) var serverMajor = 0
    public let options: PostgresOptions
    let handle: OpaquePointer
    /// What ended the connection.
    var ended: PostgresFailure?
    var isInTransaction = false
    /// Names of the statements that the server keeps for this session, by their text.
    var prepared: [String: String] = [:]
    /// How long the server may work on a statement. When no answer has come some seconds later, the connection is
    /// given up: the server is suspended, or its host is gone without a word.
    private(set) var statementLimit: Duration?

    /// Connects, and brings the session into the one state that this program is written for.
    public init(_ options: PostgresOptions) throws(PostgresFailure) {
        self.options = options
        handle = try PostgresConnector.connect(options)
        statementLimit = options.connectLimit
        try prepareSession()
    }

    deinit { PQfinish(handle) }

    public var isUsable: Bool { ended == nil && PQstatus(handle) == CONNECTION_OK }

    /// For cancelling what this connection runs from another thread.
    public func makeCanceller() -> PostgresCanceller { PostgresCanceller(handle) }

    /// Why a server cannot be used; nil when it can.
    package static func problem(serverMajor: Int, encoding: String) -> String? {
        if serverMajor < 15 { return "the server is PostgreSQL \(serverMajor); version 15 or newer is needed" }
        if encoding != "UTF8" { return "the database's encoding is \(encoding); make it with createdb -E UTF8" }
        return nil
    }

    /// Not inside a transaction: its rollback would restore the server's limit but not ours.
    func setStatementLimit(_ limit: Duration?) throws(PostgresFailure) {
        guard !isInTransaction else { throw PostgresFailure(.bug, "a statement limit was set inside a transaction") }
        try execute("set statement_timeout = \(limit.map(\.millisecondsClamped) ?? 0)")
        statementLimit = limit
    }

    private func prepareSession() throws(PostgresFailure) {
        PQsetNoticeProcessor(handle, ignoreNotice, nil)
        guard PQsetnonblocking(handle, 1) == 0 else { throw failureOfLibrary("make the connection non-blocking") }
        serverMajor = Int(PQserverVersion(handle)) / 10_000
        let encoding = PQparameterStatus(handle, "server_encoding").map { String(cString: $0) } ?? "unknown"
        if let problem = PostgresConnection.problem(serverMajor: serverMajor, encoding: encoding) {
            throw PostgresFailure(.configuration, problem)
        }
        try execute(
            """
            set lock_timeout = 0;
            set idle_in_transaction_session_timeout = \(options.idleTransactionLimit.millisecondsClamped);
            set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 3; set tcp_keepalives_count = 3;
            set timezone = 'UTC'; set datestyle = 'ISO'; set standard_conforming_strings = on;
            set synchronous_commit = on;
            """)
        try setStatementLimit(options.statementLimit)
    }
}

/// Notices such as "relation exists, skipping" are no errors; libpq would print them to standard error.
@c(bellwether_postgres_ignoreNotice)
private func ignoreNotice(_: UnsafeMutableRawPointer?, _: UnsafePointer<CChar>?) {}

/// Asks the server to stop what a connection is doing. May be used from any thread, also after the connection's end.
public final class PostgresCanceller: @unchecked Sendable {
    // PQcancel is documented as safe from any thread; the object is only read.
    private let raw: OpaquePointer?

    fileprivate init(_ handle: OpaquePointer) { raw = PQgetCancel(handle) }
    deinit { PQfreeCancel(raw) }

    /// False when the server could not be asked. The statement, if one runs, fails with `queryCancelled`.
    @discardableResult
    public func cancel() -> Bool {
        var text = [CChar](repeating: 0, count: 256)
        return PQcancel(raw, &text, Int32(text.count)) == 1
    }
}
