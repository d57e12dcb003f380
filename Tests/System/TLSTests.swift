import Glibc
import TestSupport
import Testing

extension SystemTests {
    @Suite("TLS", .serialized, .timeLimit(.minutes(3)))
    struct TLS {
        private static func lines(ca: String, _ own: Certificates.Pair?) -> [String] {
            let pair = own.map { ", cert: \($0.certificate), key: \($0.key)" } ?? ""
            return ["tls: {ca: \(ca)\(pair)}"]
        }

        @Test("Agents and collector speak TLS with certificates of their own; what they say cannot be read on the way")
        func clientCertificates() async throws {
            try await offPool {
                let certificates = try Certificates()
                var settings = Plant.Settings()
                settings.certificates = certificates
                settings.collectors[0].mqttLines = TLS.lines(
                    ca: certificates.authority, try certificates.client("collector"))
                settings.agents = [.init("candu-1", rateHz: 10)]
                settings.agents[0].mqttLines = TLS.lines(ca: certificates.authority, try certificates.client("candu-1"))
                let plant = try Plant(settings)
                try plant.start()
                try plant.waitForFrames(20)
                // A cut in the middle, and a new handshake.
                plant.agent.link.cut()
                plant.collector.brokerLink.cut()
                try plant.waitForFrames(20)
                try plant.drainAndStop()
                for finding in try plant.findings() { #expect(finding.isWhole() && finding.made >= 40, "\(finding)") }
            }
        }

        /// Nothing is sent to a broker that is not who it should be, and the log says what to look at.
        @Test(
            "A wrong authority, an expired certificate, another host's, none of our own: refused, with words that help")
        func refused() async throws {
            try await offPool {
                let (certificates, others) = (try Certificates(), try Certificates())
                let expired = try Certificates(daysValid: -1)
                let elsewhere = try Certificates(names: "DNS:elsewhere.example")
                let brokers = [
                    try MosquittoServer(certificates: certificates), try MosquittoServer(certificates: expired),
                    try MosquittoServer(certificates: elsewhere),
                ]
                let good = try certificates.client("agent")
                let cases: [(name: String, port: UInt16, lines: [String], words: [String])] = [
                    (
                        "wrong-authority", brokers[0].port, TLS.lines(ca: others.authority, good),
                        ["certificate verify failed"]
                    ),
                    (
                        "expired", brokers[1].port, TLS.lines(ca: expired.authority, try expired.client("agent")),
                        ["certificate verify failed"]
                    ),
                    (
                        "elsewhere", brokers[2].port, TLS.lines(ca: elsewhere.authority, try elsewhere.client("agent")),
                        ["host name"]
                    ),
                    ("no-certificate", brokers[0].port, TLS.lines(ca: certificates.authority, nil), ["certificate"]),
                    (
                        "foreign-certificate", brokers[0].port,
                        TLS.lines(ca: certificates.authority, try others.client("agent")), ["certificate"]
                    ),
                    ("plain", brokers[0].port, [], ["whether the port expects TLS"]),
                ]
                var settings = Plant.Settings(collectors: [])
                settings.agents = cases.map { entry in
                    var agent = AgentUnit.Settings(entry.name, rateHz: 5)
                    agent.broker = (host: "127.0.0.1", port: entry.port)
                    agent.mqttLines = entry.lines
                    return agent
                }
                settings.collectors = [.init(name: "collector", mqttLines: TLS.lines(ca: others.authority, good))]
                settings.certificates = certificates
                let plant = try Plant(settings)
                try plant.start()
                let units = zip(plant.agents.map(\.unit), cases.map(\.words)) + [(plant.collector.unit, cases[0].words)]
                for (unit, words) in units {
                    try plant.wait("\(unit.name) to be refused") { unit.log.contains("not connected") }
                    for word in words { #expect(unit.log.contains(word), "\(unit.logTail())") }
                    #expect(unit.isRunning, "it may be mended at the broker's side")
                }
                for agent in plant.agents {
                    try plant.wait("readings of \(agent.name)") { agent.journal.count > 3 }
                    #expect(agent.statusNumber("births") == 0)
                }
            }
        }
    }
}
