import Assets
import Model
import Scenarios
import Tables
import TestSupport
import Testing

@testable import Datasets

@Suite(.timeLimit(.minutes(10))) struct SetsReactorTests {
    @Test(arguments: ["candu", "smr"]) func plansAreBalanced(_ id: String) throws {
        let signals = try #require(ReactorSignals(id))
        let scenarios = signals.kind.scenarios.count
        for seed in Seeds.list() {
            let cycle = scenarios + Int((Double(scenarios) * 3 / 7).rounded())
            let plans = (0..<cycle * 20).map { RunPlan(number: $0, of: signals.kind, seconds: 600, seed: seed) }
            for scenario in 0..<scenarios { #expect(plans.count { $0.scenario == scenario } == 20) }
            for plan in plans {
                guard let part = plan.part else {
                    #expect(plan.scenario == nil)
                    continue
                }
                #expect(part.onsetMs > 0 && part.onsetMs + part.rampMs < Int64(plan.seconds) * 1000)
                #expect(plan.endS.map { Int64($0) * 1000 > part.onsetMs + part.rampMs && $0 < plan.seconds } ?? true)
                #expect(plan.level(second: Int(part.onsetMs / 1000)) == 0)
                #expect((0.2...1).contains(part.severity))
                #expect(plan.scenario.map { signals.kind.scenarios[$0].id } == part.scenario)
            }
            #expect((0..<3).map { split in plans.prefix(200).count { $0.split == split } } == [140, 30, 30])
        }
    }

    @Test func kindsHavePlansOfTheirOwn() throws {
        let kinds = try ["candu", "smr"].map { try #require(ReactorSignals($0)).kind }
        let plans = kinds.map { kind in (0..<20).map { RunPlan(number: $0, of: kind, seconds: 600, seed: 1) } }
        #expect(plans[0].map(\.seed) != plans[1].map(\.seed) && plans[0].map(\.scenario) != plans[1].map(\.scenario))
    }

    @Test func levelsRiseAndFall() throws {
        let signals = try #require(ReactorSignals("smr"))
        for number in 0..<200 {
            let plan = RunPlan(number: number, of: signals.kind, seconds: 1200, seed: 3)
            let levels = (1...1200).map { plan.level(second: $0) }
            guard let part = plan.part else {
                #expect(levels.allSatisfy { $0 == 0 })
                continue
            }
            let onset = Int(part.onsetMs / 1000)
            #expect(levels.prefix(onset).allSatisfy { $0 == 0 } && levels[onset] > 0)
            #expect(levels.max() == part.severity)
            if let end = plan.endS { #expect(levels[end...].allSatisfy { $0 == 0 } && levels[end - 1] > 0) }
        }
    }

    /// One short run of each kind, twice; and the tables that it becomes.
    @Test(arguments: ["candu", "smr"]) func runsRepeat(_ id: String) throws {
        let signals = try #require(ReactorSignals(id))
        let tables = ReactorTables(signals)
        for number in [0, 1] {
            let plan = RunPlan(number: number, of: signals.kind, seconds: 60, seed: 8)
            let run = ReactorRun(plan, signals)
            let batch = tables.readings(of: run)
            #expect(batch.isSame(as: tables.readings(of: ReactorRun(plan, signals))))
            #expect(batch.rowCount == 60 && batch.columns.count == tables.readings.columns.count)
            #expect(batch.columns.allSatisfy { $0.count == 60 })
            let environment = try #require(tables.environment(of: run))
            #expect(environment.rowCount == 6 && environment.columns.count == tables.environment.columns.count)
            #expect(tables.runs.batch([run.withoutReadings]).rowCount == 1)
        }
    }

    /// A full coolant leak trips the reactor, and from then on every second says so.
    @Test func aTripIsLabelled() throws {
        let signals = try #require(ReactorSignals("candu"))
        let leak = try #require(signals.kind.scenarios.firstIndex { $0.id == "coolant-leak" })
        let plan = try #require(
            (0..<2000).lazy.map { RunPlan(number: $0, of: signals.kind, seconds: 600, seed: 1) }
                .first { $0.scenario == leak && ($0.part?.severity ?? 0) > 0.6 })
        let run = ReactorRun(plan, signals)
        let trip = try #require(run.tripS)
        #expect(trip > Int(plan.part?.onsetMs ?? 0) / 1000)
        #expect(run.tripCause != nil && run.tripCause != "none")
        for (index, label) in run.labels.enumerated() {
            #expect(label == (index + 1 >= trip ? 2 : run.levels[index] > 0 ? 1 : 0))
        }
    }
}
