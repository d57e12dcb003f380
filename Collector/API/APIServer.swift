public import Ingest
import Model
import Postgres
public import Runtime
import Web

/// The collector's web server: REST, operators' paths, the feed and the dashboard.
public final class APIServer: Sendable {
    private let server: HTTPServer

    /// Listens from now on.
    public init(_ config: CollectorConfig, collector: Collector, feeds: Feeds, metrics: Metrics) throws {
        let pool = DatabasePool(config.postgres("api", statementLimit: .seconds(30)))
        var settings = HTTPServerSettings()
        settings.listen = config.web.listen
        settings.port = config.web.port
        if let certificate = config.web.certificateFile, let key = config.web.keyFile {
            settings.tls = .init(certificateFile: certificate, keyFile: key)
        }
        settings.webSocket.allowedOrigins = config.web.origins
        let access = AccessMetrics(metrics)
        settings.onAccess = { access.note($0) }
        let router = APIServer.router(
            pool: pool, collector: collector, metrics: metrics, startedMs: Clock.wallMs(), news: feeds.sink)
        server = try HTTPServer(
            settings: settings, router: router,
            endpoints: ["/ws/telemetry": feeds.telemetry, "/ws/alerts": feeds.alerts])
        feeds.attach(to: server)
    }

    /// The port it listens on.
    public var port: UInt16 { server.port }

    public func stop() { server.stop(graceMs: 500) }

    /// What the API serves; a test compares it with what its description says. `news`: told of what operators have done.
    static func endpoints(
        pool: DatabasePool, collector: Collector, metrics: Metrics, startedMs: Int64,
        news: @escaping CommitSink = { _, _ in }
    ) -> [Endpoint] {
        let system = SystemEndpoints(pool: pool, collector: collector, metrics: metrics, startedMs: startedMs)
        return AssetEndpoints(pool: pool).all + TelemetryEndpoint(pool: pool).all
            + HealthEndpoints(pool: pool).all + HistoryEndpoints(pool: pool).all + AnomalyEndpoints(pool: pool).all
            + ScenarioEndpoints(pool: pool, collector: collector).all
            + AlarmEndpoints(pool: pool, news: news).all + AlarmJournalEndpoints(pool: pool).all
            + FaultEndpoints(pool: pool, news: news).all + system.all
    }

    static let problemMembers: [(name: String, schema: Schema, meaning: String)] = [
        ("type", .string, ""), ("title", .string, ""), ("status", .integer, ""),
        ("detail", .string, "What is wrong this time."), ("instance", .string, "Path of the request."),
        (
            "errors",
            .optional(
                .array(
                    .object([
                        ("pointer", .string, "?name of a query parameter, or a JSON pointer into the body."),
                        ("detail", .string, "What is wrong with it and what is allowed."),
                    ]))), "The fields that are wrong."
        ),
    ]

    static let components: [(name: String, schema: Schema)] = [
        ("Asset", AssetEndpoints.assetSchema), ("Signal", AssetEndpoints.signalSchema),
        ("TelemetryFrame", TelemetryEndpoint.frameSchema), ("TelemetryInterval", TelemetryEndpoint.intervalSchema),
        ("Stream", SystemEndpoints.streamSchema), ("Event", HistoryEndpoints.eventSchema),
        ("Loss", HistoryEndpoints.lossSchema), ("QuarantinedMessage", HistoryEndpoints.quarantineSchema),
        ("Anomaly", AnomalyEndpoints.schema), ("Scenario", ScenarioEndpoints.scenarioSchema),
        ("ScenarioRun", ScenarioEndpoints.runSchema),
        ("Alarm", AlarmEndpoints.alarmSchema), ("AlarmJournalEntry", AlarmEndpoints.entrySchema),
        ("AlarmIndicators", AlarmEndpoints.indicatorSchema), ("Fault", AlarmEndpoints.faultSchema),
        ("Problem", .object(problemMembers)),
    ]

    static func router(
        pool: DatabasePool, collector: Collector, metrics: Metrics, startedMs: Int64,
        news: @escaping CommitSink = { _, _ in }
    ) -> Router {
        let endpoints = endpoints(
            pool: pool, collector: collector, metrics: metrics, startedMs: startedMs, news: news)
        let document = OpenAPI.document(endpoints + [OpenAPI.endpoint([])], components: components)
        var router = Router()
        for endpoint in endpoints + [OpenAPI.endpoint(document)] { endpoint.add(to: &router) }
        Dashboard.add(to: &router)
        return router
    }
}
