import Glibc
import Model
import TestSupport
import Testing

extension SystemTests {
    @Suite("Agent killed", .serialized, .timeLimit(.minutes(5)))
    struct AgentKilled {
        @Test("T1: kill -9 at any moment after a reading was accepted: it is on disk, and stored once")
        func killedAtAnyMoment() async throws {
            try await offPool {
                let seed = Seeds.list(fixed: 1, fresh: 0)[0]
                var random = SeededRandom(seed: seed)
                var settings = Plant.Settings()
                settings.agents = [.init("candu-1", rateHz: 50)]
                let plant = try Plant(settings)
                try plant.start()
                try plant.waitForFrames(20)
                for _ in 0..<25 {
                    usleep(UInt32(random.below(400_000)))
                    plant.agent.kill()
                    try plant.agent.start()
                }
                try plant.waitForFrames(20)
                try plant.drainAndStop()
                for finding in try plant.findings() {
                    #expect(finding.isWhole(), "\(finding), \(replayHint(seed))")
                    #expect(finding.unjournalled <= 26, "at most one tick for each kill: \(finding)")
                    #expect(finding.made > 100)
                }
            }
        }

        @Test("T8: an agent that restarts while the broker is away sends what it held before")
        func restartedDuringOutage() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = [.init("smr-1", kind: "smr", rateHz: 20)]
                let plant = try Plant(settings)
                try plant.start()
                try plant.waitForFrames(20)
                plant.broker.kill()
                let before = plant.agent.journal.count
                for signal in [SIGKILL, SIGTERM, SIGKILL] {
                    sleep(1)
                    try plant.agent.unit.end(signal)
                    try plant.agent.start()
                }
                sleep(1)
                #expect(plant.agent.journal.count > before + 20, "it goes on sampling without a broker")
                try plant.broker.start()
                try plant.waitForFrames(20)
                try plant.drainAndStop()
                for finding in try plant.findings() { #expect(finding.isWhole(), "\(finding)") }
            }
        }

        @Test("T17: after a crash the write-ahead log of the outbox is read, not deleted")
        func hotLogIsRead() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = [.init("caster-1", kind: "caster", rateHz: 20)]
                let plant = try Plant(settings)
                try plant.agent.start()
                try plant.wait("readings") { plant.agent.journal.count >= 40 }
                plant.agent.kill()
                let log = fileBytes(plant.agent.databasePath + "-wal") ?? []
                #expect(log.count > 4096, "the newest readings are in the log only")
                let held = plant.agent.journal
                try plant.start()
                try plant.waitForFrames(held.count)
                try plant.drainAndStop()
                for finding in try plant.findings() {
                    #expect(finding.isWhole(), "\(finding)")
                    #expect(finding.made > held.count)
                }
            }
        }
    }
}
