public import Model

/// What the conditions of an asset's alarms have done.
public struct AlarmChange: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case raised, cleared
        /// Hidden by design from now on, or not any more.
        case suppressed, unsuppressed
    }

    /// Index into the conditions' rules.
    public var rule: Int
    public var kind: Kind
    /// When the condition became true, or was gone, before any delay; in the time of the readings.
    public var onsetMs: Int64
    /// When that was certain.
    public var timeMs: Int64
    /// What was read, in the rule's own unit.
    public var value: Double?
    /// More words about it, where there are some: the signals that an anomaly shows in.
    public var note: String?

    public init(
        rule: Int, kind: Kind, onsetMs: Int64, timeMs: Int64, value: Double? = nil, note: String? = nil
    ) {
        self.rule = rule
        self.kind = kind
        self.onsetMs = onsetMs
        self.timeMs = timeMs
        self.value = value
        self.note = note
    }
}

/// The conditions of all alarms of one asset, in the time of its readings: the same frames in the same order give the
/// same changes, whenever they come.
///
/// A reading that is not good decides nothing: what was true before stays so, until the signal is stale.
public struct AlarmConditions: Sendable {
    public let rules: [AlarmRule]
    /// Says that `encoded` has changed since it was last asked for by `takeUnsaved`.
    public private(set) var isUnsaved = false
    /// Of the newest frame; nil before the first.
    public private(set) var latestMs: Int64?
    /// People are at work on the asset: its alarms say nothing, by design.
    public private(set) var isInMaintenance = false

    var states: [RuleState]
    private var rates: [RateWindow?]
    private let plan: AlarmPlan
    /// The newest good reading of each watched place; NaN: none yet.
    private var newest: [Double]
    /// When each group was last heard of.
    private var groupMs: [Int64?]
    private var pending = 0
    private var suppressions: [Bool]

    public init(rules: [AlarmRule], groups: [SignalGroup]) {
        self.rules = rules
        plan = AlarmPlan(rules, groups)
        states = rules.map { _ in RuleState() }
        rates = rules.map { rule in
            guard case .rate(_, _, let overMs, _) = rule.test else { return nil }
            return RateWindow(overMs: overMs)
        }
        newest = Array(repeating: .nan, count: plan.watched.count)
        groupMs = Array(repeating: nil, count: groups.count)
        suppressions = rules.map { _ in false }
    }

    /// Names of rules whose signal the asset does not have.
    public var unknown: [String] { plan.unknown }
    /// How far back frames are of use after a restart; 0: not at all.
    public var windowMs: Int64 {
        max(rates.compactMap { $0?.overMs }.max() ?? 0, plan.watched.isEmpty ? 0 : 60_000)
    }
    public func isActive(_ rule: Int) -> Bool { states[rule].isActive }
    public func isSuppressed(_ rule: Int) -> Bool { states[rule].isSuppressed }
    public var activeRules: [String] { rules.indices.filter { states[$0].isActive }.map { rules[$0].name } }

    // MARK: - Frames

    /// One frame of the asset; `qualities` is empty if all readings are good.
    public mutating func take(
        group: Int, timeMs: Int64, values: UnsafeBufferPointer<Double>, qualities: [Quality],
        into changes: inout [AlarmChange]
    ) {
        guard groupMs.indices.contains(group) else { return }
        if let latestMs, timeMs < latestMs { clockWentBack(to: timeMs) }
        latestMs = timeMs
        groupMs[group] = timeMs
        for watch in plan.watchedOfGroup[group] {
            guard watch.position < values.count, values[watch.position].isFinite else { continue }
            if qualities.isEmpty || qualities[watch.position] == .good { newest[watch.place] = values[watch.position] }
        }
        for rule in plan.suppressedByGroup[group] { judgeSuppression(rule, timeMs, into: &changes) }
        for check in plan.limits[group] {
            guard check.position < values.count else { continue }
            let value = values[check.position]
            guard value.isFinite, qualities.isEmpty || qualities[check.position] == .good else { continue }
            let isHeld = states[check.rule].isHeld
            let isTrue = check.isTrue(value, isHeld: isHeld)
            // Nearly always: it is normal, and stays so.
            if !isTrue, states[check.rule].phase == .normal { continue }
            settle(check.rule, isTrue, timeMs, value, into: &changes)
        }
        for check in plan.rates[group] { judgeRate(check, timeMs, values, qualities, into: &changes) }
        for check in plan.discrepancies[group] {
            let difference = abs(newest[check.place] - newest[check.otherPlace])
            guard difference.isFinite else { continue }
            let isTrue = difference > (states[check.rule].isHeld ? check.limit - check.deadband : check.limit)
            settle(check.rule, isTrue, timeMs, difference, into: &changes)
        }
        judgeStaleness(of: group, timeMs, values, qualities, into: &changes)
        if pending > 0 { confirm(timeMs, into: &changes) }
    }

