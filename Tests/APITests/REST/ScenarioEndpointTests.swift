import Assets
import Model
import Postgres
import Runtime
import Scenarios
import TestSupport
import Testing

@testable import API
@testable import Ingest
@testable import Web

/// Requests about scenarios: what is stored of them, what is sent, and what is refused.
@Suite(.timeLimit(.minutes(10)))
struct ScenarioEndpointTests {
    private static let path = "/api/v1/assets/candu-1/scenarios"

    /// An asset whose agent is online and takes commands, at a site that is served.
    private static func world() throws -> (bench: APIBench, asset: AssetRecord) {
        let bench = try APIBench()
        let kind = try #require(AssetCatalog["candu"])
        let asset = try bench.register("candu-1", SignalSet(kind), title: kind.title)
        _ = try bench.register("deaf-1", SignalSet(kind))
        _ = try Catalogue.registerStream(bench.connection, site: "demo", agent: "candu-1", epoch: APIBench.epoch)
        try bench.connection.execute("update streams set online = true")
        try bench.connection.execute(
            "update assets set scenarios = $1 where id = 'candu-1'", [.text(ScenarioLibrary(kind).announcement)])
        _ = try Leases.acquire(bench.connection, site: "demo", holder: Collectors.makeID(), lastingMs: 3_600_000)
        return (bench, asset)
    }

    private static func ask(
        _ bench: APIBench, _ method: HTTPMethod, _ target: String, _ body: String = "", by: [String] = ["anna"],
        type: String? = "application/json"
    ) throws -> (status: Int, json: JSON) {
        var headers = by.map { HTTPHeader("X-Operator", $0) }
        if let type { headers.append(HTTPHeader("Content-Type", type)) }
        let answer = bench.router.answer(try HTTPRequest(method, target, headers: headers, body: Array(body.utf8)))
        if let failure = answer.failure { throw SupportFailure("\(target): \(failure)") }
        let problems = try bench.problems(answer.response, to: method, target)
        #expect(problems == [], "\(method) \(target) \(body)")
        return (answer.response.status, try APIBench.json(answer.response))
    }

