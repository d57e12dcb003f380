import Glibc
import Model
import Runtime
import TestSupport

/// One agent of a plant: its configuration, its folders, its own link to the broker, and the process.
final class AgentUnit: Sendable {
    struct Settings: Sendable {
        /// Of the agent, and of its asset unless that has another.
        var name: String
        var asset: String?
        var kind: String
        var seed: UInt64 = 1
        var rateHz = 5.0
        /// What `asset.replay` says; the asset is then no simulated one.
        var recording: String?
        /// Nil: a folder of the plant.
        var stateFolder: String?
        /// Lines added to the configuration, such as an `outbox` section.
        var lines: [String] = []
        /// The broker as the agent sees it; nil: through a link of its own that can be cut.
        var broker: (host: String, port: UInt16)?
        /// Lines under `mqtt`, indented by two.
        var mqttLines: [String] = []
        var environment: [String: String] = [:]
        var prefix: [String] = []
        var programs = Programs.sound

        init(_ name: String, kind: String = "candu", rateHz: Double = 5) {
            self.name = name
            self.kind = kind
            self.rateHz = rateHz
        }
    }

    let settings: Settings
    let site: String
    let stateFolder: String
    let journalPath: String
    let configPath: String
    let link: LinkProxy
    let unit: Unit

    init(_ settings: Settings, site: String, brokerPort: UInt16, folder: TemporaryFolder) throws {
        self.settings = settings
        self.site = site
        link = try LinkProxy(to: brokerPort)
        let agents = try folder.folder("agents")
        stateFolder = settings.stateFolder ?? "\(agents)/\(settings.name)"
        journalPath = "\(try folder.folder("journals"))/\(settings.name)"
        configPath = folder.path("\(settings.name).yaml")
        unit = Unit(
            settings.name, Programs.agent(settings.programs), ["run", "--config", configPath],
            log: "\(try folder.folder("logs"))/\(settings.name).log", environment: settings.environment,
            prefix: settings.prefix)
        try writeConfig()
    }

    deinit { link.close() }

    /// Writes the configuration, with changes if a test wants some.
    func writeConfig(_ change: (inout Settings) -> Void = { _ in }) throws {
        var now = settings
        change(&now)
        let broker = now.broker ?? (host: "127.0.0.1", port: link.port)
        var lines = [
            "site: \(site)", "agent: \(settings.name)",
            now.recording.map { "asset: {id: \(now.asset ?? now.name), kind: replay, replay: \($0)}" }
                ?? "asset: {id: \(now.asset ?? now.name), kind: \(now.kind), seed: \(now.seed), rate_hz: \(now.rateHz)}",
            "state_dir: \(now.stateFolder ?? stateFolder)", "journal: \(journalPath)",
            "mqtt:", "  host: \(broker.host)", "  port: \(broker.port)",
        ]
        lines += now.mqttLines.map { "  \($0)" } + now.lines
        try writeFile(configPath, lines.joined(separator: "\n") + "\n", mode: 0o600)
    }

    var name: String { settings.name }
    func start() throws { try unit.start() }
    func kill() { unit.kill() }
    /// SIGTERM; throws when that takes longer than the five seconds that are promised, with some for the machine.
    func stop() throws { try unit.end(SIGTERM, within: .seconds(8)) }

    /// What the agent has accepted so far, by its journal.
    var journal: JournalBook { JournalBook(journalPath) }
    var made: [Epoch: SequenceSet] { journal.epochs.mapValues { SequenceSet($0.keys.sorted().map { $0...$0 }) } }

    /// The agent's own word, by `bellwether-agent status --json`.
    func status() throws -> JSON {
        let text = try ChildProcess.run(
            Programs.agent(settings.programs), ["status", "--config", configPath, "--json"])
        return try JSON(Array(text.utf8))
    }

    /// One of the numbers in the status file, read directly; nil before there is one.
    func statusNumber(_ name: String) -> Int64? {
        guard let bytes = fileBytes("\(stateFolder)/status.json"), let json = try? JSON(bytes) else { return nil }
        return json[name]?.int
    }

    var databasePath: String { "\(stateFolder)/outbox.db" }
}
