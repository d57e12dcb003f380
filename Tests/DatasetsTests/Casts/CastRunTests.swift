import Assets
import Model
import Tables
import TestSupport
import Testing

@testable import Datasets

@Suite(.timeLimit(.minutes(10))) struct CastRunTests {
    private static let run = CastRun(defects: CasterDatasetConfig.sample.defects)

    /// A calm cast of a few minutes, to which tests add what they need.
    static func plan(_ number: Int = 1, seed: UInt64 = 42, minutes: Int = 5) -> CastPlan {
        var plan = CastPlanner(config: .sample, seed: seed, seconds: minutes * 60, excursionShare: 0).plan(number)
        plan.injections = []
        plan.template = nil
        if number > 0 { plan.settings.secondsInCast = 3600 }
        return plan
    }

    @Test func theSameSeedGivesTheSameReadings() {
        let plan = Self.plan()
        let (first, second) = (Self.run(plan), Self.run(plan))
        for (left, right) in [(first.process, second.process), (first.environment, second.environment)] {
            #expect(left.values.map(\.bitPattern) == right.values.map(\.bitPattern))
        }
        #expect(first.labels == second.labels && first.materials == second.materials)
        let other = Self.run(Self.plan(2))
        #expect(other.process.values.map(\.bitPattern) != first.process.values.map(\.bitPattern))
    }

    @Test func readingsStandAsTheyWillStandInTheFiles() {
        let record = Self.run(Self.plan())
        #expect(record.process.rowCount == 300 && record.environment.rowCount == 30)
        for (index, signal) in record.process.signals.enumerated() {
            for value in record.process[index] where value == value {
                #expect(Distribution.rounded(value, decimals: signal.decimals) == value, "\(signal.name) \(value)")
                if let physical = signal.physical { #expect(physical.contains(value), "\(signal.name) \(value)") }
            }
        }
        // The identity of B-3, from the readings and the cast's own liquidus.
        for (superheat, tundish) in zip(record.process["superheat"], record.process["tundish_temperature"]) {
            #expect(abs(superheat - (tundish - record.plan.heat.liquidusC)) < 1e-9)
        }
        #expect(record.summary.impossibleReadings == 0 && record.summary.missingReadings == 0)
    }

    @Test func theCastIsWhatWasPlanned() throws {
        let plan = Self.plan()
        let record = Self.run(plan)
        let names = CasterGroups.all.cast.map(\.name)
        let material = try #require(record.materials.first)
        #expect(record.materials.count == 1 && material.second == 0)
        func of(_ name: String) -> Double { names.firstIndex(of: name).map { material.values[$0] } ?? .nan }
        for element in SteelElement.allCases {
            #expect(of(element.name) == plan.heat.composition[keyPath: element.path])
        }
        #expect(of("liquidus_temperature") == plan.heat.liquidusC && of("casting_speed_aim") == plan.speedAimMPerMin)
        #expect(abs(record.summary.meanSpeedMPerMin / plan.speedAimMPerMin - 1) < 0.08)
        #expect(abs(record.summary.meanSuperheatK - plan.heat.superheatAimK) < 8)
    }

    @Test func heatsFollowOneAnotherInLongCasts() {
        var plan = Self.plan(minutes: 90)
        plan.settings.ladleT = 120
        let record = Self.run(plan)
        #expect(record.materials.count == 2)
    }

    @Test func theSeasonIsFelt() {
        var plan = Self.plan()
        plan.settings.airMeanC = 30
        let summer = Self.run(plan)
        plan.settings.airMeanC = -5
        let winter = Self.run(plan)
        func mean(_ record: CastRecord, _ name: String) -> Double { SignalStatistics(record.environment[name]).mean }
        #expect(abs(mean(summer, "ambient_temperature") - mean(winter, "ambient_temperature") - 35) < 0.5)
        #expect(mean(summer, "water_supply_temperature") > mean(winter, "water_supply_temperature") + 5)
    }

    @Test func aCastThatBeginsStartsSlowly() {
        let first = Self.plan(0)
        #expect(first.placeInSequence == 0 && first.settings.secondsInCast == 0)
        let record = Self.run(first)
        let speed = Array(record.process["casting_speed"])
        #expect(SignalStatistics(speed[..<30]).mean < 0.92 * first.speedAimMPerMin)
        #expect(record.status["maintenance_scheduled"].allSatisfy { $0 == 1 })
        let later = Self.run(Self.plan(1))
        #expect(later.status["maintenance_scheduled"].allSatisfy { $0 == 0 })
    }

    @Test func nothingIsFeltBeforeTheOnset() throws {
        let calm = Self.run(Self.plan())
        var plan = Self.plan()
        let index = try #require(CasterGroups.all.scenarios.firstIndex { $0.id == "oscillation-out-of-band" })
        plan.injections = [
            CastPlan.Injection(
                scenario: "oscillation-out-of-band", index: index, severity: 1, onsetS: 120, rampS: 0, holdS: 60,
                recoveryS: 0)
        ]
        let upset = Self.run(plan)
        let name = "mold_oscillation_frequency"
        let (before, after) = (Array(calm.process[name]), Array(upset.process[name]))
        #expect(before[..<120] == after[..<120] && before[120...] != after[120...])
        #expect(upset.labels.ruleSeverities[DefectRules.Defect.cornerCracks.rawValue] > 1)
    }

    @Test func missingReadingsBreakNoRule() throws {
        var plan = Self.plan()
        let index = try #require(CasterGroups.all.scenarios.firstIndex { $0.id == "sensor-dropout" })
        plan.injections = [
            CastPlan.Injection(
                scenario: "sensor-dropout", index: index, severity: 1, onsetS: 30, rampS: 0, holdS: 200, recoveryS: 0)
        ]
        let record = Self.run(plan)
        #expect(record.summary.missingReadings > 50 && !record.labels.isRuleBroken)
        let missing = record.process["zone_3_water_flow"].count { $0.isNaN }
        #expect(missing == record.summary.missingReadings)
        let rows = CastTables.readings(record).reduce(0) { $0 + $1.rowCount }
        let all = record.process.values.count + record.status.values.count + record.environment.values.count
        #expect(rows == all - missing)
    }

    @Test func labelsFollowFromSeveritiesAndFortune() {
        let model = CasterDatasetConfig.sample.defects
        let heat = Self.plan().heat
        func labels(_ severities: [Double], _ fortunes: [Double]) -> CastLabels {
            CastLabels(severities: severities, heat: heat, defects: model, fortunes: fortunes)
        }
        let calm = labels([0, 0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5, 0.5])
        #expect(!calm.isDefective && calm.className == "none" && calm.severity == 0 && calm.level == .none)
        #expect(calm.probability < 0.05 && calm.probability > 0)
        let both = labels([1.1, 0, 0, 2, 0], [0, 0.99, 0.99, 0, 0.99])
        #expect(both.defects == [true, false, false, true, false] && both.worst == .inclusions)
        #expect(both.severity == 2 && both.level == .severe && both.probability > 0.9)
        let lucky = labels([1.1, 0, 0, 0, 0], [0.999, 0.5, 0.5, 0.5, 0.5])
        #expect(lucky.isRuleBroken && !lucky.isDefective && lucky.probability > 0.8)
        let unexplained = labels([0, 0, 0, 0, 0], [0.9, 0.9, 0.9, 0.9, 0])
        #expect(unexplained.worst == .shape && unexplained.severity == 1 && unexplained.level == .minor)
        for severity in [1.0, 1.2, 2, 10] {
            #expect(model.responses[0].probability(severity: severity) <= 1)
            #expect(model.responses[0].probability(severity: severity) >= 0.8)
        }
    }
}
