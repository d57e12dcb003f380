/// Decides when an asset's health is worth an entry in its history: at each change of status, at each change of the
/// score by some points, and once a minute.
public struct HealthRecorder: Sendable, Equatable {
    static let points = 2.0
    static let intervalMs: Int64 = 60_000

    private var last: (status: HealthStatus, score: Double, timeMs: Int64)?

    public init() {}

    public mutating func isWorthNoting(_ health: AssetHealth, atMs timeMs: Int64) -> Bool {
        if let last, last.status == health.status, abs(last.score - health.score) < HealthRecorder.points,
            timeMs < last.timeMs + HealthRecorder.intervalMs, timeMs > last.timeMs
        {
            return false
        }
        last = (health.status, health.score, timeMs)
        return true
    }

    public static func == (left: HealthRecorder, right: HealthRecorder) -> Bool {
        left.last?.status == right.last?.status && left.last?.score == right.last?.score
            && left.last?.timeMs == right.last?.timeMs
    }
}
