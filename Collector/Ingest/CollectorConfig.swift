public import Analytics
public import MQTT
import Model
public import Postgres
public import Runtime

/// What the collector is to do, as its configuration file says.
public struct CollectorConfig: Sendable {
    public struct Web: Sendable, Equatable {
        public var listen: String
        public var port: UInt16
        /// PEM files; nil for plain HTTP.
        public var certificateFile: String?
        public var keyFile: String?
        /// Pages of other origins that may open WebSockets.
        public var origins: [String]
    }

    public var hostID: String
    /// Empty: every site.
    public var sites: [String]
    /// How long a gap in a node's messages may last before the node is asked for a birth.
    public var reorderTimeoutMs: Int64
    public var databaseURL: String
    /// Apply pending migrations at start, rather than refusing to run.
    public var migratesByItself: Bool
    public var mqtt: MQTTConfiguration
    public var web: Web
    /// Whether detectors look for anomalies.
    public var analyses: Bool
    /// Weights of signals in the health of their assets, instead of those of the kinds.
    public var healthWeights: [HealthWeight]
    public var retention: Retention.Limits
    /// Files of alarms' rules, and what they say together with what every kind has.
    public var alarmFiles: [String]
    public var alarmRules = AlarmRuleBook()
    public var log: Log.Settings

    /// Throws everything that is wrong with the file, or with the files of rules that it names.
    public static func load(_ path: String) throws(ConfigFailure) -> CollectorConfig {
        var config = try ConfigFile.load(path, decode: CollectorConfig.init)
        config.alarmRules = try AlarmRuleBook.load(config.alarmFiles)
        return config
    }

    init(_ root: ConfigReader) {
        hostID = root.name("host_id", default: "bellwether")
        sites = root.strings("sites", maxBytes: Names.maxBytes)
        if let wrong = sites.first(where: { !Names.isAcceptable($0) }) {
            root.fail(
                "sites", "\"\(wrong)\" cannot be a Sparkplug group: it must not hold / + # or invisible characters")
        }
        reorderTimeoutMs = Int64(root.int("reorder_timeout_ms", in: 100...60_000, default: 2_000))
        let database = root.section("database")
        databaseURL = database.string("url", maxBytes: 4096)
        migratesByItself = database.choice("migrate", of: ["auto", "manual"], default: "auto") == "auto"
        mqtt = MQTTConfiguration(
            root.section("mqtt"), clientID: "bellwether-collector-\(hostID)-\(CollectorConfig.processNumber)")
        let section = root.optionalSection("web")
        let tls = section?.optionalSection("tls")
        web = Web(
            listen: section?.string("listen", maxBytes: 255, default: "127.0.0.1") ?? "127.0.0.1",
            port: UInt16(clamping: section?.int("port", in: 0...65_535, default: 8080) ?? 8080),
            certificateFile: tls?.path("cert"), keyFile: tls?.path("key"), origins: section?.strings("origins") ?? [])
        analyses = root.optionalSection("analytics")?.bool("enabled", default: true) ?? true
        healthWeights = CollectorConfig.healthWeights(root.optionalSection("health"))
        let days = root.optionalSection("retention")
        func limit(_ key: String) -> Int? { days?.optionalInt(key, in: 1...36_500) }
        retention = Retention.Limits(
            telemetryDays: limit("telemetry_days"), rollupMinuteDays: limit("rollup_1m_days"),
            rollupHourDays: limit("rollup_1h_days"), healthDays: limit("health_days"), eventDays: limit("event_days"),
            quarantineDays: limit("quarantine_days"))
        alarmFiles = root.optionalSection("alarms")?.paths("rules") ?? []
        log = Log.Settings(root)
    }

    /// Two collectors of one host id need two client ids, or the broker lets only one of them stay.
    private static let processNumber: String = {
        let number = (try? RandomBytes.number()) ?? UInt64(bitPattern: Clock.monotonicNs())
        return String(number & 0xFFFF_FFFF, radix: 16)
    }()

    public func postgres(_ role: String, statementLimit: Duration? = .seconds(60)) -> PostgresOptions {
        PostgresOptions(
            databaseURL, applicationName: "bellwether-collector \(role)", connectLimit: .seconds(5),
            statementLimit: statementLimit)
    }
}
