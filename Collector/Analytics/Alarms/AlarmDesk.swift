/// Brings changes of conditions, operators' wishes and time to alarms, and decides what is announced.
///
/// Holds the alarms that a transaction has locked; afterwards `changed` and `entries` are to be stored. Pure.
public struct AlarmDesk: Sendable {
    /// A flood: more alarms than an operator can follow.
    public static let floodMs: Int64 = 600_000
    public static let floodCount = 10
    /// Alarms of a group that follow its first one within this time belong to it.
    public static let firstOutMs: Int64 = 600_000

    public struct Key: Hashable, Sendable {
        public let asset: Int32
        public let rule: String
        public init(asset: Int32, rule: String) {
            self.asset = asset
            self.rule = rule
        }
    }

    /// What somebody does, or time does for him.
    public struct Act: Sendable {
        public var event: AlarmEvent
        public var occurredMs: Int64
        public var who: String?
        public var why: String?

        public init(_ event: AlarmEvent, occurredMs: Int64, who: String? = nil, why: String? = nil) {
            self.event = event
            self.occurredMs = occurredMs
            self.who = who
            self.why = why
        }
    }

    public private(set) var alarms: [Key: Alarm]
    public private(set) var entries: [AlarmEntry] = []
    private var touched: Set<Key> = []
    /// When alarms came lately, by site; the newest last.
    private var recent: [String: [Int64]]
    private var groups: [GroupKey: Set<Key>] = [:]

    private struct GroupKey: Hashable {
        let asset: Int32
        let group: String
    }

    /// `recent`: when the last alarms of each site came, as far as `floodMs` before now.
    public init(_ alarms: [Alarm], recent: [String: [Int64]] = [:]) {
        self.alarms = Dictionary(alarms.map { (Key(asset: $0.asset, rule: $0.rule), $0) }) { first, _ in first }
        self.recent = recent.mapValues { $0.sorted() }
        for alarm in alarms {
            guard let group = alarm.facts.firstOut else { continue }
            groups[GroupKey(asset: alarm.asset, group: group), default: []].insert(
                Key(asset: alarm.asset, rule: alarm.rule))
        }
    }

    /// In the order of their numbers.
    public var changed: [Alarm] { touched.compactMap { alarms[$0] }.sorted { $0.number < $1.number } }

    /// A change of a condition; false for an alarm that the desk does not hold.
    @discardableResult
    public mutating func take(
        _ change: AlarmChange, asset: Int32, rule: String, facts: Alarm.Facts?, site: String
    ) -> Bool {
        let key = Key(asset: asset, rule: rule)
        guard var alarm = alarms[key] else { return false }
        let event: AlarmEvent =
            switch change.kind {
            case .raised: .raised
            case .cleared: .cleared
            case .suppressed: .suppressedByDesign
            case .unsuppressed: .unsuppressedByDesign
            }
        if event == .raised, let facts {
            alarm.facts = facts
            alarm.record.isLatching = facts.isLatching
        }
        // What the process says is never refused.
        guard let step = try? alarm.record.take(event, nowMs: change.timeMs) else { return true }
        var entry = AlarmEntry(step, of: alarm, occurredMs: change.timeMs)
        entry.value = change.value
        switch event {
        case .raised:
            alarm.onsetMs = change.onsetMs
            alarm.raisedMs = change.timeMs
            alarm.value = change.value
            alarm.note = change.note
            (alarm.clearedMs, alarm.acknowledgedMs, alarm.acknowledgedBy, alarm.root) = (nil, nil, nil, nil)
            (alarm.isFirstOut, alarm.isInFlood) = (false, false)
            entry.why = change.note
            if step.isCall { announce(&alarm, &entry, site: site) }
        case .cleared: alarm.clearedMs = change.timeMs
        case .suppressedByDesign: alarm.suppression = Alarm.Word(who: "design", why: "the plant's state")
        case .unsuppressedByDesign:
            if !alarm.record.isSuppressedByOperator { alarm.suppression = nil }
            entry.isAnnounced = step.isCall
        default: break
        }
        store(alarm, entry, key)
        return true
    }

