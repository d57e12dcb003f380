import Assets
import Model
import Outbox
import Runtime
import Tables
import TestSupport
import Testing

@testable import AgentCore

/// Recordings become readings: every row once, at its own instant, whatever the file looks like.
@Suite(.timeLimit(.minutes(10)))
struct ReplayTests {
    private static func file(_ text: String, _ name: String = "data.csv") throws -> (TemporaryFolder, String) {
        let folder = try TemporaryFolder()
        try writeFile(folder.path(name), text)
        return (folder, folder.path(name))
    }

    /// Five rows, a second apart, with what spreadsheets and instruments write.
    private static let plain = """
        timestamp,Pump 1 (RMS),temperature,note,open
        2026-01-01T00:00:00Z,0.5,20,start,1
        2026-01-01T00:00:01Z,0.6,,x,0
        2026-01-01T00:00:02Z,0.7,22,"a, b",1
        2026-01-01T00:00:03Z,0.8,23,,1
        2026-01-01T00:00:04Z,0.9,24,end,0

        """

    @Test func columnsOfNumbersBecomeSignals() throws {
        let (folder, path) = try ReplayTests.file(ReplayTests.plain)
        defer { folder.close() }
        let recording = try Recording(ReplaySettings(path: path))
        let kind = recording.signals.kind
        #expect(kind.id == "replay" && kind.groups.map(\.signals.count) == [3])
        #expect(kind.groups[0].signals.map(\.name) == ["pump_1_rms", "temperature", "open"])
        var rows: [Recording.Row] = []
        while let row = try recording.next() { rows.append(row) }
        #expect(rows.map(\.timeMs) == (0..<5).map { 1_767_225_600_000 + $0 * 1000 })
        #expect(rows.map { $0.values[0] } == [0.5, 0.6, 0.7, 0.8, 0.9])
        #expect(rows[1].values[1].isNaN && rows[1].values[2] == 0)
        try recording.rewind()
        #expect(try recording.next() == rows[0])
    }

    @Test func aMappingSaysWhatTheColumnsMean() throws {
        let (folder, path) = try ReplayTests.file(
            "datetime;A;B;run\n2026-01-01 00:00:00;1;10;x\n2026-01-01 00:00:01;2;20;y\n2026-01-01 00:00:02;3;30;y\n")
        defer { folder.close() }
        let map = folder.path("map.yaml")
        try writeFile(
            map,
            """
            separator: ";"
            signals:
              - {column: B, name: flow, unit: L/s, title: Feed, normal: {low: 0, high: 25}}
            """)
        let config = folder.path("agent.yaml")
        try writeFile(
            config,
            """
            site: s
            agent: a
            asset:
              id: a
              kind: replay
              replay: {path: data.csv, mapping: map.yaml, speed: 10, where: {column: run, is: y}}
            state_dir: state
            mqtt: {host: 127.0.0.1}
            """, mode: 0o600)
        let settings = try #require(try AgentConfig.load(config).asset.recording)
        #expect(settings.path == path && settings.speed == 10)
        let recording = try Recording(settings)
        let signal = try #require(recording.signals.kind.groups[0].signals.first)
        #expect(signal.name == "flow" && signal.unit == "L/s" && signal.normal == 0...25)
        #expect(try recording.next()?.values == [20])
        #expect(try recording.next()?.values == [30])
        #expect(try recording.next() == nil)
    }

    @Test(arguments: [
        ("text", "2026-01-01 00:00:01,1"), ("text", "2026-01-01T00:00:01.000+00:00,1"), ("seconds", "1767225601,1"),
        ("milliseconds", "1767225601000,1"), ("seconds", "1767225601.0,1"),
    ])
    func timesInEveryForm(_ form: String, _ row: String) throws {
        let (folder, path) = try ReplayTests.file("t,v\n\(row)\n")
        defer { folder.close() }
        var mapping = RecordingMapping()
        mapping.timeColumn = "t"
        mapping.timeForm = try #require(RecordingMapping.TimeForm(rawValue: form))
        let recording = try Recording(ReplaySettings(path: path, mapping: mapping))
        #expect(try recording.next() == Recording.Row(timeMs: 1_767_225_601_000, values: [1]))
    }