    private mutating func judgeRate(
        _ check: AlarmPlan.Rate, _ timeMs: Int64, _ values: UnsafeBufferPointer<Double>, _ qualities: [Quality],
        into changes: inout [AlarmChange]
    ) {
        guard check.position < values.count else { return }
        let value = values[check.position]
        guard value.isFinite, qualities.isEmpty || qualities[check.position] == .good else { return }
        guard let change = rates[check.rule]?.take(value, timeMs) else { return }
        let least = abs(check.change) - (states[check.rule].isHeld ? check.deadband : 0)
        settle(check.rule, check.change < 0 ? -change > least : change > least, timeMs, change, into: &changes)
    }

    private mutating func judgeStaleness(
        of group: Int, _ timeMs: Int64, _ values: UnsafeBufferPointer<Double>, _ qualities: [Quality],
        into changes: inout [AlarmChange]
    ) {
        for check in plan.stales {
            if check.group == group, check.position < values.count {
                let isGood =
                    values[check.position].isFinite && (qualities.isEmpty || qualities[check.position] == .good)
                if states[check.rule].isBlind == isGood || states[check.rule].goodMs == nil {
                    states[check.rule].isBlind = !isGood
                    if states[check.rule].goodMs == nil { states[check.rule].goodMs = timeMs }
                    isUnsaved = true
                }
                if isGood { states[check.rule].goodMs = timeMs }
            }
            guard let goodMs = states[check.rule].goodMs else {
                states[check.rule].goodMs = timeMs
                continue
            }
            // A group that makes a frame only when something changes is silent for good reason.
            let isLate = timeMs - goodMs >= check.afterMs && (!check.isOnChange || states[check.rule].isBlind)
            guard isLate || states[check.rule].phase != .normal else { continue }
            let onset = states[check.rule].goodMs ?? timeMs
            settle(check.rule, isLate, timeMs, nil, onsetMs: isLate ? onset : nil, into: &changes)
        }
    }

    // MARK: - Other news

    /// How improbable the asset's readings are: -log10 of the probability, 0 for nothing unusual.
    public mutating func anomaly(
        _ surprise: Double, timeMs: Int64, note: String? = nil, into changes: inout [AlarmChange]
    ) {
        for check in plan.anomalies {
            let isTrue = surprise > (states[check.rule].isHeld ? check.level - check.deadband : check.level)
            if !isTrue, states[check.rule].phase == .normal { continue }
            let first = changes.count
            settle(check.rule, isTrue, timeMs, surprise, into: &changes)
            for index in first..<changes.count where changes[index].kind == .raised { changes[index].note = note }
        }
    }

    /// The asset sends nothing any more (since `sinceMs`), or it does again. The caller has waited for the delay.
    public mutating func communication(
        isLost: Bool, sinceMs: Int64, timeMs: Int64, into changes: inout [AlarmChange]
    ) {
        for rule in plan.communications where states[rule].isActive != isLost {
            isLost
                ? raise(rule, onsetMs: sinceMs, timeMs, nil, into: &changes)
                : clear(rule, onsetMs: sinceMs, timeMs, nil, into: &changes)
        }
    }

