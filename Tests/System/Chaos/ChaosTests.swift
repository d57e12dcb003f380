import Glibc
import Model
import TestSupport
import Testing

extension SystemTests {
    /// `FAULTS=1000` runs longer, with faults that last longer; `BELLWETHER_SEED=n` draws the same faults again.
    @Suite("Chaos", .serialized, .timeLimit(.minutes(180)))
    struct Chaos {
        private static let faults = environmentVariable("FAULTS").flatMap { Int($0) } ?? 120

        private static var seed: UInt64 {
            if let text = environmentVariable("BELLWETHER_SEED"), let seed = UInt64(text) { return seed }
            var random = SystemRandomNumberGenerator()
            return random.next() >> 32
        }

        @Test("Random faults: nothing lost, nothing doubled")
        func randomFaults() async throws {
            try await offPool {
                let seed = Chaos.seed
                let replay = "FAULTS=\(Chaos.faults) BELLWETHER_SEED=\(seed) swift test --filter 'System.*randomFaults'"
                print("\(Chaos.faults) faults by seed \(seed); again with: \(replay)")
                let shim = try ClockShim()
                var settings = Plant.Settings()
                settings.database = .own
                let kinds = ["candu", "smr", "caster", "tailings", "candu", "caster"]
                let rates = [5.0, 10, 5, 20, 10, 20]
                // Where nothing can be mounted, agents live in folders, and the faults of disks are left out.
                let disks =
                    try TestDisk.powerObstacle == nil ? kinds.map { _ in try TestDisk(.ext4, megabytes: 48) } : []
                if let obstacle = TestDisk.powerObstacle { print("no faults of disks: \(obstacle)") }
                defer { for disk in disks { disk.close() } }
                let clocks = try kinds.indices.map { try shim.clock("agent-\($0)") }
                for (index, kind) in kinds.enumerated() {
                    var agent = AgentUnit.Settings("\(kind)-\(index + 1)", kind: kind, rateHz: rates[index])
                    agent.seed = UInt64(index)
                    agent.environment = clocks[index].environment
                    if !disks.isEmpty { agent.stateFolder = "\(disks[index].path)/state" }
                    settings.agents.append(agent)
                }
                let collectorClocks = [try shim.clock("collector-1"), try shim.clock("collector-2")]
                settings.collectors = collectorClocks.enumerated().map { index, clock in
                    CollectorUnit.Settings(name: "collector-\(index + 1)", environment: clock.environment)
                }
                let plant = try Plant(settings)
                try plant.start()
                try plant.waitForFrames(20)
                let run = ChaosRun(
                    plant, seed: seed, faults: Chaos.faults, clocks: clocks, collectorClocks: collectorClocks,
                    disks: disks)
                run.run()
                let faultSeconds = run.secondsSoFar
                #expect(run.failures.isEmpty, "\(run.failures), again with: \(replay)")
                try plant.drainAndStop(within: .seconds(120))
                let findings = try plant.findings()
                print(
                    ChaosReport(
                        run, findings, faultSeconds: faultSeconds, drainSeconds: run.secondsSoFar - faultSeconds))
                for finding in findings {
                    #expect(finding.isWhole(), "\(finding), again with: \(replay)")
                    #expect(finding.made > 100, "\(finding)")
                }
                let audit = try ProductAudit(plant)
                #expect(audit.isComplete, "\(audit), again with: \(replay)")
            }
        }
    }
}
