import Analytics

/// What alarms and what is told of them look like.
extension AlarmEndpoints {
    private static let stateWords = AlarmState.allCases.map(\.rawValue)
    private static let priorities = AlarmRule.Priority.allCases.map(\.rawValue)

    static let alarmSchema = Schema.object([
        ("alarm", .integer, "Number of the alarm."), ("asset", .string, "Public name of its asset."),
        ("rule", .string, "Name of its rule, unique for the asset."),
        ("type", .oneOf(AlarmType.allCases.map(\.rawValue)), ""), ("title", .string, "Words for people."),
        ("signal", .nullable(.string), "The signal it is about."), ("unit", .string, "Of value and limit."),
        ("priority", .oneOf(priorities), ""), ("class", .string, ""),
        ("consequence", .string, "What happens if nobody acts."), ("response", .string, "What to do."),
        ("state", .oneOf(stateWords), ""), ("active", .boolean, "The condition is true."),
        ("unacknowledged", .boolean, "It waits to be acknowledged."), ("latched", .boolean, "It waits to be reset."),
        ("value", .nullable(.number), "When it was raised."), ("limit", .nullable(.number), ""),
        ("onset", .nullable(.time), "When the condition became true, by the readings' time."),
        ("raised_at", .nullable(.time), "When that was certain, after the rule's delay."),
        ("cleared_at", .nullable(.time), "When the condition was gone; null: it is not."),
        ("acknowledged_at", .nullable(.time), ""), ("acknowledged_by", .nullable(.string), ""),
        ("first_out", .boolean, "It was the first of its group."),
        ("root", .nullable(.integer), "The first alarm of its group, where that was another one."),
        ("flood", .boolean, "It came amid a flood."), ("note", .nullable(.string), "More about the condition."),
        ("comment", .nullable(.string), "The last one."), ("comment_by", .nullable(.string), ""),
        ("shelved_until", .nullable(.time), ""), ("shelved_by", .nullable(.string), ""),
        ("shelved_reason", .nullable(.string), ""), ("suppressed_by", .nullable(.string), "design: its rule."),
        ("suppressed_reason", .nullable(.string), ""), ("out_of_service_by", .nullable(.string), ""),
        ("out_of_service_reason", .nullable(.string), ""), ("site", .string, "Sparkplug group."),
        ("stale", .boolean, "The asset sends nothing: nobody knows whether this is still so."),
    ])

    static let entrySchema = Schema.object([
        ("entry", .integer, "Number of the entry."), ("alarm", .integer, ""), ("asset", .string, ""),
        ("rule", .string, ""), ("priority", .oneOf(priorities), "Then."), ("event", .oneOf(AlarmEvent.words), ""),
        ("state_before", .oneOf(stateWords), ""), ("state", .oneOf(stateWords), "After it."),
        ("occurred_at", .time, "Of the process by the readings' time, of people by the database's clock."),
        ("known_at", .time, "When the collector came to know of it."),
        ("late", .boolean, "From a backlog: what would have been. It has changed no alarm."),
        ("announced", .boolean, "It called for an operator."), ("first_out", .boolean, ""),
        ("root", .nullable(.integer), ""), ("flood", .boolean, ""),
        ("who", .nullable(.string), "null: the process, or time."), ("why", .nullable(.string), ""),
        ("until", .nullable(.time), "End of a shelf."), ("value", .nullable(.number), ""),
        ("limit", .nullable(.number), ""),
    ])

    private static let share = Schema.object([
        ("alarm", .integer, ""), ("asset", .string, ""), ("rule", .string, ""), ("count", .integer, ""),
        ("share", .number, "Of all alarms."),
    ])
    private static let standingAlarm = Schema.object([
        ("alarm", .integer, ""), ("asset", .string, ""), ("rule", .string, ""), ("state", .oneOf(stateWords), ""),
        ("since", .time, ""),
    ])

    static let indicatorSchema = Schema.object([
        ("from", .time, ""), ("to", .time, ""), ("alarms", .integer, "That came, late ones too."),
        ("late", .integer, "Of these, known late."), ("announced", .integer, "Of these, announced."),
        ("per_10_min", .number, ""), ("peak_per_10_min", .integer, ""),
        ("flood_share", .number, "Ten-minute intervals with more than ten alarms, as a share of all."),
        (
            "floods",
            .array(.object([("from", .time, ""), ("to", .time, ""), ("alarms", .integer, "")])),
            "More than ten alarms in ten minutes."
        ),
        ("top_ten", .array(share), "That came most often."), ("top_ten_share", .number, ""),
        ("standing", .array(standingAlarm), "At the end."), ("stale", .array(standingAlarm), "Longer than a day."),
        ("chattering", .array(share), "Three times or more within a minute."),
        (
            "priority_split",
            .object(AlarmRule.Priority.allCases.map { ($0.rawValue, Schema.number, "Share of all alarms.") }), ""
        ),
        (
            "time_to_acknowledge_s",
            .object([
                ("count", .integer, ""), ("median", .nullable(.number), ""), ("p95", .nullable(.number), ""),
                ("max", .nullable(.number), ""),
            ]), ""
        ),
    ])

    static let faultSchema = Schema.object([
        ("fault", .integer, "Number of the fault."), ("asset", .string, ""),
        ("cause", .string, "Id, such as coolant-leak."), ("title", .string, "Words for people."),
        ("severity", .oneOf(["info", "warning", "critical"]), ""), ("state", .oneOf(["open", "resolved"]), ""),
        ("probability", .nullable(.number), "How sure the diagnosis is."), ("response", .string, "What to do."),
        ("evidence", .array(.any), "What speaks for it."), ("opened_at", .time, "Since when it is there."),
        ("opened_by", .string, "collector: the detector."), ("known_at", .time, ""),
        ("resolved_at", .nullable(.time), ""), ("resolved_by", .nullable(.string), ""),
        ("resolution", .nullable(.string), ""), ("anomaly", .nullable(.integer), "That it was found from."),
        ("alarms", .array(.integer), "Alarms that it has caused."),
    ])
}
