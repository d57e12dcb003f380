import Glibc
import Runtime
import TestSupport

/// One collector of a plant, with links of its own to the broker and to the database.
final class CollectorUnit: Sendable {
    struct Settings: Sendable {
        var name = "collector"
        /// Where its API listens; 0: any free port, another one at each start.
        var listenPort: UInt16 = 0
        var lines: [String] = []
        var mqttLines: [String] = []
        var environment: [String: String] = [:]
        var programs = Programs.sound
        /// Whether it may change the database's schema by itself.
        var migrates = true
    }

    let name: String
    let configPath: String
    let settings: Settings
    let brokerLink: LinkProxy
    let databaseLink: LinkProxy
    let unit: Unit

    init(
        _ settings: Settings, site: String, brokerPort: UInt16, databasePort: UInt16, database: String,
        folder: TemporaryFolder
    ) throws {
        self.settings = settings
        name = settings.name
        brokerLink = try LinkProxy(to: brokerPort)
        databaseLink = try LinkProxy(to: databasePort)
        configPath = folder.path("\(settings.name).yaml")
        let url = "postgresql://postgres@127.0.0.1:\(databaseLink.port)/\(database)"
        let lines =
            [
                "host_id: bellwether", "sites: [\(site)]",
                "database: {url: \"\(url)\"\(settings.migrates ? "" : ", migrate: manual")}",
                "web: {listen: 127.0.0.1, port: \(settings.listenPort)}", "mqtt:", "  host: 127.0.0.1",
                "  port: \(brokerLink.port)",
            ] + settings.mqttLines.map { "  \($0)" } + settings.lines
        try writeFile(configPath, lines.joined(separator: "\n") + "\n", mode: 0o600)
        unit = Unit(
            settings.name, Programs.collector(settings.programs), ["run", "--config", configPath],
            log: "\(try folder.folder("logs"))/\(settings.name).log", environment: settings.environment)
    }

    deinit {
        brokerLink.close()
        databaseLink.close()
    }

    func start() throws { try unit.start() }
    func kill() { unit.kill() }
    func stop() throws { try unit.end(SIGTERM, within: .seconds(8)) }

    /// Where its API listens, by its log; nil before it does.
    var webPort: UInt16? {
        let lines = unit.log.split(separator: "\n").filter { $0.contains("listening") && $0.contains("http://") }
        guard let address = lines.last?.split(separator: "http://127.0.0.1:").last else { return nil }
        return UInt16(address.prefix { $0.isNumber })
    }

    /// Asks its API. Throws when it does not answer.
    func get(_ path: String) throws -> RawClient.Response {
        guard let port = webPort else { throw SupportFailure("\(name) does not listen yet") }
        let client = try RawClient(port: port)
        client.send("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return try client.response()
    }

    /// A JSON answer; throws unless its status is 200.
    func json(_ path: String) throws -> JSON {
        let response = try get(path)
        guard response.status == 200 else { throw SupportFailure("\(path): \(response.status) \(response.text)") }
        return try JSON(response.body, limits: JSON.Limits(bytes: 16 << 20, values: 1_000_000))
    }
}