    /// Times that no calendar has must not make the distances of rows overflow.
    @Test func timesBeyondTheCalendarAreRefused() throws {
        let folder = try TemporaryFolder()
        defer { folder.close() }
        for times in [[Int64.min, .max], [0, .max], [.min, 0]] {
            let schema = TableSchema("t", "", [Column("time", .timeMs), Column("x", .number)])
            var writer = try ParquetWriter(path: folder.path("t.parquet"), schema: schema)
            try writer.append(TableBatch([.timesMs(times), .numbers([1, 2])]))
            try writer.finish()
            let failure = #expect(throws: TableFailure.self) {
                try ReplayFeed(ReplaySettings(path: folder.path("t.parquet")))
            }
            #expect(failure?.problem.contains("needs a time") == true)
        }
    }

    @Test func parquetBecomesAnAssetOfItsKind() throws {
        let folder = try TemporaryFolder()
        defer { folder.close() }
        let caster = try #require(AssetCatalog["caster"])
        let (first, second) = (caster.groups[0].signals[0].name, caster.groups[1].signals[0].name)
        let schema = TableSchema(
            "process", "",
            [
                Column("timestamp", .timeMs), Column(first, .number, isNullable: true), Column("other", .number),
                Column(second, .number, isNullable: true), Column("cast_id", .text),
            ])
        var writer = try ParquetWriter(path: folder.path("process.parquet"), schema: schema)
        try writer.append(
            TableBatch([
                .timesMs([0, 1000, 2000]), .numbers([1, 2, 3]), .numbers([0, 0, 0]), .numbers([.nan, 5, .nan]),
                .texts(["c-1", "c-2", "c-2"]),
            ]))
        try writer.finish()
        var mapping = RecordingMapping()
        mapping.kind = "caster"
        let settings = ReplaySettings(
            path: folder.path, table: "process", filter: .init("cast_id", is: "c-2"), mapping: mapping)
        let feed = try ReplayFeed(settings)
        #expect(feed.kind.id == "caster" && feed.rateHz == 1)
        let frames = feed.due(atS: 10, timeMs: 100_000, lateMs: 0)
        // Only groups of which the row has readings, each frame at its row's own instant.
        #expect(frames.map(\.group) == [0, 1, 0] && frames.map(\.timeMs) == [90_000, 90_000, 91_000])
        #expect(frames[0].values[0] == 2 && frames[1].values[0] == 5 && frames[0].values[1].isNaN)
        #expect(feed.due(atS: 11, timeMs: 101_000, lateMs: 0).isEmpty && feed.hasEnded && feed.failure == nil)
    }

    /// Whatever ticks there are, and wherever it restarts from a saved state: every row, once, in order.
    @Test(arguments: Seeds.list(fixed: 10, fresh: 5))
    func everyRowOnceOverRestarts(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var text = "time,v\n"
        var timeMs: Int64 = 0
        let count = 200
        for number in 0..<count {
            text += "\(RFC3339.format(ms: timeMs)),\(number)\n"
            timeMs += Int64(random.next() % 4) * 500
        }
        let (folder, path) = try ReplayTests.file(text)
        defer { folder.close() }
        let settings = ReplaySettings(path: path, speed: Double(1 + random.next() % 20))
        var asset = AgentConfig.Asset(id: "a", kind: "replay", seed: settings.digest, rateHz: 1, recording: settings)
        var feed = try ReplayFeed(settings)
        asset.rateHz = feed.rateHz
        guard var source = AssetSource(asset, feed: feed) else { throw SupportFailure("no source") }
        var checkpoint: Checkpoint?
        var last: TickMark?
        var seen: [Double] = []
        while !feed.hasEnded {
            for frame in source.take(timeMs: 1_000_000 + source.tick * 100).frames { seen.append(frame.values[0]) }
            last = TickMark(tick: source.tick - 1, timeMs: 0)
            if random.next() % 10 == 0 { checkpoint = source.checkpoint() }
            if random.next() % 25 == 0, checkpoint != nil {
                feed = try ReplayFeed(settings)
                guard let again = AssetSource(asset, feed: feed) else { throw SupportFailure("no source") }
                source = again
                let isResumed = source.resume(checkpoint, last: last)
                #expect(isResumed)
            }
        }
        #expect(seen == (0..<count).map(Double.init), "replay: BELLWETHER_SEED=\(seed)")
    }

    @Test func repeatingGoesOnAtTheEnd() throws {
        let (folder, path) = try ReplayTests.file(ReplayTests.plain)
        defer { folder.close() }
        let feed = try ReplayFeed(ReplaySettings(path: path, atEnd: .repeat))
        let values = (0..<12).flatMap { feed.due(atS: Double($0), timeMs: 0, lateMs: 0).map { $0.values[0] } }
        let once = [0.5, 0.6, 0.7, 0.8, 0.9]
        #expect(values == once + once + once[..<2] && !feed.hasEnded)
    }

    @Test(arguments: [
        ("", "is empty"), ("timestamp,v\n", "has no rows"), ("a,b\n1,2\n", "has no column of times"),
        ("timestamp,v\n2026-01-01T00:00:00Z,x\n", "has no column of numbers"),
        ("timestamp,v\nyesterday,1\n", "row 1 needs a time"),
        ("timestamp,v\n2026-01-01T00:00:01Z,1\n2026-01-01T00:00:00Z,2\n", "earlier than the one before"),
        ("timestamp,v\n2026-01-01T00:00:00Z,1,2\n", "has 3 fields"),
        ("timestamp,v\n2026-01-01T00:00:00Z,\"1\n", "ends within quotes"),
    ])
    func whatCannotBePlayedIsRefusedInWords(_ text: String, _ words: String) throws {
        let (folder, path) = try ReplayTests.file(text)
        defer { folder.close() }
        let failure = #expect(throws: TableFailure.self) { try ReplayFeed(ReplaySettings(path: path)) }
        #expect(failure?.description.contains(words) == true, "\(String(describing: failure))")
    }

    @Test func whatIsNotThereIsRefusedInWords() throws {
        let (folder, path) = try ReplayTests.file(ReplayTests.plain)
        defer { folder.close() }
        func problem(_ change: (inout ReplaySettings) -> Void) -> String {
            var settings = ReplaySettings(path: path)
            change(&settings)
            do throws(TableFailure) {
                _ = try ReplayFeed(settings)
                return "none"
            } catch {
                return error.description
            }
        }
        #expect(problem { $0.path = folder.path("nothing.csv") }.contains("nothing.csv"))
        #expect(problem { $0.filter = .init("notes", is: "x") }.contains("did you mean \"note\""))
        #expect(problem { $0.filter = .init("note", is: "never") }.contains("has no row with note = never"))
        #expect(problem { $0.mapping.kind = "castor" }.contains("did you mean \"caster\""))
        #expect(
            problem {
                $0.path = folder.path; $0.table = "dat"
            }.contains("did you mean \"data\""))
        #expect(
            problem {
                $0.mapping.intervalS = 0.001; $0.speed = 100
            }.contains("lower the speed"))
    }
}
