import Runtime

/// Diagnosed causes: found by the detector from anomalies, or told by people.
public enum Faults {
    /// What is known when a fault is opened.
    public struct Finding: Sendable {
        public var asset: Int32
        /// Id of the cause: "coolant-leak".
        public var cause: String
        public var title: String
        public var severity: String
        public var probability: Double?
        public var response: String
        /// A JSON array.
        public var evidence: String
        public var openedMs: Int64
        public var openedBy: String
        /// Number of the anomaly that it was found from.
        public var anomaly: Int64?

        public init(
            asset: Int32, cause: String, title: String, severity: String, probability: Double? = nil,
            response: String = "", evidence: String = "[]", openedMs: Int64, openedBy: String, anomaly: Int64? = nil
        ) {
            self.asset = asset
            self.cause = cause
            self.title = title
            self.severity = severity
            self.probability = probability
            self.response = response
            self.evidence = evidence
            self.openedMs = openedMs
            self.openedBy = openedBy
            self.anomaly = anomaly
        }
    }

    public struct Fault: Sendable {
        public let number: Int64
        public let asset: String
        public let site: String
        public let agent: String
        public let cause: String
        public let title: String
        public let severity: String
        public let state: String
        public let probability: Double?
        public let response: String
        public let evidence: String
        public let openedMs: Int64
        public let openedBy: String
        public let knownMs: Int64
        public let resolvedMs: Int64?
        public let resolvedBy: String?
        public let resolution: String?
        public let anomaly: Int64?
        public let alarms: [Int64]
    }

    public struct Filter: Sendable {
        public var fault: Int64?
        public var asset: String?
        public var state: String?
        public var severity: String?

        public init(fault: Int64? = nil, asset: String? = nil, state: String? = nil, severity: String? = nil) {
            self.fault = fault
            self.asset = asset
            self.state = state
            self.severity = severity
        }
    }

    /// Opens a fault, with the standing alarms of its asset; where it is open already, only what is surer or worse is
    /// taken over. Nil in that case.
    public static func open(_ connection: PostgresConnection, _ finding: Finding) throws -> Int64? {
        let rows = try connection.query(
            """
            insert into faults (asset, cause, title, severity, probability, response, evidence, opened_at, opened_by,
                anomaly)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (asset, cause) where resolved_at is null do update
            set evidence = excluded.evidence, probability = greatest(faults.probability, excluded.probability),
                severity = case when excluded.severity = 'critical' or faults.severity = 'info'
                    then excluded.severity else faults.severity end
            returning fault, xmax = 0
            """,
            [
                .int4(finding.asset), .text(finding.cause), .text(finding.title), .text(finding.severity),
                .float8(finding.probability), .text(finding.response), .jsonb(finding.evidence),
                .timestampMs(finding.openedMs), .text(finding.openedBy), .int8(finding.anomaly),
            ])
        let number: Int64 = try rows[0][0]
        try connection.execute(
            """
            insert into fault_alarms (fault, alarm) select $1, alarm from alarms
            where asset = $2 and active and type not in ('communication', 'data_loss') on conflict do nothing
            """, [.int8(number), .int4(finding.asset)])
        return try rows[0][1] ? number : nil
    }

    /// False where it was resolved before; nil if there is none of this number.
    public static func resolve(
        _ connection: PostgresConnection, _ number: Int64, by: String, resolution: String
    ) throws -> Bool? {
        let rows = try connection.query(
            """
            with seen as (select fault, resolved_at from faults where fault = $1 for update),
            done as (
                update faults f set resolved_at = clock_timestamp(), resolved_by = $2, resolution = $3
                from seen where f.fault = seen.fault and seen.resolved_at is null returning f.fault)
            select exists (select from done) from seen
            """, [.int8(number), .text(by), .text(resolution)])
        return try rows.first.map { row throws(PostgresFailure) in try row[0] }
    }

    /// Says that alarms belong to a fault; those of other assets do not. The number of links that there are then.
    public static func link(_ connection: PostgresConnection, _ number: Int64, alarms: [Int64]) throws -> Int {
        try connection.execute(
            """
            insert into fault_alarms (fault, alarm) select f.fault, a.alarm from faults f
            join alarms a on a.asset = f.asset where f.fault = $1 and a.alarm = any($2) on conflict do nothing
            """, [.int8(number), .int8s(alarms.map { Optional($0) })])
        return try connection.query(
            "select count(*) from fault_alarms where fault = $1 and alarm = any($2)",
            [.int8(number), .int8s(alarms.map { Optional($0) })])[0][0]
    }

    /// Faults before this number, the newest first.
    public static func list(
        _ connection: PostgresConnection, _ filter: Filter, before: Int64?, most: Int
    ) throws -> [Fault] {
        try connection.query(
            """
            select f.fault, s.id, s.site, s.agent, f.cause, f.title, f.severity, f.state, f.probability, f.response,
                f.evidence::text, f.opened_at, f.opened_by, f.known_at, f.resolved_at, f.resolved_by, f.resolution,
                f.anomaly, array(select alarm from fault_alarms l where l.fault = f.fault order by alarm)
            from faults f join assets s on s.asset = f.asset
            where ($1::int8 is null or f.fault < $1) and ($2::int8 is null or f.fault = $2)
            and ($3::text is null or s.id = $3) and ($4::text is null or f.state = $4)
            and ($5::text is null or f.severity = $5) order by f.fault desc limit $6
            """,
            [
                .int8(before), .int8(filter.fault), .text(filter.asset), .text(filter.state), .text(filter.severity),
                .int8(Int64(most)),
            ]
        ).map { row throws(PostgresFailure) in
            Fault(
                number: try row[0], asset: try row[1], site: try row[2], agent: try row[3], cause: try row[4],
                title: try row[5], severity: try row[6], state: try row[7], probability: try row[8],
                response: try row[9], evidence: try row[10], openedMs: try row[11], openedBy: try row[12],
                knownMs: try row[13], resolvedMs: try row[14], resolvedBy: try row[15], resolution: try row[16],
                anomaly: try row[17], alarms: try row[18])
        }
    }
}
