import Model
import Postgres
import TestSupport
import Testing

@Suite("Copy", .timeLimit(.minutes(10)))
struct CopyTests {
    private static let table = """
        create table t(a int, b int8, c int2, d float4, e float8, f bool, g text, h bytea, i timestamptz, j jsonb,
            k float8[])
        """

    @Test func everyTypeArrivesAsMeant() async throws {
        try await withDatabase { database, connection in
            try connection.execute(CopyTests.table)
            let values = [1.5, -0.0, Frame.noValue, .infinity]
            let count = try connection.copyIn("copy t from stdin (format binary)") { rows in
                try rows.row { row in
                    row.put(Int32(-5))
                    row.put(Int64.max)
                    row.put(Int16.min)
                    row.put(Float(0.5))
                    row.put(2.25)
                    row.put(true)
                    row.put("é'\\\u{1}")
                    row.put(bytes: [0, 1, 255])
                    row.put(timestampMs: 1_700_000_000_123)
                    row.put(json: #"{"a":1}"#)
                    row.put(values.span)
                }
                try rows.row { row in
                    for _ in 0..<10 { row.putNull() }
                    row.put([Double]().span)
                }
            }
            #expect(count == 2)
            #expect(
                try database.psql("select a,b,c,d,e,f,g,h,i at time zone 'UTC',j,k from t where a is not null")
                    == "-5|9223372036854775807|-32768|0.5|2.25|t|é'\\\u{1}|\\x0001ff|2023-11-14 22:13:20.123|"
                    + #"{"a": 1}|{1.5,-0,NaN,Infinity}"#)
            #expect(try database.psql("select k, num_nulls(a,b,c,d,e,f,g,h,i,j) from t where a is null") == "{}|10")
        }
    }

    @Test func abortedCopyLeavesNone() async throws {
        try await withDatabase { database, connection in
            try connection.execute("create table t(a int8, b text)")
            struct Stop: Error {}
            #expect(throws: Stop.self) {
                try connection.copyIn("copy t from stdin (format binary)") { rows in
                    for number in 0..<50_000 {
                        try rows.row { row in
                            row.put(Int64(number))
                            row.put("text \(number)")
                        }
                    }
                    throw Stop()
                }
            }
            #expect(connection.isUsable)
            #expect(try database.psql("select count(*) from t") == "0")
        }
    }

    @Test func refusedValuesAndRowsLeaveNone() async throws {
        try await withDatabase { database, connection in
            try connection.execute("create table t(a int primary key, b jsonb)")
            typealias Put = @Sendable (inout CopyBuffer) -> Void
            let cases: [(String, Int32?, Put)] = [
                ("NUL", 1, { $0.put(json: "\"a\0\"") }), ("not JSON", 1, { $0.put(json: "{") }),
                ("same key", 0, { $0.putNull() }), ("no key", nil, { $0.putNull() }),
                ("not a time", 1, { $0.put(timestampMs: .max) }), ("too few fields", 1, { _ in }),
                ("too many fields", 1, { for _ in 0..<2 { $0.putNull() } }), ("other type", 1, { $0.put(json: "") }),
            ]
            for (name, key, put) in cases {
                let failure = try postgresFailure {
                    try connection.copyIn("copy t from stdin (format binary)") { rows in
                        try rows.row { row in
                            row.put(Int32(0))
                            row.putNull()
                        }
                        try rows.row { row in
                            if let key { row.put(key) } else { row.putNull() }
                            put(&row)
                        }
                    }
                }
                #expect(failure?.disposition == .refused, "\(name): \(String(describing: failure))")
                #expect(connection.isUsable)
            }
            #expect(try database.psql("select count(*) from t") == "0")
        }
    }

    /// The server gives up early while much is still being sent.
    @Test func earlyRefusalOfALargeCopy() async throws {
        try await withDatabase { database, connection in
            try connection.execute("create table t(a int primary key, b text)")
            let text = String(repeating: "x", count: 1000)
            let failure = try postgresFailure {
                try connection.copyIn("copy t from stdin (format binary)") { rows in
                    for _ in 0..<50_000 {
                        try rows.row { row in
                            row.put(Int32(1))
                            row.put(text)
                        }
                    }
                }
            }
            #expect(failure?.sqlState == .uniqueViolation, "\(String(describing: failure))")
            #expect(connection.isUsable)
            let absent = try postgresFailure { try connection.copyIn("copy x from stdin") { _ in } }
            #expect(absent?.sqlState == .undefinedTable)
            let noCopy = try postgresFailure { try connection.copyIn("select 1") { _ in } }
            #expect(noCopy?.disposition == .bug)
            let one: Int64 = try connection.value("select 1::int8")
            #expect(one == 1)
        }
    }

    @Test(arguments: [true, false]) func connectionLostInCopyLeavesNone(_ byServer: Bool) async throws {
        try await gated {
            let database = try TestDatabase()
            try database.psql("create table t(a int8)")
            let proxy = try LinkProxy(to: try PostgresServer.shared.port)
            let url = "postgresql://postgres@127.0.0.1:\(proxy.port)/\(database.name)"
            let connection = try PostgresConnection(PostgresOptions(url))
            let failure = try postgresFailure {
                try connection.copyIn("copy t from stdin (format binary)") { rows in
                    for number in 0..<200_000 {
                        if number == 100_000 {
                            if byServer {
                                try PostgresServer.shared.terminateSessions(database: database.name)
                            } else {
                                proxy.cut()
                            }
                        }
                        try rows.row { $0.put(Int64(number)) }
                    }
                }
            }
            #expect(failure?.disposition == .connectionLost, "\(String(describing: failure))")
            #expect(!connection.isUsable)
            #expect(try database.psql("select count(*) from t") == "0")
        }
    }

    @Test func encodedBeforeAndLargeValues() async throws {
        try await withDatabase { database, connection in
            try connection.execute("create table t(a int8, b bytea)")
            var buffer = CopyBuffer(capacity: 1)
            let large = [UInt8](repeating: 7, count: 3 << 20)
            for number in 0..<4 {
                buffer.row { row in
                    row.put(Int64(number))
                    row.put(bytes: large)
                }
            }
            #expect(buffer.rowCount == 4)
            let count = try connection.copyIn("copy t from stdin (format binary)") { rows in
                try rows.row { row in
                    row.put(Int64(-1))
                    row.putNull()
                }
                try rows.append(buffer)
                try rows.row { row in
                    row.put(Int64(-2))
                    row.putNull()
                }
            }
            #expect(count == 6)
            #expect(try database.psql("select count(*), sum(length(b)) from t") == "6|\(12 << 20)")
            buffer.removeAll()
            buffer.row { $0.put("a\0") }
            let failure = try postgresFailure {
                try connection.copyIn("copy t from stdin (format binary)") { try $0.append(buffer) }
            }
            #expect(failure?.disposition == .refused)
        }
    }
}
