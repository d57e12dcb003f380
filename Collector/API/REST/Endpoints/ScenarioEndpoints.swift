import Assets
import Ingest
import Model
import Postgres
import Runtime
import Scenarios
import Web

/// `/api/v1/assets/{id}/scenarios`: what simulated assets can be put through, what runs, and what has run.
///
/// Any collector takes requests and answers at once; the one that serves the asset's site sends the command, and what
/// has become of it comes back with the agent's records.
struct ScenarioEndpoints: Sendable {
    let pool: DatabasePool
    let collector: Collector

    var all: [Endpoint] { [list, start, one, stop] }

    private var list: Endpoint {
        Endpoint(
            .get, "/api/v1/assets/{id}/scenarios", id: "listScenarios",
            "What an asset can be put through, what runs, and what has run, newest first.",
            parameters: [
                .from, .to,
                Parameter(
                    "state", .choice(ScenarioEndpoints.states, default: ""), "Only runs of the history in this state."),
                .limit(1_000, default: 100), .cursor,
            ],
            answer: .object([
                ("asset", .string, "Public name."),
                ("commands", .boolean, "Whether the asset's agent takes commands about scenarios."),
                ("available", .array(.named("Scenario")), "What can be started."),
                ("running", .array(.named("ScenarioRun")), "What acts or is to act on it, in the order of starting."),
                ("history", .array(.named("ScenarioRun")), "Every run that acted, or was asked for, within the time."),
                ("next", .nullable(.string), "Cursor of the history's next page; null on the last."),
            ])
        ) { [pool] request, query in
            let limit = query.int("limit")
            let before = try Cursor(query.text("cursor"), count: 1)?.numbers[0]
            return try pool.with { connection in
                let asset = try Asset(request.parameter("id"), connection)
                let running = try connection.query(
                    """
                    select \(ScenarioEndpoints.columns) from scenario_runs
                    where asset = $1 and state in ('requested', 'waiting', 'running', 'recovering') order by number
                    """, [.int4(asset.number)])
                let history = try connection.query(
                    """
                    select \(ScenarioEndpoints.columns) from scenario_runs
                    where asset = $1 and ($2::int8 is null or number < $2) and ($3 = '' or state = $3)
                    and ($4::timestamptz is null or coalesce(ended_at, refused_at, given_up_at, 'infinity') >= $4)
                    and ($5::timestamptz is null or coalesce(onset_at, accepted_at, requested_at, refused_at) < $5)
                    order by number desc limit $6
                    """,
                    [
                        .int4(asset.number), .int8(before), .text(query.choice("state")),
                        .timestampMs(query.timeMs("from")), .timestampMs(query.timeMs("to")), .int8(Int64(limit) + 1),
                    ])
                var json = JSONWriter()
                json.beginObject()
                json.field("asset", request.parameter("id"))
                json.field("commands", asset.library != nil)
                json.key("available")
                json.raw(Array((asset.library?.announcement ?? "[]").utf8))
                try ScenarioEndpoints.write("running", running.prefix(running.count), &json)
                try ScenarioEndpoints.write("history", history.prefix(limit), &json)
                json.field("next", history.count > limit ? Cursor([try history[limit - 1][0]]).text : nil)
                json.endObject()
                return .json(json.bytes)
            }
        }
    }

    private var start: Endpoint {
        Endpoint(
            .post, "/api/v1/assets/{id}/scenarios", id: "startScenario",
            "Starts a scenario on an asset: one that is available, or one with parts of its own.",
            headers: [.operator], body: ScenarioEndpoints.requestSchema,
            answer: .object([("run", .named("ScenarioRun"), "As it was asked for; ask again for what becomes of it.")]),
            status: 202, moreProblems: [409]
        ) { [pool, collector] request, _ in
            let by = try request.operator()
            try request.requireContentType("application/json")
            let body: JSON
            do {
                body = try JSON(request.body, limits: .init(bytes: ScenarioLimits.longestText, depth: 8, values: 500))
            } catch {
                throw HTTPProblem(422, "The body is not JSON as it is expected: \(error).")
            }
            let answer = try pool.with { connection in
                let asset = try Asset(request.parameter("id"), connection)
                guard let library = asset.library, let kind = AssetCatalog[asset.kind] else {
                    throw HTTPProblem(409, "The asset's agent takes no commands about scenarios.")
                }
                if body["by"] != nil {
                    throw HTTPProblem(
                        422, "The request is not valid.",
                        fields: [.init("/by", "is not for the body: say who asks in the header X-Operator")])
                }
                var scenario = try ScenarioEndpoints.scenario(body, kind, library)
                scenario.by = by
                let run = try scenario.run ?? "run-\(String(RandomBytes.number(), radix: 16))"
                scenario.run = run
                try asset.requireReachable(connection)
                let isNew = try ScenarioRuns.request(
                    connection, asset: asset.number, run: run, scenario: scenario.scenario.id,
                    title: scenario.scenario.title, severity: scenario.scenario.severity, by: by,
                    parts: scenario.parts, request: scenario.text)
                guard isNew else {
                    throw HTTPProblem(
                        409, "The asset has a run of this name already.", fields: [.init("/run", "must be a new name")])
                }
                return try ScenarioEndpoints.answer(connection, asset, run, status: 202)
            }
            collector.commandsWait()
            return answer
        }
    }

