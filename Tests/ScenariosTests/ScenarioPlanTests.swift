import Assets
import Model
import Runtime
import Testing

@testable import Scenarios

/// When an agent starts scenarios by itself.
@Suite struct ScenarioPlanTests {
    private static let secondNs: Int64 = 1_000_000_000
    private static let scenario = DeclaredScenario(
        id: "x", title: "X", kind: "candu", parts: [ScenarioPart("coolant-leak", durationMs: 1_000)])

    @Test func byTheAssetsTime() {
        let plan = ScenarioPlan([
            .init(Self.scenario, .asset(0)),
            .init(Self.scenario, .asset(3 * Self.secondNs), everyMs: 5_000, times: 3),
        ])
        var starts: [String] = []
        for second in 0..<Int64(30) {
            let before = second == 0 ? -1 : (second - 1) * Self.secondNs
            for index in plan.due(afterNs: before, upToNs: second * Self.secondNs, clock: nil) {
                starts.append("\(index)@\(second)")
            }
        }
        #expect(starts == ["0@0", "1@3", "1@8", "1@13"])
    }

    @Test func byTheClock() {
        let plan = ScenarioPlan([.init(Self.scenario, .clock(10_000), everyMs: 60_000)])
        func due(_ after: Int64, _ upTo: Int64) -> Bool {
            !plan.due(afterNs: 0, upToNs: 1, clock: (after, upTo)).isEmpty
        }
        #expect(!due(8_000, 9_999) && due(9_999, 10_000) && !due(10_000, 11_000))
        #expect(due(69_000, 70_500) && !due(70_500, 71_000))
        #expect(due(9_000, 200_000), "late, because the agent was not running, but not by much")
        #expect(plan.due(afterNs: 0, upToNs: 1, clock: nil).isEmpty)
        let once = ScenarioPlan([.init(Self.scenario, .clock(10_000))])
        #expect(!once.due(afterNs: 0, upToNs: 1, clock: (9_000, 610_000)).isEmpty)
        #expect(once.due(afterNs: 0, upToNs: 1, clock: (9_000, 610_001)).isEmpty, "too late")
    }

    private static func problems(_ schedule: String) -> String {
        let text = "scenarios:\n  schedule:\n    - \(schedule)\n"
        do throws(ConfigFailure) {
            _ = try ConfigFile.parse(Array(text.utf8), name: "agent.yaml") { root in
                ScenarioPlan(root.section("scenarios"), library: ScenarioLibrary(AssetCatalog.all[0]))
            }
            return ""
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        ("{scenario: coolant-leak, after: 10m}", ""),
        ("{scenario: coolant-leak, at: 2026-12-01T06:00:00Z, every: 1h, times: 3, severity: 0.5, ramp: 10s}", ""),
        ("{scenario: coolant-leak, after: 0s, duration: until-stopped}", ""),
        ("{scenario: coolant-leek, after: 10m}", "agent.yaml:3:18: scenarios.schedule[0].scenario: must be"),
        ("{scenario: coolant-leek, after: 10m}", "did you mean \"coolant-leak\"?"),
        ("{scenario: coolant-leak}", "give either `at`"),
        ("{scenario: coolant-leak, at: 2026-12-01T06:00:00Z, after: 10m}", "give either `at`"),
        ("{scenario: coolant-leak, at: tomorrow}", "must be an instant such as"),
        ("{scenario: coolant-leak, after: 10m, evry: 1h}", "did you mean \"every\"?"),
        ("{scenario: coolant-leak, after: 10m, times: 2}", "has no meaning without `every`"),
        ("{scenario: coolant-leak, after: 10m, every: 1m}", "is shorter than the scenario lasts: 13m"),
        ("{scenario: coolant-leak, after: 10m, every: 1h, duration: until-stopped}", "cannot repeat"),
        ("{scenario: coolant-leak, after: 10m, severity: 2}", "must be 0.001 to 1, got 2"),
        ("{scenario: coolant-leak, after: 10m, severity: -0.5}", "must be 0.001 to 1"),
        ("{scenario: coolant-leak, after: -5m}", "must be a time span"),
    ])
    func configuration(schedule: String, problem: String) {
        let found = Self.problems(schedule)
        #expect(problem.isEmpty ? found.isEmpty : found.contains(problem), "\(found)")
    }
}
