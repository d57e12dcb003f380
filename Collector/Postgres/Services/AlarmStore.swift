public import Analytics
import Runtime

/// Alarms and their journal as they are stored.
///
/// Whoever changes alarms locks their rows first, lets the machine decide, and writes rows and journal, all in one
/// transaction: of two that want the same thing at once, the second sees what the first has done.
public enum AlarmStore {
    static let columns = """
        a.alarm, a.asset, a.rule, a.type, a.title, a.signal, a.unit, a.limit_value, a.priority, a.class, a.consequence,
        a.response, a.latching, a.first_out_group, a.re_alarm_ms, a.active, a.unacknowledged, a.latched,
        a.shelved_until, a.suppressed_by_design, a.suppressed_by_operator, a.out_of_service, a.onset_at, a.raised_at,
        a.cleared_at, a.acknowledged_at, a.acknowledged_by, a.value, a.note, a.comment_by, a.comment, a.shelved_by,
        a.shelved_reason, a.suppressed_by, a.suppressed_reason, a.out_of_service_by, a.out_of_service_reason,
        a.first_out, a.root, a.flood
        """

    /// An alarm that a condition asks for.
    public struct Wanted: Sendable {
        public let asset: Int32
        public let rule: String
        public let facts: Alarm.Facts

        public init(asset: Int32, rule: String, facts: Alarm.Facts) {
            self.asset = asset
            self.rule = rule
            self.facts = facts
        }
    }

    // MARK: - Locking

    /// The alarms of these rules, made where they are new, and all others of their first-out groups; locked, in the
    /// order of their numbers.
    public static func lock(_ connection: PostgresConnection, _ wanted: [Wanted]) throws -> [Alarm] {
        guard connection.isInTransaction else {
            throw PostgresFailure(.bug, "alarms were to be locked outside of a transaction")
        }
        var json = JSONWriter()
        json.array { json in
            for want in wanted {
                json.object { json in
                    json.field("asset", want.asset)
                    json.field("rule", want.rule)
                    write(want.facts, &json)
                }
            }
        }
        try connection.execute(
            """
            insert into alarms (asset, rule, \(factColumns))
            select asset, rule, \(factColumns) from jsonb_to_recordset($1) as u(asset int, rule text, \(factTypes))
            order by asset, rule on conflict (asset, rule) do nothing
            """, [.jsonb(String(decoding: json.bytes, as: UTF8.self))])
        return try connection.query(
            """
            select \(columns) from alarms a where a.alarm in (
                select w.alarm from unnest($1::int4[], $2::text[]) as u(asset, rule)
                join alarms w on w.asset = u.asset and w.rule = u.rule
                union
                select g.alarm from unnest($3::int4[], $4::text[]) as u(asset, grp)
                join alarms g on g.asset = u.asset and g.first_out_group = u.grp and g.first_out)
            order by a.alarm for update
            """,
            [
                .int4s(wanted.map(\.asset)), .texts(wanted.map(\.rule)), .int4s(wanted.map(\.asset)),
                .texts(wanted.map { $0.facts.firstOut ?? "" }),
            ]
        ).map(alarm)
    }

    /// One alarm, locked; nil if there is none of this number.
    public static func lock(_ connection: PostgresConnection, number: Int64) throws -> Alarm? {
        try connection.query("select \(columns) from alarms a where a.alarm = $1 for update", [.int8(number)])
            .first.map(alarm)
    }

    /// One alarm as it is.
    public static func find(_ connection: PostgresConnection, number: Int64) throws -> Alarm? {
        try connection.query("select \(columns) from alarms a where a.alarm = $1", [.int8(number)]).first.map(alarm)
    }

    /// An alarm with the names of its asset.
    public struct Listed: Sendable {
        public var alarm: Alarm
        public let id: String
        public let site: String
        public let agent: String
        /// The asset sends nothing: nobody knows whether this is still so.
        public let isStale: Bool
    }

    /// Which alarms are listed; nil: all.
    public struct Filter: Sendable {
        public var alarm: Int64?
        public var asset: String?
        public var site: String?
        public var priority: String?
        public var states: [String]?

        public init(
            alarm: Int64? = nil, asset: String? = nil, site: String? = nil, priority: String? = nil,
            states: [String]? = nil
        ) {
            self.alarm = alarm
            self.asset = asset
            self.site = site
            self.priority = priority
            self.states = states
        }
    }

    /// Alarms after this number, in the order of their numbers.
    public static func list(
        _ connection: PostgresConnection, _ filter: Filter, after: Int64, most: Int
    ) throws -> [Listed] {
        try connection.query(
            """
            select \(columns), s.id, s.site, s.agent, coalesce(
                (select h.status from health h where h.asset = a.asset order by h.ts desc limit 1), 'offline') = 'offline'
            from alarms a join assets s on s.asset = a.asset
            where a.alarm > $1 and ($2::int8 is null or a.alarm = $2) and ($3::text is null or s.id = $3)
            and ($4::text is null or s.site = $4) and ($5::text is null or a.priority = $5)
            and ($6::text[] is null or a.state = any($6)) order by a.alarm limit $7
            """,
            [
                .int8(after), .int8(filter.alarm), .text(filter.asset), .text(filter.site), .text(filter.priority),
                filter.states.map { .texts($0) } ?? .noTexts, .int8(Int64(most)),
            ]
        ).map { row throws(PostgresFailure) in
            Listed(
                alarm: try alarm(row), id: try row[40], site: try row[41], agent: try row[42], isStale: try row[43])
        }
    }

