import Glibc
import Model
import Outbox
import Runtime
import Sparkplug
import TestSupport
import Testing

extension SystemTests {
    /// Only a receipt for what was sent frees anything, and only where receipts are configured to be the rule.
    @Suite("Receipts guarded", .serialized, .timeLimit(.minutes(5)))
    struct ReceiptGuard {
        private static func metric(_ receipt: String) -> Metric {
            Metric(name: MetricName.receipt, datatype: .string, value: .scalar(.string(receipt)))
        }

        private static let rebirth = Metric(
            name: MetricName.rebirth, datatype: .boolean, value: .scalar(.boolean(true)))

        @Test("T16: receipts for numbers never sent, for other epochs and for an epoch before a wipe free nothing")
        func forged() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = [.init("candu-1", rateHz: 20)]
                let plant = try Plant(settings)
                let agent = plant.agent
                try plant.start()
                try plant.waitForFrames(20)
                try plant.drainAndStop()
                try plant.collector.stop()
                let first = try #require(agent.journal.last)
                // The wipe: everything of the first epoch is delivered, and its receipts may still be on their way.
                try ChildProcess.run("rm", ["-rf", agent.stateFolder])

                let hostile = try HostileClient(port: plant.broker.port)
                try hostile.announceHost(isOnline: true)
                try agent.start()
                try plant.wait("a new epoch, born") {
                    agent.statusNumber("births") == 1 && agent.journal.count > first.sequence + 60
                }
                let now = try #require(agent.journal.last)
                #expect(now.epoch != first.epoch)
                let other = try #require(Epoch(bits: 0xDEAD_BEEF_DEAD_BEEF))
                let forgeries = [
                    "\(first.epoch):\(first.sequence)", "\(first.epoch):5", "\(now.epoch):\(now.sequence + 100_000)",
                    "\(now.epoch):\(Int64.max)", "\(now.epoch):0,\(now.sequence + 90_000)-\(now.sequence + 90_010)",
                    "\(other):7", "\(other):\(Int64.max)",
                ]
                let rubbish = [
                    "", "\(now.epoch)", "\(now.epoch):", "\(now.epoch):-1", "\(now.epoch):99999999999999999999",
                ]
                for text in forgeries + rubbish { try hostile.command(agent, [ReceiptGuard.metric(text)]) }
                // A birth brings the agent's account of itself up to date.
                try hostile.command(agent, [ReceiptGuard.rebirth])
                try plant.wait("the forgeries counted") {
                    let status = try agent.status()
                    return status["ignored_receipts"]?.int == Int64(forgeries.count)
                        && status["refused_commands"]?.int == Int64(rubbish.count)
                }
                // At a birth the first word of the host is asked for: a lie there may cost a new epoch, and no reading.
                for _ in 0..<3 {
                    let births = agent.statusNumber("births") ?? 0
                    try hostile.command(agent, [ReceiptGuard.rebirth])
                    try plant.wait("another birth") { agent.statusNumber("births") ?? 0 > births }
                    let last = try #require(agent.journal.last)
                    try hostile.command(agent, [ReceiptGuard.metric("\(last.epoch):\(last.sequence + 100_000)")])
                }
                let made = agent.journal.count
                try plant.wait("more readings") { agent.journal.count > made + 20 }
                #expect(try agent.status()["receipted"]?.int == 0)
                try agent.stop()
                let reader = try OutboxReader(folder: agent.stateFolder)
                for state in try reader.epochs() { #expect(state.receipted == 0) }
                hostile.close()

                try plant.start()
                try plant.waitForFrames(20)
                try plant.drainAndStop()
                #expect(agent.journal.epochs.count <= 3)
                for finding in try plant.findings() {
                    #expect(finding.isWhole(declaredAllowed: ["renumbered"]), "\(finding)")
                    // What was given other numbers is stored under these: no reading is missing.
                    #expect(finding.made == finding.stored + finding.declared["renumbered", default: 0], "\(finding)")
                }
            }
        }

        @Test("T18: with a host that gives no receipts, only an agent told to assume delivery lets go of records")
        func plainHost() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = ["require", "auto", "off"].map { mode in
                    var agent = AgentUnit.Settings("agent-\(mode)", rateHz: 10)
                    agent.lines = ["receipts: \(mode)"]
                    return agent
                }
                let plant = try Plant(settings)
                // A host as the standard has it: it says that it is online, listens, and acknowledges nothing.
                let host = try HostileClient(port: plant.broker.port, subscribing: ["spBv1.0/\(plant.site)/#"])
                try host.announceHost(isOnline: true)
                for agent in plant.agents { try agent.start() }
                let (require, auto, off) = (plant.agents[0], plant.agents[1], plant.agents[2])
                // What counts is the file, not what an agent says.
                func freed(_ agent: AgentUnit) throws -> Int64 {
                    try OutboxReader(folder: agent.stateFolder).epochs().last?.receipted ?? -1
                }
                try plant.wait("births") { plant.agents.allSatisfy { $0.statusNumber("births") == 1 } }
                try plant.wait("the agent that assumes delivery to let go of records") { try freed(off) > 20 }
                for agent in [require, auto] {
                    #expect(try freed(agent) == 0, "\(agent.name)")
                    #expect(agent.journal.count > 50 && agent.statusNumber("births") == 1, "\(agent.name)")
                }
                host.close()

                // A collector with receipts comes: it gets everything that is held.
                try plant.start()
                try plant.waitForFrames(20)
                try plant.drainAndStop()
                for finding in try plant.findings() { #expect(finding.isWhole(), "\(finding)") }
            }
        }
    }
}
