import Glibc
import Postgres
import TestSupport
import Testing

@Suite("Transaction", .timeLimit(.minutes(10)))
struct TransactionTests {
    @Test func commitsRollsBackAndDoesNotNest() async throws {
        try await withDatabase { database, connection in
            try connection.execute("create table t(a int primary key)")
            struct Stop: Error {}
            let value = try connection.transaction {
                try connection.execute("insert into t values (1)")
                return 7
            }
            #expect(value == 7)
            #expect(throws: Stop.self) {
                try connection.transaction {
                    try connection.execute("insert into t values (2)")
                    throw Stop()
                }
            }
            #expect(throws: PostgresFailure.self) {
                try connection.transaction { try connection.transaction {} }
            }
            #expect(connection.isUsable)
            #expect(try database.psql("select string_agg(a::text, ',') from t") == "1")
        }
    }

    /// A body that ignores a failed statement must not believe that it has committed.
    @Test func ignoredFailureIsNoCommit() async throws {
        try await withDatabase { database, connection in
            try connection.execute("create table t(a int primary key)")
            let failure = try postgresFailure {
                try connection.transaction {
                    try connection.execute("insert into t values (1)")
                    try? connection.execute("insert into t values (1)")
                }
            }
            #expect(failure?.disposition == .bug)
            #expect(try database.psql("select count(*) from t") == "0")
        }
    }

    @Test func deferredConstraintFailsTheCommitClearly() async throws {
        try await withDatabase { _, connection in
            try connection.execute(
                """
                create table p(a int primary key);
                create table c(a int references p deferrable initially deferred)
                """)
            let failure = try postgresFailure {
                try connection.transaction { try connection.execute("insert into c values (1)") }
            }
            #expect(failure?.disposition == .refused)
            #expect(connection.isUsable)
        }
    }

    /// The link dies while COMMIT is under way: once before the server had it, once before its answer came back.
    @Test(arguments: [false, true]) func commitCutOnTheWay(_ reachesServer: Bool) async throws {
        try await gated {
            let database = try TestDatabase()
            try database.psql("create table t(a int)")
            let proxy = try LinkProxy(to: try PostgresServer.shared.port)
            let url = "postgresql://postgres@127.0.0.1:\(proxy.port)/\(database.name)"
            let connection = try PostgresConnection(PostgresOptions(url))
            startThread {
                try? waitUntil("the commit") {
                    reachesServer ? try database.psql("select count(*) from t") == "1" : usleep(100_000) == 0
                }
                proxy.cut()
            }
            let failure = try postgresFailure {
                try connection.transaction {
                    try connection.execute("insert into t values (1)")
                    proxy.hold([reachesServer ? .toClient : .toServer])
                }
            }
            #expect(failure?.disposition == .commitUnknown, "\(String(describing: failure))")
            #expect(!connection.isUsable)
            #expect(try database.psql("select count(*) from t") == (reachesServer ? "1" : "0"))
        }
    }

    /// A connection that is lost before COMMIT has certainly stored nothing.
    @Test func lossBeforeCommitIsCertain() async throws {
        try await withDatabase { database, connection in
            try connection.execute("create table t(a int)")
            let failure = try postgresFailure {
                try connection.transaction {
                    try connection.execute("insert into t values (1)")
                    try PostgresServer.shared.terminateSessions(database: database.name)
                    try connection.execute("insert into t values (2)")
                }
            }
            #expect(failure?.disposition == .connectionLost, "\(String(describing: failure))")
            #expect(failure?.sqlState == .adminShutdown)
            #expect(try database.psql("select count(*) from t") == "0")
        }
    }

    /// The body may not notice: then COMMIT is what meets the dead session, and only the truth in the server counts.
    @Test func sessionEndedBeforeCommit() async throws {
        try await withDatabase { database, connection in
            try connection.execute("create table t(a int)")
            let failure = try postgresFailure {
                try connection.transaction {
                    try connection.execute("insert into t values (1)")
                    try PostgresServer.shared.terminateSessions(database: database.name)
                }
            }
            #expect(failure?.endsConnection == true, "\(String(describing: failure))")
            #expect(try database.psql("select count(*) from t") == "0")
        }
    }

    @Test func killedServerEndsConnections() async throws {
        try await gated {
            let server = try PostgresServer()
            let connection = try PostgresConnection(PostgresOptions(server.url()))
            try connection.execute("create table t(a int)")
            let failure = try postgresFailure {
                try connection.transaction {
                    try connection.execute("insert into t values (1)")
                    try server.stop(.immediate)
                    try connection.execute("insert into t values (2)")
                }
            }
            #expect(failure?.disposition == .connectionLost, "\(String(describing: failure))")
            let refused = try postgresFailure { _ = try PostgresConnection(PostgresOptions(server.url())) }
            #expect(refused?.disposition == .retryLater)
            try server.start()
            let again = try PostgresConnection(PostgresOptions(server.url()))
            let count: Int64 = try again.value("select count(*) from t")
            #expect(count == 0)
        }
    }

    @Test func suspendedClientLosesItsTransaction() async throws {
        try await withDatabase { database, _ in
            var options = PostgresOptions(database.url)
            options.idleTransactionLimit = .milliseconds(100)
            let connection = try PostgresConnection(options)
            try connection.execute("create table t(a int)")
            let failure = try postgresFailure {
                try connection.transaction {
                    try connection.execute("insert into t values (1)")
                    usleep(500_000)
                }
            }
            #expect(failure?.endsConnection == true, "\(String(describing: failure))")
            #expect(try database.psql("select count(*) from t") == "0")
        }
    }
}
