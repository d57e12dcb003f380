import Ingest
import MQTT
import Runtime
import TestSupport
import Testing

@Suite struct CollectorConfigTests {
    private static let root = #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" }

    @Test func theSampleLoads() throws {
        let path = "\(Self.root)/configs/collector.yaml"
        let config = try CollectorConfig.load(path)
        #expect(config.hostID == "bellwether" && config.sites == ["demo"])
        #expect(config.web.listen == "127.0.0.1" && config.web.port == 8080)
        #expect(fileText(path) == CollectorConfigSample.text, "the file is what `config` prints")
    }

    @Test func theSmallestFileIsEnough() throws {
        let folder = try TemporaryFolder("config")
        try writeFile(folder.path("c.yaml"), "database: {url: \"postgresql://x\"}\nmqtt: {host: broker}\n")
        let config = try CollectorConfig.load(folder.path("c.yaml"))
        #expect(config.sites.isEmpty && config.mqtt.port == 1883 && config.migratesByItself)
    }

    @Test(arguments: [
        ("database: {}\nmqtt: {host: x}\n", "database.url"),
        ("database: {url: x}\nmqtt: {host: x, port: 70000}\n", "mqtt.port"),
        ("database: {url: x}\nmqtt: {host: x}\nsites: [a/b]\n", "sites"),
        ("database: {url: x}\nmqtt: {hots: x}\n", "did you mean \"host\""),
        ("database: {url: x, migrate: sometimes}\nmqtt: {host: x}\n", "migrate"),
        ("database: {url: x}\nmqtt: {host: x, tls: {cert: a}}\n", "mqtt.tls.key"),
    ])
    func mistakesAreNamed(text: String, part: String) throws {
        let folder = try TemporaryFolder("config")
        try writeFile(folder.path("c.yaml"), text)
        let failure = #expect(throws: ConfigFailure.self) { _ = try CollectorConfig.load(folder.path("c.yaml")) }
        #expect(failure.map { "\($0)".contains(part) } == true, "\(String(describing: failure))")
    }
}
