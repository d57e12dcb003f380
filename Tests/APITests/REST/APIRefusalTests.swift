import Model
import Postgres
import Runtime
import TestSupport
import Testing

@testable import API
@testable import Ingest
@testable import Web

/// What is wrong with a request is said, in one form, and nothing is half done.
@Suite(.timeLimit(.minutes(10)))
struct APIRefusalTests {
    private static let telemetry = "/api/v1/assets/kettle-1/telemetry"

    /// Target, status, and the field that is named.
    private static let refusals: [(target: String, status: Int, pointer: String?)] = [
        ("/api/v1/assets/nobody", 404, nil), ("/api/v1/assets/nobody/telemetry", 404, nil),
        ("/api/v1/assets/nobody/health", 404, nil), ("/api/v1/assets/KETTLE-1", 404, nil),
        ("/api/v1/assets/'%20or%201=1--", 404, nil),
        ("/api/v1/assets/\(String(repeating: "x", count: 3_000))", 404, nil),
        ("/api/v1/assets/", 404, nil), ("/api/v1", 404, nil), ("/api/v1/nothing", 404, nil),
        ("/api/v1/assets?nonsense=1", 400, "?nonsense"), ("/api/v1/assets?limt=1", 400, "?limt"),
        ("/api/v1/assets?limit=0", 400, "?limit"), ("/api/v1/assets?limit=1001", 400, "?limit"),
        ("/api/v1/assets?limit=-1", 400, "?limit"), ("/api/v1/assets?limit=ten", 400, "?limit"),
        ("/api/v1/assets?limit=99999999999999999999", 400, "?limit"), ("/api/v1/assets?limit=1&limit=2", 400, "?limit"),
        ("/api/v1/assets?limit=", 400, "?limit"), ("/api/v1/assets?status=sick", 400, "?status"),
        ("/api/v1/assets?kind=", 400, "?kind"), ("/api/v1/assets?cursor=x", 400, "?cursor"),
        ("/api/v1/assets?cursor=c.1.2", 400, "?cursor"), ("/api/v1/assets?cursor=c.", 400, "?cursor"),
        ("/api/v1/assets?cursor=c.%2B1", 400, "?cursor"), ("/api/v1/assets?cursor=c.01", 400, "?cursor"),
        ("/api/v1/assets?cursor=c.1y2p0ij32e8e8", 400, "?cursor"),
        ("/api/v1/assets/kettle-1?x=1", 400, "?x"), ("/api/v1/system/statistics?x", 400, "?x"),
        ("/api/v1/openapi.json?x=1", 400, "?x"),
        ("\(telemetry)?from=yesterday", 400, "?from"), ("\(telemetry)?from=2026-02-30T00:00:00Z", 400, "?from"),
        ("\(telemetry)?from=2026-01-01T00:00:00", 400, "?from"), ("\(telemetry)?to=0000-01-01T00:00:00Z", 400, "?to"),
        ("\(telemetry)?to=10000-01-01T00:00:00Z", 400, "?to"), ("\(telemetry)?from=1769860800", 400, "?from"),
        ("\(telemetry)?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 400, "?from"),
        ("\(telemetry)?from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00%2B01:00", 400, "?from"),
        ("\(telemetry)?limit=10001", 400, "?limit"), ("\(telemetry)?interval=0", 400, "?interval"),
        ("\(telemetry)?interval=5x", 400, "?interval"), ("\(telemetry)?interval=32d", 400, "?interval"),
        ("\(telemetry)?interval=9223372036854775807d", 400, "?interval"),
        ("\(telemetry)?interval=-5m", 400, "?interval"),
        ("\(telemetry)?interval=1.5s", 400, "?interval"),
        ("\(telemetry)?interval=1m&aggregate=median", 400, "?aggregate"),
        ("\(telemetry)?order=random", 400, "?order"), ("\(telemetry)?signals=", 400, "?signals"),
        ("\(telemetry)?signals=temp,tmp", 400, "?signals"), ("\(telemetry)?signals=,", 400, "?signals"),
        ("\(telemetry)?cursor=c.1", 400, "?cursor"), ("\(telemetry)?interval=1m&cursor=c.1.2.3", 400, "?cursor"),
        ("/api/v1/assets/kettle-1/health?from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z", 400, "?from"),
        ("/api/v1/events?severity=fatal", 400, "?severity"), ("/api/v1/events?cursor=c.1.1", 400, "?cursor"),
        ("/api/v1/losses?limit=1001", 400, "?limit"), ("/api/v1/quarantine?device=x", 400, "?device"),
        ("/api/v1/streams?agent=", 400, "?agent"), ("/api/v1/streams?stream=1", 400, "?stream"),
    ]

    @Test func everyRefusalIsAProblemThatNamesTheField() async throws {
        try await offPool {
            let bench = try APIBench()
            try APIContractTests.fill(bench)
            for (target, status, pointer) in Self.refusals {
                let response = try bench.answer(target)
                #expect(response.status == status, "\(target)")
                #expect(response.header("Content-Type") == "application/problem+json", "\(target)")
                let problem = try APIBench.json(response)
                #expect(problem["status"] == .int(Int64(status)), "\(target)")
                let path = target.prefix { $0 != "?" }.replacing("%20", with: " ")
                #expect(problem["instance"] == .string(String(path)), "\(target)")
                #expect(problem["errors"]?[0]?["pointer"]?.string == pointer, "\(target): \(problem)")
                #expect((problem["detail"]?.string ?? "").utf8.count > 10, "\(target)")
                #expect(problem["errors"]?.array?.allSatisfy { ($0["detail"]?.string ?? "").isEmpty == false } ?? true)
                if bench.document["paths"]?[bench.router.answer(try HTTPRequest(.get, target)).route] != nil {
                    #expect(try bench.problems(response, to: .get, target) == [], "\(target)")
                }
            }
            let both = try APIBench.json(bench.answer("/api/v1/assets?limit=x&kid=y"))
            #expect(both["errors"]?.array?.count == 2)
            #expect(both["errors"]?[1]?["detail"]?.string?.contains("did you mean \"kind\"?") == true)
        }
    }

    /// Method, target, headers, body: what comes over the wire, and status and a header of the answer.
    private static let overTheWire: [(request: String, status: Int, header: (String, String)?)] = [
        ("DELETE /api/v1/assets HTTP/1.1\r\nHost: h\r\n\r\n", 405, ("allow", "GET, HEAD, OPTIONS")),
        (
            "PATCH /api/v1/streams HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 405,
            ("allow", "GET, HEAD, OPTIONS")
        ),
        (
            "PUT /api/v1/assets/kettle-1 HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 405,
            ("allow", "GET, HEAD, PATCH, OPTIONS")
        ),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 405, ("allow", "GET, HEAD, OPTIONS")),
        ("OPTIONS /api/v1/assets/kettle-1 HTTP/1.1\r\nHost: h\r\n\r\n", 204, ("allow", "GET, HEAD, PATCH, OPTIONS")),
        ("HEAD /api/v1/assets HTTP/1.1\r\nHost: h\r\n\r\n", 200, ("content-type", "application/json")),
        ("BREW /api/v1/assets HTTP/1.1\r\nHost: h\r\n\r\n", 501, nil),
        ("PATCH /api/v1/assets/kettle-1 HTTP/1.1\r\nHost: h\r\n\r\n", 411, nil),
        (patch("{}", length: 1_048_577), 413, ("connection", "close")),
        (patch(#"{"maintenance":true}"#, type: "text/plain"), 415, ("accept-patch", "application/json")),
        (patch(#"{"maintenance":true}"#, type: ""), 415, ("accept-patch", "application/json")),
        (patch(""), 422, nil), (patch("{"), 422, nil), (patch("[]"), 422, nil), (patch("{}"), 422, nil),
        (patch("\u{0}"), 422, nil), (patch(#"{"maintenance":"yes"}"#), 422, nil),
        (patch(#"{"maintenance":1}"#), 422, nil),
        (patch(#"{"maintenance":true,"maintenance":false}"#), 422, nil),
        (patch(#"{"maintenance":true,"id":"x"}"#), 422, nil),
        (patch(String(repeating: "[", count: 100_000)), 422, nil),
        (patch(#"{"maintenance":true}"#, target: "/api/v1/assets/nobody"), 404, nil),
        (patch(#"{"maintenance":true}"#, target: "/api/v1/assets/kettle-1?x=1"), 400, nil),
        ("GET /api/v1/assets?kind=%FF HTTP/1.1\r\nHost: h\r\n\r\n", 400, nil),
        ("GET /api/v1/assets?kind=%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400, nil),
        ("GET /api/v1/assets/../system/statistics HTTP/1.1\r\nHost: h\r\n\r\n", 400, nil),
        ("GET /api/v1/assets?\(String(repeating: "a&", count: 100)) HTTP/1.1\r\nHost: h\r\n\r\n", 400, nil),
        ("GET /api/v1/assets HTTP/1.1\r\n\r\n", 400, nil),
        ("GET /api/v1/assets?kind=\(String(repeating: "a", count: 5_000)) HTTP/1.1\r\nHost: h\r\n\r\n", 414, nil),
        ("GET /ws/telemetry HTTP/1.1\r\nHost: h\r\n\r\n", 426, ("upgrade", "websocket")),
    ]

    private static func patch(
        _ body: String, type: String = "application/json; charset=utf-8", length: Int? = nil,
        target: String = "/api/v1/assets/kettle-1"
    ) -> String {
        let type = type.isEmpty ? "" : "Content-Type: \(type)\r\n"
        return
            "PATCH \(target) HTTP/1.1\r\nHost: h\r\n\(type)Content-Length: \(length ?? body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func refusalsOverTheWire() async throws {
        try await offPool {
            let bench = try APIBench()
            try APIContractTests.fill(bench)
            let server = try APIServer(
                bench.config, collector: bench.collector, feeds: Feeds(bench.metrics), metrics: bench.metrics)
            defer { server.stop() }
            for (request, status, header) in Self.overTheWire {
                let name = request.prefix(90)
                let client = try RawClient(port: server.port)
                client.send(request)
                let response = try client.response(isHead: request.hasPrefix("HEAD"))
                #expect(response.status == status, "\(name): \(response.text)")
                if let header { #expect(response.headers[header.0] == header.1, "\(name): \(response.headers)") }
                guard status >= 400 else { continue }
                #expect(response.headers["content-type"] == "application/problem+json", "\(name)")
                #expect(try JSON(response.body)["status"] == .int(Int64(status)), "\(name)")
            }
            #expect(try bench.get("/api/v1/assets/kettle-1")["asset"]?["maintenance"] == .bool(false))
        }
    }

    @Test func maintenanceIsStored() async throws {
        try await offPool {
            let bench = try APIBench()
            try APIContractTests.fill(bench)
            for isOn in [true, true, false] {
                let response = try bench.answer(
                    "/api/v1/assets/kettle-1", .patch, body: #"{"maintenance":\#(isOn)}"#, type: "application/json")
                #expect(response.status == 200)
                #expect(try bench.problems(response, to: .patch, "/api/v1/assets/kettle-1") == [])
                #expect(try APIBench.json(response)["asset"]?["maintenance"] == .bool(isOn))
                #expect(try bench.get("/api/v1/assets/kettle-1")["asset"]?["maintenance"] == .bool(isOn))
            }
        }
    }

    @Test func withoutADatabaseItSaysSo() async throws {
        try await offPool {
            let bench = try APIBench()
            let server = try PostgresServer.shared
            _ = try bench.get("/api/v1/assets")
            // Sessions that were cut are noticed and made again at once.
            try server.terminateSessions(database: bench.database)
            _ = try bench.get("/api/v1/assets")
            let broken = try APIBench.config("postgresql://postgres@127.0.0.1:\(try FreePort.next())/none")
            let router = APIServer.router(
                pool: DatabasePool(broken.postgres("api")), collector: bench.collector, metrics: Metrics(),
                startedMs: 0)
            for target in APIContractTests.requests.filter({ $0.hasPrefix("/api") && !$0.contains("openapi") }) {
                let response = router.answer(try HTTPRequest(.get, target)).response
                #expect(response.status == 503, "\(target)")
                #expect(response.header("Retry-After") == "2", "\(target)")
                #expect(try bench.problems(response, to: .get, target) == [], "\(target)")
            }
            #expect(router.answer(try HTTPRequest(.get, "/-/healthy")).response.status == 200)
        }
    }

    @Test func readinessNamesWhatFails() async throws {
        try await offPool {
            let bench = try APIBench()
            let state = bench.collector.state
            func failing() throws -> [String] {
                let response = try bench.answer("/-/ready")
                #expect(try bench.problems(response, to: .get, "/-/ready") == [])
                let body = try APIBench.json(response)
                let failing = (body["checks"]?.array ?? []).filter { $0["ok"] == .bool(false) }
                #expect(response.status == (failing.isEmpty ? 200 : 503))
                #expect(body["ready"] == .bool(failing.isEmpty))
                for check in failing {
                    #expect(body["detail"]?.string?.contains(check["problem"]?.string ?? "?") == true)
                }
                return failing.compactMap { $0["name"]?.string }
            }
            #expect(try failing() == ["database", "schema", "broker"])
            state.databaseProblem(nil)
            #expect(try failing() == ["schema", "broker"])
            state.schemaIsReady()
            state.duty(.standBy)
            #expect(try failing() == [], "who stands by needs no broker")
            state.duty(.serve)
            #expect(try failing() == ["broker"])
            // The same gauge, by its name.
            bench.metrics.gauge("bellwether_collector_broker_up", "1 while the broker's connection stands.").set(true)
            #expect(try failing() == [])
            state.diskProblem("3 MB are free for the database")
            #expect(try failing() == ["disk"])
            state.databaseProblem("it is gone")
            #expect(try failing() == ["database", "disk"])
        }
    }
}
