public import Model

/// Judges the readings of one signal group by their distance to the signals' normal and alarm ranges.
///
/// A signal's severity is 0 inside its normal range, grows linearly to 1 at its alarm limit, and goes on growing to 2
/// beyond it. The group's penalty is the weighted sum of what its signals cost.
public struct GroupJudge: Sendable {
    /// Points that a signal of full weight costs at its alarm limit, and at twice that distance.
    static let costAtAlarm = 35.0
    static let costBeyond = 65.0
    /// Points that a signal of full weight costs when its reading is not good.
    static let costOfBadQuality = 10.0

    /// Why points were lost: what an operator asks first.
    public struct Reason: Sendable, Equatable {
        public let signal: String
        public let value: Double
        public let points: Double
        /// The limit that the value has left; nil when the reading was not good.
        public let limit: Double?
    }

    private struct Rule: Sendable {
        let low: Double
        let high: Double
        /// One over the distance from the normal to the alarm limit.
        let perUnitLow: Double
        let perUnitHigh: Double
        let weight: Double
    }

    private let signals: [Signal]
    private let rules: [Rule]

    /// `heaviest` is the largest health weight of the asset's kind: it counts as full weight.
    public init(signals: [Signal], heaviest: Double) {
        self.signals = signals
        rules = signals.map { GroupJudge.rule($0, heaviest: heaviest) }
    }

    /// Points lost by these readings, 0 or more. `quality` is empty when all are good.
    public func penalty(_ values: some Collection<Double>, _ quality: [Quality]) -> Double {
        var penalty = 0.0
        for (index, value) in values.enumerated() where index < rules.count {
            let isGood = quality.isEmpty || quality[index] == .good
            if isGood && value >= rules[index].low && value <= rules[index].high { continue }
            penalty += cost(value, isGood: isGood, rules[index])
        }
        return penalty
    }

    /// The signals that cost points, the costliest first.
    public func reasons(_ values: [Double], _ quality: [Quality], most: Int = 5) -> [Reason] {
        var reasons: [Reason] = []
        for (index, value) in values.enumerated() where index < rules.count {
            let isGood = quality.isEmpty || quality[index] == .good
            let points = cost(value, isGood: isGood, rules[index])
            guard points > 0 else { continue }
            let limit: Double? =
                !isGood || !value.isFinite ? nil : value < rules[index].low ? rules[index].low : rules[index].high
            reasons.append(Reason(signal: signals[index].name, value: value, points: points, limit: limit))
        }
        return Array(reasons.sorted { ($0.points, $1.signal) > ($1.points, $0.signal) }.prefix(most))
    }

    private func cost(_ value: Double, isGood: Bool, _ rule: Rule) -> Double {
        guard rule.weight > 0 else { return 0 }
        guard isGood, value.isFinite else { return rule.weight * GroupJudge.costOfBadQuality }
        let severity = max(0, (rule.low - value) * rule.perUnitLow, (value - rule.high) * rule.perUnitHigh)
        return rule.weight
            * (min(severity, 1) * GroupJudge.costAtAlarm + min(max(severity - 1, 0), 1) * GroupJudge.costBeyond)
    }

    /// Without an alarm range, half the width of the normal range stands for the distance to it; without a normal
    /// range, any value is as good as any other.
    private static func rule(_ signal: Signal, heaviest: Double) -> Rule {
        guard let normal = signal.normal, heaviest > 0, signal.healthWeight > 0 else {
            return Rule(low: -.infinity, high: .infinity, perUnitLow: 0, perUnitHigh: 0, weight: 0)
        }
        let half = max((normal.upperBound - normal.lowerBound) / 2, .leastNormalMagnitude)
        let below = signal.alarm.map { normal.lowerBound - $0.lowerBound } ?? half
        let above = signal.alarm.map { $0.upperBound - normal.upperBound } ?? half
        return Rule(
            low: normal.lowerBound, high: normal.upperBound, perUnitLow: 1 / (below > 0 ? below : half),
            perUnitHigh: 1 / (above > 0 ? above : half), weight: min(1, signal.healthWeight / heaviest))
    }
}
