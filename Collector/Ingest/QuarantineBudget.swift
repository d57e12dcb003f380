/// Bounds what one agent can put into quarantine: a hostile one must not fill the database.
struct QuarantineBudget {
    static let mostPerHour = 1_000

    private var spent: [String: (count: Int, sinceMs: Int64)] = [:]

    /// Whether this agent may have another message stored there.
    mutating func allows(_ agent: String, nowMs: Int64) -> Bool {
        var entry = spent[agent] ?? (0, nowMs)
        if nowMs >= entry.sinceMs + 3_600_000 { entry = (0, nowMs) }
        entry.count += 1
        if spent.count > 100_000 { spent.removeAll() }
        spent[agent] = entry
        return entry.count <= QuarantineBudget.mostPerHour
    }
}
