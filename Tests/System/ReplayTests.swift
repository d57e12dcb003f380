import Glibc
import Runtime
import Tables
import TestSupport
import Testing

extension SystemTests {
    /// Recorded data as a live asset: through the outbox, the broker and the collector like any other.
    @Suite("Replay", .serialized, .timeLimit(.minutes(5)))
    struct Replay {
        private static let startMs: Int64 = 1_700_000_000_000

        @Test("A user's CSV file is played at its pace; over a cut link and a kill every row is stored once, in order")
        func csv() async throws {
            try await offPool {
                let rows = 300
                var text = "when,Vibration (RMS),flow\n"
                for row in 0..<rows {
                    text +=
                        "\(RFC3339.format(ms: Replay.startMs + Int64(row) * 1_000)),\(row),\(row % 7 == 0 ? "" : "1.5")\n"
                }
                let folder = try TemporaryFolder()
                try writeFile(folder.path("skid.csv"), text, mode: 0o644)
                try writeFile(folder.path("map.yaml"), "time: {column: when}\n", mode: 0o644)
                var settings = Plant.Settings()
                var agent = AgentUnit.Settings("skid-1")
                agent.recording = "{path: \(folder.path("skid.csv")), mapping: \(folder.path("map.yaml")), speed: 50}"
                settings.agents = [agent]
                let plant = try Plant(settings)
                try plant.start()
                try plant.waitForFrames(30)
                plant.agent.link.cut()
                plant.agent.link.refuse(true)
                try plant.wait("readings beside the cut link") { plant.agent.journal.count > 100 }
                plant.agent.kill()
                plant.agent.link.refuse(false)
                try plant.agent.start()
                let exit = try plant.agent.unit.waitForExit(.seconds(60))
                #expect(exit == .code(0), "\(plant.agent.unit.logTail())")
                #expect(plant.agent.unit.log.contains("the recording has ended"))
                let finding = try plant.findings()[0]
                #expect(finding.isWhole() && finding.stored == rows, "\(finding)")
                // By the file: every row, once, in its order; what is missing there is missing here.
                let order = "select string_agg(values[1]::int::text, ',' order by seq) from telemetry"
                #expect(try plant.sql(order) == (0..<rows).map(String.init).joined(separator: ","))
                #expect(try plant.number("select count(*) from telemetry where values[2] = 'NaN'") == (rows + 6) / 7)
                #expect(
                    try plant.sql("select name from signals order by signal_group, position")
                        .hasPrefix("vibration_rms\nflow"))
                #expect(try plant.sql("select id, kind from assets") == "skid-1|generic")
                // At its pace: a row every 20 ms, as the stamps say. The kill may have cost some time, once.
                let uneven = try plant.number(
                    """
                    select count(*) from (select extract(epoch from ts - lag(ts) over (order by seq)) as s from telemetry) d
                    where s < 0.015 or s > 0.025
                    """)
                #expect(uneven <= 2, "\(uneven) of \(rows) rows are not at their distance")
            }
        }

        @Test("bellwether-dataset generates casts and plays one of them")
        func dataset() async throws {
            try await offPool {
                let folder = try TemporaryFolder()
                let program = Programs.dataset()
                let casts = folder.path("casts")
                try ChildProcess.run(
                    program, ["generate", "--kind", "caster", "--count", "3", "--minutes", "2", "--out", casts])
                let plant = try Plant(Plant.Settings())
                try plant.collectors[0].start()
                let player = try ChildProcess(
                    program,
                    [
                        "replay", casts, "--cast", "2", "--asset", "caster-7", "--site", plant.site, "--speed", "100",
                        "--mqtt", "127.0.0.1:\(plant.broker.port)", "--state", folder.path("state"),
                    ], output: .file(folder.path("log")), error: .file(folder.path("log")))
                #expect(try player.waitForExit(.seconds(120)) == .code(0), "\(fileText(folder.path("log")) ?? "")")
                #expect(try plant.sql("select id, kind from assets") == "caster-7|caster")
                let log = fileText(folder.path("log")) ?? ""
                #expect(log.contains("played 120 rows, the last one "), "\(log)")
                let status = try ChildProcess.run(
                    Programs.agent(), ["status", "--json", "--config", folder.path("state/agent.yaml")])
                #expect(try JSON(status)["replay_rows"]?.int == 120)
                #expect(try JSON(status)["replay_latest_ms"]?.double ?? -1 >= 0, "\(status)")
                // At its pace: a row every 10 ms, as the stamps say.
                let uneven = try plant.number(
                    """
                    select count(*) from (
                        select extract(epoch from ts - lag(ts) over (order by seq)) as s from telemetry
                        where signal_group = (select min(signal_group) from telemetry)) d
                    where s < 0.005 or s > 0.015
                    """)
                #expect(uneven <= 2, "\(uneven) of 120 rows are not at their distance")
                // Two minutes at 1 Hz: by the simulator's own groups, each stored once.
                let seconds = try plant.number(
                    "select count(*) from telemetry where signal_group = (select min(signal_group) from telemetry)")
                #expect(seconds == 120)
                #expect(try plant.number("select count(*) from losses") == 0)
            }
        }

        @Test("A table of a kind's own signals becomes an asset of that kind, with its health")
        func ofAKind() async throws {
            try await offPool {
                let folder = try TemporaryFolder()
                let schema = TableSchema(
                    "process", "",
                    [
                        Column("timestamp", .timeMs), Column("mold_level", .number), Column("casting_speed", .number),
                        Column("cast_id", .text),
                    ])
                var writer = try ParquetWriter(path: folder.path("process.parquet"), schema: schema)
                let rows = 100
                try writer.append(
                    TableBatch([
                        .timesMs((0..<rows).map { Replay.startMs + Int64($0 % 50) * 1_000 }),
                        .numbers((0..<rows).map(Double.init)), .numbers((0..<rows).map { _ in 1.2 }),
                        .texts((0..<rows).map { $0 < 50 ? "c-1" : "c-2" }),
                    ]))
                try writer.finish()
                try writeFile(folder.path("map.yaml"), "kind: caster\n", mode: 0o644)
                var settings = Plant.Settings()
                var agent = AgentUnit.Settings("caster-9")
                agent.recording =
                    "{path: \(folder.path), mapping: \(folder.path("map.yaml")), speed: 25, "
                    + "where: {column: cast_id, is: c-2}}"
                settings.agents = [agent]
                let plant = try Plant(settings)
                try plant.start()
                #expect(try plant.agent.unit.waitForExit(.seconds(60)) == .code(0), "\(plant.agent.unit.logTail())")
                #expect(try plant.findings()[0].isWhole())
                #expect(try plant.sql("select id, kind from assets") == "caster-9|caster")
                #expect(
                    try plant.sql("select min(mold_level), max(mold_level), count(*) from caster_readings")
                        == "50|99|50")
                #expect(try plant.number("select count(*) from health") > 0)
            }
        }
    }
}
