import Glibc
public import Model

/// The health of one asset: what its signals cost it now and what they cost it lately, its score, and its status with
/// hysteresis. Time is the readings' own.
///
/// A signal costs what its last good reading costs by its ranges, or its share of an open finding, whichever is more.
/// What it has cost fades with a time constant of ten minutes once it costs less. A value: no clock, no I/O.
public struct AssetHealth: Sendable {
    static let fadeMs = 600_000.0
    /// Less is nothing.
    static let leastPoints = 0.01
    /// With so many points in doubt an asset is not called healthy.
    static let mostUncertain = 50.0

    public let plan: HealthPlan
    /// By the last good reading, by an open finding, and the largest of late with its time; by signal.
    private var byRange: [Double]
    private var byFinding: [Double]
    private var peak: [(points: Double, atMs: Int64)]
    private var last: [Double]
    private var isBad: [Bool]
    /// Signals that cost anything, or did lately.
    private var active: Set<Int> = []
    private var groupMs: [Int64]
    private var firstMs: Int64 = .min
    private(set) var nowMs: Int64 = .min
    private var badWeight = 0.0
    private var rate = HealthRate()
    private var condition = HealthStatus.healthy
    private var hasFinding = false
    private var isOnline = false
    public var isInMaintenance = false
    /// 0 (failed) to 100 (as new).
    public private(set) var score = 100.0

    public init(plan: HealthPlan) {
        self.plan = plan
        let count = plan.rules.count
        byRange = Array(repeating: 0, count: count)
        byFinding = byRange
        peak = Array(repeating: (0, .min), count: count)
        last = Array(repeating: .nan, count: count)
        isBad = Array(repeating: false, count: count)
        groupMs = Array(repeating: .min, count: plan.groups.count)
    }

    public var status: HealthStatus {
        if !isOnline { return .offline }
        return isInMaintenance ? .maintenance : condition
    }

    /// Points an hour; negative: getting worse.
    public var ratePerHour: Double { rate.perHour }

    /// The points that signals may cost that are bad or stale: each what it costs at its alarm limit.
    public var uncertainty: Double {
        var weight = badWeight
        for (number, group) in plan.groups.enumerated() where isStale(number) {
            weight += group.weight - group.signals.reduce(0) { $0 + (isBad[$1] ? plan.rules[$1].weight : 0) }
        }
        return min(100, max(0, weight) * HealthPlan.costAtAlarm)
    }

    // MARK: - What happens

    /// Takes the newest readings of a group. `quality` is empty when all are good. `finding`: what the detectors see
    /// now, and from which surprise on they do.
    public mutating func take(
        group: Int, timeMs: Int64, values: ArraySlice<Double>, quality: [Quality], finding: Finding? = nil,
        threshold: Double = 0
    ) {
        heard(atMs: timeMs)
        if plan.groups.indices.contains(group) {
            groupMs[group] = nowMs
            takeReadings(plan.groups[group].signals, values, quality)
        }
        takeFinding(finding, threshold)
        settle()
    }

    /// It lives; of an asset whose readings are not judged.
    public mutating func heard(atMs timeMs: Int64) {
        isOnline = true
        if firstMs == .min { firstMs = timeMs }
        nowMs = max(nowMs, timeMs)
    }

    public mutating func wentOffline() { isOnline = false }

    private mutating func takeReadings(_ signals: Range<Int>, _ values: ArraySlice<Double>, _ quality: [Quality]) {
        for (place, value) in values.prefix(signals.count).enumerated() {
            let signal = signals.lowerBound + place
            let isGood = (quality.isEmpty || quality[place] == .good) && value.isFinite
            if isGood == isBad[signal] {
                isBad[signal] = !isGood
                badWeight += isGood ? -plan.rules[signal].weight : plan.rules[signal].weight
            }
            // The last good reading holds until there is a better one.
            guard isGood else { continue }
            last[signal] = value
            let points = plan.cost(value, of: signal)
            guard points > 0 || byRange[signal] > 0 else { continue }
            release(signal)
            byRange[signal] = points
            if points > 0 { active.insert(signal) }
        }
    }

