/// Removes what is older than its time, and leaves a record of it where it must be accounted for.
public enum Retention {
    /// How long each sort of data is kept, in days; nil = for ever.
    public struct Limits: Sendable, Equatable {
        public var telemetryDays: Int?
        public var rollupMinuteDays: Int?
        public var rollupHourDays: Int?
        public var healthDays: Int?
        public var eventDays: Int?
        public var quarantineDays: Int?

        public init(
            telemetryDays: Int? = nil, rollupMinuteDays: Int? = nil, rollupHourDays: Int? = nil,
            healthDays: Int? = nil, eventDays: Int? = nil, quarantineDays: Int? = nil
        ) {
            self.telemetryDays = telemetryDays
            self.rollupMinuteDays = rollupMinuteDays
            self.rollupHourDays = rollupHourDays
            self.healthDays = healthDays
            self.eventDays = eventDays
            self.quarantineDays = quarantineDays
        }
    }

    /// What a run has removed.
    public struct Summary: Sendable, Equatable {
        public var telemetryDays: [Day] = []
        public var rows = 0
        public init() {}
    }

    /// The first time that is still kept; everything of whole days before it goes.
    public static func horizonMs(_ days: Int, nowMs: Int64) -> Int64 { Day(Day(timeMs: nowMs).number - days).startMs }

    /// Runs once, each day and each table in a transaction of its own, so that it may be stopped and run again.
    ///
    /// A day of telemetry that is in use just now fails as `retryLater` after two seconds, rather than make all
    /// writers queue behind it.
    @discardableResult
    public static func run(_ connection: PostgresConnection, _ limits: Limits, nowMs: Int64) throws -> Summary {
        var summary = Summary()
        if let days = limits.telemetryDays {
            let horizon = Day(timeMs: horizonMs(days, nowMs: nowMs))
            for day in try Partitions.existing(connection).sorted() where day < horizon {
                try connection.withoutStatementLimit { try dropTelemetry(connection, day) }
                summary.telemetryDays.append(day)
            }
        }
        let tables: [(table: String, column: String, days: Int?)] = [
            ("rollup_1m", "bucket", limits.rollupMinuteDays), ("rollup_1h", "bucket", limits.rollupHourDays),
            ("health", "ts", limits.healthDays), ("events", "known_at", limits.eventDays),
            // Numbers that are settled by being there stay accounted for: see losses.
            ("quarantine", "received_at", limits.quarantineDays),
        ]
        for (table, column, days) in tables {
            guard let days else { continue }
            summary.rows += try connection.withoutStatementLimit {
                try connection.execute(
                    "delete from \(table) where \(column) < $1", [.timestampMs(horizonMs(days, nowMs: nowMs))])
            }
        }
        return summary
    }

    /// Locks in the order in which writers take theirs: streams, then telemetry.
    private static func dropTelemetry(_ connection: PostgresConnection, _ day: Day) throws {
        let table = Partitions.tableName(day)
        try connection.transaction {
            try connection.execute("set local lock_timeout = '2s'")
            // From here on nobody adds rows of this day; all other days are free.
            try connection.execute("lock table \(table) in share row exclusive mode")
            try connection.execute(
                """
                create temporary table expired on commit drop as
                select site, agent, epoch,
                    range_agg(int8range(first_seq, nullif(last_seq, \(Int64.max)), '[]')) as numbers
                from (
                    select n.site, n.agent, n.epoch, min(n.seq) as first_seq, max(n.seq) as last_seq
                    from (
                        select a.site, a.agent, t.epoch, t.seq,
                            t.seq - dense_rank() over (partition by a.site, a.agent, t.epoch order by t.seq) as run
                        from \(table) t join assets a on a.asset = t.asset
                    ) as n
                    group by n.site, n.agent, n.epoch, n.run
                ) as runs
                group by site, agent, epoch
                """)
            try connection.execute(
                """
                select 1 from streams s join expired e using (site, agent, epoch) order by s.stream for update of s;
                update streams s set expired = s.expired + e.numbers
                from expired e where s.site = e.site and s.agent = e.agent and s.epoch = e.epoch;
                drop table \(table);
                """)
        }
    }
}