    private var one: Endpoint {
        Endpoint(
            .get, "/api/v1/assets/{id}/scenarios/{run}", id: "getScenarioRun", "One run of a scenario.",
            answer: .object([("run", .named("ScenarioRun"), "")])
        ) { [pool] request, _ in
            try pool.with { connection in
                try ScenarioEndpoints.answer(
                    connection, try Asset(request.parameter("id"), connection), request.parameter("run"), status: 200)
            }
        }
    }

    private var stop: Endpoint {
        Endpoint(
            .delete, "/api/v1/assets/{id}/scenarios/{run}", id: "stopScenario",
            "Stops a run: the asset recovers from where it stands.", headers: [.operator],
            answer: .object([("run", .named("ScenarioRun"), "As it is now; ask again for what becomes of it.")]),
            status: 202, moreProblems: [409]
        ) { [pool, collector] request, _ in
            let by = try request.operator()
            let answer = try pool.with { connection in
                let asset = try Asset(request.parameter("id"), connection)
                let run = request.parameter("run")
                _ = try ScenarioEndpoints.find(connection, asset, run)
                try asset.requireReachable(connection)
                guard try ScenarioRuns.requestStop(connection, asset: asset.number, run: run, by: by) else {
                    throw HTTPProblem(409, "The run is over, or was never begun.")
                }
                return try ScenarioEndpoints.answer(connection, asset, run, status: 202)
            }
            collector.commandsWait()
            return answer
        }
    }

    // MARK: - Steps

    private static func scenario(
        _ body: JSON, _ kind: AssetKind, _ library: ScenarioLibrary
    ) throws(HTTPProblem) -> ScenarioRequest {
        do throws(ScenarioProblems) {
            return try ScenarioRequest(body, kind: kind, library: library)
        } catch {
            throw HTTPProblem(
                422, "The request is not valid.", fields: error.fields.map { .init($0.pointer, $0.detail) })
        }
    }

    /// An asset as far as scenarios are concerned.
    private struct Asset {
        let number: Int32
        let kind: String
        let site: String
        let agent: String
        /// Nil if its agent takes no commands.
        let library: ScenarioLibrary?

        init(_ id: String, _ connection: PostgresConnection) throws {
            guard !id.contains("\0"),
                let row = try connection.query(
                    "select asset, kind, site, agent, scenarios from assets where id = $1", [.text(id)]
                ).first
            else { throw HTTPProblem(404, "There is no asset of this name; GET /api/v1/assets lists them.") }
            number = try row[0]
            kind = try row[1]
            site = try row[2]
            agent = try row[3]
            let announced: String? = try row[4]
            library = AssetCatalog[kind].flatMap { kind in
                announced.flatMap { ScenarioLibrary(announcement: $0, kind: kind) }
            }
        }

        /// Throws unless somebody can bring a command to the agent now.
        func requireReachable(_ connection: PostgresConnection) throws {
            let row = try connection.query(
                """
                select exists (select from streams where site = $1 and agent = $2 and online),
                    exists (select from leases where site = $1 and holder is not null and expires_at > now())
                """, [.text(site), .text(agent)])[0]
            guard try row[1] else {
                throw HTTPProblem(
                    503, "No collector serves the site \(site) now; see /-/ready.",
                    headers: [HTTPHeader("Retry-After", "5")])
            }
            guard try row[0] else {
                throw HTTPProblem(409, "The agent \(agent) is offline: nothing was sent, and nothing is kept for it.")
            }
        }
    }

    private static func find(
        _ connection: PostgresConnection, _ asset: Asset, _ run: String
    ) throws -> PostgresRow {
        guard !run.contains("\0"),
            let row = try connection.query(
                "select \(columns) from scenario_runs where asset = $1 and run = $2", [.int4(asset.number), .text(run)]
            ).first
        else { throw HTTPProblem(404, "The asset has no run of this name; GET …/scenarios lists them.") }
        return row
    }

    private static func answer(
        _ connection: PostgresConnection, _ asset: Asset, _ run: String, status: Int
    ) throws -> HTTPResponse {
        let row = try find(connection, asset, run)
        var json = JSONWriter()
        json.beginObject()
        json.key("run")
        json.beginObject()
        try write(row, &json)
        json.endObject()
        json.endObject()
        return .json(json.bytes, status: status)
    }
}
