import Model
import Postgres
import TestSupport
import Testing

@Suite("Retention", .timeLimit(.minutes(10)))
struct RetentionTests {
    private static let nowMs = Fixture.nowMs

    @Test func droppedDaysAreAccountedFor() async throws {
        try await withMigrated { database, connection in
            let first = try Fixture(connection)
            let second = try Fixture(connection, agent: "agent-2", epoch: 7)
            var rows: [TelemetryRow] = []
            for hour in 0..<96 {
                let timeMs = RetentionTests.nowMs - Int64(hour) * 3_600_000
                rows.append(first.row(Int64(1000 - hour), at: timeMs))
                // Every third number is missing, and time does not follow the numbers.
                if hour % 3 != 0 { rows.append(second.row(Int64(hour + 1), at: timeMs)) }
            }
            rows.append(first.row(.max, at: RetentionTests.nowMs - 72 * 3_600_000))
            try first.store(rows.filter { $0.asset == first.asset.asset })
            try second.store(rows.filter { $0.asset == second.asset.asset })

            let limits = Retention.Limits(telemetryDays: 2)
            let horizonMs = Retention.horizonMs(2, nowMs: RetentionTests.nowMs)
            let summary = try Retention.run(connection, limits, nowMs: RetentionTests.nowMs)
            #expect(summary.telemetryDays.map(\.description) == ["2026-01-27", "2026-01-28"])
            for fixture in [first, second] {
                let own = rows.filter { $0.asset == fixture.asset.asset }
                let gone = own.filter { $0.timeMs < horizonMs }
                var expired = SequenceSet()
                for row in gone { expired.insert(row.sequence) }
                let stream = try fixture.reload()
                #expect(stream.expired == expired)
                #expect(stream.committed.isSuperset(of: stream.expired))
                let stored: [Int64] = try connection.value(
                    "select array_agg(seq order by seq) from telemetry where asset = $1", [.int4(fixture.asset.asset)])
                var present = SequenceSet()
                for number in stored { present.insert(number) }
                // Nothing is neither stored nor accounted for.
                present.formUnion(expired)
                #expect(present == stream.committed)
            }
            #expect(try Retention.run(connection, limits, nowMs: RetentionTests.nowMs).telemetryDays.isEmpty)
            #expect(try database.psql("select count(*) from pg_tables where tablename like 'telemetry_2%'") == "3")
        }
    }

    /// A writer that is storing rows of that day just now is neither lost nor blocked for long.
    @Test func busyDayIsLeftForLater() async throws {
        try await withMigrated { database, connection in
            let fixture = try Fixture(connection)
            let oldMs = RetentionTests.nowMs - 10 * Day.lengthMs
            try fixture.store([fixture.row(1, at: oldMs)])
            let other = try database.connect()
            let limits = Retention.Limits(telemetryDays: 2)
            try connection.transaction {
                try connection.copyIn(TelemetryRow.copyStatement) { try $0.row(fixture.row(2, at: oldMs)) }
                let failure = try postgresFailure {
                    try Retention.run(other, limits, nowMs: RetentionTests.nowMs)
                }
                #expect(failure?.disposition == .retryLater, "\(String(describing: failure))")
                try connection.execute("update streams set committed = committed + int8multirange(int8range(2, 3))")
            }
            #expect(try database.psql("select count(*) from telemetry") == "2")
            try Retention.run(other, limits, nowMs: RetentionTests.nowMs)
            #expect(try fixture.reload().expired == SequenceSet(1...2))
        }
    }

    @Test func othersAreRemovedByTheirTimes() async throws {
        try await withMigrated { database, connection in
            let fixture = try Fixture(connection)
            try database.psql(
                """
                insert into health select to_timestamp(\(RetentionTests.nowMs / 1000)) - i * interval '1 day', 1, 50,
                    'warning' from generate_series(0, 9) i;
                insert into events (occurred_at, known_at, kind, severity, message)
                    select now(), to_timestamp(\(RetentionTests.nowMs / 1000)) - i * interval '1 day', 'k', 'info', ''
                    from generate_series(0, 9) i;
                insert into rollup_1m select to_timestamp(\(RetentionTests.nowMs / 1000)) - i * interval '1 day', 1, 1, 0,
                    '{}', '{}', '{}', '{}' from generate_series(0, 9) i;
                insert into rollup_1h select * from rollup_1m;
                insert into quarantine (received_at, site, agent, epoch, seq, reason, topic, payload)
                    select to_timestamp(\(RetentionTests.nowMs / 1000)) - i * interval '1 day', 'site-1', 'agent-1',
                        \(fixture.epoch.stored), i, 'r', 't', '' from generate_series(0, 9) i;
                insert into quarantine (received_at, site, agent, reason, topic, payload) values ('2000-01-01', 's', 'a',
                    'r', 't', '');
                update streams set committed = '{[1,20)}'
                """)
            let limits = Retention.Limits(
                rollupMinuteDays: 1, rollupHourDays: 2, healthDays: 3, eventDays: 4, quarantineDays: 5)
            let summary = try Retention.run(connection, limits, nowMs: RetentionTests.nowMs)
            #expect(summary.rows == 8 + 7 + 6 + 5 + 4 + 1)
            let counts = try database.psql(
                """
                select (select count(*) from rollup_1m), (select count(*) from rollup_1h), (select count(*) from health),
                    (select count(*) from events), (select count(*) from quarantine)
                """)
            #expect(counts == "2|3|4|5|6")
            #expect(try fixture.reload().expired.isEmpty, "losses goes on accounting for what was in quarantine")
            #expect(try Retention.run(connection, Retention.Limits(), nowMs: RetentionTests.nowMs) == .init())
        }
    }
}
