import Analytics
import Runtime

/// The columns of alarms and of their journal.
extension AlarmStore {
    static let factColumns = """
        type, title, signal, unit, limit_value, priority, class, consequence, response, latching, first_out_group,
        re_alarm_ms
        """
    static let factTypes = """
        type text, title text, signal text, unit text, limit_value float8, priority text, class text, consequence text,
        response text, latching boolean, first_out_group text, re_alarm_ms bigint
        """
    static let stateTypes = """
        state text, active boolean, unacknowledged boolean, latched boolean, shelved_until timestamptz,
        suppressed_by_design boolean, suppressed_by_operator boolean, out_of_service boolean, onset_at timestamptz,
        raised_at timestamptz, cleared_at timestamptz, acknowledged_at timestamptz, acknowledged_by text, value float8,
        note text, comment_by text, comment text, shelved_by text, shelved_reason text, suppressed_by text,
        suppressed_reason text, out_of_service_by text, out_of_service_reason text, first_out boolean, root bigint,
        flood boolean
        """
    static let entryColumns = """
        alarm, asset, rule, priority, event, state_before, state, occurred_at, late, announced, first_out, root, flood,
        who, why, until, value, limit_value
        """
    static let entryTypes = """
        alarm bigint, asset int, rule text, priority text, event text, state_before text, state text,
        occurred_at timestamptz, late boolean, announced boolean, first_out boolean, root bigint, flood boolean,
        who text, why text, until timestamptz, value float8, limit_value float8
        """
    static let assignments = (factTypes + ", " + stateTypes).split(separator: ",").map { column in
        let name = column.drop(while: \.isWhitespace).prefix(while: { !$0.isWhitespace })
        return "\(name) = u.\(name)"
    }.joined(separator: ", ")

    static func write(_ facts: Alarm.Facts, _ json: inout JSONWriter) {
        json.field("type", facts.type.rawValue)
        json.field("title", facts.title)
        json.field("signal", facts.signal)
        json.field("unit", facts.unit)
        json.field("limit_value", facts.limit)
        json.field("priority", facts.priority.rawValue)
        json.field("class", facts.alarmClass)
        json.field("consequence", facts.consequence)
        json.field("response", facts.response)
        json.field("latching", facts.isLatching)
        json.field("first_out_group", facts.firstOut)
        json.field("re_alarm_ms", facts.reAlarmMs)
    }

    static func write(_ alarm: Alarm, _ json: inout JSONWriter) {
        json.field("alarm", alarm.number)
        write(alarm.facts, &json)
        json.field("state", alarm.record.state.rawValue)
        json.field("active", alarm.record.isActive)
        json.field("unacknowledged", alarm.record.needsAcknowledgement)
        json.field("latched", alarm.record.isLatched)
        json.field("shelved_until", timeMs: alarm.record.shelvedUntilMs)
        json.field("suppressed_by_design", alarm.record.isSuppressedByDesign)
        json.field("suppressed_by_operator", alarm.record.isSuppressedByOperator)
        json.field("out_of_service", alarm.record.isOutOfService)
        json.field("onset_at", timeMs: alarm.onsetMs)
        json.field("raised_at", timeMs: alarm.raisedMs)
        json.field("cleared_at", timeMs: alarm.clearedMs)
        json.field("acknowledged_at", timeMs: alarm.acknowledgedMs)
        json.field("acknowledged_by", alarm.acknowledgedBy)
        json.field("value", alarm.value)
        json.field("note", alarm.note)
        json.field("comment_by", alarm.comment?.who)
        json.field("comment", alarm.comment?.why)
        json.field("shelved_by", alarm.shelf?.who)
        json.field("shelved_reason", alarm.shelf?.why)
        json.field("suppressed_by", alarm.suppression?.who)
        json.field("suppressed_reason", alarm.suppression?.why)
        json.field("out_of_service_by", alarm.outOfService?.who)
        json.field("out_of_service_reason", alarm.outOfService?.why)
        json.field("first_out", alarm.isFirstOut)
        json.field("root", alarm.root)
        json.field("flood", alarm.isInFlood)
    }

    static func write(_ entry: AlarmEntry, _ json: inout JSONWriter) {
        json.field("alarm", entry.alarm)
        json.field("asset", entry.asset)
        json.field("rule", entry.rule)
        json.field("priority", entry.priority.rawValue)
        json.field("event", entry.event)
        json.field("state_before", entry.before.rawValue)
        json.field("state", entry.after.rawValue)
        json.field("occurred_at", timeMs: entry.occurredMs)
        json.field("late", entry.isLate)
        json.field("announced", entry.isAnnounced)
        json.field("first_out", entry.isFirstOut)
        json.field("root", entry.root)
        json.field("flood", entry.isInFlood)
        json.field("who", entry.who)
        json.field("why", entry.why)
        json.field("until", timeMs: entry.untilMs)
        json.field("value", entry.value)
        json.field("limit_value", entry.limit)
    }

    static func alarm(_ row: PostgresRow) throws(PostgresFailure) -> Alarm {
        let facts = Alarm.Facts(
            type: AlarmType(rawValue: try row[3]) ?? .limit, title: try row[4], signal: try row[5], unit: try row[6],
            limit: try row[7], priority: AlarmRule.Priority(rawValue: try row[8]) ?? .medium, alarmClass: try row[9],
            consequence: try row[10], response: try row[11], isLatching: try row[12], firstOut: try row[13],
            reAlarmMs: try row[14])
        var alarm = Alarm(number: try row[0], asset: try row[1], rule: try row[2], facts: facts)
        alarm.record.isActive = try row[15]
        alarm.record.needsAcknowledgement = try row[16]
        alarm.record.isLatched = try row[17]
        alarm.record.shelvedUntilMs = try row[18]
        alarm.record.isSuppressedByDesign = try row[19]
        alarm.record.isSuppressedByOperator = try row[20]
        alarm.record.isOutOfService = try row[21]
        alarm.onsetMs = try row[22]
        alarm.raisedMs = try row[23]
        alarm.clearedMs = try row[24]
        alarm.acknowledgedMs = try row[25]
        alarm.acknowledgedBy = try row[26]
        alarm.value = try row[27]
        alarm.note = try row[28]
        alarm.comment = word(try row[29], try row[30])
        alarm.shelf = word(try row[31], try row[32])
        alarm.suppression = word(try row[33], try row[34])
        alarm.outOfService = word(try row[35], try row[36])
        alarm.isFirstOut = try row[37]
        alarm.root = try row[38]
        alarm.isInFlood = try row[39]
        return alarm
    }

    private static func word(_ who: String?, _ why: String?) -> Alarm.Word? {
        who.map { Alarm.Word(who: $0, why: why ?? "") }
    }
}
