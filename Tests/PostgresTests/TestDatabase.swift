import Postgres
import Synchronization
import TestSupport

/// A fresh database of the server that all tests of the process share.
struct TestDatabase: Sendable {
    let name: String
    let url: String

    init(isMigrated: Bool = false) throws {
        let server = try PostgresServer.shared
        name = try server.makeDatabase(template: isMigrated ? try TestDatabase.template.get() : "template1")
        url = server.url(name)
    }

    /// A database with the schema, copied for each test that needs one.
    private static let template = Result {
        let database = try TestDatabase()
        try Migrations.apply(try database.connect())
        return database.name
    }

    func connect(limit: Duration? = .seconds(30)) throws -> PostgresConnection {
        try PostgresConnection(PostgresOptions(url, applicationName: "tests", statementLimit: limit))
    }

    /// True while a session of this database waits for another one's lock.
    func hasWaiter() throws -> Bool {
        try psql(
            "select count(*) > 0 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        ) == "t"
    }

    /// Through psql, which shares no code with ours.
    @discardableResult
    func psql(_ sql: String) throws -> String { try PostgresServer.shared.run(sql, database: name) }
}

/// Runs blocking work on a thread of its own, a few tests at a time: all at once would only wait for each other.
func gated(_ work: @escaping @Sendable () throws -> Void) async throws {
    await Gate.shared.enter()
    let result: Result<Void, any Error>
    do {
        try await offPool(work)
        result = .success(())
    } catch {
        result = .failure(error)
    }
    await Gate.shared.leave()
    try result.get()
}

private actor Gate {
    static let shared = Gate()
    private var free = 6
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    /// The place goes to the one that has waited longest.
    func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// Runs blocking work with a fresh database on a thread of its own.
func withDatabase(_ work: @escaping @Sendable (TestDatabase, PostgresConnection) throws -> Void) async throws {
    try await gated {
        let database = try TestDatabase()
        try work(database, try database.connect())
    }
}

/// The same with the schema in it.
func withMigrated(_ work: @escaping @Sendable (TestDatabase, PostgresConnection) throws -> Void) async throws {
    try await gated {
        let database = try TestDatabase(isMigrated: true)
        try work(database, try database.connect())
    }
}

/// Runs `work` for 0 ..< count at the same time, each on a thread of its own; the results in order.
func inParallel<T: Sendable>(_ count: Int, _ work: @escaping @Sendable (Int) throws -> T) throws -> [T] {
    let results = Mutex<[Int: Result<T, any Error>]>([:])
    for index in 0..<count {
        startThread {
            let result = Result { try work(index) }
            results.withLock { $0[index] = result }
        }
    }
    try waitUntil("\(count) threads", within: .seconds(100)) { results.withLock { $0.count == count } }
    return try (0..<count).compactMap { index in try results.withLock { $0[index] }?.get() }
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
