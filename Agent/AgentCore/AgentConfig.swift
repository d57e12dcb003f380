import Assets
public import MQTT
import Model
public import Outbox
public import Runtime
import Scenarios

/// What one agent is to do, as its configuration file says.
public struct AgentConfig: Sendable {
    public struct Asset: Sendable, Equatable {
        public var id: String
        public var kind: String
        public var seed: UInt64
        public var rateHz: Double
        /// What is played instead of a simulator.
        public var recording: ReplaySettings?

        /// The word for assets that play a recording.
        static let replay = RecordedSignals.kindID
    }

    /// What frees a record when a host is connected that gives no receipts (`docs/formats/receipts.md`).
    public enum Receipts: String, Sendable, CaseIterable {
        /// Nothing does.
        case require
        /// After half a minute without a receipt: having been published for twice the keep-alive time.
        case auto
        /// The same without waiting for receipts at all.
        case off
    }

    public var site: String
    public var agent: String
    public var asset: Asset
    public var stateFolder: String
    /// The Sparkplug host to wait for; nil to publish to whoever listens.
    public var primaryHost: String?
    public var mqtt: MQTTConfiguration
    public var outbox: OutboxSettings
    public var scenarios: ScenarioSettings
    public var receipts: Receipts
    /// Where each accepted record is noted for audits; nil for nowhere.
    public var journalPath: String?
    public var log: Log.Settings

    public static func load(_ path: String) throws(ConfigFailure) -> AgentConfig {
        try ConfigFile.load(path, decode: AgentConfig.init)
    }

    init(_ root: ConfigReader) {
        site = root.name("site")
        agent = root.name("agent")
        let section = root.section("asset")
        asset = Asset(
            id: section.name("id"), kind: section.choice("kind", of: AssetCatalog.all.map(\.id) + [Asset.replay]),
            seed: 0, rateHz: 1)
        let recorded = section.optionalSection("replay")
        if asset.kind == Asset.replay {
            if recorded == nil { section.fail("replay", "is missing: it says what is played") }
            asset.recording = recorded.map(ReplaySettings.init)
        } else {
            if recorded != nil { section.fail("replay", "is for assets of kind \(Asset.replay); remove it") }
            asset.seed = UInt64(section.int("seed", in: 0...Int.max, default: 0))
            asset.rateHz = section.double("rate_hz", in: 0.1...50, default: 1)
        }
        stateFolder = root.path("state_dir")
        let host = root.name("primary_host", default: "bellwether")
        primaryHost = host == "none" ? nil : host
        mqtt = MQTTConfiguration(root.section("mqtt"), clientID: "bellwether-agent-\(site)-\(agent)")
        // TCP repeats into a dead link ever more rarely, and a new connection costs an agent little: rather that than
        // to miss the link's return by seconds.
        mqtt.unacknowledgedMs = 4_000
        let limits = root.optionalSection("outbox")
        outbox = OutboxSettings(
            folder: stateFolder,
            maxBytes: Int64(
                limits?.int("max_bytes", in: Int(OutboxSettings.smallestMaxBytes)...(1 << 42), default: 1 << 30)
                    ?? 1 << 30),
            whenFull: limits?.choice("when_full", default: OutboxSettings.WhenFull.stop) ?? .stop)
        scenarios = ScenarioSettings(root, kind: AssetCatalog[asset.kind])
        if asset.recording != nil {
            if root.has("scenarios") { root.fail("scenarios", "a recording is played as it is; remove it") }
            scenarios.commands = .refuse
        }
        receipts = root.choice("receipts", default: Receipts.require)
        journalPath = root.optionalPath("journal")
        log = Log.Settings(root)
    }
}
