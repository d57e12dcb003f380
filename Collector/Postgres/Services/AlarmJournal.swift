public import Analytics

/// The journal as it is read: for the indicators, and for what other collectors have written.
public enum AlarmJournal {
    static let columns = """
        j.entry, j.alarm, j.asset, j.rule, j.priority, j.event, j.state_before, j.state, j.occurred_at, j.late,
        j.announced, j.first_out, j.root, j.flood, j.who, j.why, j.until, j.value, j.limit_value
        """

    /// What the indicators of a time rest on; `site` and `asset` nil: of all. Nil if there are more than `most`.
    public static func read(
        _ connection: PostgresConnection, fromMs: Int64, toMs: Int64, site: String? = nil, asset: Int32? = nil,
        most: Int
    ) throws -> (opening: [AlarmEntry], entries: [AlarmEntry])? {
        let filter: [PostgresParameter] = [.text(site), .int4(asset)]
        let entries = try connection.query(
            """
            select \(columns) from alarm_journal j where occurred_at >= $3 and occurred_at < $4
            and ($1::text is null or site = $1) and ($2::int4 is null or asset = $2) order by entry limit $5
            """, filter + [.timestampMs(fromMs), .timestampMs(toMs), .int8(Int64(most) + 1)]
        ).map(entry)
        guard entries.count <= most else { return nil }
        let opening = try connection.query(
            """
            select \(columns) from alarms a cross join lateral (
                select * from alarm_journal where alarm = a.alarm and not late and occurred_at < $3
                order by entry desc limit 1) as j
            where ($1::text is null or j.site = $1) and ($2::int4 is null or j.asset = $2) order by j.entry
            """, filter + [.timestampMs(fromMs)]
        ).map(entry)
        return (opening, entries)
    }

    /// What other collectors have written in the last seconds, with the alarms as they are now.
    public static func lately(
        _ connection: PostgresConnection, notBy origin: String
    ) throws -> [(entry: AlarmEntry, knownMs: Int64, listed: AlarmStore.Listed)] {
        // Entries become visible when their transaction ends, which is not in the order of their numbers.
        let rows = try connection.query(
            """
            select \(columns), j.known_at from alarm_journal j
            where known_at > clock_timestamp() - interval '10 seconds' and origin <> $1 order by entry limit 10000
            """, [.text(origin)])
        guard !rows.isEmpty else { return [] }
        var alarms: [Int64: AlarmStore.Listed] = [:]
        return try rows.compactMap { row in
            let entry = try entry(row)
            if alarms[entry.alarm] == nil {
                alarms[entry.alarm] = try AlarmStore.list(
                    connection, .init(alarm: entry.alarm), after: 0, most: 1
                ).first
            }
            return try alarms[entry.alarm].map { (entry, try row[19], $0) }
        }
    }

    /// Which entries are read; nil: all.
    public struct Filter: Sendable {
        public var alarm: Int64?
        public var asset: String?
        public var site: String?
        public var event: String?
        public var who: String?
        public var fromMs: Int64?
        public var toMs: Int64?

        public init(
            alarm: Int64? = nil, asset: String? = nil, site: String? = nil, event: String? = nil, who: String? = nil,
            fromMs: Int64? = nil, toMs: Int64? = nil
        ) {
            self.alarm = alarm
            self.asset = asset
            self.site = site
            self.event = event
            self.who = who
            self.fromMs = fromMs
            self.toMs = toMs
        }
    }

    /// Entries before this number, the newest first.
    public static func page(
        _ connection: PostgresConnection, _ filter: Filter, before: Int64?, most: Int
    ) throws -> [(entry: AlarmEntry, knownMs: Int64, asset: String)] {
        try connection.query(
            """
            select \(columns), j.known_at, s.id from alarm_journal j join assets s on s.asset = j.asset
            where ($1::int8 is null or j.entry < $1) and ($2::int8 is null or j.alarm = $2)
            and ($3::text is null or s.id = $3) and ($4::text is null or j.site = $4)
            and ($5::text is null or j.event = $5) and ($6::text is null or j.who = $6)
            and ($7::timestamptz is null or j.occurred_at >= $7)
            and ($8::timestamptz is null or j.occurred_at < $8) order by j.entry desc limit $9
            """,
            [
                .int8(before), .int8(filter.alarm), .text(filter.asset), .text(filter.site), .text(filter.event),
                .text(filter.who), .timestampMs(filter.fromMs), .timestampMs(filter.toMs), .int8(Int64(most)),
            ]
        ).map { row in (try entry(row), try row[19], try row[20]) }
    }

    static func entry(_ row: PostgresRow) throws(PostgresFailure) -> AlarmEntry {
        var entry = AlarmEntry(
            alarm: try row[1], asset: try row[2], rule: try row[3],
            priority: AlarmRule.Priority(rawValue: try row[4]) ?? .medium, event: try row[5],
            before: AlarmState(rawValue: try row[6]) ?? .normal, after: AlarmState(rawValue: try row[7]) ?? .normal,
            occurredMs: try row[8])
        entry.number = try row[0]
        entry.isLate = try row[9]
        entry.isAnnounced = try row[10]
        entry.isFirstOut = try row[11]
        entry.root = try row[12]
        entry.isInFlood = try row[13]
        entry.who = try row[14]
        entry.why = try row[15]
        entry.untilMs = try row[16]
        entry.value = try row[17]
        entry.limit = try row[18]
        return entry
    }
}
