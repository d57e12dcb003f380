import MQTT
import TestSupport
import Testing

/// TLS with client certificates against a real mosquitto; all certificates are made here.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct TLSTests {
    private static func outcome(_ server: MosquittoServer, host: String = "127.0.0.1", _ tls: MQTTConfiguration.TLS?)
        throws -> MQTTFailure?
    {
        let driver = try Driver(MQTTConfiguration(host: host, port: server.port, clientID: "client", tls: tls))
        defer { driver.stop() }
        do { try driver.connect() } catch let failure as MQTTFailure { return failure }
        try driver.waitFor("outcome") { !$0.isEmpty }
        #expect(driver.serviceCount < 2000, "spun while it waited")
        if driver.events.first == .connected {
            // The connection is good for messages of many TLS records, both ways.
            try driver.perform { try $0.subscribe(["t"], qos: .atMostOnce) }
            try driver.waitFor("subscription") { $0.contains(where: \.isSubscribed) }
            let payload = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try driver.perform { client in
                try client.publish("t", payload)
                for index in 0..<200 { try client.publish("t", [UInt8(index)]) }
            }
            try driver.waitFor("messages through TLS") { $0.filter { $0.payload != nil }.count == 201 }
            #expect(driver.events.contains { $0.payload == payload })
            return nil
        }
        return try driver.waitForEnd()
    }

    private static func isTLS(_ failure: MQTTFailure?) -> Bool { if case .tls? = failure { true } else { false } }

    @Test func certificatesAreCheckedOnBothSides() async throws {
        try await offPool {
            let certificates = try Certificates()
            let foreign = try Certificates()
            let server = try MosquittoServer(certificates: certificates)
            let own = try certificates.client("candu-1")
            let alien = try foreign.client("candu-1")
            func tls(_ ca: Certificates, _ pair: Certificates.Pair?) -> MQTTConfiguration.TLS {
                MQTTConfiguration.TLS(caFile: ca.authority, certificateFile: pair?.certificate, keyFile: pair?.key)
            }
            #expect(try TLSTests.outcome(server, tls(certificates, own)) == nil)
            #expect(try TLSTests.outcome(server, host: "localhost", tls(certificates, own)) == nil)

            // The broker's alert may be overtaken by its hanging up, and that by a reset.
            func isRefusal(_ text: String) -> Bool { text.contains("certificate") }
            let without = try #require(try TLSTests.outcome(server, tls(certificates, nil)))
            #expect(isRefusal(without.description), "\(without)")
            let stranger = try #require(try TLSTests.outcome(server, tls(certificates, alien)))
            #expect(isRefusal(stranger.description), "\(stranger)")
            let imposter = try TLSTests.outcome(server, tls(foreign, own))
            #expect(TLSTests.isTLS(imposter), "\(String(describing: imposter))")
            let plain = try TLSTests.outcome(server, nil)
            #expect(plain != nil)
        }
    }

    @Test func aCertificateForAnotherHostIsRefused() async throws {
        try await offPool {
            let certificates = try Certificates(names: "DNS:other.example")
            let server = try MosquittoServer(certificates: certificates)
            let own = try certificates.client("candu-1")
            let tls = MQTTConfiguration.TLS(
                caFile: certificates.authority, certificateFile: own.certificate, keyFile: own.key)
            let failure = try TLSTests.outcome(server, tls)
            guard case .tls(let why)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(why.contains("host name") || why.contains("verify failed"))
        }
    }

    /// Nothing that is wrong with a file waits for a broker to be found out, and no password is asked for.
    @Test func filesThatCannotBeUsed() async throws {
        try await offPool {
            let certificates = try Certificates()
            let server = try MosquittoServer(certificates: certificates)
            let own = try certificates.client("candu-1")
            let other = try certificates.client("candu-2")
            let folder = try TemporaryFolder("files")
            let encrypted = folder.path("encrypted.key")
            try ChildProcess.run(
                "openssl", ["ec", "-in", own.key, "-out", encrypted, "-aes256", "-passout", "pass:secret"])
            let cases: [(MQTTConfiguration.TLS, String)] = [
                (.init(caFile: folder.path("absent.pem")), "absent.pem"),
                (.init(caFile: own.key), ""),
                (.init(caFile: certificates.authority, certificateFile: own.certificate), "both cert and key"),
                (.init(caFile: certificates.authority, certificateFile: own.certificate, keyFile: other.key), ""),
                (.init(caFile: certificates.authority, certificateFile: own.certificate, keyFile: encrypted), ""),
                (.init(caFile: certificates.authority, certificateFile: own.key, keyFile: own.key), ""),
            ]
            for (tls, words) in cases {
                let failure = try #require(try TLSTests.outcome(server, tls))
                #expect(failure.disposition == .stop, "\(failure)")
                #expect(failure.description.contains(words), "\(failure)")
            }
        }
    }
}
