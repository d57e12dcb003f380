import Assets
import Model
import Testing

@testable import Datasets

@Suite struct CastPlannerTests {
    private let planner = CastPlanner(config: .sample, seed: 42, seconds: 3600, excursionShare: 0.15)

    @Test func aPlanFollowsFromSeedAndNumber() {
        let other = CastPlanner(config: .sample, seed: 43, seconds: 3600, excursionShare: 0.15)
        for number in [0, 1, 17, 4000] {
            #expect("\(planner.plan(number))" == "\(planner.plan(number))")
            #expect(planner.plan(number).seed != other.plan(number).seed)
        }
        #expect(Set((0..<500).map { planner.plan($0).seed }).count == 500)
        #expect(planner.plan(17).id == "cast-000017" && planner.plan(17).sequenceID == "sequence-00004")
    }

    @Test func noSequenceIsSplit() {
        var splits: [Int: CastPlan.Split] = [:]
        var counts: [CastPlan.Split: Int] = [:]
        for number in 0..<4000 {
            let plan = planner.plan(number)
            #expect(splits[plan.sequence] == nil || splits[plan.sequence] == plan.split)
            splits[plan.sequence] = plan.split
            counts[plan.split, default: 0] += 1
        }
        #expect(abs(Double(counts[.train] ?? 0) / 4000 - 0.7) < 0.01)
        #expect(abs(Double(counts[.validation] ?? 0) / 4000 - 0.15) < 0.01)
        #expect(abs(Double(counts[.test] ?? 0) / 4000 - 0.15) < 0.01)
    }

    @Test(arguments: [0.0, 0.15, 0.5, 1]) func excursionsAreDealtOutExactly(_ share: Double) {
        let planner = CastPlanner(config: .sample, seed: 7, seconds: 3600, excursionShare: share)
        var (count, runs, before) = (0, 0, false)
        for number in 0..<4000 {
            let isExcursion = planner.plan(number).isExcursion
            count += isExcursion ? 1 : 0
            runs += isExcursion && before ? 1 : 0
            before = isExcursion
        }
        #expect(abs(Double(count) - 4000 * share) <= 1)
        // Whether the one before had an excursion tells nothing.
        #expect(abs(Double(runs) / 4000 - share * share) < 0.02)
    }

    @Test func templatesAndGradesAreDrawnByWeight() {
        let planner = CastPlanner(config: .sample, seed: 5, seconds: 3600, excursionShare: 0.5)
        var templates: [String: Int] = [:]
        var grades: [String: Int] = [:]
        var pairs: [String: Int] = [:]
        for number in 0..<8000 {
            let plan = planner.plan(number)
            grades[plan.gradeName, default: 0] += 1
            guard plan.isExcursion, let template = plan.template else { continue }
            templates[template, default: 0] += 1
            pairs["\(template) \(plan.gradeName)", default: 0] += 1
        }
        let config = CasterDatasetConfig.sample
        for template in config.excursions {
            let share = Double(templates[template.name] ?? 0) / 4000
            #expect(abs(share - template.weight) < 0.01, "\(template.name)")
            for grade in config.grades {
                let both = Double(pairs["\(template.name) \(grade.name)"] ?? 0) / 4000
                #expect(abs(both - template.weight * grade.share) < 0.02, "\(template.name) \(grade.name)")
            }
        }
        for grade in config.grades { #expect(abs(Double(grades[grade.name] ?? 0) / 8000 - grade.share) < 0.01) }
    }

    /// B10: composition by grade, by Kolmogorov and Smirnov at 0.1 %.
    @Test func compositionFollowsItsDistributions() {
        var drawn: [String: [[Double]]] = [:]
        for number in 0..<3000 {
            let plan = planner.plan(number)
            drawn[plan.gradeName, default: []].append(
                SteelElement.allCases.map { plan.heat.composition[keyPath: $0.path] })
            #expect(plan.heat.liquidusC > 1400 && plan.heat.liquidusC < 1537)
        }
        for grade in CasterDatasetConfig.sample.grades {
            let casts = drawn[grade.name] ?? []
            #expect(casts.count > 300)
            for element in SteelElement.allCases {
                let values = casts.map { $0[element.rawValue] }.sorted()
                // Rounding to the laboratory's decimals moves the distribution by up to half a step.
                let half = 0.5 / [1e4, 1e3, 1e3, 1e4, 1e4, 100, 100][element.rawValue]
                let deviation = grade.elements[element.rawValue].moments.deviation
                let limit = 1.95 / Double(values.count).squareRoot() + 0.4 * half / max(deviation, 1e-9)
                #expect(
                    distance(values, grade.elements[element.rawValue]) < limit, "\(grade.name) \(element.name)")
            }
        }
    }

    @Test func sequencesFollowTheCalendar() {
        var last: CastPlan?
        for number in 0..<400 {
            let plan = planner.plan(number)
            if let last, last.sequence == plan.sequence {
                #expect(plan.startMs == last.endMs && plan.gradeName == last.gradeName)
            } else if let last {
                #expect(plan.startMs >= last.endMs)
            }
            let isSummer = (150...250).contains(plan.startMs / 86_400_000 % 365)
            if isSummer { #expect(plan.settings.airMeanC > 12) }
            last = plan
        }
        // Longer than their interval: one after the other.
        let long = CastPlanner(config: .sample, seed: 1, seconds: 86_400, excursionShare: 0)
        #expect(long.plan(4).startMs == long.plan(3).endMs)
    }

    @Test func injectionsRampUpAndDown() {
        let injection = CastPlan.Injection(
            scenario: "x", index: 0, severity: 0.8, onsetS: 10, rampS: 3, holdS: 5, recoveryS: 3)
        let levels = (0..<25).map { injection.level(second: $0) }
        #expect(levels[..<10].allSatisfy { $0 == 0 } && levels[injection.endS...].allSatisfy { $0 == 0 })
        #expect(levels[10] > 0 && levels[10] < levels[11] && levels[12] < 0.8)
        #expect(levels[13..<18].allSatisfy { $0 == 0.8 } && levels[18] < 0.8 && levels[20] > 0)
    }
}
