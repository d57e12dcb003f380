import Model
import Postgres
import TestSupport
import Testing

@Suite("Connection", .timeLimit(.minutes(10)))
struct ConnectionTests {
    @Test func valuesGoAndComeBack() async throws {
        try await withDatabase { _, connection in
            func back<T: PostgresDecodable & Equatable>(_ parameter: PostgresParameter, _ value: T) throws {
                let read: T = try connection.value("select $1", [parameter])
                #expect(read == value)
            }
            for value in [Int64.min, -1, 0, 1, .max] { try back(.int8(value), value) }
            for value in [Int32.min, 0, .max] { try back(.int4(value), Int64(value)) }
            for value in [Int16.min, 0, .max] { try back(.int2(value), value) }
            for value in [0.0, -0.0, 1.5, .infinity, .leastNonzeroMagnitude] { try back(.float8(value), value) }
            try back(.float4(0.25), 0.25)
            let notANumber: Double = try connection.value("select $1", [.float8(Frame.noValue)])
            #expect(notANumber.bitPattern == Frame.noValue.bitPattern)
            for value in ["", "plain", "'; drop table x; --", "\\x00 $$ \u{202E}", "é😀\u{FEFF}"] {
                try back(.text(value), value)
            }
            try back(.bytes([0, 255, 39, 92]), [UInt8](arrayLiteral: 0, 255, 39, 92))
            try back(.bytes([]), [UInt8]())
            try back(.bool(true), true)
            try back(.uuid("01234567-89AB-cdef-0123-456789abcdef"), "01234567-89ab-cdef-0123-456789abcdef")
            try back(.jsonb(#"{"a": [1, "x"]}"#), #"{"a": [1, "x"]}"#)
            for timeMs in [0, -1, 946_684_799_999, 1_700_000_000_123, -210_866_803_200_000, 9_224_318_015_999_999] {
                try back(.timestampMs(Int64(timeMs)), Int64(timeMs))
            }
            try back(.int8s([1, nil, -3]), [Int64?](arrayLiteral: 1, nil, -3))
            try back(.int8s([]), [Int64]())
            try back(.float8s([1, nil]), [Double?](arrayLiteral: 1, nil))
            try back(.texts(["a", nil, ""]), [String?](arrayLiteral: "a", nil, ""))
            try back(.int4s([7]), [Int32](arrayLiteral: 7))
            try back(.bools([true, false]), [true, false])
            try back(.timestampsMs([0, 5]), [Int64](arrayLiteral: 0, 5))
            for parameter in [PostgresParameter.int8(nil), .text(nil), .sequences(nil), .timestampMs(nil)] {
                let value: String? = try connection.value("select null::text where $1 is null", [parameter])
                #expect(value == nil)
            }
        }
    }

    @Test func repeatedStatementsAreReadOnceAndOutliveATransaction() async throws {
        try await withDatabase { _, connection in
            struct Undone: Error {}
            func twice(_ number: Int64) throws -> Int64 {
                try connection.value("select $1 * 2", [.int8(number)], isRepeated: true)
            }
            #expect(throws: Undone.self) {
                try connection.transaction {
                    #expect(try twice(21) == 42)
                    throw Undone()
                }
            }
            for number in Int64(0)..<10 { #expect(try twice(number) == number * 2) }
            try connection.execute("create table t (n int8 primary key)")
            let insert = "insert into t values ($1)"
            #expect(try connection.execute(insert, [.int8(1)], isRepeated: true) == 1)
            let failure = #expect(throws: PostgresFailure.self) {
                try connection.execute(insert, [.int8(1)], isRepeated: true)
            }
            #expect(failure?.disposition == .refused)
            #expect(try connection.execute(insert, [.int8(2)], isRepeated: true) == 1)
            // One that the server cannot read is not remembered.
            for _ in 0..<2 {
                #expect(throws: PostgresFailure.self) { try connection.query("select nonsense", isRepeated: true) }
            }
            let kept: Int64 = try connection.value("select count(*) from pg_prepared_statements")
            #expect(kept == 2)
        }
    }

    /// The server's own text form is the oracle.
    @Test func valuesMeanTheSameToTheServer() async throws {
        try await withDatabase { _, connection in
            func text(_ cast: String, _ parameter: PostgresParameter) throws -> String {
                try connection.value("select ($1::\(cast))::text", [parameter])
            }
            #expect(try text("timestamptz", .timestampMs(1_700_000_000_123)) == "2023-11-14 22:13:20.123+00")
            #expect(try text("int8[]", .int8s([1, nil, 3])) == "{1,NULL,3}")
            #expect(try text("text[]", .texts(["a b", "\"", nil])) == #"{"a b","\"",NULL}"#)
            #expect(try text("int8multirange", .sequences(SequenceSet([1...3, 5...5]))) == "{[1,4),[5,6)}")
            let sets: [SequenceSet] = try connection.value(
                "select $1::int8multirange[]", [.sequenceSets([SequenceSet(), SequenceSet(4...9)])])
            #expect(sets == [SequenceSet(), SequenceSet(4...9)])
            let fraction: Int64 = try connection.value("select '1969-12-31 23:59:59.9996+00'::timestamptz")
            #expect(fraction == -1, "cut off towards the past")
        }
    }

    @Test func impossibleValuesAreRefusedAndTheConnectionGoesOn() async throws {
        try await withDatabase { _, connection in
            let cases: [(String, PostgresParameter)] = [
                ("select $1", .text("a\0b")), ("select $1", .texts(["a", "\0"])), ("select $1", .timestampMs(.max)),
                ("select $1", .timestampMs(.min)), ("select $1", .timestampsMs([0, .max])),
                ("select $1", .jsonb("{")), ("select $1", .jsonb(#""\u0000""#)), ("select $1", .uuid("no")),
                ("select 1/$1", .int8(0)), ("select $1::int8::int2", .int8(70_000)),
                ("select $1", .text(String(repeating: "x", count: CopyBuffer.maxValueBytes + 1))),
                ("select 1 -- \0", .int8(1)),
            ]
            for (sql, parameter) in cases {
                let failure = try postgresFailure { _ = try connection.query(sql, [parameter]) }
                #expect(failure?.disposition == .refused, "\(String(describing: failure))")
                #expect(connection.isUsable)
            }
            let one: Int64 = try connection.value("select 1::int8")
            #expect(one == 1)
        }
    }

    @Test func wrongReadsAreErrorsNotTraps() async throws {
        try await withDatabase { _, connection in
            let row = try connection.query("select 1.5::numeric, null::int8, 'x'::text, array[1,null]::int8[]")[0]
            #expect(throws: PostgresFailure.self) { let _: Int64 = try row[0] }
            #expect(throws: PostgresFailure.self) { let _: Int64 = try row[1] }
            #expect(throws: PostgresFailure.self) { let _: Double = try row[2] }
            #expect(throws: PostgresFailure.self) { let _: [Int64] = try row[3] }
            #expect(throws: PostgresFailure.self) { let _: Int64 = try row[4] }
            #expect(throws: PostgresFailure.self) { let _: Int64 = try row[-1] }
            let infinite = try connection.query("select 'infinity'::timestamptz")[0]
            #expect(throws: PostgresFailure.self) { let _: Int64 = try infinite[0] }
            let none = "select 1::int8 where false"
            #expect(throws: PostgresFailure.self) { let _: Int64 = try connection.value(none) }
        }
    }

    @Test func errorsNameTheirDisposition() async throws {
        try await withDatabase { database, connection in
            try connection.execute("create table t(a int primary key, b int check (b > 0))")
            try connection.execute("insert into t values (1, 1)")
            let cases: [(String, PostgresFailure.Disposition, String)] = [
                ("insert into t values (1, 1)", .refused, "23505"), ("insert into t values (2, 0)", .refused, "23514"),
                ("selec", .bug, "42601"), ("select * from nothing", .bug, "42P01"),
                ("set transaction read only; insert into t values (3, 3)", .retryLater, "25006"),
                ("do $$ begin raise sqlstate '53100'; end $$", .retryLater, "53100"),
                ("set role nobody_at_all", .refused, "22023"),
            ]
            for (sql, disposition, state) in cases {
                let failure = try postgresFailure { try connection.execute(sql) }
                #expect(failure?.disposition == disposition, "\(sql): \(String(describing: failure))")
                #expect(failure?.sqlState?.code == state, "\(sql): \(String(describing: failure))")
                #expect(failure?.remedy.isEmpty == false)
            }
            let quick = try database.connect(limit: .milliseconds(50))
            let failure = try postgresFailure { try quick.execute("select pg_sleep(10)") }
            #expect(failure?.sqlState == .queryCancelled)
            #expect(failure?.disposition == .retryLater)
            #expect(quick.isUsable)
            #expect(try postgresFailure { try connection.execute("copy t from stdin") }?.disposition == .bug)
        }
    }

    @Test func connectFailuresTellTheReason() async throws {
        try await gated {
            let server = try PostgresServer.shared
            func failure(_ url: String) throws -> PostgresFailure {
                try #require(try postgresFailure { _ = try PostgresConnection(PostgresOptions(url)) })
            }
            let absent = try failure(server.url("no_such_database"))
            #expect(absent.disposition == .configuration && absent.sqlState == .unknownDatabase, "\(absent)")
            let refused = try failure("postgresql://postgres@127.0.0.1:\(try FreePort.next())/x")
            #expect(refused.disposition == .retryLater, "\(refused)")
            let malformed = try failure("postgresql://h:x/y?nonsense=1")
            #expect(malformed.disposition == .configuration, "\(malformed)")
            let user = try failure("postgresql://nobody_here@127.0.0.1:\(server.port)/postgres")
            #expect(user.disposition == .configuration && user.sqlState == .invalidAuthorization, "\(user)")
            try server.run("create database latin encoding 'LATIN1' locale 'C' template template0")
            #expect(try failure(server.url("latin")).message.contains("LATIN1"))
            try server.dropDatabase("latin")
            // The first host is dead: the second one takes over.
            let both = "postgresql://postgres@127.0.0.1:\(try FreePort.next()),127.0.0.1:\(server.port)/postgres"
            #expect(try PostgresConnection(PostgresOptions(both)).isUsable)
            #expect(try PostgresConnection(PostgresOptions(server.socketURL())).isUsable)
        }
    }

    @Test(arguments: [(14, "UTF8", false), (15, "UTF8", true), (18, "UTF8", true), (16, "SQL_ASCII", false)])
    func serversThatCanBeUsed(_ major: Int, _ encoding: String, _ isGood: Bool) {
        #expect((PostgresConnection.problem(serverMajor: major, encoding: encoding) == nil) == isGood)
    }

    @Test func rowsStreamAndStop() async throws {
        try await withDatabase { _, connection in
            var sum: Int64 = 0
            try connection.forEachRow("select i::int8 from generate_series(1, $1) i", [.int8(100_000)]) { row in
                let value: Int64 = try row[0]
                sum += value
            }
            #expect(sum == 5_000_050_000)
            struct Enough: Error {}
            #expect(throws: Enough.self) {
                try connection.forEachRow("select 1 from generate_series(1, 9999) a, generate_series(1, 9999) b") { _ in
                    throw Enough()
                }
            }
            #expect(connection.isUsable)
            #expect(throws: PostgresFailure.self) {
                try connection.forEachRow("select 1 / (1000 - i) from generate_series(1, 2000) i") { _ in }
            }
            let one: Int64 = try connection.value("select 1::int8")
            #expect(one == 1)
        }
    }

    @Test func cancelFromAnotherThread() async throws {
        try await withDatabase { database, connection in
            let canceller = connection.makeCanceller()
            startThread {
                try? waitUntil("the query") {
                    let others = "datname = '\(database.name)' and pid <> pg_backend_pid()"
                    let count = "select count(*) from pg_stat_activity where query like '%pg_sleep(60)' and \(others)"
                    return try database.psql(count) == "1"
                }
                canceller.cancel()
            }
            let failure = try postgresFailure { try connection.execute("select pg_sleep(60)") }
            #expect(failure?.sqlState == .queryCancelled)
            #expect(connection.isUsable)
        }
    }

    @Test func silentServerIsGivenUp() async throws {
        try await gated {
            let database = try TestDatabase()
            let proxy = try LinkProxy(to: try PostgresServer.shared.port)
            let url = "postgresql://postgres@127.0.0.1:\(proxy.port)/\(database.name)"
            var options = PostgresOptions(url, statementLimit: .seconds(1))
            let connection = try PostgresConnection(options)
            proxy.hold([.toServer, .toClient])
            let failure = try postgresFailure { try connection.execute("select 1") }
            #expect(failure?.disposition == .connectionLost, "\(String(describing: failure))")
            #expect(!connection.isUsable)
            #expect(try postgresFailure { try connection.execute("select 1") }?.disposition == .connectionLost)
            options.connectLimit = .seconds(1)
            let connect = try postgresFailure { _ = try PostgresConnection(options) }
            #expect(connect?.disposition == .retryLater, "\(String(describing: connect))")
        }
    }
}
