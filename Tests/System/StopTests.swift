import Glibc
import Synchronization
import TestSupport
import Testing

extension SystemTests {
    /// SIGTERM and SIGINT end either program cleanly within five seconds, whatever it is busy with or waiting for.
    /// The programs watch that limit themselves: one that misses it ends with another exit code.
    @Suite("Stop", .serialized, .timeLimit(.minutes(5)))
    struct Stop {
        /// What the programs are in the middle of when the signal comes.
        enum State: String, CaseIterable {
            case justStarted, idle, draining, brokerAway, brokerSilent, databaseAway, databaseSilent

            func begin(_ plant: Plant) throws {
                switch self {
                case .draining:
                    for agent in plant.agents { try PreparedOutbox.fill(agent, frames: 3_000) }
                default: break
                }
                try plant.start()
                // Signals that come before a program has begun to listen end it at once, which is as good.
                if self == .justStarted {
                    return try plant.wait("first words") { plant.units.allSatisfy { !$0.log.isEmpty } }
                }
                if self == .draining {
                    return try plant.wait("a drain") { plant.storedFrames() > 200 }
                }
                try plant.waitForFrames(3)
                switch self {
                case .brokerAway: plant.broker.kill()
                case .brokerSilent: plant.broker.pause()
                case .databaseAway: try plant.postgres.stop(.immediate)
                case .databaseSilent: for collector in plant.collectors { collector.databaseLink.hold([.toClient]) }
                default: return
                }
                // Long enough to be noticed, and to be waited for.
                sleep(1)
            }

            func end(_ plant: Plant) throws {
                switch self {
                case .brokerAway: try plant.broker.start()
                case .brokerSilent: plant.broker.resume()
                case .databaseAway: try plant.postgres.start()
                case .databaseSilent: for collector in plant.collectors { collector.databaseLink.hold([]) }
                default: break
                }
            }
        }

        @Test("SIGTERM and SIGINT end both programs within 5 s in every state")
        func inEveryState() async throws {
            try await offPool {
                let late = Mutex<[String]>([])
                // Two plants side by side, each with half of the states: most of the time is spent waiting.
                let halves = [State.allCases.prefix(4), State.allCases.suffix(3)]
                try together(
                    halves.map { states in { try Stop.run(Array(states)) { text in late.withLock { $0.append(text) } } }
                    })
                let all = late.withLock { $0 }
                #expect(all.isEmpty, "\(all.joined(separator: "\n"))")
            }
        }

        private static func run(_ states: [State], late: (String) -> Void) throws {
            var settings = Plant.Settings()
            settings.database = .own
            // One collector serves, the other stands by.
            settings.collectors = [.init(name: "collector-1"), .init(name: "collector-2")]
            settings.agents = [.init("candu-1", rateHz: 10), .init("caster-1", kind: "caster", rateHz: 10)]
            let plant = try Plant(settings)
            for (round, state) in states.enumerated() {
                try state.begin(plant)
                let exits = Mutex<[String: ChildProcess.Exit]>([:])
                try together(
                    plant.units.enumerated().map { index, unit in
                        {
                            let exit = try unit.end((index + round) % 2 == 0 ? SIGTERM : SIGINT, within: .seconds(20))
                            exits.withLock { $0[unit.name] = exit }
                        }
                    })
                let ended = exits.withLock { $0 }
                for unit in plant.units where ended[unit.name] != .code(0) {
                    late("\(state): \(unit.name) ended with \(String(describing: ended[unit.name])): \(unit.logTail())")
                }
                try state.end(plant)
            }
            try plant.start()
            try plant.waitForFrames(3)
            try plant.drainAndStop()
            for finding in try plant.findings() where !finding.isWhole() { late("\(finding)") }
        }

        @Test(
            "SIGTERM and SIGINT end an agent whose disk is full", .enabled(if: TestDisk.obstacle == nil),
            arguments: [SIGTERM, SIGINT])
        func diskFull(_ signal: Int32) async throws {
            try await offPool {
                let disk = try TestDisk(.memory, megabytes: 4)
                defer { disk.close() }
                var settings = Plant.Settings()
                settings.agents = [.init("caster-1", kind: "caster", rateHz: 50)]
                settings.agents[0].stateFolder = "\(disk.path)/caster-1"
                let plant = try Plant(settings)
                try PreparedOutbox.fill(plant.agent, frames: 30_000, stepMs: 20, untilFull: true)
                try plant.agent.start()
                try plant.wait("a full disk") { plant.agent.unit.log.contains("the outbox is full") }
                let exit = try plant.agent.unit.end(signal, within: .seconds(20))
                #expect(exit == .code(0), "\(plant.agent.unit.logTail())")
            }
        }
    }
}
