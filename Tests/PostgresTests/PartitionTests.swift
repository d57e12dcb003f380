import Postgres
import TestSupport
import Testing

@Suite("Partitions", .timeLimit(.minutes(10)))
struct PartitionTests {
    private static let nowMs = Fixture.nowMs

    /// PostgreSQL's own calendar is the oracle.
    @Test func daysAreTheServersDays() async throws {
        try await withDatabase { _, connection in
            let rows = try connection.query(
                """
                select d::timestamptz, to_char(d, 'YYYY-MM-DD')
                from generate_series('1890-01-01'::timestamp, '2410-01-01'::timestamp, '1 day') d
                """)
            #expect(rows.count > 189_000)
            var wrong = 0
            for row in rows {
                let (timeMs, text): (Int64, String) = (try row[0], try row[1])
                let parts = text.split(separator: "-").compactMap { Int($0) }
                let day = Day(timeMs: timeMs)
                let isRight =
                    day.description == text && day.startMs == timeMs
                    && Day(timeMs: timeMs + 86_399_999) == day && Day(timeMs: timeMs - 1) < day
                    && Day(year: parts[0], month: parts[1], day: parts[2]) == day
                if !isRight { wrong += 1 }
            }
            #expect(wrong == 0)
        }
    }

    @Test func madeAheadAndOnDemand() async throws {
        try await withMigrated { database, connection in
            try Partitions.makeAhead(connection, nowMs: PartitionTests.nowMs)
            try Partitions.makeAhead(connection, nowMs: PartitionTests.nowMs)
            let today = Day(timeMs: PartitionTests.nowMs)
            #expect(try Partitions.existing(connection) == Set((0...2).map { Day(today.number + $0) }))
            let late = Day(today.number - 40)
            try Partitions.ensure(connection, [late, today, late], nowMs: PartitionTests.nowMs)
            #expect(try Partitions.existing(connection).contains(late))
            #expect(try database.psql("select count(*) from pg_indexes where tablename like 'telemetry_2%'") == "4")
            #expect(
                try database.psql("select obj_description('telemetry_20260131'::regclass)")
                    == "Readings of 2026-01-31 (UTC).")
        }
    }

    @Test func implausibleDaysAreRefused() async throws {
        try await withMigrated { _, connection in
            let nowMs = PartitionTests.nowMs
            for timeMs in [0, nowMs + 9 * Day.lengthMs, nowMs - 4000 * Day.lengthMs, .max, .min] {
                #expect(!Partitions.isPlausible(timeMs, nowMs: nowMs))
                let failure = try postgresFailure {
                    try Partitions.ensure(connection, [Day(timeMs: nowMs), Day(timeMs: timeMs)], nowMs: nowMs)
                }
                #expect(failure?.disposition == .refused)
            }
            #expect(Partitions.isPlausible(nowMs + 7 * Day.lengthMs, nowMs: nowMs))
            #expect(try Partitions.existing(connection).isEmpty)
        }
    }

    @Test func racedByManyConnections() async throws {
        try await gated {
            let database = try TestDatabase(isMigrated: true)
            let today = Day(timeMs: PartitionTests.nowMs).number
            let failures = try inParallel(6) { _ -> Int in
                let connection = try database.connect()
                for back in 0..<12 {
                    try Partitions.ensure(connection, [Day(today - back)], nowMs: PartitionTests.nowMs)
                }
                return 0
            }
            #expect(failures.count == 6)
            #expect(try Partitions.existing(try database.connect()).count == 12)
        }
    }

    /// A partition is made while a writer's transaction and a long query are open: neither holds the other up.
    @Test func makingDoesNotWaitForReadersAndWriters() async throws {
        try await withMigrated { database, connection in
            let fixture = try Fixture(connection)
            let other = try database.connect(limit: .seconds(5))
            let today = Day(timeMs: PartitionTests.nowMs)
            try fixture.store([fixture.row(1, at: PartitionTests.nowMs)])
            try connection.transaction {
                try connection.copyIn(TelemetryRow.copyStatement) {
                    try $0.row(fixture.row(2, at: PartitionTests.nowMs))
                }
                _ = try connection.query("select count(*) from telemetry")
                try Partitions.ensure(other, [Day(today.number + 1)], nowMs: PartitionTests.nowMs)
            }
            #expect(try Partitions.existing(connection).count == 2)
        }
    }

    @Test func foreignTableInTheWay() async throws {
        try await withMigrated { database, connection in
            try database.psql("create table telemetry_20260131 (x int)")
            let failure = try postgresFailure { try Partitions.makeAhead(connection, nowMs: PartitionTests.nowMs) }
            #expect(failure?.disposition == .configuration, "\(String(describing: failure))")
        }
    }
}
