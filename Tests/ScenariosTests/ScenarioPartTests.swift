import Model
import TestSupport
import Testing

@testable import Scenarios

/// The course of one disturbance.
@Suite struct ScenarioPartTests {
    private static let secondNs: Int64 = 1_000_000_000
    /// Nothing for 5 s, up over 10 s, held for 20 s, gone over 4 s.
    private static let part = ScenarioPart(
        "x", severity: 0.8, onsetMs: 5_000, rampMs: 10_000, durationMs: 20_000, recoveryMs: 4_000)

    @Test(arguments: [
        (-1.0, 0.0), (0, 0), (4.999, 0), (5, 0.04), (5.999, 0.04), (6, 0.12), (14.5, 0.76), (15, 0.8), (34.999, 0.8),
        (35, 0.7), (36.5, 0.5), (38.2, 0.1), (39, 0), (1e6, 0),
    ])
    func levelByTheSecond(seconds: Double, level: Double) {
        let found = Self.part.level(sinceStartNs: Int64((seconds * 1e9).rounded()))
        #expect(abs(found - level) < 1e-12, "\(found)")
    }

    /// When it is stopped, in seconds; then a time and the level at it.
    @Test(arguments: [
        (3.0, 10.0, 0.0), (5, 10, 0), (9, 9, 0.36 * 0.875), (9, 12.9, 0.36 * 0.125), (9, 13, 0), (9, 8, 0.28),
        (20, 21, 0.8 * 0.625), (20, 24, 0), (36, 36, 0.5), (36, 39, 0), (50, 51, 0),
    ])
    func stopped(at stop: Double, seconds: Double, level: Double) {
        let found = Self.part.level(
            sinceStartNs: Int64(seconds * 1e9), stoppedNs: Int64(stop * 1e9))
        #expect(abs(found - level) < 1e-12, "\(found)")
    }

    @Test func ends() {
        #expect(Self.part.endNs() == 39 * Self.secondNs)
        #expect(Self.part.endNs(stoppedNs: 3 * Self.secondNs) == 3 * Self.secondNs)
        #expect(Self.part.endNs(stoppedNs: 9 * Self.secondNs) == 13 * Self.secondNs)
        #expect(Self.part.endNs(stoppedNs: 36 * Self.secondNs) == 39 * Self.secondNs)
        var open = Self.part
        open.durationMs = nil
        #expect(open.endNs() == nil && open.endNs(stoppedNs: 60 * Self.secondNs) == 64 * Self.secondNs)
        #expect(open.level(sinceStartNs: 1_000_000 * Self.secondNs) == 0.8)
    }

    @Test func aStepIsAStep() {
        let step = ScenarioPart("x", severity: 1, durationMs: 1_500)
        #expect(step.level(sinceStartNs: 0) == 1 && step.level(sinceStartNs: 1_499_999_999) == 1)
        #expect(step.level(sinceStartNs: 1_500_000_000) == 0)
    }

    /// What an asset feels in a second is the trapezoid's mean over it, whatever the spans.
    @Test func meansAreExact() {
        let seeds = Seeds.list(fixed: 20)
        for seed in seeds {
            var random = SeededRandom(seed: seed)
            let part = ScenarioPart(
                "x", severity: 0.01 + 0.99 * random.unit(), onsetMs: Int64(random.below(20)) * 1000,
                rampMs: Int64(random.below(30)) * 1000, durationMs: Int64(1 + random.below(30)) * 1000,
                recoveryMs: Int64(random.below(30)) * 1000)
            for second in 0..<120 {
                let mean = Trapezoid(part).mean(from: Double(second), to: Double(second + 1))
                let level = part.level(sinceStartNs: Int64(second) * Self.secondNs)
                #expect(abs(level - mean) < 1e-9, "second \(second), \(part), \(replayHint(seed))")
            }
        }
    }

    /// The course as people draw it, integrated in thousandths of a second: shares nothing with the product's.
    private struct Trapezoid {
        let points: [(time: Double, level: Double)]

        init(_ part: ScenarioPart) {
            let onset = Double(part.onsetMs) / 1000
            let top = onset + Double(part.rampMs) / 1000
            let fall = top + Double(part.durationMs ?? 0) / 1000
            points = [
                (onset, 0), (top, part.severity), (fall, part.severity), (fall + Double(part.recoveryMs) / 1000, 0),
            ]
        }

        func mean(from: Double, to: Double) -> Double {
            let steps = 1000
            return (0..<steps).reduce(0.0) { sum, step in
                sum + level(from + (to - from) * (Double(step) + 0.5) / Double(steps))
            } / Double(steps)
        }

        private func level(_ time: Double) -> Double {
            guard time >= points[0].time, time < points[3].time else { return 0 }
            for (left, right) in zip(points, points.dropFirst()) where time >= left.time && time < right.time {
                return left.level + (right.level - left.level) * (time - left.time) / (right.time - left.time)
            }
            return 0
        }
    }
}
