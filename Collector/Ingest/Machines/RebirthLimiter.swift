/// Rations rebirth requests: a full birth costs a node far more than the request costs us.
struct RebirthLimiter: Sendable {
    let nodeIntervalMs: Int64
    let perSecond: Double
    private var tokens: Double
    private var filledMs: Int64 = 0

    init(nodeIntervalMs: Int64 = 5_000, perSecond: Double = 200) {
        self.nodeIntervalMs = nodeIntervalMs
        self.perSecond = perSecond
        tokens = perSecond
    }

    /// Whether a node last asked at `lastMs` (nil = never) may be asked now.
    mutating func allows(lastMs: Int64?, nowMs: Int64) -> Bool {
        if let lastMs, nowMs < lastMs + nodeIntervalMs { return false }
        tokens = min(perSecond, tokens + Double(max(0, nowMs - filledMs)) / 1000 * perSecond)
        filledMs = nowMs
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
