/// An alarm of an asset, as it is stored: one for each rule that ever had something to say.
public struct Alarm: Sendable, Equatable {
    /// What its rule says, as of the last time that it was raised.
    public struct Facts: Sendable, Equatable {
        public var type: AlarmType
        public var title: String
        public var signal: String?
        public var unit: String
        public var limit: Double?
        public var priority: AlarmRule.Priority
        public var alarmClass: String
        public var consequence: String
        public var response: String
        public var isLatching: Bool
        public var firstOut: String?
        public var reAlarmMs: Int64?

        public init(_ rule: AlarmRule, unit: String = "") {
            type = rule.test.type
            title = rule.title
            signal = rule.test.signal
            self.unit = unit
            limit = rule.test.limit
            priority = rule.priority
            alarmClass = rule.alarmClass
            consequence = rule.consequence
            response = rule.response
            isLatching = rule.isLatching
            firstOut = rule.firstOut
            reAlarmMs = rule.reAlarmMs
        }

        public init(
            type: AlarmType, title: String, signal: String?, unit: String, limit: Double?,
            priority: AlarmRule.Priority, alarmClass: String, consequence: String, response: String, isLatching: Bool,
            firstOut: String?, reAlarmMs: Int64?
        ) {
            self.type = type
            self.title = title
            self.signal = signal
            self.unit = unit
            self.limit = limit
            self.priority = priority
            self.alarmClass = alarmClass
            self.consequence = consequence
            self.response = response
            self.isLatching = isLatching
            self.firstOut = firstOut
            self.reAlarmMs = reAlarmMs
        }
    }

    /// Who has put it aside, and why.
    public struct Word: Sendable, Equatable {
        public var who: String
        public var why: String

        public init(who: String, why: String) {
            self.who = who
            self.why = why
        }
    }

    public var number: Int64
    public var asset: Int32
    public var rule: String
    public var facts: Facts
    public var record = AlarmRecord()
    /// When the condition became true, when that was certain, and when it was gone; the last time.
    public var onsetMs: Int64?
    public var raisedMs: Int64?
    public var clearedMs: Int64?
    public var acknowledgedMs: Int64?
    public var acknowledgedBy: String?
    public var value: Double?
    public var note: String?
    public var comment: Word?
    public var shelf: Word?
    public var suppression: Word?
    public var outOfService: Word?
    /// The first of its group: the one that was announced.
    public var isFirstOut = false
    /// The number of the first alarm of its group, where that was another one.
    public var root: Int64?
    /// It was raised while there were too many.
    public var isInFlood = false

    public init(number: Int64, asset: Int32, rule: String, facts: Facts) {
        self.number = number
        self.asset = asset
        self.rule = rule
        self.facts = facts
        record.isLatching = facts.isLatching
    }
}

/// One entry of the journal, which is only ever added to.
public struct AlarmEntry: Sendable, Equatable {
    /// Counts from 1; 0 = not stored yet.
    public var number: Int64 = 0
    public var alarm: Int64
    public var asset: Int32
    public var rule: String
    public var priority: AlarmRule.Priority
    /// See `AlarmEvent.word`.
    public var event: String
    public var before: AlarmState
    public var after: AlarmState
    public var occurredMs: Int64
    /// It came from a backlog: what would have been, had it been known in time. It has changed no alarm.
    public var isLate = false
    /// It was announced.
    public var isAnnounced = false
    public var isFirstOut = false
    public var root: Int64?
    public var isInFlood = false
    /// Nil: by the process, or by time.
    public var who: String?
    public var why: String?
    public var untilMs: Int64?
    public var value: Double?
    public var limit: Double?

    public init(
        alarm: Int64, asset: Int32, rule: String, priority: AlarmRule.Priority, event: String, before: AlarmState,
        after: AlarmState, occurredMs: Int64
    ) {
        self.alarm = alarm
        self.asset = asset
        self.rule = rule
        self.priority = priority
        self.event = event
        self.before = before
        self.after = after
        self.occurredMs = occurredMs
    }

    /// The entry of a step of the alarm's machine.
    public init(_ step: AlarmRecord.Step, of alarm: Alarm, occurredMs: Int64) {
        self.init(
            alarm: alarm.number, asset: alarm.asset, rule: alarm.rule, priority: alarm.facts.priority,
            event: step.event.word, before: step.before, after: step.after, occurredMs: occurredMs)
        limit = alarm.facts.limit
        if case .shelved(let untilMs) = step.event { self.untilMs = untilMs }
    }

    /// Counts as an alarm for the load on operators: raised, and not put aside.
    public var isAlarm: Bool { event == AlarmEvent.raised.word && (isLate || after == .unacknowledged) }
}
