import Glibc
import TestSupport
import Testing

extension SystemTests {
    @Suite("Wrong clocks", .serialized, .timeLimit(.minutes(5)))
    struct WrongClocks {
        /// An agent's clock: how far off it is at the start, and how far after a step.
        private struct Case {
            let name: String
            var startS: Int64 = 0
            var stepS: Int64 = 0
            /// Whether the collector must put its own time in place of the agent's.
            var isRepaired = false
        }

        private static var cases: [Case] {
            let to1970 = ProgramClock.backTo1970()
            let to9999 = 253_402_200_000 - Int64(time(nil))
            return [
                Case(name: "right"), Case(name: "hour-back", stepS: -3_600),
                Case(name: "day-ahead", stepS: 86_400, isRepaired: true),
                Case(name: "from-1970", startS: to1970), Case(name: "to-1970", stepS: to1970),
                Case(name: "to-9999", stepS: to9999, isRepaired: true),
                Case(name: "from-9999", startS: to9999, isRepaired: true),
            ]
        }

        @Test("T14: clocks an hour back, a day ahead, in 1970 and in 9999: order by number, times repaired and kept")
        func steps() async throws {
            try await offPool {
                let shim = try ClockShim()
                let cases = WrongClocks.cases
                let clocks = try cases.map { try shim.clock($0.name) }
                var settings = Plant.Settings()
                settings.agents = zip(cases, clocks).map { entry, clock in
                    var agent = AgentUnit.Settings(entry.name, rateHz: 10)
                    agent.environment = clock.environment
                    return agent
                }
                let plant = try Plant(settings)
                for (entry, clock) in zip(cases, clocks) { clock.step(seconds: entry.startS) }
                try plant.start()
                try plant.waitForFrames(15)
                for (entry, clock) in zip(cases, clocks) { clock.step(seconds: entry.stepS) }
                try plant.waitForFrames(15)
                // A restart with the wrong clock, and the clock set right at last.
                for (agent, entry) in zip(plant.agents, cases) where entry.stepS != 0 {
                    agent.kill()
                    try agent.start()
                }
                try plant.waitForFrames(15)
                for clock in clocks { clock.step(seconds: 0) }
                try plant.waitForFrames(15)
                try plant.drainAndStop()
                for (finding, entry) in zip(try plant.findings(), cases) {
                    #expect(finding.isWhole() && finding.made >= 60, "\(entry.name): \(finding)")
                    try WrongClocks.check(plant, entry)
                }
            }
        }

        private static func check(_ plant: Plant, _ entry: Case) throws {
            func number(_ what: String, _ filter: String = "true") throws -> Int {
                try plant.number(
                    """
                    select \(what) from telemetry t join assets a using (asset)
                    where a.agent = '\(entry.name)' and (\(filter))
                    """)
            }
            let name = entry.name
            #expect(try number("count(*)", "ts > now() + interval '6 minutes'") == 0, "\(name): nothing in the future")
            // Beyond the present only a clock that has never known better: its readings are where they can be found.
            let longAgo = try number("count(*)", "ts < now() - interval '2 hours'")
            #expect(longAgo == 0 || name == "from-1970", "\(name)")
            #expect(try number("count(*)", "ts < '2024-01-01'") == 0, "\(name)")
            let repaired = try number("count(*)", "agent_ts is not null")
            #expect(entry.isRepaired == (repaired > 10), "\(name): \(repaired) repaired")
            if entry.isRepaired {
                // What the agent said is kept beside, as far as PostgreSQL can hold it.
                #expect(try number("count(*)", "agent_ts <= ts + interval '5 minutes'") == 0, "\(name)")
            }
            // The number says what came first, whatever the clock said. Arrival is in that order for live frames.
            if entry.stepS < 0 {
                #expect(
                    try plant.number(
                        """
                        select count(*) from (
                            select ts, lag(ts) over (order by seq) as before from telemetry t join assets a using (asset)
                            where a.agent = '\(name)') s where ts < before
                        """) <= 3, "\(name): time goes back only where the clock did")
            }
        }
    }
}
