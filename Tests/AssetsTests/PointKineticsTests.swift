import Model
import Testing

@testable import Assets

/// What the kinetics must hold for any set of groups and any drive; the published benchmarks are in CheckPoints. Check point
///
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

    /// n(t) after a step from equilibrium, by its exponentials: sum r e^(w t) / (w (L + sum b l / (w + l)^2)), over the roots of
    /// the inhour equation. Independent of the solver.
    private func exponentials(_ set: KineticsParameters, reactivity: Double, time: Double) -> Double {
        InhourEquation(set).ratesPerS(reactivity: reactivity).reduce(0) { sum, rate in
            let slope = set.groups.reduce(set.generationTimeS) {
                $0 + $1.fraction * $1.decayPerS / ((rate + $1.decayPerS) * (rate + $1.decayPerS))
            }
            return sum + reactivity / (rate * slope) * Maths.exp(rate * time)
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>) func anyStepOfAnySetIsTheSumOfItsExponentials(_ seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: 5)
        let count = 1 + random.below(20)
        let decays = (0..<count).map { _ in Maths.exp(-8 + 10 * random.unit()) }
        let fractions = (0..<count).map { _ in 0.0001 + 0.002 * random.unit() }
        let set = KineticsParameters(
            decaysPerS: decays, fractions: fractions, generationTimeS: Maths.exp(-16 + 9 * random.unit()))
        let reactivity = (random.unit() < 0.5 ? 0.9 : -15) * random.unit() * set.beta
        var core = PointKinetics(set, power: 1)
        for step in [0.1, 0.9, 4] {
            core.advance(seconds: step, reactivity: reactivity)
        }
        let exact = exponentials(set, reactivity: reactivity, time: 5)
        expect(core.power, exact, within: 1e-9, "seed \(seed): \(count) groups, r = \(reactivity)")
    }

    @Test func longStepsAreAsExactAsShortOnes() {
        var core = PointKinetics(.thermalI, power: 1)
        for _ in 0..<10 { core.advance(seconds: 10, reactivity: 0.5 * 0.0075) }
        expect(core.power, 8.006_143_562_440_42e7, within: 1e-9)
        var once = PointKinetics(.thermalI, power: 1)
        once.advance(seconds: 100, reactivity: -0.5 * 0.0075)
        expect(once.power, 0.071_582_854_438_585_8, within: 1e-9)
    }

    /// Corners, functions and pieces are three ways to say the same.
    @Test func aZigZagCanBeSaidInThreeWays() {
        let corners = [(0.0, 0.0), (0.5, 0.00375), (1, 0), (1.5, 0.00375), (10, 0.00375)]
        var along = PointKinetics(.thermalI, power: 1)
        along.advance(along: corners.map { (seconds: $0.0, reactivity: $0.1) })
        expect(along.power, 12.047_105_354_83, within: 1e-9)
        var function = PointKinetics(.thermalI, power: 1)
        for (from, to) in zip(corners, corners.dropFirst()) {
            function.advance(seconds: to.0 - from.0) { from.1 + (to.1 - from.1) * $0 / (to.0 - from.0) }
        }
        expect(function.power, along.power, within: 1e-11)
        // Kinks within a step cost time, not accuracy.
        var kinked = PointKinetics(.thermalI, power: 1)
        kinked.advance(seconds: 2) { t in
            t < 0.5 ? 0.0075 * t : t < 1 ? 0.0075 * (1 - t) : t < 1.5 ? 0.0075 * (t - 1) : 0.00375
        }
        expect(kinked.power, 2.521_600_530_004, within: 1e-9)
    }

    @Test func energyIsTheIntegralOfPower() {
        var core = PointKinetics(.thermalI, power: 2)
        core.advance(seconds: 100, reactivity: 0)
        expect(core.energy, 200, within: 1e-12)
        // A feedback of zero is none.
        var one = PointKinetics(.thermalII, power: 1)
        var other = one
        one.advance(seconds: 3, reactivity: 0.003)
        other.advance(seconds: 3) { _, energy in 0.003 + 0 * energy }
        expect(other.power, one.power, within: 1e-11)
        expect(other.energy, one.energy, within: 1e-11)
    }

    /// A subcritical reactor settles where its source holds it.
    @Test func aSourceHoldsASubcriticalReactor() throws {
        let settled = try #require(PointKinetics.subcriticalPower(.thermalII, reactivity: -0.02, source: 5))
        expect(settled, 2e-5 * 5 / 0.02, within: 1e-14)
        var core = PointKinetics(.thermalII, power: 1)
        for _ in 0..<40 { core.advance(seconds: 100, reactivity: -0.02, source: 5) }
        expect(core.power, settled, within: 1e-9)
        #expect(PointKinetics.subcriticalPower(.thermalII, reactivity: 0, source: 5) == nil)
    }

    /// Photoneutrons need days at power: a fresh core has fewer of them after its trip.
    @Test func timeAtPowerDecidesWhatIsLeft() {
        var left: [Double] = []
        for operation in [60.0, 86_400, 30 * 86_400, .infinity] {
            var core = PointKinetics(.candu15, power: 1, operationS: operation)
            for _ in 0..<60 { core.advance(seconds: 60, reactivity: -0.06) }
            left.append(core.power)
        }
        #expect(left[0] < 0.2 * left[1] && left[1] < 0.95 * left[2] && left[2] < left[3])
        var equilibrium = PointKinetics(.candu15, power: 1)
        for _ in 0..<60 { equilibrium.advance(seconds: 60, reactivity: -0.06) }
        #expect(equilibrium.power == left[3])
    }

    /// Days after a trip the long-lived groups are ten thousand times above the power: no reason to stop being exact, nor to
    /// take forever.
    @Test func deepShutdownsComeToAnEnd() {
        var core = PointKinetics(.candu15, power: 1)
        for _ in 0..<48 { core.advance(seconds: 3600, reactivity: -0.08) }
        #expect(core.power > 1e-6 && core.power < 1e-4)
        expect(core.power, exponentials(.candu15, reactivity: -0.08, time: 48 * 3600), within: 1e-8)
    }

    @Test func oddInputsChangeNothing() {
        var core = PointKinetics(.thermalI, power: 1)
        for odd in [Double.nan, .infinity, -.infinity] {
            core.advance(seconds: odd, reactivity: 0.001)
            core.advance(seconds: 1, reactivity: odd)
            core.advance(seconds: 1, reactivity: 0, to: odd)
            core.advance(seconds: 1, reactivity: 0, source: odd)
        }
        core.advance(seconds: 0, reactivity: 0.001)
        core.advance(seconds: -1, reactivity: 0.001)
        #expect(core.power == 1 && core.equivalents == Array(repeating: 1, count: 6))
        // Beyond what numbers hold it stops.
        core.advance(seconds: 1000, reactivity: 1)
        #expect(core.power.isFinite && core.power > 1e100)
        for unsound in [
            KineticsParameters(decaysPerS: [0.1], fractions: [0.007], generationTimeS: 0),
            KineticsParameters(decaysPerS: [-0.1], fractions: [0.007], generationTimeS: 1e-5),
            KineticsParameters(decaysPerS: [.nan], fractions: [0.007], generationTimeS: 1e-5),
        ] {
            var still = PointKinetics(unsound, power: 1)
            still.advance(seconds: 1, reactivity: 0.001)
            #expect(still.power == 1)
        }
        // Without delayed neutrons power is an exponential.
        var prompt = PointKinetics(KineticsParameters(groups: [], generationTimeS: 1e-3), power: 1)
        prompt.advance(seconds: 2, reactivity: 1e-3)
        expect(prompt.power, Maths.exp(2), within: 1e-11)
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
            single.step(table, LinearDrive(reactivity: before, reactivityEnd: reactivity))
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
            single.step(table, LinearDrive(reactivity: before, reactivityEnd: reactivity))
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
        for _ in 0..<86_400 { state.step(table, LinearDrive(reactivity: 0, reactivityEnd: 0)) }
        #expect(state == KineticsState(power: 1, groups: set.groups.count))
    }
}
