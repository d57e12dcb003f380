import Assets
import Model
import Postgres
import Runtime
import Scenarios
import TestSupport
import Testing

@testable import API
@testable import Ingest

/// Every command in docs/api.md and docs/scenarios.md works, and answers in the shape that stands below it.
@Suite(.timeLimit(.minutes(10)))
struct APIDocumentTests {
    private struct Block {
        let commands: String
        /// The answer that the document shows; nil for none.
        var answer: JSON?
    }

    private static func blocks(_ document: String) throws -> [Block] {
        let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
        var blocks: [Block] = []
        var (fence, lines): (Substring?, [Substring]) = (nil, [])
        for line in (fileText("\(root)/docs/\(document)") ?? "").split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line.hasPrefix("```"), fence == nil {
                (fence, lines) = (line.dropFirst(3), [])
            } else if line == "```" {
                let text = lines.joined(separator: "\n")
                if fence == "sh" { blocks.append(Block(commands: text)) }
                if fence == "json" { blocks[blocks.count - 1].answer = try JSON(text) }
                fence = nil
            } else {
                lines.append(line)
            }
        }
        return blocks
    }

    /// One reactor with ten minutes of readings up to now, and one entry of everything that can be asked for.
    private static func world() throws -> APIBench {
        let bench = try APIBench()
        let kind = try #require(AssetCatalog.all.first { $0.id == "candu" })
        let asset = try bench.register("candu-1", SignalSet(kind), title: kind.title)
        let stream = try Catalogue.registerStream(
            bench.connection, site: "demo", agent: "candu-1", epoch: APIBench.epoch)
        let nowMs = Clock.wallMs()
        let values = kind.groups[0].signals.map { ($0.normal ?? 0...1).upperBound }
        try bench.store(
            (1...600).map { APIBench.row(asset, $0, at: nowMs - 600_500 + $0 * 1000, values) }, in: stream,
            nowMs: nowMs)
        try bench.connection.execute(
            """
            insert into health (ts, asset, score, status, reasons, detail) values (now(), \(asset.asset), 98.5, 'healthy',
                '[{"signal":"primary_pressure","subsystem":"heat-transport","value":10.85,"limit":10.8,"cause":"range","points":1.5,"without":100}]',
                '{"uncertainty":0,"trend":"steady","rate_per_hour":0,"subsystems":[{"name":"reactor-core","title":"Reactor core","score":100},{"name":"heat-transport","title":"Primary heat transport","score":98.5}],"unseen":[{"signal":"flux_log_rate","why":"bad"}]}');
            insert into losses (epoch, first_seq, last_seq, from_ts, to_ts, site, agent, cause, noted_by)
                values (-1, 17, 29, now(), now(), 'demo', 'candu-1', 'outbox_full', 'agent');
            insert into quarantine (epoch, seq, site, agent, device, reason, topic, payload)
                values (-1, 12, 'demo', 'candu-1', 'candu-1', 'no', 'x', '');
            insert into events (occurred_at, kind, severity, site, agent, message)
                values (now(), 'agent_offline', 'warning', 'demo', 'candu-1', 'candu-1 is offline');
            insert into alarms (asset, rule, type, title, signal, unit, limit_value, priority, class, consequence, response,
                state, active, unacknowledged, onset_at, raised_at, value, first_out)
                values (\(asset.asset), 'primary_pressure_low', 'limit', 'Low', 'primary_pressure', 'MPa', 9.6, 'high',
                'process', 'c', 'r', 'unacknowledged', true, true, now(), now(), 9.55, true);
            update streams set outbox_bytes = 1, outbox_capacity_bytes = 2, outbox_days_left = 31.2,
                clock_offset_ms = 4, online = true;
            """)
        try bench.connection.execute(
            "update assets set scenarios = $1", [.text(ScenarioLibrary(kind).announcement)])
        _ = try Leases.acquire(bench.connection, site: "demo", holder: Collectors.makeID(), lastingMs: 3_600_000)
        bench.collector.state.databaseProblem(nil)
        bench.collector.state.schemaIsReady()
        bench.collector.state.duty(.standBy)
        return bench
    }

    @Test func everyCommandWorks() async throws {
        try await offPool {
            let folder = try TemporaryFolder()
            let count = try Self.run("api.md", in: folder)
            #expect(count > 12)
            // Every frame once, page after page.
            let pages = (fileText(folder.path("frames.json")) ?? "").split(separator: "\n")
            let numbers = try pages.flatMap { page in
                (try JSON(String(page), limits: .init(bytes: 1 << 24))["rows"]?.array ?? []).compactMap {
                    $0["seq"]?.int
                }
            }
            #expect(pages.count > 5 && numbers.count > 590 && Set(numbers).count == numbers.count)
        }
    }

    @Test func everyCommandAboutScenariosWorks() async throws {
        try await offPool {
            let count = try Self.run("scenarios.md", in: try TemporaryFolder())
            #expect(count == 4)
        }
    }

    /// Runs the commands of a document one after the other, and compares the answers; how many blocks there were.
    private static func run(_ document: String, in folder: TemporaryFolder) throws -> Int {
        let bench = try world()
        let server = try APIServer(
            bench.config, collector: bench.collector, feeds: Feeds(bench.metrics), metrics: bench.metrics)
        defer { server.stop() }
        let blocks = try blocks(document)
        var script = "set -eu\ncd '\(folder.path)'\n"
        for (index, block) in blocks.enumerated() {
            let commands = block.commands.replacing("localhost:8080", with: "127.0.0.1:\(server.port)")
            script += "{\n\(commands)\n} >out.\(index)\n"
        }
        try ChildProcess.run("bash", ["-c", script])
        for (index, block) in blocks.enumerated() {
            guard let expected = block.answer else { continue }
            let output = fileText(folder.path("out.\(index)")) ?? ""
            let answer = try JSON(String(output.split(separator: "\n").last ?? ""), limits: .init(bytes: 1 << 24))
            let problems = Self.differences(expected, answer, at: "$")
            #expect(problems == [], "\(block.commands)\n\(output.prefix(2_000))")
        }
        return blocks.count
    }

    /// Other members, or other types; of a list the first element is compared, and null fits everything.
    private static func differences(_ expected: JSON, _ answer: JSON, at place: String) -> [String] {
        switch (expected, answer) {
        case (.null, _), (_, .null), (.int, .int), (.int, .double), (.double, .int), (.double, .double), (.bool, .bool),
            (.string, .string):
            return []
        case (.array(let left), .array(let right)):
            guard let left = left.first else { return [] }
            guard let right = right.first else { return ["\(place) is empty"] }
            return differences(left, right, at: "\(place)[0]")
        case (.object(let left), .object(let right)):
            let names = Set(left.keys).symmetricDifference(right.keys).map { "\(place).\($0) is in one of them only" }
            return names + left.flatMap { differences($0.value, right[$0.key] ?? .null, at: "\(place).\($0.key)") }
        default: return ["\(place): \(answer)"]
        }
    }
}
