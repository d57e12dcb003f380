public import Model

/// What rules would have done with readings: the conditions, the machine and the announcing of the running collector,
/// over frames that are already there.
public struct AlarmSimulation: Sendable {
    /// What one rule would have done.
    public struct Outcome: Sendable, Equatable {
        public var rule: AlarmRule
        public var raised = 0
        public var announced = 0
        public var firstMs: Int64?
        public var activeMs: Int64 = 0
        public var isActive = false
        fileprivate var sinceMs: Int64?
    }

    public private(set) var entries: [AlarmEntry] = []
    public private(set) var outcomes: [Outcome]
    public private(set) var frames = 0
    public let asset: Int32
    private var conditions: AlarmConditions
    private var desk: AlarmDesk
    private let facts: [Alarm.Facts]

    public init(asset: Int32, rules: [AlarmRule], groups: [SignalGroup]) {
        self.asset = asset
        conditions = AlarmConditions(rules: rules, groups: groups)
        outcomes = rules.map { Outcome(rule: $0) }
        facts = rules.map { Alarm.Facts($0) }
        desk = AlarmDesk(
            rules.enumerated().map { index, rule in
                Alarm(number: Int64(index) + 1, asset: asset, rule: rule.name, facts: Alarm.Facts(rule))
            })
    }

    /// Rules whose signal the asset does not have.
    public var unknown: [String] { conditions.unknown }

    /// One frame, in the order of their times.
    public mutating func take(group: Int, timeMs: Int64, values: [Double], qualities: [Quality]) {
        frames += 1
        var changes: [AlarmChange] = []
        values.withUnsafeBufferPointer {
            conditions.take(group: group, timeMs: timeMs, values: $0, qualities: qualities, into: &changes)
        }
        for change in changes { take(change) }
    }

    private mutating func take(_ change: AlarmChange) {
        let before = desk.entries.count
        desk.take(
            change, asset: asset, rule: conditions.rules[change.rule].name, facts: facts[change.rule],
            site: "")
        for entry in desk.entries[before...] {
            var entry = entry
            entry.number = Int64(entries.count) + 1
            entries.append(entry)
            guard entry.event == AlarmEvent.raised.word else { continue }
            outcomes[change.rule].raised += 1
            if entry.isAnnounced { outcomes[change.rule].announced += 1 }
            outcomes[change.rule].firstMs = outcomes[change.rule].firstMs ?? entry.occurredMs
        }
        switch change.kind {
        case .raised:
            outcomes[change.rule].isActive = true
            outcomes[change.rule].sinceMs = change.timeMs
        case .cleared:
            outcomes[change.rule].isActive = false
            if let sinceMs = outcomes[change.rule].sinceMs { outcomes[change.rule].activeMs += change.timeMs - sinceMs }
            outcomes[change.rule].sinceMs = nil
        case .suppressed, .unsuppressed: break
        }
    }

    /// No more frames: what is still true was so until now.
    public mutating func finish(atMs timeMs: Int64) {
        for index in outcomes.indices {
            guard let sinceMs = outcomes[index].sinceMs else { continue }
            outcomes[index].activeMs += max(0, timeMs - sinceMs)
            outcomes[index].sinceMs = nil
        }
    }
}