    @Test func aRequestIsStoredSentAndStopped() async throws {
        try await offPool {
            let (bench, asset) = try Self.world()
            let offered = try Self.ask(bench, .get, Self.path).json
            #expect(offered["commands"] == .bool(true) && offered["available"]?.array?.count == 11)
            let started = try Self.ask(
                bench, .post, Self.path, #"{"scenario":"coolant-leak","severity":0.5,"run":"r-1","duration_s":null}"#)
            #expect(started.status == 202 && started.json["run"]?["state"] == .string("requested"))
            #expect(started.json["run"]?["by"] == .string("anna") && started.json["run"]?["onset"] == .null)

            // What is sent says everything; it is sent again after a while, and not before.
            #expect(try ScenarioRuns.takeDue(bench.connection, sites: ["elsewhere"]).isEmpty)
            let sent = try ScenarioRuns.takeDue(bench.connection, sites: ["demo"])
            #expect(sent.count == 1 && sent[0].device == "candu-1" && sent[0].stoppedBy == nil)
            let kind = try #require(AssetCatalog["candu"])
            let request = try ScenarioRequest(
                try JSON(sent[0].request), kind: kind, library: ScenarioLibrary(kind))
            #expect(request.run == "r-1" && request.by == "anna" && request.scenario.parts[0].durationMs == nil)
            #expect(request.scenario.severity == 0.5)
            #expect(try ScenarioRuns.takeDue(bench.connection, sites: ["demo"]).isEmpty)
            try bench.connection.execute("update scenario_runs set sent_at = now() - interval '3 seconds'")
            #expect(try ScenarioRuns.takeDue(bench.connection, sites: ["demo"]).count == 1)

            // The agent has it: nothing more to send, until somebody stops it.
            try Self.tell(bench, asset, "r-1", phase: "onset", onsetMs: 1_000)
            try bench.connection.execute("update scenario_runs set sent_at = now() - interval '3 seconds'")
            #expect(try ScenarioRuns.takeDue(bench.connection, sites: ["demo"]).isEmpty)
            #expect(try Self.ask(bench, .get, "\(Self.path)/r-1").json["run"]?["state"] == .string("running"))
            let stopping = try Self.ask(bench, .delete, "\(Self.path)/r-1", by: ["bert"], type: nil)
            #expect(stopping.status == 202 && stopping.json["run"]?["stop_requested_by"] == .string("bert"))
            #expect(try ScenarioRuns.takeDue(bench.connection, sites: ["demo"]).map(\.stoppedBy) == ["bert"])
            try Self.tell(bench, asset, "r-1", phase: "stopped", onsetMs: 1_000, stoppedMs: 2_000)
            #expect(try Self.ask(bench, .get, "\(Self.path)/r-1").json["run"]?["state"] == .string("recovering"))
            try bench.connection.execute("update scenario_runs set sent_at = now() - interval '3 seconds'")
            #expect(try ScenarioRuns.takeDue(bench.connection, sites: ["demo"]).isEmpty)
            try Self.tell(bench, asset, "r-1", phase: "ended", onsetMs: 1_000, stoppedMs: 2_000, endedMs: 3_000)
            #expect(try Self.ask(bench, .delete, "\(Self.path)/r-1").status == 409)
            #expect(try Self.ask(bench, .get, Self.path).json["running"] == .array([]))
        }
    }

    private static func tell(
        _ bench: APIBench, _ asset: AssetRecord, _ run: String, phase: String, onsetMs: Int64? = nil,
        stoppedMs: Int64? = nil, endedMs: Int64? = nil
    ) throws {
        try ScenarioRuns.noted(
            bench.connection,
            .init(
                asset: asset.asset, run: run, scenario: "coolant-leak", title: "Leak", severity: 0.5, source: "command",
                by: "anna", parts: "[]", phase: phase, toldMs: 5_000, acceptedMs: 500, onsetMs: onsetMs,
                stoppedMs: stoppedMs, stoppedBy: nil, endedMs: endedMs, reason: nil, isKnown: true))
    }

    /// An agent that does not answer is not asked for ever; its word counts also when it comes later.
    @Test func silenceIsGivenUp() async throws {
        try await offPool {
            let (bench, asset) = try Self.world()
            _ = try Self.ask(bench, .post, Self.path, #"{"scenario":"sensor-stuck","run":"r-1"}"#)
            try bench.connection.execute("update scenario_runs set requested_at = now() - interval '61 seconds'")
            #expect(try ScenarioRuns.takeDue(bench.connection, sites: ["demo"]).isEmpty)
            #expect(try Self.ask(bench, .get, "\(Self.path)/r-1").json["run"]?["state"] == .string("unanswered"))
            #expect(try Self.ask(bench, .delete, "\(Self.path)/r-1").status == 409)
            try Self.tell(bench, asset, "r-1", phase: "onset", onsetMs: 1_000)
            #expect(try Self.ask(bench, .get, "\(Self.path)/r-1").json["run"]?["state"] == .string("running"))
        }
    }

    /// Body, status, and the field that is named.
    private static let refusals: [(body: String, status: Int, pointer: String?)] = [
        ("", 422, nil), ("{", 422, nil), ("[]", 422, ""), ("{}", 422, "/scenario"),
        (#"{"scenario":"coolant-leek"}"#, 422, "/scenario"), (#"{"scenario":"nozzle-clogging"}"#, 422, "/scenario"),
        (#"{"scenario":"coolant-leak","severity":0}"#, 422, "/severity"),
        (#"{"scenario":"coolant-leak","severity":1e300}"#, 422, "/severity"),
        (#"{"scenario":"coolant-leak","ramp_s":-1}"#, 422, "/ramp_s"),
        (#"{"scenario":"coolant-leak","duration_s":1e18}"#, 422, "/duration_s"),
        (#"{"scenario":"coolant-leak","by":"me"}"#, 422, "/by"),
        (#"{"scenario":"coolant-leak","run":"a b"}"#, 422, "/run"),
        (#"{"scenario":"coolant-leak","run":"taken"}"#, 409, "/run"), (#"{"scenario":"x","parts":[]}"#, 422, "/parts"),
        (#"{"scenario":"x","parts":[{"scenario":"coolant-leak","x":1}]}"#, 422, "/parts/0/x"),
        (#"{"scenario":"x","title":"\#(String(repeating: "x", count: 10_000))"}"#, 422, nil),
    ]

    @Test func whatIsWrongIsRefusedAndLeavesNothing() async throws {
        try await offPool {
            let (bench, _) = try Self.world()
            _ = try Self.ask(bench, .post, Self.path, #"{"scenario":"coolant-leak","run":"taken"}"#)
            for (body, status, pointer) in Self.refusals {
                let answer = try Self.ask(bench, .post, Self.path, body)
                #expect(answer.status == status, "\(body): \(answer.json)")
                #expect(answer.json["errors"]?[0]?["pointer"]?.string == pointer, "\(body): \(answer.json)")
            }
            let good = #"{"scenario":"coolant-leak"}"#
            #expect(try Self.ask(bench, .post, Self.path, good, type: "text/plain").status == 415)
            for by in [[], [""], ["a", "b"], ["\u{202E}x"], [String(repeating: "x", count: 65)]] {
                #expect(try Self.ask(bench, .post, Self.path, good, by: by).status == 400, "\(by)")
                #expect(try Self.ask(bench, .delete, "\(Self.path)/taken", by: by).status == 400, "\(by)")
            }
            #expect(try Self.ask(bench, .post, "/api/v1/assets/nobody/scenarios", good).status == 404)
            #expect(try Self.ask(bench, .get, "/api/v1/assets/nobody/scenarios").status == 404)
            #expect(try Self.ask(bench, .get, "\(Self.path)/nothing").status == 404)
            #expect(try Self.ask(bench, .delete, "\(Self.path)/nothing").status == 404)
            #expect(try Self.ask(bench, .get, "\(Self.path)?state=happy").status == 400)
            #expect(try Self.ask(bench, .post, "/api/v1/assets/deaf-1/scenarios", good).status == 409)

            // Nobody there to bring it to the agent, or no agent to bring it to.
            try bench.connection.execute("update streams set online = false")
            #expect(try Self.ask(bench, .post, Self.path, good).status == 409)
            #expect(try Self.ask(bench, .delete, "\(Self.path)/taken").status == 409)
            try bench.connection.execute("update leases set expires_at = now() - interval '1 second'")
            #expect(try Self.ask(bench, .post, Self.path, good).status == 503)
            #expect(try Self.ask(bench, .get, Self.path).json["history"]?.array?.count == 1)
        }
    }

    @Test func theHistoryIsFoundByTime() async throws {
        try await offPool {
            let (bench, asset) = try Self.world()
            // Ten runs of a minute each, one an hour.
            for hour in 0..<Int64(10) {
                let ms = hour * 3_600_000
                try Self.tell(bench, asset, "r-\(hour)", phase: "ended", onsetMs: ms, endedMs: ms + 60_000)
            }
            func found(_ query: String) throws -> [String] {
                var (runs, cursor): ([String], String?) = ([], nil)
                repeat {
                    let page = try Self.ask(
                        bench, .get, "\(Self.path)?limit=3&\(query)\(cursor.map { "&cursor=\($0)" } ?? "")"
                    ).json
                    runs += (page["history"]?.array ?? []).compactMap { $0["run"]?.string }
                    cursor = page["next"]?.string
                } while cursor != nil
                return runs
            }
            #expect(try found("state=ended") == (0..<10).reversed().map { "r-\($0)" })
            #expect(try found("from=1970-01-01T03:00:30Z&to=1970-01-01T05:00:00Z") == ["r-4", "r-3"])
            #expect(try found("from=1970-01-01T03:01:01Z&to=1970-01-01T05:00:00Z") == ["r-4"])
            #expect(try found("to=1970-01-01T00:00:00.001Z") == ["r-0"])
            #expect(try found("state=running").isEmpty)
        }
    }
}