    /// The delay of the rule about communication; nil: there is none.
    public var communicationDelayMs: Int64? { plan.communications.map { rules[$0].onDelayMs }.min() }

    /// So many records are lost for good: an alarm that returns by itself at once.
    public mutating func dataLost(_ count: Int64, timeMs: Int64, into changes: inout [AlarmChange]) {
        for rule in plan.dataLosses {
            raise(rule, onsetMs: timeMs, timeMs, Double(count), into: &changes)
            clear(rule, onsetMs: timeMs, timeMs, nil, into: &changes)
        }
    }

    public mutating func setMaintenance(_ isOn: Bool, timeMs: Int64, into changes: inout [AlarmChange]) {
        guard isOn != isInMaintenance else { return }
        isInMaintenance = isOn
        isUnsaved = true
        for rule in rules.indices { tellSuppression(rule, timeMs, into: &changes) }
    }

    // MARK: - Steps

    /// What a test says now, against delays.
    private mutating func settle(
        _ rule: Int, _ isTrue: Bool, _ timeMs: Int64, _ value: Double?, onsetMs: Int64? = nil,
        into changes: inout [AlarmChange]
    ) {
        states[rule].value = value
        switch (states[rule].phase, isTrue) {
        case (.normal, false), (.active, true): return
        case (.normal, true):
            enter(.rising, rule, onsetMs ?? timeMs)
            if rules[rule].onDelayMs == 0 { raise(rule, onsetMs: onsetMs ?? timeMs, timeMs, value, into: &changes) }
        case (.rising, false): enter(.normal, rule, timeMs)
        case (.active, false):
            enter(.falling, rule, timeMs)
            if rules[rule].offDelayMs == 0 { clear(rule, onsetMs: timeMs, timeMs, value, into: &changes) }
        case (.falling, true): enter(.active, rule, states[rule].sinceMs)
        // What waits for a delay is confirmed below.
        case (.rising, true), (.falling, false): return
        }
    }

    /// Time has passed: also for signals that had nothing to say meanwhile.
    private mutating func confirm(_ timeMs: Int64, into changes: inout [AlarmChange]) {
        for rule in rules.indices {
            let state = states[rule]
            switch state.phase {
            case .rising where timeMs - state.sinceMs >= rules[rule].onDelayMs:
                raise(rule, onsetMs: state.sinceMs, timeMs, state.value, into: &changes)
            case .falling where timeMs - state.sinceMs >= rules[rule].offDelayMs:
                clear(rule, onsetMs: state.sinceMs, timeMs, state.value, into: &changes)
            case .normal, .active, .rising, .falling: continue
            }
        }
    }

    private mutating func enter(_ phase: RuleState.Phase, _ rule: Int, _ sinceMs: Int64) {
        pending += (phase.isPending ? 1 : 0) - (states[rule].phase.isPending ? 1 : 0)
        states[rule].phase = phase
        states[rule].sinceMs = sinceMs
        isUnsaved = true
    }

    private mutating func raise(
        _ rule: Int, onsetMs: Int64, _ timeMs: Int64, _ value: Double?, into changes: inout [AlarmChange]
    ) {
        enter(.active, rule, onsetMs)
        tellSuppression(rule, timeMs, into: &changes)
        changes.append(AlarmChange(rule: rule, kind: .raised, onsetMs: onsetMs, timeMs: timeMs, value: value))
    }

    private mutating func clear(
        _ rule: Int, onsetMs: Int64, _ timeMs: Int64, _ value: Double?, into changes: inout [AlarmChange]
    ) {
        enter(.normal, rule, timeMs)
        changes.append(AlarmChange(rule: rule, kind: .cleared, onsetMs: onsetMs, timeMs: timeMs, value: value))
    }

