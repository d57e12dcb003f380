public import Model

/// What readings of an asset cost it, signal by signal; one for all assets of a kind with the same weights.
///
/// A signal's severity is 0 inside its normal range, 1 at its alarm limit, and 2 at twice that distance and beyond. A
/// signal of full weight costs nothing up to severity 0.2, `costAtAlarm` points at severity 1, and `costAtAlarm +
/// costBeyond` at severity 2; linear in between.
public struct HealthPlan: Sendable {
    static let costAtAlarm = 35.0
    static let costBeyond = 65.0
    /// The part of the way to the alarm limit that costs nothing: noise at the edge of the normal range.
    static let freeSeverity = 0.2
    /// What a finding of the detectors costs at most, all of its signals together: statistics alone make no asset
    /// critical. One that is just noticed costs nothing; from `freeSurprise` above that on the cost grows, over
    /// `surpriseSpan`.
    static let costOfFinding = 25.0
    static let freeSurprise = 4.0
    static let surpriseSpan = 6.0
    /// The largest weight, in terms of the kind's largest one: the configuration may double it.
    static let mostWeight = 2.0
    /// A group of which nothing was heard for three periods, and so long at least, is stale.
    static let stalePeriods = 3.0
    static let staleMs: Int64 = 30_000

    struct Rule: Sendable {
        let low: Double
        let high: Double
        /// One over the distance from the normal to the alarm limit.
        let perUnitLow: Double
        let perUnitHigh: Double
        /// 1 for the kind's largest.
        let weight: Double
        let subsystem: Int
    }

    struct Group: Sendable {
        let signals: Range<Int>
        /// Nil: it sends when something changes, and its last word holds.
        let staleAfterMs: Int64?
        /// Of all its signals.
        let weight: Double
    }

    /// Of all groups, one behind the other; as are the rules.
    let names: [String]
    let rules: [Rule]
    let groups: [Group]
    public let subsystems: [Subsystem]
    let numbers: [String: Int]
    let status: (signal: Int, rule: StatusSignal)?

    /// `weights`: instead of the signals' own, by name.
    public init(groups: [SignalGroup], profile: HealthProfile = .standard, weights: [String: Double] = [:]) {
        let signals = groups.flatMap(\.signals)
        let heaviest = signals.map(\.healthWeight).max() ?? 0
        var subsystems = profile.subsystems
        var placed: [String: Int] = [:]
        for (place, subsystem) in subsystems.enumerated() { for name in subsystem.signals { placed[name] = place } }
        var rules: [Rule] = []
        var planned: [Group] = []
        for group in groups {
            let first = rules.count
            for signal in group.signals {
                let weight = weights[signal.name] ?? signal.healthWeight
                let relative = heaviest > 0 ? weight / heaviest : weight > 0 ? 1 : 0
                var subsystem = placed[signal.name]
                if subsystem == nil, relative > 0 {
                    subsystem = subsystems.firstIndex { $0.name == group.name } ?? subsystems.count
                    if subsystem == subsystems.count { subsystems.append(Subsystem(group.name, group.name, [])) }
                }
                rules.append(HealthPlan.rule(signal, min(max(relative, 0), HealthPlan.mostWeight), subsystem ?? 0))
            }
            planned.append(
                Group(
                    signals: first..<rules.count, staleAfterMs: HealthPlan.staleAfterMs(group.cadence),
                    weight: rules[first...].reduce(0) { $0 + $1.weight }))
        }
        self.groups = planned
        self.rules = rules
        self.subsystems = subsystems
        names = signals.map(\.name)
        numbers = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        status = profile.status.flatMap { rule in
            signals.firstIndex { $0.name == rule.signal }.map { ($0, rule) }
        }
    }

    public init(kind: AssetKind, weights: [String: Double] = [:]) {
        self.init(groups: kind.groups, profile: kind.health, weights: weights)
    }

    private static func staleAfterMs(_ cadence: SignalGroup.Cadence) -> Int64? {
        switch cadence {
        case .everyTick: staleMs
        case .every(let seconds): max(staleMs, Int64(min(stalePeriods * seconds, 1e9) * 1000))
        case .onChange: nil
        }
    }

    /// Without an alarm range, half the width of the normal range stands for the distance to it; without a normal
    /// range, any value is as good as any other.
    private static func rule(_ signal: Signal, _ weight: Double, _ subsystem: Int) -> Rule {
        guard let normal = signal.normal else {
            return Rule(
                low: -.infinity, high: .infinity, perUnitLow: 0, perUnitHigh: 0, weight: weight, subsystem: subsystem)
        }
        let half = max((normal.upperBound - normal.lowerBound) / 2, .leastNormalMagnitude)
        let below = signal.alarm.map { normal.lowerBound - $0.lowerBound } ?? half
        let above = signal.alarm.map { $0.upperBound - normal.upperBound } ?? half
        return Rule(
            low: normal.lowerBound, high: normal.upperBound, perUnitLow: 1 / (below > 0 ? below : half),
            perUnitHigh: 1 / (above > 0 ? above : half), weight: weight, subsystem: subsystem)
    }

    // MARK: - Costs

    /// The points that a value costs by its ranges, 0 or more.
    @inline(__always)
    func cost(_ value: Double, of signal: Int) -> Double {
        let rule = rules[signal]
        if value >= rule.low, value <= rule.high { return 0 }
        let severity = max((rule.low - value) * rule.perUnitLow, (value - rule.high) * rule.perUnitHigh)
        let toAlarm = max(0, min(severity, 1) - HealthPlan.freeSeverity) / (1 - HealthPlan.freeSeverity)
        return rule.weight
            * (toAlarm * HealthPlan.costAtAlarm + min(max(severity - 1, 0), 1) * HealthPlan.costBeyond)
    }

    /// The limit that a value has left; nil inside.
    func limit(_ value: Double, of signal: Int) -> Double? {
        let rule = rules[signal]
        return value < rule.low ? rule.low : value > rule.high ? rule.high : nil
    }

    /// The points that a finding costs, all of its signals together, were they of full weight.
    static func cost(surprise: Double, threshold: Double) -> Double {
        costOfFinding * min(1, max(0, surprise - threshold - freeSurprise) / surpriseSpan)
    }

    /// The score of one frame by itself: of readings that come too late to say anything about now.
    public func score(group: Int, values: ArraySlice<Double>, quality: [Quality]) -> Double {
        guard groups.indices.contains(group) else { return 100 }
        var points = 0.0
        let signals = groups[group].signals
        for (place, value) in values.prefix(signals.count).enumerated()
        where (quality.isEmpty || quality[place] == .good) && value.isFinite {
            points += cost(value, of: signals.lowerBound + place)
        }
        return 100 - min(100, points)
    }
}
