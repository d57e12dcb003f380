import Assets
import Model
import Postgres
import Runtime
import TestSupport
import Testing

@testable import API
@testable import Web

/// The API is what its description says, over a real database.
@Suite(.timeLimit(.minutes(10)))
struct APIContractTests {
    /// A world in which every table has rows, with what is rare among them: nulls, foreign nodes, the ends of time.
    static func fill(_ bench: APIBench) throws {
        let kettle = try bench.register("kettle-1", .kettle, title: "Kettle")
        let foreign = try bench.register("plc", .foreign, agent: "edge")
        for kind in AssetCatalog.all { _ = try bench.register("\(kind.id)-1", SignalSet(kind), site: "works") }
        let epoch = try #require(APIBench.epoch)
        let stream = try Catalogue.registerStream(bench.connection, site: "demo", agent: "kettle-1", epoch: epoch)
        _ = try Catalogue.registerStream(bench.connection, site: "demo", agent: "edge", epoch: nil)
        let now = APIBench.nowMs
        try bench.store(
            [
                APIBench.row(kettle, 1, at: now - 3_000, [20.5, 1, 2, -0.25]),
                APIBench.row(
                    kettle, 2, at: now - 2_000, [.nan, 0.5, 7, .infinity], [.bad, .stale, .good, .good],
                    historical: true),
                APIBench.row(kettle, 5, at: now - 2_000, group: 1, [1e300, -1.5]),
            ], in: stream)
        try bench.store([
            APIBench.row(
                foreign, 1, at: now - 1_000, [.nan, 9_007_199_254_740_992],
                texts: #"{"note":"ж\"","count":"9007199254740993"}"#, epoch: nil)
        ])
        try bench.connection.execute(
            """
            insert into health (ts, asset, score, status, reasons) values
                (to_timestamp(\(now / 1000)), \(kettle.asset), 0, 'critical', '[{"signal":"temp","value":12.5,"limit":2,"points":100}]'),
                (to_timestamp(\(now / 1000)) + interval '1 second', \(kettle.asset), 99.5, 'healthy', default);
            insert into events (occurred_at, asset, kind, severity, site, agent, message, detail) values
                (to_timestamp(\(now / 1000)), \(kettle.asset), 'status', 'critical', 'demo', 'kettle-1', 'é', '{"a":[1]}'),
                (to_timestamp(\(now / 1000)), null, 'started', 'info', null, null, '', default);
            insert into losses (epoch, first_seq, last_seq, from_ts, to_ts, ticks, site, agent, cause, noted_by) values
                (-1, 3, 4, '1601-01-01', '9999-12-31 23:59:59.999', 0, 'demo', 'kettle-1', 'outbox_full', 'agent'),
                (5, null, null, now(), now(), 7, 'demo', 'kettle-1', 'not_sampled', 'agent'),
                (5, 1, 9223372036854775807, now(), now(), 0, 'demo', 'kettle-1', 'missing', 'collector');
            insert into quarantine (epoch, seq, site, agent, device, reason, topic, payload) values
                (null, null, 'demo', 'edge', null, 'no', 'spBv1.0/demo/NDATA/edge', ''),
                (-2, 12, 'demo', 'edge', 'plc', 'no', 'x', '\\x00ff');
            insert into scenario_runs (asset, run, scenario, title, severity, source, started_by, parts, accepted_at, ended_at)
                select asset, 'r-' || n, 'coolant-leak', 'Leak', 0.5, 'schedule', 'schedule',
                    '[{"scenario":"coolant-leak","severity":0.5}]', to_timestamp(n), case when n > 1 then now() end
                from assets, generate_series(1, 3) as n where id = 'candu-1';
            insert into anomalies (asset, number, epoch, seq, since, detected_at, peak_at, ended_at, surprise, peak_surprise,
                level, late, layer, regime, detail)
                select asset, n, -1, n, to_timestamp(n), to_timestamp(n + 1), to_timestamp(n + 2),
                    case when n > 2 then now() end, 4.5, 1e300, n, n = 2, 'signal', case when n = 1 then 'steady' end,
                    '{"contributions":[]}'
                from assets, generate_series(1, 3) as n where id = 'candu-1';
            insert into alarms (asset, rule, type, title, signal, priority, class, consequence, response, state, raised_at, value)
                select asset, 'r' || n, 'limit', 'High', case when n > 1 then 'level' end, 'high', 'process', 'c', 'r',
                    case when n > 1 then 'unacknowledged' else 'normal' end, to_timestamp(n), 1e300
                from assets, generate_series(1, 3) as n where id = 'candu-1';
            insert into alarm_journal (alarm, asset, site, rule, priority, event, state_before, state, occurred_at, who, origin)
                select alarm, asset, 'works', rule, priority, 'raised', 'normal', 'unacknowledged', now() - interval '1 h', null, 'x'
                from alarms;
            insert into alarm_journal (alarm, asset, site, rule, priority, event, state_before, state, occurred_at, who, why, origin)
                select alarm, asset, 'works', rule, priority, 'acknowledged', 'unacknowledged', 'acknowledged', now(), 'anna', 'é', 'x'
                from alarms;
            insert into faults (asset, cause, title, severity, opened_at, opened_by, evidence, resolved_at, resolved_by)
                select asset, 'leak', 'Leak', 'warning', now(), 'anna', '["a"]', case when n > 1 then now() end,
                    case when n > 1 then 'anna' end from assets, generate_series(1, 2) as n where id = 'candu-1';
            insert into fault_alarms select 1, alarm from alarms;
            update streams set lost = '{[3,5)}', pending = 3, outbox_bytes = 1, outbox_capacity_bytes = 2,
                outbox_days_left = 'infinity', clock_offset_ms = -1500, online = true where stream = \(stream.stream);
            """)
    }

    /// One request at least for every operation.
    static let requests = [
        "/api/v1/openapi.json", "/api/v1/assets", "/api/v1/assets?kind=candu&site=works&status=offline&limit=1",
        "/api/v1/assets/kettle-1", "/api/v1/assets/candu-1", "/api/v1/assets/tailings-1",
        "/api/v1/assets/kettle-1/telemetry?from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00Z",
        "/api/v1/assets/plc/telemetry?from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00Z&order=desc",
        "/api/v1/assets/kettle-1/telemetry?from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00Z&interval=1h",
        "/api/v1/assets/kettle-1/telemetry?from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00Z&interval=1&aggregate=last",
        "/api/v1/assets/kettle-1/telemetry?signals=temp,level&from=1601-01-01T00:00:00Z&to=9999-12-31T23:59:59Z",
        "/api/v1/assets/kettle-1/telemetry", "/api/v1/assets/kettle-1/health", "/api/v1/assets/plc/health",
        "/api/v1/assets/kettle-1/health?interval=1m&limit=1", "/api/v1/assets/kettle-1/health?interval=1h",
        "/api/v1/assets/kettle-1/health/explain", "/api/v1/assets/kettle-1/health/explain?at=2100-01-31T00:00:00Z",
        "/api/v1/assets/kettle-1/health?from=1601-01-01T00:00:00Z&to=9999-12-31T23:59:59Z&limit=1", "/api/v1/events",
        "/api/v1/events?asset=kettle-1&kind=status&severity=critical&from=0001-01-01T00:00:00Z", "/api/v1/losses",
        "/api/v1/losses?agent=kettle-1&limit=1", "/api/v1/quarantine", "/api/v1/quarantine?agent=edge&limit=1",
        "/api/v1/anomalies", "/api/v1/anomalies?asset=candu-1&state=open&level=warning&limit=1",
        "/api/v1/anomalies?from=1601-01-01T00:00:00Z&to=9999-12-31T23:59:59Z&state=ended",
        "/api/v1/assets/candu-1/scenarios", "/api/v1/assets/candu-1/scenarios?limit=1&state=ended",
        "/api/v1/assets/kettle-1/scenarios?from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00Z",
        "/api/v1/assets/candu-1/scenarios/r-2",
        "/api/v1/alarms", "/api/v1/alarms?state=standing&asset=candu-1&site=demo&priority=high&limit=1",
        "/api/v1/alarms?state=any", "/api/v1/alarms/1", "/api/v1/alarm-journal",
        "/api/v1/alarm-journal?alarm=1&event=acknowledged&who=anna&asset=candu-1&site=demo&limit=1",
        "/api/v1/alarm-indicators", "/api/v1/alarm-indicators?asset=candu-1&from=2026-01-31T00:00:00Z",
        "/api/v1/faults", "/api/v1/faults?state=open&severity=warning&asset=candu-1&limit=1", "/api/v1/faults/1",
        "/api/v1/streams", "/api/v1/streams?site=demo&agent=edge", "/api/v1/system/statistics", "/-/healthy",
        "/metrics",
    ]

    private static func isAboutOne(_ target: String) -> Bool {
        ["/assets/", "/alarms/", "/faults/", "asset=candu-1&from"].contains { target.contains($0) }
    }

    @Test func everyAnswerFitsTheDescription() async throws {
        try await offPool {
            let bench = try APIBench()
            // Before anything has happened, too.
            for target in Self.requests where !Self.isAboutOne(target) { _ = try bench.answer(target) }
            try Self.fill(bench)
            var asked: Set<String> = ["/-/ready"]
            for target in Self.requests {
                let response = try bench.answer(target)
                #expect(response.status == 200, "\(target)")
                #expect(try bench.problems(response, to: .get, target) == [], "\(target)")
                asked.insert(bench.router.answer(try HTTPRequest(.get, target)).route)
            }
            let described = bench.document["paths"]?.object ?? [:]
            let gets = described.filter { $0.value["get"] != nil }.map(\.key)
            #expect(asked == Set(gets), "every operation is asked here")
        }
    }

    @Test func theDescriptionNamesWhatIsServed() async throws {
        try await offPool {
            let bench = try APIBench()
            let files = Set(Dashboard.files.map(\.path))
            let served = bench.router.routes.filter { !files.contains($0.template) }
                .map { "\($0.method.rawValue) \($0.template)" }
            let described = (bench.document["paths"]?.object ?? [:]).flatMap { path, operations in
                (operations.object ?? [:]).keys.map { "\($0.uppercased()) \(path)" }
            }
            #expect(Set(served) == Set(described))
            #expect(Set(served).count == served.count)
            let ids = (bench.document["paths"]?.object ?? [:]).values.flatMap { ($0.object ?? [:]).values }
                .compactMap { $0["operationId"]?.string }
            #expect(Set(ids).count == described.count, "every operation has a name of its own")
        }
    }

    @Test func theDescriptionSaysWhetherItHasChanged() async throws {
        try await offPool {
            let bench = try APIBench()
            let first = try bench.answer("/api/v1/openapi.json")
            let tag = try #require(first.header("ETag"))
            let again = bench.router.answer(
                try HTTPRequest(.get, "/api/v1/openapi.json", headers: [HTTPHeader("If-None-Match", tag)]))
            #expect(again.response.status == 304 && again.response.body.isEmpty)
            #expect(try bench.answer("/api/v1/assets").header("Cache-Control") == "no-store")
        }
    }

    @Test func valuesAreWrittenAsWhatTheyAre() async throws {
        try await offPool {
            let bench = try APIBench()
            try Self.fill(bench)
            let day = "from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00Z"
            let rows = try bench.get("/api/v1/assets/kettle-1/telemetry?\(day)")["rows"]?.array ?? []
            #expect(rows.count == 3)
            #expect(
                rows[0]["values"]
                    == .object([
                        "temp": .double(20.5), "boiling": .bool(true), "mode": .string("hot"), "flow": .double(-0.25),
                    ]))
            #expect(rows[0]["quality"] == nil && rows[0]["ts"] == .string("2026-01-31T11:59:57.000Z"))
            // What is no number, no flag and no label stands as null or as the number that it is.
            #expect(
                rows[1]["values"] == .object(["temp": .null, "boiling": .double(0.5), "mode": .int(7), "flow": .null]))
            // A reading that is no number is none: the model says so, whatever it was given.
            let flawed: JSON = .object(["temp": .string("bad"), "boiling": .string("stale"), "flow": .string("bad")])
            #expect(rows[1]["quality"] == flawed)
            #expect(rows[1]["historical"] == .bool(true) && rows[1]["health"] == .null)
            #expect(rows[2]["group"] == .string("slow") && rows[2]["seq"] == .int(5))
            let foreign = try bench.get("/api/v1/assets/plc/telemetry?\(day)")["rows"]?[0]
            #expect(foreign?["values"] == .object(["note": .string("ж\""), "count": .string("9007199254740993")]))
            #expect(foreign?["epoch"] == .null)
            let stream = try bench.get("/api/v1/streams?agent=kettle-1")["streams"]?[0]
            #expect(stream?["gaps"] == .array([]) && stream?["open"] == .int(0), "\(stream as Any)")
            #expect(stream?["committed_through"] == .int(5) && stream?["committed"] == .int(3))
            #expect(stream?["lost"] == .int(2) && stream?["outbox_days_left"] == .null)
            let statistics = try bench.get("/api/v1/system/statistics")
            #expect(statistics["assets"] == .int(6) && statistics["frames_lost"] == .int(2))
            #expect(statistics["assets_by_status"] == .object(["healthy": .int(1), "offline": .int(5)]))
        }
    }

    @Test(.enabled(if: (try? ChildProcess.find("promtool")) != nil, "promtool is not installed"))
    func promtoolFindsNothingInMetrics() async throws {
        try await offPool {
            let bench = try APIBench()
            bench.metrics.addProcess()
            let feeds = Feeds(bench.metrics)
            let server = try APIServer(bench.config, collector: bench.collector, feeds: feeds, metrics: bench.metrics)
            defer { server.stop() }
            let client = try RawClient(port: server.port)
            client.send("GET /api/v1/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try client.response().status == 404)
            client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let metrics = try client.response()
            #expect(metrics.text.contains("bellwether_http_requests_total{code=\"4xx\"} 1\n"))
            let folder = try TemporaryFolder()
            let file = folder.path("metrics")
            try writeFile(file, metrics.text)
            let output = try ChildProcess.run("sh", ["-c", "promtool check metrics < \(file) 2>&1"])
            #expect(output == "")
        }
    }
}
