import Glibc
import Outbox
import Runtime
import TestSupport
import Testing

extension SystemTests {
    /// What an agent does whose outbox, or whose disk, is full while nobody takes its readings.
    @Suite("Outbox full", .serialized, .timeLimit(.minutes(5)))
    struct OutboxFull {
        @Test(
            "T10: outbox full: no exit, no silent drop; made = stored + declared",
            arguments: OutboxSettings.WhenFull.allCases)
        func limitReached(_ policy: OutboxSettings.WhenFull) async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = [.init("caster-1", kind: "caster", rateHz: 50)]
                settings.agents[0].lines = ["outbox: {max_bytes: 1048576, when_full: \(policy.rawValue)}"]
                let plant = try Plant(settings)
                let prepared = try PreparedOutbox.fill(plant.agent, frames: 2_050, stepMs: 20, maxBytes: 1 << 20)
                try OutboxFull.check(plant, policy, prepared)
            }
        }

        @Test(
            "T10: disk full: no exit, no silent drop; made = stored + declared",
            .enabled(if: TestDisk.obstacle == nil, "\(TestDisk.obstacle ?? "")"),
            arguments: OutboxSettings.WhenFull.allCases, [4, 8])
        func diskFull(_ policy: OutboxSettings.WhenFull, megabytes: Int) async throws {
            try await offPool {
                let disk = try TestDisk(.memory, megabytes: megabytes)
                defer { disk.close() }
                var settings = Plant.Settings()
                settings.agents = [.init("caster-1", kind: "caster", rateHz: 50)]
                settings.agents[0].lines = ["outbox: {when_full: \(policy.rawValue)}"]
                settings.agents[0].stateFolder = "\(disk.path)/caster-1"
                let plant = try Plant(settings)
                let prepared = try PreparedOutbox.fill(
                    plant.agent, frames: 30_000, stepMs: 20, untilFull: true)
                try OutboxFull.check(plant, policy, prepared)
            }
        }

        @Test(
            "T10: disk filled up by others: what is held drains all the same, and sampling goes on in the room it leaves",
            .enabled(if: TestDisk.obstacle == nil, "\(TestDisk.obstacle ?? "")"),
            arguments: OutboxSettings.WhenFull.allCases)
        func filledByOthers(_ policy: OutboxSettings.WhenFull) async throws {
            try await offPool {
                let disk = try TestDisk(.memory, megabytes: 24)
                defer { disk.close() }
                var settings = Plant.Settings()
                settings.agents = [.init("caster-1", kind: "caster", rateHz: 50)]
                settings.agents[0].lines = ["outbox: {when_full: \(policy.rawValue)}"]
                settings.agents[0].stateFolder = "\(disk.path)/caster-1"
                let plant = try Plant(settings)
                let prepared = try PreparedOutbox.fill(plant.agent, frames: 3_000, stepMs: 20)
                try OutboxFull.check(plant, policy, prepared) {
                    try plant.wait("readings beside the backlog") { plant.agent.journal.count > prepared + 20 }
                    try disk.fill()
                }
                // Also an agent that starts on a disk without a free byte.
                try plant.start()
                try plant.waitForFrames(60)
                disk.unfill()
                try plant.waitForFrames(60)
                try plant.drainAndStop()
                #expect(try plant.findings()[0].isWhole(declaredAllowed: ["outbox_full"]))
            }
        }

        /// Runs the agent with its outbox nearly full and no collector, until it is full for a while; then lets
        /// everything drain.
        private static func check(
            _ plant: Plant, _ policy: OutboxSettings.WhenFull, _ prepared: Int, meanwhile: () throws -> Void = {}
        ) throws {
            let agent = plant.agent
            try agent.start()
            try meanwhile()
            try plant.wait("a full outbox", within: .seconds(90)) {
                switch policy {
                case .stop: return agent.unit.log.contains("the outbox is full")
                case .dropOldest:
                    let reader = try OutboxReader(folder: agent.stateFolder)
                    return try reader.epochs().first.map { try reader.firstHeld(of: $0) ?? 0 } ?? 0 > 1
                }
            }
            sleep(2)
            #expect(agent.unit.isRunning, "a full disk does not end the agent")
            try plant.start()
            // Everything that is held, and what is accepted again only when receipts have made room.
            let held = agent.journal.count
            try plant.waitForFrames(prepared / 2, within: .seconds(90))
            try plant.wait("readings that are accepted again", within: .seconds(90)) {
                agent.journal.count > held + 60
            }
            try plant.drainAndStop()
            for finding in try plant.findings() {
                switch policy {
                case .stop:
                    #expect(finding.isWhole() && finding.stored == finding.made, "\(finding)")
                    #expect(finding.unsampledTicks >= 50, "the pause is reported: \(finding)")
                case .dropOldest:
                    let dropped = finding.declared["outbox_full"] ?? 0
                    #expect(finding.isWhole(declaredAllowed: ["outbox_full"]), "\(finding)")
                    #expect(dropped > 0 && finding.made == finding.stored + dropped, "\(finding)")
                }
            }
            #expect(agent.unit.starts == 1)
        }
    }
}
