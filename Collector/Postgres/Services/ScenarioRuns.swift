/// Runs of scenarios as they are stored: what was asked for here, what is to be sent, and what agents have told.
public enum ScenarioRuns {
    /// A command is repeated until the agent's word comes, or this has passed.
    static let patience = "60 seconds"
    static let repeatAfter = "2 seconds"
    static let open = "'requested', 'waiting', 'running', 'recovering'"

    /// What is sent to an agent's device.
    public struct Command: Sendable, Equatable {
        public let site: String
        public let agent: String
        public let device: String
        public let run: String
        /// The request's text.
        public let request: String
        /// Who asks to stop the run; nil where it is to be started.
        public let stoppedBy: String?
    }

    /// Notes what somebody asks for. False if the asset has a run of this name already.
    public static func request(
        _ connection: PostgresConnection, asset: Int32, run: String, scenario: String, title: String, severity: Double,
        by: String, parts: String, request: String
    ) throws -> Bool {
        try connection.execute(
            """
            insert into scenario_runs (asset, run, scenario, title, severity, source, started_by, parts, request,
                requested_at)
            values ($1, $2, $3, $4, $5, 'command', $6, $7, $8, now()) on conflict do nothing
            """,
            [
                .int4(asset), .text(run), .text(scenario), .text(title), .float8(severity), .text(by), .jsonb(parts),
                .text(request),
            ]) == 1
    }

    /// Notes that somebody wants an open run to be stopped. False if it is not open any more.
    public static func requestStop(
        _ connection: PostgresConnection, asset: Int32, run: String, by: String
    ) throws -> Bool {
        try connection.execute(
            """
            update scenario_runs set stop_requested_at = clock_timestamp(), stop_requested_by = $3
            where asset = $1 and run = $2 and state in (\(open))
            """, [.int4(asset), .text(run), .text(by)]) == 1
    }

    /// The commands that are to be sent now to agents of these sites, noted as sent. What nobody has answered for too
    /// long is given up.
    public static func takeDue(_ connection: PostgresConnection, sites: [String]) throws -> [Command] {
        guard !sites.isEmpty else { return [] }
        try connection.execute(
            """
            update scenario_runs set given_up_at = clock_timestamp() where state in (\(open)) and state = 'requested'
            and requested_at < clock_timestamp() - interval '\(patience)'
            and asset in (select asset from assets where site = any($1))
            """, [.texts(sites)])
        return try connection.query(
            """
            update scenario_runs r set sent_at = clock_timestamp() from assets a
            where r.state in (\(open)) and a.asset = r.asset and a.site = any($1)
            and (r.sent_at is null or r.sent_at < clock_timestamp() - interval '\(repeatAfter)'
                or r.sent_at < r.stop_requested_at)
            and (r.state = 'requested' or r.stopped_at is null
                and r.stop_requested_at > clock_timestamp() - interval '\(patience)')
            returning a.site, a.agent, a.device, r.run, coalesce(r.request, ''),
                case when r.stop_requested_at is not null then r.stop_requested_by end
            """, [.texts(sites)]
        ).map { row throws(PostgresFailure) in
            Command(
                site: try row[0], agent: try row[1], device: try row[2], run: try row[3], request: try row[4],
                stoppedBy: try row[5])
        }
    }
}
