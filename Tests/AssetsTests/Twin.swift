import Model
import Testing

@testable import Assets

/// The same asset twice, with and without a scenario. Noise is the same in both, so that every difference is the
/// scenario's doing.
struct Twin {
    let kind: AssetKind
    private(set) var calm: Series
    private(set) var upset: Series
    private(set) var checker: PhysicalChecker
    let onset: Int

    /// Runs `seconds`, with the scenario at `level` from `onset` on, reading every `every` seconds.
    init(
        _ kind: AssetKind, seed: UInt64 = 5, scenario: String, level: Double = 1, onset: Int = 120, seconds: Int,
        every: Int = 1, spoilt: Set<String> = []
    ) throws {
        self.kind = kind
        self.onset = onset / every
        calm = Series(kind)
        upset = Series(kind)
        checker = PhysicalChecker(kind)
        checker.spoilt = spoilt
        var first = Recording(kind, seed: seed)
        var second = Recording(kind, seed: seed)
        for now in stride(from: every, through: seconds, by: every) {
            if now > onset { try second.set(scenario, level) }
            first.advance(Double(every))
            second.advance(Double(every))
            for frame in first.readAll() { calm.append(frame) }
            let frames = second.readAll()
            for frame in frames { upset.append(frame) }
            checker.check(frames, at: now)
        }
    }

    /// Difference by the scenario, smoothed over five readings.
    func difference(_ signal: String) -> [Double] {
        let raw = zip(upset[signal], calm[signal]).map { $0 - $1 }
        return raw.indices.map { Stats.mean(raw[max(0, $0 - 4)...$0]) }
    }

    /// When the scenario first moves a signal beyond its usual noise, in readings after the onset, and which way.
    func firstMove(_ signal: String) -> (after: Int, direction: Scenario.Direction)? {
        let usual = max(Stats.deviation(Stats.detrended(calm[signal], width: 31)), 1e-9)
        let moved = difference(signal)
        guard let index = moved.indices.first(where: { $0 >= onset && abs(moved[$0]) > 3 * usual }) else { return nil }
        return (index - onset, moved[index] > 0 ? .up : .down)
    }

    /// Dispersion with the scenario against that without.
    func spread(_ signal: String) -> Double {
        let before = Stats.deviation(calm[signal][onset...])
        return Stats.deviation(upset[signal][onset...]) / max(before, 1e-12)
    }
}
