import Glibc
import Outbox
import TestSupport
import Testing

extension SystemTests {
    /// A broker proves nothing: what it swallows or forgets, agents still have.
    @Suite("Broker loss", .serialized, .timeLimit(.minutes(5)))
    struct BrokerLoss {
        @Test("T2: a broker that swallows what it takes, with PUBACK or without: not one row is freed")
        func swallowed() async throws {
            try await offPool {
                let brokers = [try SwallowingBroker(acknowledges: false), try SwallowingBroker(acknowledges: true)]
                var settings = Plant.Settings()
                settings.agents = [
                    .init("candu-1", rateHz: 20), .init("caster-1", kind: "caster", rateHz: 20),
                ]
                let plant = try Plant(settings)
                for (agent, broker) in zip(plant.agents, brokers) {
                    try agent.writeConfig { $0.broker = (host: "127.0.0.1", port: broker.port) }
                    try agent.start()
                }
                try plant.wait("messages at the swallowing brokers") {
                    brokers.allSatisfy { $0.swallowed("NBIRTH") > 0 && $0.swallowed("DDATA") > 150 }
                }
                // Longer than an agent waits for receipts: it sends again, and frees nothing.
                try plant.wait("records sent again") {
                    plant.agents.allSatisfy { $0.statusNumber("receipted") != nil }
                        && zip(plant.agents, brokers).allSatisfy { $1.swallowed("DDATA") > $0.journal.count * 3 / 2 }
                }
                try together(plant.agents.map { agent in { try agent.stop() } })
                for agent in plant.agents {
                    let reader = try OutboxReader(folder: agent.stateFolder)
                    let state = try #require(try reader.epochs().last)
                    #expect(state.receipted == 0)
                    #expect(try reader.firstHeld(of: state) == 1)
                    #expect(try reader.records(of: state, 1...state.newest, limit: 100_000).count == state.newest)
                    try agent.writeConfig()
                }
                try plant.start()
                try plant.waitForFrames(20)
                try plant.drainAndStop()
                for finding in try plant.findings() {
                    #expect(finding.isWhole() && finding.made > 100, "\(finding)")
                }
            }
        }

        @Test("T15: a broker without persistence, killed again and again while a backlog drains")
        func killedWhileDraining() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = [
                    .init("smr-1", kind: "smr", rateHz: 20), .init("tailings-1", kind: "tailings", rateHz: 20),
                ]
                let plant = try Plant(settings)
                let backlog = 10_000
                for agent in plant.agents { try PreparedOutbox.fill(agent, frames: backlog) }
                try plant.start()
                var cuts = 0
                while plant.storedFrames() < 2 * backlog, cuts < 12 {
                    let before = plant.storedFrames()
                    try plant.wait("the drain to go on") { plant.storedFrames() > before + 500 }
                    plant.broker.kill()
                    try plant.broker.start()
                    cuts += 1
                }
                #expect(cuts >= 3, "the broker died while it mattered")
                try plant.drainAndStop()
                for finding in try plant.findings() {
                    #expect(finding.isWhole() && finding.made > backlog, "\(finding)")
                }
            }
        }
    }
}
