import Glibc
import Model
import Postgres
import Runtime
import Synchronization
import TestSupport
import Testing

extension SystemTests {
    @Suite("Live first", .serialized, .timeLimit(.minutes(5)))
    struct LiveFirst {
        /// How a link can be gone.
        enum Absence: String, CaseIterable {
            /// Nothing arrives, and nobody says so: attempts to connect hang.
            case cablePulled
            /// Short enough that TCP may still believe in the connection.
            case cablePulledForMoments
            /// Attempts are refused at once.
            case brokerGone
        }

        /// What was seen when the link came back.
        struct Outcome {
            let absence: Absence
            let liveMs: Int64
            let allMs: Int64
            /// Older records that were not stored yet when the first new one was.
            let behind: Int
            /// Runs of numbers that were stored then: few if the backlog came in order.
            let runs: Int
            let finding: Finding
        }

        @Test("Live data flows again within moments of the link's return, while the backlog drains in order")
        func liveFirst() async throws {
            try await offPool {
                let outcomes = Mutex<[Outcome]>([])
                let absences = Absence.allCases.filter { $0 == .brokerGone || NetworkNamespace.obstacle == nil }
                try together(
                    absences.map { absence in
                        {
                            let outcome = try LiveFirst.measure(absence)
                            outcomes.withLock { $0.append(outcome) }
                        }
                    })
                for outcome in outcomes.withLock({ $0 }) {
                    print(
                        "  link back (\(outcome.absence)): live data after \(outcome.liveMs) ms, \(outcome.behind) "
                            + "older records still to come; all of them after \(outcome.allMs) ms")
                    #expect(outcome.finding.isWhole(), "\(outcome.absence): \(outcome.finding)")
                    guard outcome.absence != .cablePulledForMoments else { continue }
                    #expect(outcome.behind > 1_000, "live data did not wait for the backlog")
                    #expect(outcome.runs <= 4, "the backlog comes in order")
                }
            }
        }

        private static func measure(_ absence: Absence) throws -> Outcome {
            let namespace = absence == .brokerGone ? nil : try NetworkNamespace()
            let port = try FreePort.next()
            var settings = Plant.Settings()
            settings.agents = [.init("candu-1", rateHz: 10)]
            if let namespace {
                settings.brokerLines = ["listener \(port) \(namespace.address)"]
                settings.agents[0].prefix = namespace.prefix
                settings.agents[0].broker = (host: namespace.address, port: port)
            }
            let plant = try Plant(settings)
            let agent = plant.agent
            let backlog = 40_000
            try plant.start()
            try plant.waitForFrames(10)
            try agent.stop()
            // A link that is down when the agent starts, and a backlog that takes seconds to drain.
            if absence != .cablePulledForMoments { try PreparedOutbox.fill(agent, frames: backlog) }
            switch absence {
            case .brokerGone: agent.link.refuse(true)
            case .cablePulled: try namespace?.cable(isIn: false)
            case .cablePulledForMoments: break
            }
            try agent.start()
            switch absence {
            case .cablePulledForMoments:
                try plant.waitForFrames(10)
                try namespace?.cable(isIn: false)
                usleep(2_500_000)
            // Not a multiple of anything, so that an attempt is under way.
            default: usleep(5_700_000)
            }
            let newest = try #require(agent.journal.last)
            let startMs = Clock.monotonicMs()
            if absence == .brokerGone { agent.link.refuse(false) } else { try namespace?.cable(isIn: true) }
            var (behind, runs) = (0, 0)
            try plant.wait("a reading taken after the return", within: .seconds(15)) {
                let stored = try plant.sql("select committed from streams where epoch = \(newest.epoch.stored)")
                guard let set = Witness.multirange(stored), let highest = set.max, highest > newest.sequence else {
                    return false
                }
                (behind, runs) = (Int(set.missing(in: 1...highest).count), set.ranges.count)
                return true
            }
            let liveMs = Clock.monotonicMs() - startMs
            try plant.waitUntilSettled(agent)
            let allMs = Clock.monotonicMs() - startMs
            try plant.drainAndStop()
            return Outcome(
                absence: absence, liveMs: liveMs, allMs: allMs, behind: behind, runs: runs,
                finding: try plant.findings()[0])
        }
    }
}
