import Glibc
import Model
import Runtime
import TestSupport
import Testing

extension SystemTests {
    /// What agents have kept while nobody took it: all of it comes, in order, whatever has changed meanwhile.
    @Suite("Backlog", .serialized, .timeLimit(.minutes(5)))
    struct Backlog {
        @Test("T5: readings of one signal in the same millisecond are all kept, and all are found again")
        func sameMillisecond() async throws {
            try await offPool {
                let plant = try Plant(Plant.Settings(agents: [.init("candu-1", rateHz: 1)]))
                let count = 1_500
                try PreparedOutbox.fill(plant.agent, frames: count, stepMs: 0)
                try plant.start()
                try plant.waitForFrames(count)
                try plant.drainAndStop()
                let finding = try plant.findings()[0]
                #expect(finding.isWhole() && finding.stored >= count, "\(finding)")
                #expect(
                    try plant.number("select max(n) from (select count(*) n from telemetry group by asset, ts) s")
                        == count)

                // Page by page through the API: pages that end within one millisecond leave nothing out.
                let signal = try plant.collector.json("/api/v1/assets/candu-1")["signals"]?[0]?["name"]?.string
                let name = try #require(signal)
                var values: [Double] = []
                var cursor = ""
                repeat {
                    let page = try plant.collector.json(
                        "/api/v1/assets/candu-1/telemetry?signals=\(name)&from=2020-01-01T00:00:00Z&limit=400\(cursor)")
                    values += (page["rows"]?.array ?? []).compactMap { $0["values"]?[name]?.double }
                    cursor = page["next"]?.string.map { "&cursor=\($0)" } ?? ""
                } while !cursor.isEmpty
                #expect(Set(values.filter { $0 >= 0 && $0 < Double(count) && $0 == $0.rounded() }).count >= count - 1)
            }
        }

        @Test("T6: an agent whose rate, broker and asset are changed while it is offline delivers what it held before")
        func reconfigured() async throws {
            try await offPool {
                let plant = try Plant(Plant.Settings(agents: [.init("plant-1", rateHz: 20)]))
                let agent = plant.agent
                // What an older version has left, when the group had fewer signals.
                try PreparedOutbox.fill(agent, frames: 200, signals: 5)
                // A broker that is gone for good.
                let changes: [(inout AgentUnit.Settings) -> Void] = [
                    { $0.broker = (host: "127.0.0.1", port: 9) },
                    {
                        $0.broker = (host: "127.0.0.1", port: 9)
                        $0.rateHz = 50
                    },
                    {
                        $0.broker = (host: "localhost", port: 11)
                        ($0.asset, $0.kind) = ("other-2", "caster")
                    },
                    {
                        $0.broker = (host: "localhost", port: 11)
                        ($0.asset, $0.kind, $0.seed) = ("other-3", "smr", 9)
                        $0.lines = ["outbox: {max_bytes: 8388608, when_full: drop_oldest}"]
                    },
                ]
                for change in changes {
                    let before = agent.journal.count
                    try agent.writeConfig(change)
                    try agent.start()
                    try plant.wait("readings without a broker") { agent.journal.count > before + 30 }
                    try agent.stop()
                }
                // One name for two kinds of asset would make the records of both unreadable: refused, nothing touched.
                let held = agent.journal.count
                try agent.writeConfig { $0.kind = "tailings" }
                try agent.start()
                #expect(try agent.unit.waitForExit() == .code(1))
                #expect(agent.unit.log.contains("give the new asset an id of its own"), "\(agent.unit.logTail())")
                #expect(agent.journal.count == held)

                // And back to a broker that is there, as the first asset again.
                try agent.writeConfig()
                try plant.start()
                try plant.waitForFrames(held)
                try plant.drainAndStop()
                for finding in try plant.findings() {
                    #expect(finding.isWhole() && finding.made > held, "\(finding)")
                    #expect(finding.duplicatesRefused == 0)
                }
                let kinds = try plant.sql("select string_agg(id || ' ' || kind, ', ' order by id) from assets")
                #expect(kinds == "other-2 caster, other-3 smr, plant-1 candu")
                #expect(
                    try plant.number(
                        "select count(*) from telemetry where signal_group = 0 and cardinality(values) = 5") == 200)
            }
        }

        @Test("T7: a backlog of 72 hours and millions of readings drains whole; nothing is purged")
        func millionRecords() async throws {
            try await offPool {
                let plant = try Plant(Plant.Settings(agents: [.init("tailings-1", kind: "tailings", rateHz: 1)]))
                // One frame a second for 72 hours and a little; BACKLOG=1000000 for as many records.
                let count = environmentVariable("BACKLOG").flatMap { Int($0) } ?? 72 * 3_600 + 600
                try PreparedOutbox.fill(plant.agent, frames: count)
                let startMs = Clock.monotonicMs()
                try plant.start()
                try plant.waitForFrames(count, within: .seconds(240))
                let readings = try plant.number("select sum(stored_readings) from streams")
                print("  \(count) frames, \(readings) readings stored after \(Clock.monotonicMs() - startMs) ms")
                #expect(readings > 1_000_000)
                try plant.drainAndStop()
                let finding = try plant.findings()[0]
                #expect(finding.isWhole() && finding.stored == finding.made && finding.made >= count, "\(finding)")
            }
        }
    }
}
