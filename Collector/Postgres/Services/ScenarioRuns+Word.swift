extension ScenarioRuns {
    /// What an agent has told of a run. Notes may come late and in any order: each says everything about the run.
    public struct Word: Sendable {
        public var asset: Int32
        public var run: String
        public var scenario: String
        public var title: String
        public var severity: Double
        public var source: String
        public var by: String
        /// A JSON array.
        public var parts: String
        public var phase: String
        public var toldMs: Int64
        public var acceptedMs: Int64
        public var onsetMs: Int64?
        public var stoppedMs: Int64?
        public var stoppedBy: String?
        public var endedMs: Int64?
        public var reason: String?
        /// False where the agent has no run of this name.
        public var isKnown: Bool

        public init(
            asset: Int32, run: String, scenario: String, title: String, severity: Double, source: String, by: String,
            parts: String, phase: String, toldMs: Int64, acceptedMs: Int64, onsetMs: Int64?, stoppedMs: Int64?,
            stoppedBy: String?, endedMs: Int64?, reason: String?, isKnown: Bool
        ) {
            self.asset = asset
            self.run = run
            self.scenario = scenario
            self.title = title
            self.severity = severity
            self.source = source
            self.by = by
            self.parts = parts
            self.phase = phase
            self.toldMs = toldMs
            self.acceptedMs = acceptedMs
            self.onsetMs = onsetMs
            self.stoppedMs = stoppedMs
            self.stoppedBy = stoppedBy
            self.endedMs = endedMs
            self.reason = reason
            self.isKnown = isKnown
        }
    }

    /// Adds the agent's word to the run's row, in the transaction of the note.
    public static func noted(_ connection: PostgresConnection, _ word: Word) throws {
        if word.phase == "reset" { return try reset(connection, word) }
        guard word.isKnown else {
            try connection.execute(
                """
                update scenario_runs set ended_at = $3, reason = coalesce(reason, $4)
                where asset = $1 and run = $2 and ended_at is null
                """,
                [.int4(word.asset), .text(word.run), .timestampMs(word.toldMs), .text(word.reason)])
            return
        }
        let isRefused = word.phase == "refused"
        try connection.execute(
            """
            insert into scenario_runs as r (asset, run, scenario, title, severity, source, started_by, parts, accepted_at,
                onset_at, stopped_at, stopped_by, ended_at, refused_at, reason)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, coalesce($13, (
                select min(told_at) from notes where asset = $1 and phase = 'reset' and told_at > $9)), $14, $15)
            on conflict (asset, run) do update set
                severity = excluded.severity, parts = excluded.parts,
                accepted_at = coalesce(r.accepted_at, excluded.accepted_at),
                onset_at = coalesce(r.onset_at, excluded.onset_at),
                stopped_at = coalesce(r.stopped_at, excluded.stopped_at),
                stopped_by = coalesce(r.stopped_by, excluded.stopped_by),
                ended_at = coalesce(r.ended_at, excluded.ended_at),
                refused_at = coalesce(r.refused_at, excluded.refused_at),
                reason = coalesce(r.reason, excluded.reason)
            """,
            [
                .int4(word.asset), .text(word.run), .text(word.scenario), .text(word.title), .float8(word.severity),
                .text(word.source), .text(word.by), .jsonb(word.parts),
                .timestampMs(isRefused ? nil : word.acceptedMs), .timestampMs(word.onsetMs),
                .timestampMs(word.stoppedMs), .text(word.stoppedBy), .timestampMs(word.endedMs),
                .timestampMs(isRefused ? word.toldMs : nil), .text(word.reason),
            ])
    }

    /// The asset has begun anew: whatever it had taken up before is over.
    private static func reset(_ connection: PostgresConnection, _ word: Word) throws {
        try connection.execute(
            """
            update scenario_runs set ended_at = $2, reason = coalesce(reason, $3)
            where asset = $1 and ended_at is null and accepted_at < $2
            """, [.int4(word.asset), .timestampMs(word.toldMs), .text(word.reason)])
    }
}
