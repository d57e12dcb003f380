import Model

/// Which rule looks at which reading, prepared once for an asset so that a frame costs little.
struct AlarmPlan: Sendable {
    struct Limit: Sendable {
        let rule: Int
        let position: Int
        let comparison: AlarmRule.Comparison
        let deadband: Double

        @inline(__always)
        func isTrue(_ value: Double, isHeld: Bool) -> Bool {
            switch comparison {
            case .above(let limit): value > (isHeld ? limit - deadband : limit)
            case .below(let limit): value < (isHeld ? limit + deadband : limit)
            case .equals(let wanted): value == wanted
            }
        }
    }

    struct Rate: Sendable {
        let rule: Int
        let position: Int
        let change: Double
        let deadband: Double
    }

    struct Discrepancy: Sendable {
        let rule: Int
        let place: Int
        let otherPlace: Int
        let limit: Double
        let deadband: Double
    }

    struct Stale: Sendable {
        let rule: Int
        let group: Int
        let position: Int
        let afterMs: Int64
        let isOnChange: Bool
    }

    struct Watch: Sendable {
        let position: Int
        let place: Int
    }

    /// By group, the rules of highest priority first: of what happens at once, the worst is the first.
    private(set) var limits: [[Limit]]
    private(set) var rates: [[Rate]]
    private(set) var discrepancies: [[Discrepancy]]
    private(set) var stales: [Stale] = []
    private(set) var anomalies: [(rule: Int, level: Double, deadband: Double)] = []
    private(set) var communications: [Int] = []
    private(set) var dataLosses: [Int] = []
    /// Readings that are kept for rules about more than one signal.
    private(set) var watched: [(group: Int, position: Int)] = []
    private(set) var watchedOfGroup: [[Watch]]
    private(set) var suppressedByGroup: [[Int]]
    /// By rule.
    private(set) var suppressionPlaces: [Int?]
    private(set) var unknown: [String] = []

    init(_ rules: [AlarmRule], _ groups: [SignalGroup]) {
        limits = groups.map { _ in [] }
        rates = groups.map { _ in [] }
        discrepancies = groups.map { _ in [] }
        watchedOfGroup = groups.map { _ in [] }
        suppressedByGroup = groups.map { _ in [] }
        suppressionPlaces = rules.map { _ in nil }
        var found: [String: (group: Int, position: Int)] = [:]
        for (group, description) in groups.enumerated() {
            for (position, signal) in description.signals.enumerated() { found[signal.name] = (group, position) }
        }
        let order = rules.indices.sorted { (rules[$1].priority, $0) < (rules[$0].priority, $1) }
        for index in order { add(rules[index], index, groups, found) }
    }

    private mutating func add(
        _ rule: AlarmRule, _ index: Int, _ groups: [SignalGroup], _ found: [String: (group: Int, position: Int)]
    ) {
        let at = rule.test.signal.flatMap { found[$0] }
        if rule.test.signal != nil, at == nil {
            unknown.append(rule.name)
            return
        }
        let group = at?.group ?? 0
        let position = at?.position ?? 0
        switch rule.test {
        case .limit(_, let comparison, let deadband):
            limits[group].append(
                Limit(rule: index, position: position, comparison: comparison, deadband: deadband))
        case .rate(_, let change, _, let deadband):
            rates[group].append(Rate(rule: index, position: position, change: change, deadband: deadband))
        case .discrepancy(_, let other, let limit, let deadband):
            guard let second = found[other] else {
                unknown.append(rule.name)
                return
            }
            discrepancies[group].append(
                Discrepancy(
                    rule: index, place: watch((group, position)), otherPlace: watch(second), limit: limit,
                    deadband: deadband))
        case .anomaly(let level, let deadband): anomalies.append((index, level, deadband))
        case .stale(_, let afterMs):
            stales.append(
                Stale(
                    rule: index, group: group, position: position, afterMs: afterMs,
                    isOnChange: groups[group].cadence == .onChange))
        case .communication: communications.append(index)
        case .dataLoss: dataLosses.append(index)
        }
        if let suppression = rule.suppression {
            guard let by = found[suppression.signal] else {
                unknown.append(rule.name)
                return
            }
            suppressionPlaces[index] = watch(by)
            suppressedByGroup[by.group].append(index)
        }
    }

    private mutating func watch(_ at: (group: Int, position: Int)) -> Int {
        if let known = watched.firstIndex(where: { $0 == at }) { return known }
        watched.append(at)
        watchedOfGroup[at.group].append(Watch(position: at.position, place: watched.count - 1))
        return watched.count - 1
    }
}