    private mutating func judgeSuppression(_ rule: Int, _ timeMs: Int64, into changes: inout [AlarmChange]) {
        guard let place = plan.suppressionPlaces[rule], let suppression = rules[rule].suppression,
            newest[place].isFinite
        else { return }
        let holds =
            switch suppression.comparison {
            case .above(let limit): newest[place] > limit
            case .below(let limit): newest[place] < limit
            case .equals(let value): newest[place] == value
            }
        guard holds != suppressions[rule] else { return }
        suppressions[rule] = holds
        isUnsaved = true
        tellSuppression(rule, timeMs, into: &changes)
    }

    /// An alarm that has nothing to say need not be told to be quiet.
    private mutating func tellSuppression(_ rule: Int, _ timeMs: Int64, into changes: inout [AlarmChange]) {
        let isWanted = (isInMaintenance || suppressions[rule]) && (states[rule].isActive || states[rule].isSuppressed)
        guard isWanted != states[rule].isSuppressed else { return }
        states[rule].isSuppressed = isWanted
        isUnsaved = true
        changes.append(
            AlarmChange(
                rule: rule, kind: isWanted ? .suppressed : .unsuppressed, onsetMs: timeMs, timeMs: timeMs))
    }

    /// A clock that was set back by an hour must not stop all delays for an hour: they begin anew.
    private mutating func clockWentBack(to timeMs: Int64) {
        for rule in rules.indices {
            if states[rule].phase.isPending { states[rule].sinceMs = min(states[rule].sinceMs, timeMs) }
            if let goodMs = states[rule].goodMs { states[rule].goodMs = min(goodMs, timeMs) }
            rates[rule]?.removeAll()
        }
        isUnsaved = true
    }

    /// Frames come again, after a time without any: nobody's silence meanwhile was its own.
    mutating func cameBack(atMs timeMs: Int64) {
        for check in plan.stales where !states[check.rule].isBlind { states[check.rule].goodMs = timeMs }
    }

    // MARK: - Restart

    /// The state to store where it has changed since the last call; nil otherwise.
    public mutating func takeUnsaved() -> String? {
        guard isUnsaved else { return nil }
        isUnsaved = false
        return encoded
    }

    /// A frame from before the restart: fills what is not stored, and changes nothing else.
    public mutating func remember(
        group: Int, timeMs: Int64, values: UnsafeBufferPointer<Double>, qualities: [Quality]
    ) {
        guard groupMs.indices.contains(group) else { return }
        groupMs[group] = max(groupMs[group] ?? .min, timeMs)
        latestMs = max(latestMs ?? .min, timeMs)
        for watch in plan.watchedOfGroup[group]
        where watch.position < values.count && values[watch.position].isFinite
            && (qualities.isEmpty || qualities[watch.position] == .good)
        {
            newest[watch.place] = values[watch.position]
        }
        for check in plan.rates[group]
        where check.position < values.count && values[check.position].isFinite
            && (qualities.isEmpty || qualities[check.position] == .good)
        {
            _ = rates[check.rule]?.take(values[check.position], timeMs)
        }
        for check in plan.stales
        where check.group == group && check.position < values.count && !states[check.rule].isBlind {
            states[check.rule].goodMs = max(states[check.rule].goodMs ?? .min, timeMs)
        }
    }

    /// Takes a stored state; rules that it does not know are normal.
    mutating func restore(
        _ stored: [String: RuleState], suppressions held: Set<String>, isInMaintenance: Bool, latestMs: Int64?
    ) {
        self.isInMaintenance = isInMaintenance
        self.latestMs = latestMs
        for rule in rules.indices {
            states[rule] = stored[rules[rule].name] ?? RuleState()
            suppressions[rule] = held.contains(rules[rule].name) && rules[rule].suppression != nil
        }
        pending = states.count { $0.phase.isPending }
    }

    /// The alarms as they are stored decide which conditions are active.
    mutating func agree(with active: Set<String>) {
        for rule in rules.indices where states[rule].isActive != active.contains(rules[rule].name) {
            enter(states[rule].isActive ? .normal : .active, rule, latestMs ?? 0)
        }
    }

    func isSuppressionHeld(_ rule: Int) -> Bool { suppressions[rule] }
}
