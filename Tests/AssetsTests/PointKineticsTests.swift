import Model
import Testing

@testable import Assets

/// Check points A-1 ...: published benchmarks, to 1e-9 (the reference values carry ten digits and more).
@Suite struct PointKineticsTests {
    /// n at the given times from n = 1 in equilibrium, marched in steps of `step` seconds.
    private func march(
        _ set: KineticsParameters, to times: [Double], step: Double, source: Double = 0, start: Double = 1,
        reactivity: (Double) -> Double
    ) -> [Double] {
        var core = PointKinetics(set, power: start)
        var results: [Double] = []
        var tick = 0
        for time in times {
            while Double(tick) * step < time - step / 2 {
                let from = Double(tick) * step
                core.advance(
                    seconds: step, reactivity: reactivity(from), to: reactivity(from + step), source: source)
                tick += 1
            }
            results.append(core.power)
        }
        return results
    }

    private func check(_ values: [Double], _ expected: [Double], within tolerance: Double) {
        for (value, right) in zip(values, expected) { expect(value, right, within: tolerance) }
        #expect(values.count == expected.count)
    }

    @Test(arguments: [0.1, 1.0]) func stepsOfThermalI(_ step: Double) {
        let times = [0.1, 1, 10, 100].filter { $0 >= step }
        let skipped = 4 - times.count
        let down = [0.698_925_225_570_693, 0.607_053_565_606_213, 0.396_077_690_715_492, 0.071_582_854_438_585_8]
        let up = [1.533_112_645_952_11, 2.511_494_291_491_09, 14.215_025_242_442_7, 8.006_143_562_440_42e7]
        check(
            march(.thermalI, to: times, step: step) { _ in -0.5 * 0.0075 }, Array(down.dropFirst(skipped)), within: 1e-9
        )
        check(
            march(.thermalI, to: times, step: step) { _ in 0.5 * 0.0075 }, Array(up.dropFirst(skipped)), within: 1e-9)
    }

    @Test func stepOfThermalII() {
        check(
            march(.thermalII, to: [1, 10, 20], step: 0.1) { _ in 0.003 },
            [2.209_840_456_982_68, 8.019_199_973_227_33, 28.297_399_781_012_4], within: 1e-9)
    }

    @Test func rampOfThermalII() {
        check(
            march(.thermalII, to: [2, 4, 6, 8], step: 0.1) { 0.1 * 0.007 * $0 },
            [1.338_200_050_049, 2.228_441_896_810, 5.582_052_448_674, 42.786_295_731_12], within: 1e-9)
    }

    @Test func zigZagOfThermalI() {
        check(
            march(.thermalI, to: [0.5, 1, 1.5, 2, 10], step: 0.1) { t in
                switch t {
                case ..<0.5: 0.0075 * t
                case ..<1: 0.00375 - 0.0075 * (t - 0.5)
                case ..<1.5: 0.0075 * (t - 1)
                default: 0.00375
                }
            },
            [1.721_422_422_085, 1.211_127_414_825, 1.892_226_140_394, 2.521_600_530_004, 12.047_105_354_83],
            within: 1e-9)
    }

    /// One group, sinusoidal reactivity, as stiff as it gets: piecewise-linear reactivity limits the accuracy.
    @Test func sineOfOneGroup() {
        let set = KineticsParameters(decaysPerS: [0.077], fractions: [0.0079], generationTimeS: 1e-8)
        let exact = 8 * 0.0079 / (8 + 0.077 * 50)
        let n = march(set, to: [10], step: 0.01) { exact * Maths.sin(.pi * $0 / 50) }
        expect(n[0], 2.065_396_015, within: 1e-6)
        let rounded = march(set, to: [10], step: 0.01) { 0.005_333_3 * Maths.sin(.pi * $0 / 50) }
        expect(rounded[0], 2.06538, within: 1e-5)
    }

    @Test func rampWithSource() {
        let set = KineticsParameters(decaysPerS: [0.001], fractions: [0.0075], generationTimeS: 0.0015)
        let n = march(set, to: [1, 5, 10, 20], step: 0.1, source: 1e8, start: 2.5e9) { -6e-5 + 1e-4 * $0 }
        check(
            n, [2_526_788_722.697_287_015, 2_669_454_307.356_717_025, 2_873_042_943.385_772_445, 3_393_284_118.859_38],
            within: 1e-9)
    }

    /// r = 0.01 t - 1e-11 * integral of n: the peak by 1 ms steps of the exact solver.
    @Test func selfLimitedRamp() {
        var core = PointKinetics(.thermalIII, power: 1)
        var energy = 0.0
        var peak = (time: 0.0, power: 0.0)
        let step = 0.0001
        for tick in 0..<12_000 {
            let time = Double(tick) * step
            let start = 0.01 * time - 1e-11 * energy
            let before = core
            var end = 0.01 * (time + step) - 1e-11 * (energy + before.power * step)
            for _ in 0..<3 {
                core = before
                core.advance(seconds: step, reactivity: start, to: end)
                end = 0.01 * (time + step) - 1e-11 * (energy + (before.power + core.power) / 2 * step)
            }
            energy += (before.power + core.power) / 2 * step
            if core.power > peak.power { peak = (time + step, core.power) }
        }
        expect(peak.power, 2.012_351_88e10, within: 1e-4)
        expect(peak.time, 1.106_077_5, plusMinus: 1.1e-4)
    }

