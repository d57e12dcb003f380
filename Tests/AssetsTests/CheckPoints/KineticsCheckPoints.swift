@testable import Assets

/// A-1 ... A-6 and the problems of physics.md A2, every one at steps of 0.1 s.
enum KineticsCheckPoints {
    static var all: [CheckPoint] { steps + ramps + selfLimited + periods + heavyWater }

    /// n at `time` from equilibrium at `start`, in steps of 0.1 s.
    private static func march(
        _ set: KineticsParameters, to time: Double, source: Double = 0, start: Double = 1,
        reactivity: (Double) -> Double
    ) -> Double {
        var core = PointKinetics(set, power: start)
        for tick in 0..<Int((time * 10).rounded()) {
            let from = Double(tick) / 10
            core.advance(seconds: 0.1, reactivity: reactivity(from), to: reactivity(from + 0.1), source: source)
        }
        return core.power
    }

    private static var steps: [CheckPoint] {
        let down = [0.698_925_225_570_693, 0.607_053_565_606_213, 0.396_077_690_715_492, 0.071_582_854_438_585_8]
        let up = [1.533_112_645_952_11, 2.511_494_291_491_09, 14.215_025_242_442_7, 8.006_143_562_440_42e7]
        var points: [CheckPoint] = []
        for (dollars, values) in [(-0.5, down), (0.5, up)] {
            for (time, value) in zip([0.1, 1, 10, 100], values) {
                points.append(
                    CheckPoint("A-1", "T1, step of \(dollars) $: n(\(time) s)", value, within: 1e-9) {
                        march(.thermalI, to: time) { _ in dollars * 0.0075 }
                    })
            }
        }
        for (time, value) in [(1.0, 2.209_840_456_982_68), (10, 8.019_199_973_227_33), (20, 28.297_399_781_012_4)] {
            points.append(
                CheckPoint("A-2", "T2, step of .003: n(\(time) s)", value, within: 1e-9) {
                    march(.thermalII, to: time) { _ in 0.003 }
                })
        }
        return points
    }

    private static var ramps: [CheckPoint] {
        var points: [CheckPoint] = []
        for (time, value) in [
            (2.0, 1.338_200_050_049), (4, 2.228_441_896_810), (6, 5.582_052_448_674), (8, 42.786_295_731_12),
        ] {
            points.append(
                CheckPoint("A-3", "T2, ramp of 0.1 $/s: n(\(time) s)", value, within: 1e-9) {
                    march(.thermalII, to: time) { 0.1 * 0.007 * $0 }
                })
        }
        for (time, value) in [
            (0.5, 1.721_422_422_085), (1, 1.211_127_414_825), (1.5, 1.892_226_140_394), (2, 2.521_600_530_004),
            (10, 12.047_105_354_83),
        ] {
            points.append(
                CheckPoint("A-4", "T1, zig-zag: n(\(time) s)", value, within: 1e-9) {
                    march(.thermalI, to: time) { t in
                        switch t {
                        case ..<0.5: 0.0075 * t
                        case ..<1: 0.00375 - 0.0075 * (t - 0.5)
                        case ..<1.5: 0.0075 * (t - 1)
                        default: 0.00375
                        }
                    }
                })
        }
        points.append(
            CheckPoint("A2", "O1, sine with r0 = 8 b / (8 + l T): n(10 s)", 2.065_396_015, within: 1e-9) {
                let set = KineticsParameters(decaysPerS: [0.077], fractions: [0.0079], generationTimeS: 1e-8)
                var core = PointKinetics(set, power: 1)
                let top = 8 * 0.0079 / (8 + 0.077 * 50)
                for tick in 0..<100 {
                    let from = Double(tick) / 10
                    core.advance(seconds: 0.1) { top * Maths.sin(.pi * (from + $0) / 50) }
                }
                return core.power
            })
        for (time, value) in [
            (1.0, 2_526_788_722.697_287_015), (5, 2_669_454_307.356_717_025), (10, 2_873_042_943.385_772_445),
            (20, 3_393_284_118.859_38),
        ] {
            points.append(
                CheckPoint("A2", "ramp with source: n(\(time) s)", value, within: 1e-9) {
                    let set = KineticsParameters(decaysPerS: [0.001], fractions: [0.0075], generationTimeS: 0.0015)
                    return march(set, to: time, source: 1e8, start: 2.5e9) { -6e-5 + 1e-4 * $0 }
                })
        }
        return points
    }

    /// r = 0.01 t - 1e-11 times the energy released; around the peak in steps of 20 us, which a parabola joins.
    private static let peak: (time: Double, power: Double) = {
        var core = PointKinetics(.thermalIII, power: 1)
        var time = 0.0
        var seen: [(time: Double, power: Double)] = []
        func advance(_ seconds: Double) {
            let (from, before) = (time, core.energy)
            core.advance(seconds: seconds) { 0.01 * (from + $0) - 1e-11 * (before + $1) }
            time += seconds
        }
        for _ in 0..<11 { advance(0.1) }
        for _ in 0..<400 {
            advance(2e-5)
            seen.append((time, core.power))
        }
        guard let top = seen.indices.max(by: { seen[$0].power < seen[$1].power }), top > 0, top + 1 < seen.count else {
            return (0, 0)
        }
        let (a, b, c) = (seen[top - 1].power, seen[top].power, seen[top + 1].power)
        let offset = (a - c) / (2 * (a - 2 * b + c))
        return (seen[top].time + offset * 2e-5, b - (a - c) * offset / 4)
    }()

    private static var selfLimited: [CheckPoint] {
        [
            CheckPoint("A2", "T3, self-limited ramp: peak", 2.012_351_88e10, within: 1e-8) { peak.power },
            CheckPoint("A2", "T3, self-limited ramp: time of the peak, s", 1.106_077_5, within: 1e-7) { peak.time },
        ]
    }

    private static var periods: [CheckPoint] {
        [(0.1, 95.571_340_7), (0.3, 17.413_507_7)].map { dollars, period in
            CheckPoint("A-5", "T2, stable period at \(dollars) $, s", period, within: 1e-8) {
                InhourEquation(.thermalII).stablePeriodS(reactivity: dollars * 0.007)
            }
        } + [
            CheckPoint("A-5", "T2, stable period at -10 $, s", -79.045, within: 1e-5) {
                InhourEquation(.thermalII).stablePeriodS(reactivity: -10 * 0.007)
            }
        ]
    }

    private static var heavyWater: [CheckPoint] {
        let bare = KineticsParameters(
            groups: KineticsParameters.uranium235.scaled(toBeta: 0.0058).groups, generationTimeS: 9e-4)
        return zip([1.0, 10, 100], [0.068_918_590_6, 0.028_234_630_1, 0.003_348_581_86]).map { time, value in
            CheckPoint("A-6", "C15, step of -60 mk: n(\(time) s)", value, within: 1e-8) {
                march(.candu15, to: time) { _ in -0.060 }
            }
        }
            + zip([1.0, 10, 100], [0.0682734, 0.0264739, 0.00202122]).map { time, value in
                CheckPoint("A-6", "the same without photoneutrons: n(\(time) s)", value, within: 2e-6) {
                    march(bare, to: time) { _ in -0.060 }
                }
            }
    }
}
