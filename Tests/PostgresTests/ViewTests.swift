import Model
import Postgres
import TestSupport
import Testing

@Suite("Views", .timeLimit(.minutes(10)))
struct ViewTests {
    private static let nowMs = Fixture.nowMs

    @Test func namedColumnsHaveTheRightValues() async throws {
        try await withMigrated { database, connection in
            let fixture = try Fixture(connection)
            var scored = fixture.row(1, at: ViewTests.nowMs, [21.5, 1, 2])
            scored.health = 97
            try fixture.store([
                scored, fixture.row(2, at: ViewTests.nowMs + 1000, [.nan, .nan, .nan]),
                fixture.row(3, at: ViewTests.nowMs + 2000, [1, 0, 3]),
                fixture.row(4, at: ViewTests.nowMs + 3000, [1, 0, -1e300]),
                fixture.row(5, at: ViewTests.nowMs + 4000, group: 1, [7]),
            ])
            let text = try database.psql(
                "select asset, ts at time zone 'UTC', seq, signal_group, health, temp, boiling, mode, ts_reading "
                    + "from kettle_readings order by seq")
            #expect(
                text == """
                    kettle-agent-1|2026-01-31 12:00:00|1|process|97|21.5|t|hot|
                    kettle-agent-1|2026-01-31 12:00:01|2|process|||||
                    kettle-agent-1|2026-01-31 12:00:02|3|process||1|f||
                    kettle-agent-1|2026-01-31 12:00:03|4|process||1|f||
                    kettle-agent-1|2026-01-31 12:00:04|5|slow|||||7
                    """)
            let types = try database.psql(
                "select string_agg(data_type, ',' order by ordinal_position) from information_schema.columns "
                    + "where table_name = 'kettle_readings'")
            #expect(
                types == "text,timestamp with time zone,bigint,bigint,text,real,double precision,boolean,text,"
                    + "double precision")
            #expect(try database.psql("select epoch from kettle_readings limit 1") == "\(fixture.epoch.stored)")
        }
    }

    /// Signals appended in the middle of the groups become columns at the end, under views that users have made.
    @Test func viewGrowsUnderUsersViews() async throws {
        try await withMigrated { database, connection in
            let fixture = try Fixture(connection)
            try database.psql("create view mine as select * from kettle_readings")
            var more = Fixture.set
            more.groups[0].signals.append(SignalSet.Entry("level \"%\" 'x'", title: "it's", unit: "%"))
            _ = try Catalogue.registerSignals(connection, more)
            try fixture.store([fixture.row(1, at: ViewTests.nowMs, [1, 0, 0, 55])])
            #expect(try database.psql(#"select "level ""%"" 'x'" from kettle_readings"#) == "55")
            more.groups[1].signals.append(SignalSet.Entry("late"))
            _ = try Catalogue.registerSignals(connection, more)
            let columns = try database.psql(
                "select string_agg(column_name, ',' order by ordinal_position) from information_schema.columns "
                    + "where table_name = 'kettle_readings'")
            #expect(
                columns == "asset,ts,epoch,seq,signal_group,health,temp,boiling,mode,ts_reading,level \"%\" 'x',late")
            #expect(try database.psql("select count(*) from mine") == "1")
        }
    }

    @Test func longViewShowsEveryReading() async throws {
        try await withMigrated { database, connection in
            let fixture = try Fixture(connection)
            let set = try Catalogue.registerSignals(
                connection, SignalSet(name: "s:a:d", kind: SignalSet.generic, groups: []))
            _ = try Catalogue.appendSignals(
                connection, set, group: "data", [.init("speed"), .init("name's", form: .text), .init("later")])
            let foreign = try Catalogue.registerAsset(
                connection, site: "s", agent: "a", device: "d", kind: "generic", signalSet: set, title: "D")
            var row = TelemetryRow(
                Frame(group: 0, timeMs: ViewTests.nowMs, values: [.nan, .nan], qualities: [.good, .stale]),
                asset: foreign.asset, epoch: nil, sequence: 1)
            row.texts = #"{"name's": "Bob"}"#
            try fixture.store([row, fixture.row(2, at: ViewTests.nowMs, [5, 1, 1], [.good, .stale, .bad])])
            let text = try database.psql(
                "select asset, signal, value, text, quality from generic_readings order by asset, signal")
            #expect(
                text == """
                    d|name's||Bob|stale
                    d|speed|||bad
                    kettle-agent-1|boiling|1||stale
                    kettle-agent-1|mode|1|it's on|bad
                    kettle-agent-1|temp|5||good
                    """)
        }
    }
}
