/// How an asset is doing, in one word.
public enum HealthStatus: String, Sendable, CaseIterable {
    case healthy, warning, critical
    /// Its agent is not connected: nothing is known.
    case offline
    /// People are at work on it: nothing is judged.
    case maintenance
}

/// The health of one asset: its score from the penalties of its signal groups, and its status with hysteresis.
public struct AssetHealth: Sendable, Equatable {
    /// Below this the status becomes what it says; it leaves again only `hysteresis` points above.
    static let warningBelow = 80.0
    static let criticalBelow = 50.0
    static let hysteresis = 5.0

    private var penalties: [Double]
    private var condition = HealthStatus.healthy
    private var isOnline = false
    public var isInMaintenance = false

    public init(groupCount: Int) { penalties = Array(repeating: 0, count: groupCount) }

    /// 0 (failed) to 100 (as new), by the last readings of every group.
    public var score: Double { max(0, 100 - penalties.reduce(0, +)) }

    public var status: HealthStatus {
        if !isOnline { return .offline }
        return isInMaintenance ? .maintenance : condition
    }

    /// Takes the penalty of a group's newest readings.
    public mutating func update(group: Int, penalty: Double) {
        guard penalties.indices.contains(group) else { return }
        isOnline = true
        penalties[group] = penalty
        condition = AssetHealth.condition(score, after: condition)
    }

    public mutating func wentOffline() { isOnline = false }

    private static func condition(_ score: Double, after last: HealthStatus) -> HealthStatus {
        let criticalLimit = criticalBelow + (last == .critical ? hysteresis : 0)
        let warningLimit = warningBelow + (last == .healthy ? 0 : hysteresis)
        if score < criticalLimit { return .critical }
        return score < warningLimit ? .warning : .healthy
    }
}
