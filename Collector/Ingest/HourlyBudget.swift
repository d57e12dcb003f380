/// Bounds what one party, and all together, can make us keep: a hostile one must not fill the database.
struct HourlyBudget {
    private let mostOfOne: Int
    private let mostOfAll: Int
    private var spent: [String: Int] = [:]
    private var spentByAll = 0
    private var sinceMs: Int64 = .min

    /// So many within each hour.
    init(mostOfOne: Int, mostOfAll: Int) {
        self.mostOfOne = mostOfOne
        self.mostOfAll = mostOfAll
    }

    /// Messages and records set aside in quarantine.
    static func quarantine() -> HourlyBudget { HourlyBudget(mostOfOne: 1_000, mostOfAll: 20_000) }
    /// Streams registered for epochs never heard of.
    static func epochs() -> HourlyBudget { HourlyBudget(mostOfOne: 100, mostOfAll: 20_000) }
    /// Births that declare something else than the one before: each costs several questions to the database.
    static func registrations() -> HourlyBudget { HourlyBudget(mostOfOne: 3_000, mostOfAll: 100_000) }
    /// Events noted about one agent.
    static func events() -> HourlyBudget { HourlyBudget(mostOfOne: 2_000, mostOfAll: 50_000) }

    /// Whether this party may have one more. What is refused costs nothing.
    mutating func allows(_ party: String, nowMs: Int64) -> Bool {
        if nowMs &- sinceMs >= 3_600_000 || sinceMs == .min {
            sinceMs = nowMs
            spent.removeAll()
            spentByAll = 0
        }
        let own = spent[party] ?? 0
        guard own < mostOfOne, spentByAll < mostOfAll else { return false }
        spent[party] = own + 1
        spentByAll += 1
        return true
    }
}