    private mutating func takeFinding(_ finding: Finding?, _ threshold: Double) {
        guard finding != nil || hasFinding else { return }
        if hasFinding {
            for signal in active where byFinding[signal] > 0 {
                release(signal)
                byFinding[signal] = 0
            }
        }
        hasFinding = finding != nil
        guard let finding else { return }
        let points = HealthPlan.cost(surprise: finding.surprise, threshold: threshold)
        for part in finding.contributions {
            guard let signal = plan.numbers[part.signal], plan.rules[signal].weight > 0 else { continue }
            byFinding[signal] = points * min(max(part.share, 0), 1) * min(plan.rules[signal].weight, 1)
            active.insert(signal)
        }
    }

    /// Before a signal's cost changes: what it has cost fades from now on.
    private mutating func release(_ signal: Int) {
        let points = points(of: signal)
        peak[signal] = (points, nowMs)
    }

    private mutating func settle() {
        if !active.isEmpty {
            var total = 0.0
            for signal in active.sorted() {
                let points = points(of: signal)
                if points >= AssetHealth.leastPoints { total += points } else { active.remove(signal) }
            }
            score = 100 - min(100, total)
        } else {
            score = 100
        }
        rate.take(score, atMs: nowMs)
        condition = nextCondition()
    }

    private func nextCondition() -> HealthStatus {
        if let (signal, rule) = plan.status, !isBad[signal], last[signal].isFinite {
            let level = last[signal]
            return level >= rule.criticalFrom ? .critical : level >= rule.warningFrom ? .warning : .healthy
        }
        let next = HealthStatus.of(score: score, after: condition)
        return next == .healthy && uncertainty >= AssetHealth.mostUncertain ? .warning : next
    }

    // MARK: - What it costs

    /// What a signal costs at the newest reading's time.
    func points(of signal: Int) -> Double {
        let now = max(byRange[signal], byFinding[signal])
        let (points, atMs) = peak[signal]
        guard points > now else { return now }
        let faded = points * exp(-Double(max(0, nowMs - atMs)) / AssetHealth.fadeMs)
        return faded > now ? faded : now
    }

    /// Nothing was heard of the group for longer than it ever pauses.
    private func isStale(_ group: Int) -> Bool {
        guard let afterMs = plan.groups[group].staleAfterMs, nowMs != .min else { return false }
        let heardMs = groupMs[group] == .min ? firstMs : groupMs[group]
        return nowMs - heardMs > afterMs
    }

    // MARK: - Why

    /// Why the score is what it is.
    public var explanation: HealthExplanation {
        let costs = active.sorted().map { (signal: $0, points: points(of: $0)) }.filter {
            $0.points >= AssetHealth.leastPoints
        }
        let total = costs.reduce(0) { $0 + $1.points }
        let contributions = costs.map { signal, points in
            let isNow = points <= max(byRange[signal], byFinding[signal])
            return HealthExplanation.Contribution(
                signal: plan.names[signal], subsystem: plan.subsystems[plan.rules[signal].subsystem].name,
                value: last[signal].isFinite ? last[signal] : nil,
                limit: plan.limit(last[signal], of: signal),
                cause: !isNow ? .fading : byFinding[signal] > byRange[signal] ? .finding : .range,
                // Beyond 100 there is nothing left to lose: each has its share of it.
                points: total > 100 ? points * 100 / total : points, without: 100 - min(100, total - points))
        }
        var subsystems: [HealthExplanation.Part] = []
        for (place, subsystem) in plan.subsystems.enumerated() {
            let lost = costs.filter { plan.rules[$0.signal].subsystem == place }.reduce(0) { $0 + $1.points }
            subsystems.append(.init(name: subsystem.name, title: subsystem.title, score: 100 - min(100, lost)))
        }
        var unseen: [HealthExplanation.Unseen] = []
        for (number, group) in plan.groups.enumerated() {
            let isStale = isStale(number)
            for signal in group.signals where plan.rules[signal].weight > 0 && (isStale || isBad[signal]) {
                unseen.append(.init(signal: plan.names[signal], isStale: isStale))
            }
        }
        return HealthExplanation(
            score: score, uncertainty: uncertainty, ratePerHour: ratePerHour, subsystems: subsystems,
            contributions: contributions.sorted { ($0.points, $1.signal) > ($1.points, $0.signal) }, unseen: unseen)
    }
}
