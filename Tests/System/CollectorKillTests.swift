import Glibc
import TestSupport
import Testing

extension SystemTests {
    @Suite("Collector killed", .serialized, .timeLimit(.minutes(5)))
    struct CollectorKilled {
        @Test("T4: killed between COMMIT and receipt: what comes again is refused, and stored once")
        func killedAfterCommit() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.collectors[0].programs = Programs.debug
                settings.collectors[0].environment = [
                    "BELLWETHER_SABOTAGE": "die-after-commit", "BELLWETHER_DIE_AFTER": "30",
                ]
                settings.agents = [.init("candu-1", rateHz: 20), .init("tailings-1", kind: "tailings", rateHz: 20)]
                let plant = try Plant(settings)
                try plant.start()
                for round in 1...2 {
                    // It dies by its own hand, with a commit done and no receipt sent.
                    #expect(try plant.collector.unit.waitForExit() == .signal(SIGKILL), "round \(round)")
                    if round == 2 { plant.collector.unit.set("BELLWETHER_SABOTAGE", nil) }
                    try plant.collector.start()
                }
                try plant.waitForFrames(20)
                // Receipts that do not arrive: longer than an agent waits for them.
                for agent in plant.agents { agent.link.hold([.toClient]) }
                sleep(3)
                for agent in plant.agents { agent.link.hold([]) }
                try plant.waitForFrames(20)
                try plant.drainAndStop()
                for finding in try plant.findings() {
                    #expect(finding.isWhole(), "\(finding)")
                    #expect(finding.duplicatesRefused > 0, "records came again: \(finding)")
                }
            }
        }
    }
}