    /// What would have been, had it been known in time: told, and nothing else.
    public mutating func note(late change: AlarmChange, asset: Int32, rule: String) {
        guard let alarm = alarms[Key(asset: asset, rule: rule)], change.kind == .raised || change.kind == .cleared
        else { return }
        let isRaised = change.kind == .raised
        var entry = AlarmEntry(
            alarm: alarm.number, asset: asset, rule: rule, priority: alarm.facts.priority,
            event: change.kind.rawValue, before: isRaised ? .normal : .unacknowledged,
            after: isRaised ? .unacknowledged : .returnedUnacknowledged, occurredMs: change.timeMs)
        entry.isLate = true
        entry.value = change.value
        entry.limit = alarm.facts.limit
        entry.why = change.note
        entries.append(entry)
    }

    /// What a person wants of an alarm, or what time does to it. Throws in words for him; false if nothing changed.
    @discardableResult
    public mutating func act(_ act: Act, on key: Key, nowMs: Int64) throws(AlarmRecord.Refusal) -> Bool {
        guard var alarm = alarms[key], let step = try alarm.record.take(act.event, nowMs: nowMs) else { return false }
        var entry = AlarmEntry(step, of: alarm, occurredMs: act.occurredMs)
        entry.who = act.who
        entry.why = act.why
        entry.isAnnounced = step.isCall
        let word = Alarm.Word(who: act.who ?? "", why: act.why ?? "")
        switch act.event {
        case .acknowledged:
            alarm.acknowledgedMs = act.occurredMs
            alarm.acknowledgedBy = act.who
            if act.why != nil { alarm.comment = word }
        case .reAlarmed: (alarm.acknowledgedMs, alarm.acknowledgedBy) = (nil, nil)
        case .commented: alarm.comment = word
        case .shelved: alarm.shelf = word
        case .unshelved, .shelfExpired: alarm.shelf = nil
        case .suppressed: alarm.suppression = word
        case .unsuppressed:
            alarm.suppression =
                alarm.record.isSuppressedByDesign ? Alarm.Word(who: "design", why: "the plant's state") : nil
        case .removedFromService: alarm.outOfService = word
        case .returnedToService: alarm.outOfService = nil
        case .reset, .raised, .cleared, .suppressedByDesign, .unsuppressedByDesign: break
        }
        store(alarm, entry, key)
        return true
    }

    private mutating func store(_ alarm: Alarm, _ entry: AlarmEntry, _ key: Key) {
        alarms[key] = alarm
        touched.insert(key)
        entries.append(entry)
    }

    /// One cause, one call: of a group only the first alarm is announced, and of a flood only what is first and urgent.
    private mutating func announce(_ alarm: inout Alarm, _ entry: inout AlarmEntry, site: String) {
        let nowMs = alarm.raisedMs ?? entry.occurredMs
        var times = recent[site, default: []].filter { $0 > nowMs - AlarmDesk.floodMs }
        alarm.isInFlood = times.count >= AlarmDesk.floodCount
        times.append(nowMs)
        recent[site] = Array(times.suffix(AlarmDesk.floodCount + 1))
        if let root = root(of: alarm, atMs: nowMs) {
            alarm.root = root.number
            entry.isAnnounced = alarm.facts.priority > root.facts.priority
        } else {
            alarm.isFirstOut = alarm.facts.firstOut != nil
            entry.isAnnounced = !alarm.isInFlood || alarm.facts.priority >= .high
        }
        if let group = alarm.facts.firstOut {
            groups[GroupKey(asset: alarm.asset, group: group), default: []].insert(
                Key(asset: alarm.asset, rule: alarm.rule))
        }
        entry.isFirstOut = alarm.isFirstOut
        entry.root = alarm.root
        entry.isInFlood = alarm.isInFlood
    }

    private func root(of alarm: Alarm, atMs nowMs: Int64) -> Alarm? {
        guard let group = alarm.facts.firstOut else { return nil }
        return groups[GroupKey(asset: alarm.asset, group: group), default: []].lazy.compactMap { alarms[$0] }
            .filter {
                $0.rule != alarm.rule && $0.isFirstOut && $0.record.state.isStanding
                    && ($0.raisedMs ?? .min) > nowMs - AlarmDesk.firstOutMs
            }
            .max { ($0.raisedMs ?? 0, $1.number) < ($1.raisedMs ?? 0, $0.number) }
    }
}