    @Test func theStiffestSetStaysPositiveAndFindsItsPeriod() {
        var core = PointKinetics(.fast, power: 1)
        core.advance(seconds: 1, reactivity: 0.5 * 0.0044)
        let before = core.power
        core.advance(seconds: 1, reactivity: 0.5 * 0.0044)
        var slow = PointKinetics(.fast, power: 1)
        for _ in 0..<20 { slow.advance(seconds: 0.1, reactivity: 0.5 * 0.0044) }
        expect(core.power, slow.power, within: 1e-9)
        #expect(before > 1.9)
    }

    @Test func afterShutdownHeavyWaterKeepsItsPhotoneutrons() {
        check(
            march(.candu15, to: [1, 10, 100], step: 0.1) { _ in -0.060 },
            [0.068_918_590_6, 0.028_234_630_1, 0.003_348_581_86], within: 1e-7)
        let bare = KineticsParameters.uranium235.scaled(toBeta: 0.0058)
        let sixGroups = KineticsParameters(groups: bare.groups, generationTimeS: 9e-4)
        check(
            march(sixGroups, to: [1, 10, 100], step: 0.1) { _ in -0.060 }, [0.0682734, 0.0264739, 0.00202122],
            within: 1e-5)
    }

    @Test func everySetSumsToItsBeta() {
        let declared: [(KineticsParameters, Double)] = [
            (.thermalI, 0.0075), (.thermalII, 0.007), (.thermalIII, 0.00645), (.fast, 0.0044), (.candu15, 0.0058),
            (.uranium235.scaled(toBeta: 0.0065), 0.0065),
        ]
        for (set, beta) in declared { expect(set.beta, beta, within: 1e-12) }
        expect(KineticsParameters.uranium235.beta, 0.0065, within: 1e-3)
        #expect(KineticsParameters.candu15.groups.count == 15)
        expect(
            KineticsParameters.heavyWaterPhotoneutrons.reduce(0) { $0 + $1.share } * 100, 3.485, plusMinus: 5e-4)
    }

    @Test(arguments: [KineticsParameters.candu15, .uranium235, .fast]) func criticalHoldsForADay(
        _ set: KineticsParameters
    ) {
        var core = PointKinetics(set, power: 1)
        for _ in 0..<8_640 { core.advance(seconds: 10, reactivity: 0) }
        expect(core.power, 1, within: 1e-12)
    }

    @Test func thePromptJumpBracketsTheResponse() {
        for dollars in [0.1, -0.5, -1.0] {
            let jump = 1 / (1 - dollars)
            let n = march(.thermalII, to: [0.1, 0.5], step: 0.1) { _ in dollars * 0.007 }
            if dollars > 0 {
                #expect(n[0] > jump * 0.999 && n[0] < jump * 1.01 && n[1] < jump * 1.06)
            } else {
                #expect(n[0] < jump * 1.001 && n[0] > jump * 0.97 && n[1] > jump * 0.9)
            }
        }
    }

    @Test func equilibriumPrecursorsAreTheTextbooks() {
        let core = PointKinetics(.thermalI, power: 3)
        for (precursor, group) in zip(core.precursors, KineticsParameters.thermalI.groups) {
            expect(precursor, group.fraction * 3 / (5e-4 * group.decayPerS), within: 1e-14)
        }
    }

    /// The simulators' single steps of three stages against the exact solver.
    @Test(arguments: [KineticsParameters.candu15, .uranium235.scaled(toBeta: 0.0065)]) func singleStepsFollowTheExact(
        _ set: KineticsParameters
    ) {
        let table = KineticsTable(set, stepS: 0.1, stages: 3)
        var single = KineticsState(power: 1, groups: set.groups.count)
        var exact = PointKinetics(set, power: 1)
        // A slow swing of +-0.1 $ over 20 s, then back to critical.
        var before = 0.0
        var worst = 0.0
        for tick in 1...1200 {
            let time = Double(tick) * 0.1
            let reactivity = time < 60 ? 0.1 * set.beta * Maths.sin(time / 20 * 2 * .pi) : 0
            single.step(table, KineticsDrive(reactivity: before, reactivityEnd: reactivity))
            exact.advance(seconds: 0.1, reactivity: before, to: reactivity)
            before = reactivity
            worst = max(worst, abs(single.power / exact.power - 1))
        }
        // The light-water core's prompt mode (3 ms) is thirty times faster than the step: each kink of the reactivity
        // leaves what L-stability has not damped yet.
        #expect(worst < 1e-5, "\(worst)")
        // A scram over one second, then a quarter of an hour.
        worst = 0
        for tick in 0..<9000 {
            let reactivity = -0.06 * min(Double(tick) * 0.1, 1)
            single.step(table, KineticsDrive(reactivity: before, reactivityEnd: reactivity))
            exact.advance(seconds: 0.1, reactivity: before, to: reactivity)
            before = reactivity
            #expect(single.power > 0)
            if tick > 20 { worst = max(worst, abs(single.power / exact.power - 1)) }
        }
        #expect(worst < 2e-3, "\(worst)")
        expect(single.power, exact.power, within: 1e-5)
    }

    @Test(arguments: [KineticsParameters.candu15, .uranium235]) func singleStepsHoldADay(_ set: KineticsParameters) {
        let table = KineticsTable(set, stepS: 0.1, stages: 3)
        var state = KineticsState(power: 1, groups: set.groups.count)
        for _ in 0..<86_400 { state.step(table, KineticsDrive(reactivity: 0, reactivityEnd: 0)) }
        #expect(state == KineticsState(power: 1, groups: set.groups.count))
    }
}
