import Ingest
import Model
import Postgres
import Runtime
import TestSupport

@testable import API
@testable import Ingest
@testable import Web

/// The API over a database of its own, asked without a socket. The collector behind it is not started: what it would
/// have stored is stored by the tests, in the same way.
final class APIBench: @unchecked Sendable {
    // Used by one thread at a time, but for `answer`.
    let connection: PostgresConnection
    let collector: Collector
    let metrics = Metrics()
    let config: CollectorConfig
    let router: Router
    let document: JSON
    let database: String

    init() throws {
        let server = try PostgresServer.shared
        database = try server.makeDatabase(template: try Self.template.get())
        connection = try PostgresConnection(PostgresOptions(server.url(database), applicationName: "tests"))
        config = try Self.config(server.url(database))
        collector = try Collector(config, metrics: metrics, sink: { _, _ in })
        router = APIServer.router(
            pool: DatabasePool(config.postgres("api")), collector: collector, metrics: metrics, startedMs: 0)
        document = try Self.json(router.answer(HTTPRequest(.get, "/api/v1/openapi.json")).response)
    }

    static func config(_ url: String) throws -> CollectorConfig {
        let text = "database: {url: \"\(url)\"}\nmqtt: {host: 127.0.0.1, port: 1}\nweb: {port: 0}\n"
        return try ConfigFile.parse(Array(text.utf8), name: "collector.yaml", decode: CollectorConfig.init)
    }

    /// A database with the schema, copied for each test.
    private static let template = Result {
        let server = try PostgresServer.shared
        let name = try server.makeDatabase()
        try Migrations.apply(try PostgresConnection(PostgresOptions(server.url(name), applicationName: "tests")))
        return name
    }

    // MARK: - Asking

    func answer(
        _ target: String, _ method: HTTPMethod = .get, body: String = "", type: String? = nil
    ) throws -> HTTPResponse {
        let headers = type.map { [HTTPHeader("Content-Type", $0)] } ?? []
        let answer = router.answer(try HTTPRequest(method, target, headers: headers, body: Array(body.utf8)))
        if let failure = answer.failure { throw SupportFailure("\(target): \(failure)") }
        return answer.response
    }

    /// The body of a 200, which fits the description.
    func get(_ target: String) throws -> JSON {
        let response = try answer(target)
        guard response.status == 200 else {
            throw SupportFailure("\(target): \(String(decoding: response.body, as: UTF8.self))")
        }
        let problems = try problems(response, to: .get, target)
        guard problems.isEmpty else { throw SupportFailure("\(target): \(problems.joined(separator: "\n"))") }
        return try Self.json(response)
    }

    /// What the description does not say of a response.
    func problems(_ response: HTTPResponse, to method: HTTPMethod, _ target: String) throws -> [String] {
        let route = router.answer(try HTTPRequest(method, target)).route
        guard let operation = document["paths"]?[route]?[method.rawValue.lowercased()] else { return ["no \(route)"] }
        var described = operation["responses"]?[String(response.status)]
        if let name = described?["$ref"]?.string?.split(separator: "/").last {
            described = document["components"]?["responses"]?[String(name)]
        }
        let type = (response.header("Content-Type") ?? "").split(separator: ";").first.map(String.init) ?? ""
        guard let schema = described?["content"]?[type]?["schema"] else {
            return ["\(method.rawValue) \(route) may not answer \(response.status) with \(type)"]
        }
        if type == "text/plain" { return [] }
        return SchemaCheck(document: document).problems(try Self.json(response), schema)
    }

    static func json(_ response: HTTPResponse) throws -> JSON {
        try JSON(response.body, limits: JSON.Limits(bytes: 1 << 28, values: 10_000_000))
    }

    // MARK: - Storing, as the writer does

    /// The clock of the tests' data: 2026-01-31 12:00:00 UTC. Days around it can be stored.
    static let nowMs: Int64 = 1_769_860_800_000

    func register(
        _ device: String, _ set: SignalSet, site: String = "demo", agent: String? = nil, title: String = ""
    ) throws -> AssetRecord {
        try Catalogue.registerAsset(
            connection, site: site, agent: agent ?? device, device: device, kind: set.kind,
            signalSet: try Catalogue.registerSignals(connection, set), title: title)
    }

    /// Rows, dirty minutes, and what is committed, in one transaction.
    func store(_ rows: [TelemetryRow], in stream: StreamRecord? = nil, nowMs: Int64 = APIBench.nowMs) throws {
        try Partitions.ensure(connection, rows.map { Day(timeMs: $0.timeMs) }, nowMs: nowMs)
        try connection.transaction {
            try connection.copyIn(TelemetryRow.copyStatement) { copy in for row in rows { try copy.row(row) } }
            try Rollups.mark(
                connection,
                rows.map { Rollups.Minute(asset: $0.asset, signalGroup: Int16($0.frame.group), timeMs: $0.timeMs) })
            guard let stream else { return }
            var numbers = SequenceSet()
            for row in rows { numbers.insert(row.sequence) }
            try connection.execute(
                """
                update streams set committed = committed + $2, stored_frames = stored_frames + $3,
                    received_frames = received_frames + $3, made = greatest(made, $4), last_commit_at = now()
                where stream = $1
                """,
                [
                    .int4(stream.stream), .sequences(numbers), .int8(Int64(rows.count)),
                    .int8(rows.map(\.sequence).max() ?? 0),
                ])
        }
    }

    /// Computes rollups as the chores do, of all minutes before.
    func sumUp(before timeMs: Int64 = .max / 2_000) throws {
        while try !Rollups.recompute(connection, settledBeforeMs: timeMs).isEmpty {}
    }

    static let epoch = Epoch(bits: 0xF000_0000_0000_0001)

    static func row(
        _ asset: AssetRecord, _ sequence: Int64, at timeMs: Int64, group: UInt8 = 0, _ values: [Double],
        _ qualities: [Quality] = [], texts: String? = nil, epoch: Epoch? = APIBench.epoch, historical: Bool = false
    ) -> TelemetryRow {
        TelemetryRow(
            Frame(group: group, timeMs: timeMs, values: values, qualities: qualities), asset: asset.asset,
            epoch: epoch, sequence: sequence, health: historical ? nil : 97.5, isHistorical: historical, texts: texts)
    }
}

extension SignalSet {
    /// A made-up kind with every form of signal.
    static let kettle = SignalSet(
        name: "kettle", kind: "kettle",
        groups: [
            Group(
                "process",
                [
                    Entry("temp", title: "Temperature", unit: "Cel"), Entry("boiling", form: .flag),
                    Entry("mode", form: .category(["off", "it's on", "hot"])), Entry("flow", unit: "L/min"),
                ]),
            Group("slow", cadenceS: 60, [Entry("level", unit: "%"), Entry("temp2")]),
        ])

    static let foreign = SignalSet(
        name: "demo:edge:plc", kind: SignalSet.generic,
        groups: [Group("all", [Entry("note", form: .text), Entry("count")])])
}
