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
            pool: pool, collector: collector, metrics: metrics, startedMs: Clock.wallMs())
        server = try HTTPServer(
            settings: settings, router: router,
            endpoints: ["/ws/telemetry": feeds.telemetry, "/ws/alerts": feeds.alerts])
        feeds.attach(to: server)
    }

    /// The port it listens on.
    public var port: UInt16 { server.port }

    public func stop() { server.stop(graceMs: 500) }

    /// What the API serves; a test compares it with what its description says.
    static func endpoints(pool: DatabasePool, collector: Collector, metrics: Metrics, startedMs: Int64) -> [Endpoint] {
        let system = SystemEndpoints(pool: pool, collector: collector, metrics: metrics, startedMs: startedMs)
        return AssetEndpoints(pool: pool, collector: collector).all + TelemetryEndpoint(pool: pool).all
            + HistoryEndpoints(pool: pool).all + system.all
    }

    static let components: [(name: String, schema: Schema)] = [
        ("Asset", AssetEndpoints.assetSchema), ("Signal", AssetEndpoints.signalSchema),
        (
            "TelemetryRow",
            .object([
                ("ts", .time, "When the readings were taken, or the start of the interval."),
                ("values", .map(.any), "By signal: number, true or false, text, or null for no reading."),
            ])
        ),
        ("Stream", SystemEndpoints.streamSchema), ("Event", HistoryEndpoints.eventSchema),
        ("Loss", HistoryEndpoints.lossSchema), ("QuarantinedMessage", HistoryEndpoints.quarantineSchema),
        (
            "Problem",
            .object([
                ("type", .string, ""), ("title", .string, ""), ("status", .integer, ""), ("detail", .string, ""),
                ("instance", .string, "Path of the request."),
            ])
        ),
    ]

    static func router(pool: DatabasePool, collector: Collector, metrics: Metrics, startedMs: Int64) -> Router {
        let endpoints = endpoints(pool: pool, collector: collector, metrics: metrics, startedMs: startedMs)
        var router = Router()
        for endpoint in endpoints { endpoint.add(to: &router) }
        Dashboard.add(to: &router)
        let description = OpenAPI.document(endpoints, components: components)
        router.add(.get, "/api/v1/openapi.json") { _ in .json(description) }
        SystemEndpoints(pool: pool, collector: collector, metrics: metrics, startedMs: startedMs)
            .addOperations(to: &router)
        return router
    }
}
