/// How an asset is doing, in one word.
public enum HealthStatus: String, Sendable, CaseIterable {
    case healthy, warning, critical
    /// Its agent is not connected: nothing is known.
    case offline
    /// People are at work on it: nothing is judged.
    case maintenance
}

extension HealthStatus {
    /// Below this score the status becomes what it says; it is left again only `hysteresis` points above.
    static let warningBelow = 80.0
    static let criticalBelow = 50.0
    static let hysteresis = 5.0

    /// By the score, after what it was before.
    static func of(score: Double, after last: HealthStatus) -> HealthStatus {
        let criticalLimit = criticalBelow + (last == .critical ? hysteresis : 0)
        let warningLimit = warningBelow + (last == .healthy ? 0 : hysteresis)
        if score < criticalLimit { return .critical }
        return score < warningLimit ? .warning : .healthy
    }
}
