public import Analytics
import Model
public import Runtime

/// How alarms and entries of their journal are told, alike in the REST API and on the feed.
public enum AlarmWords {
    /// This process, among collectors.
    public static let origin: String = String(
        (try? RandomBytes.number()) ?? UInt64(bitPattern: Clock.monotonicNs()), radix: 16)

    /// The news of a journal's entry, for the feed.
    public static func alert(
        _ entry: AlarmEntry, _ alarm: Alarm, _ asset: AlarmAsset, knownMs: Int64
    ) -> CommittedAlert {
        var json = JSONWriter()
        json.object { json in
            write(entry, asset: asset.id, knownMs: knownMs, &json)
            json.field("alarm_state", object: { write(alarm, asset: asset.id, &$0) })
        }
        return CommittedAlert(
            kind: "alarm", severity: severity(entry.priority), site: asset.site, agent: asset.agent, asset: asset.id,
            occurredMs: entry.occurredMs, message: message(entry, alarm, asset, knownMs: knownMs),
            detail: String(decoding: json.bytes, as: UTF8.self), health: nil, status: nil)
    }

    static func severity(_ priority: AlarmRule.Priority) -> String {
        switch priority {
        case .low: "info"
        case .medium, .high: "warning"
        case .critical: "critical"
        }
    }

    private static func message(
        _ entry: AlarmEntry, _ alarm: Alarm, _ asset: AlarmAsset, knownMs: Int64
    ) -> String {
        var text = "\(asset.id): \(alarm.facts.title) "
        let event = entry.event.map { $0 == "_" ? " " : String($0) }.joined()
        text += entry.isLate ? "would have been \(event)" : event
        if let who = entry.who { text += " by \(who)" }
        if entry.event == AlarmEvent.raised.word, let value = entry.value {
            text += " at \(short(value))\(unit(alarm))"
            if let limit = entry.limit { text += ", limit \(short(limit))\(unit(alarm))" }
        }
        if entry.isLate {
            text += "; occurred \(RFC3339.format(ms: entry.occurredMs)), known \(RFC3339.format(ms: knownMs))"
        }
        if let why = entry.why { text += " (\(why))" }
        return text
    }

    private static func unit(_ alarm: Alarm) -> String { alarm.facts.unit.isEmpty ? "" : " \(alarm.facts.unit)" }

    /// Enough digits for people.
    private static func short(_ value: Double) -> String {
        guard value != 0, abs(value) < 1e15 else { return "\(value)" }
        var scale = 1.0
        while abs(value) * scale < 1_000, scale < 1e9 { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() && abs(rounded) < 1e9 ? "\(Int64(rounded))" : "\(rounded)"
    }

    // MARK: - JSON

    /// The members of an alarm.
    public static func write(_ alarm: Alarm, asset: String, _ json: inout JSONWriter) {
        json.field("alarm", alarm.number)
        json.field("asset", asset)
        json.field("rule", alarm.rule)
        json.field("type", alarm.facts.type.rawValue)
        json.field("title", alarm.facts.title)
        json.field("signal", alarm.facts.signal)
        json.field("unit", alarm.facts.unit)
        json.field("priority", alarm.facts.priority.rawValue)
        json.field("class", alarm.facts.alarmClass)
        json.field("consequence", alarm.facts.consequence)
        json.field("response", alarm.facts.response)
        json.field("state", alarm.record.state.rawValue)
        json.field("active", alarm.record.isActive)
        json.field("unacknowledged", alarm.record.state.isUnacknowledged)
        json.field("latched", alarm.record.isLatched)
        json.field("value", alarm.value)
        json.field("limit", alarm.facts.limit)
        json.field("onset", timeMs: alarm.onsetMs)
        json.field("raised_at", timeMs: alarm.raisedMs)
        json.field("cleared_at", timeMs: alarm.clearedMs)
        json.field("acknowledged_at", timeMs: alarm.acknowledgedMs)
        json.field("acknowledged_by", alarm.acknowledgedBy)
        json.field("first_out", alarm.isFirstOut)
        json.field("root", alarm.root)
        json.field("flood", alarm.isInFlood)
        json.field("note", alarm.note)
        json.field("comment", alarm.comment?.why)
        json.field("comment_by", alarm.comment?.who)
        json.field("shelved_until", timeMs: alarm.record.shelvedUntilMs)
        json.field("shelved_by", alarm.shelf?.who)
        json.field("shelved_reason", alarm.shelf?.why)
        json.field("suppressed_by", alarm.suppression?.who)
        json.field("suppressed_reason", alarm.suppression?.why)
        json.field("out_of_service_by", alarm.outOfService?.who)
        json.field("out_of_service_reason", alarm.outOfService?.why)
    }

    /// The members of an entry of the journal.
    public static func write(_ entry: AlarmEntry, asset: String, knownMs: Int64, _ json: inout JSONWriter) {
        json.field("entry", entry.number)
        json.field("alarm", entry.alarm)
        json.field("asset", asset)
        json.field("rule", entry.rule)
        json.field("priority", entry.priority.rawValue)
        json.field("event", entry.event)
        json.field("state_before", entry.before.rawValue)
        json.field("state", entry.after.rawValue)
        json.field("occurred_at", timeMs: entry.occurredMs)
        json.field("known_at", timeMs: knownMs)
        json.field("late", entry.isLate)
        json.field("announced", entry.isAnnounced)
        json.field("first_out", entry.isFirstOut)
        json.field("root", entry.root)
        json.field("flood", entry.isInFlood)
        json.field("who", entry.who)
        json.field("why", entry.why)
        json.field("until", timeMs: entry.untilMs)
        json.field("value", entry.value)
        json.field("limit", entry.limit)
    }
}
