import Glibc
import Runtime
import TestSupport
import Testing

extension SystemTests {
    @Suite("Many agents", .serialized, .timeLimit(.minutes(5)))
    struct ManyAgents {
        @Test("T13: forty agents that reconnect at once: few births, bounded memory, everybody live again soon")
        func reconnect() async throws {
            try await offPool {
                var settings = Plant.Settings()
                let kinds = ["candu", "smr", "caster", "tailings"]
                settings.agents = (0..<40).map { .init("agent-\($0)", kind: kinds[$0 % 4], rateHz: 2) }
                let plant = try Plant(settings)
                try plant.start()
                try plant.waitForFrames(4)
                let before = plant.collector.unit.residentBytes
                var slowestMs: [Int64] = []
                for round in 1...2 {
                    plant.broker.kill()
                    sleep(2)
                    let startMs = Clock.monotonicMs()
                    try plant.broker.start()
                    try plant.waitForFrames(2)
                    slowestMs.append(Clock.monotonicMs() - startMs)
                    for agent in plant.agents {
                        // One birth for the start and one for each return, and perhaps one that the collector asked for.
                        let births = agent.statusNumber("births") ?? 0
                        #expect(
                            (1 + Int64(round)...2 + 3 * Int64(round)).contains(births),
                            "\(agent.name): \(births) births")
                    }
                }
                print("  40 agents back: two new frames of everybody stored after \(slowestMs) ms")
                #expect(plant.collector.unit.residentBytes < before + 64 << 20)
                #expect(plant.agents.allSatisfy { $0.unit.residentBytes < 32 << 20 })
                try plant.drainAndStop()
                for finding in try plant.findings() { #expect(finding.isWhole() && finding.made >= 10, "\(finding)") }
            }
        }
    }
}
