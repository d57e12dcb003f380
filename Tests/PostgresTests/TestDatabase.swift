import Postgres
import TestSupport

/// A fresh database of the server that all tests of the process share.
struct TestDatabase: Sendable {
    let name: String
    let url: String

    init() throws {
        let server = try PostgresServer.shared
        name = try server.makeDatabase()
        url = server.url(name)
    }

    func connect(limit: Duration? = .seconds(30)) throws -> PostgresConnection {
        try PostgresConnection(PostgresOptions(url, applicationName: "tests", statementLimit: limit))
    }

    /// Through psql, which shares no code with ours.
    @discardableResult
    func psql(_ sql: String) throws -> String { try PostgresServer.shared.run(sql, database: name) }
}

/// Runs blocking work with a fresh database on a thread of its own.
func withDatabase(_ work: @escaping @Sendable (TestDatabase, PostgresConnection) throws -> Void) async throws {
    try await offPool {
        let database = try TestDatabase()
        try work(database, try database.connect())
    }
}

/// The failure that `work` throws; nil when it succeeds.
func postgresFailure(_ work: () throws -> Void) throws -> PostgresFailure? {
    do {
        try work()
        return nil
    } catch let failure as PostgresFailure {
        return failure
    }
}