    /// Alarms of these sites whose shelf has ended, or that are to ask again; locked. What others are at is left out.
    public static func lockDue(_ connection: PostgresConnection, sites: [String], nowMs: Int64) throws -> [Alarm] {
        try connection.query(
            """
            select \(columns) from alarms a join assets s on s.asset = a.asset
            where s.site = any($1) and (a.shelved_until <= $2
                or a.state = 'acknowledged' and a.re_alarm_ms is not null
                and a.acknowledged_at + a.re_alarm_ms * interval '1 millisecond' <= $2)
            order by a.alarm limit 1000 for update of a skip locked
            """, [.texts(sites), .timestampMs(nowMs)]
        ).map(alarm)
    }

    /// The names of assets.
    public static func assets(
        _ connection: PostgresConnection, _ numbers: Set<Int32>
    ) throws -> [(number: Int32, id: String, site: String, agent: String)] {
        try connection.query(
            "select asset, id, site, agent from assets where asset = any($1)", [.int4s(numbers.map { Optional($0) })]
        ).map { row throws(PostgresFailure) in (try row[0], try row[1], try row[2], try row[3]) }
    }

    /// When the last alarms of these sites came, by site: as many as decide about a flood.
    public static func recent(
        _ connection: PostgresConnection, sites: [String], sinceMs: Int64
    ) throws -> [String: [Int64]] {
        var recent: [String: [Int64]] = [:]
        let rows = try connection.query(
            """
            select u.site, j.occurred_at from unnest($1::text[]) as u(site) cross join lateral (
                select occurred_at from alarm_journal where site = u.site and event = 'raised'
                and state = 'unacknowledged' and not late and occurred_at > $2 order by occurred_at desc limit $3) as j
            """, [.texts(sites), .timestampMs(sinceMs), .int8(Int64(AlarmDesk.floodCount + 1))])
        for row in rows {
            let site: String = try row[0]
            recent[site, default: []].append(try row[1])
        }
        return recent
    }

    /// The database's clock.
    public static func nowMs(_ connection: PostgresConnection) throws -> Int64 {
        try connection.query("select clock_timestamp()")[0][0]
    }

    // MARK: - Writing

    /// Writes what a desk has done. The entries as they are stored, with their numbers and when they were known.
    @discardableResult
    public static func store(
        _ connection: PostgresConnection, _ desk: AlarmDesk, site: (Int32) -> String, origin: String
    ) throws -> [(entry: AlarmEntry, knownMs: Int64)] {
        let changed = desk.changed
        if !changed.isEmpty { try save(connection, changed) }
        return try append(connection, desk.entries, site: site, origin: origin)
    }

    private static func save(_ connection: PostgresConnection, _ alarms: [Alarm]) throws {
        var json = JSONWriter()
        json.array { json in for alarm in alarms { json.object { write(alarm, &$0) } } }
        try connection.execute(
            """
            update alarms a set changed_at = clock_timestamp(), \(assignments)
            from jsonb_to_recordset($1) as u(alarm bigint, \(factTypes), \(stateTypes)) where a.alarm = u.alarm
            """, [.jsonb(String(decoding: json.bytes, as: UTF8.self))])
    }

    private static func append(
        _ connection: PostgresConnection, _ entries: [AlarmEntry], site: (Int32) -> String, origin: String
    ) throws -> [(entry: AlarmEntry, knownMs: Int64)] {
        guard !entries.isEmpty else { return [] }
        var json = JSONWriter()
        json.array { json in
            for (place, entry) in entries.enumerated() {
                json.object { json in
                    json.field("place", place)
                    json.field("site", site(entry.asset))
                    write(entry, &json)
                }
            }
        }
        let rows = try connection.query(
            """
            insert into alarm_journal (\(entryColumns), site, origin)
            select \(entryColumns), site, $2
            from jsonb_to_recordset($1) as u(place int, site text, \(entryTypes)) order by place
            returning entry, known_at
            """, [.jsonb(String(decoding: json.bytes, as: UTF8.self)), .text(origin)])
        // Numbers are given in the order of the places.
        let numbers = try rows.map { row throws(PostgresFailure) -> (number: Int64, knownMs: Int64) in
            (try row[0], try row[1])
        }.sorted { $0.number < $1.number }
        return zip(entries, numbers).map { entry, stored in
            var entry = entry
            entry.number = stored.number
            return (entry, stored.knownMs)
        }
    }
}
