import Glibc

/// How fast a score moves: from two exponential means of different memory, whose distance on a steady slope is the slope
/// times the difference of their time constants.
struct HealthRate: Sendable, Equatable {
    private static let fastS = 60.0
    private static let slowS = 600.0
    /// Slower is no movement, in points an hour.
    static let steadyPerHour = 6.0

    private var fast = Double.nan
    private var slow = Double.nan
    private var timeMs: Int64 = .min

    /// Points an hour; negative: getting worse.
    var perHour: Double {
        fast.isNaN ? 0 : (fast - slow) / (HealthRate.slowS - HealthRate.fastS) * 3600
    }

    mutating func take(_ score: Double, atMs now: Int64) {
        guard now > timeMs else { return }
        guard fast.isFinite else {
            (fast, slow, timeMs) = (score, score, now)
            return
        }
        let seconds = min(Double(now - timeMs) / 1000, 1e6)
        timeMs = now
        guard fast != score || slow != score else { return }
        fast += (score - fast) * -expm1(-seconds / HealthRate.fastS)
        slow += (score - slow) * -expm1(-seconds / HealthRate.slowS)
        // So that a sound asset costs nothing.
        if abs(fast - score) < 1e-9, abs(slow - score) < 1e-9 { (fast, slow) = (score, score) }
    }
}
