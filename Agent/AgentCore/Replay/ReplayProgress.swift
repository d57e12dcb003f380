/// How far a recording has been played, and whether it keeps its pace.
public struct ReplayProgress: Sendable, Equatable {
    /// Rows given since the agent started.
    public let rows: Int
    /// How much later than its pace demands the last row was given, and the latest of all; in milliseconds.
    public let driftMs: Double
    public let latestMs: Double

    init(rowLateMs: Double, after before: ReplayProgress?) {
        rows = (before?.rows ?? 0) + 1
        driftMs = (rowLateMs * 10).rounded() / 10
        latestMs = max(before?.latestMs ?? driftMs, driftMs)
    }

    /// For people.
    public var text: String { "\(rows) rows, the last one \(driftMs) ms late, the latest \(latestMs) ms" }
}
