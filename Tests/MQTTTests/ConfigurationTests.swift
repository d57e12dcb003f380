import MQTT
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(10)))
struct ConfigurationTests {
    private func failure(_ change: (inout MQTTConfiguration) -> Void) -> MQTTFailure? {
        var configuration = MQTTConfiguration(host: "127.0.0.1", port: 1, clientID: "client")
        change(&configuration)
        let client = MQTTClient(configuration)
        do throws(MQTTFailure) {
            try client.connect(will: MQTTWill(topic: "t", payload: [1], qos: .atLeastOnce, retain: false))
            return nil
        } catch { return error }
    }

    @Test func settingsThatCannotWorkAreRefusedWithWords() {
        for change: (inout MQTTConfiguration) -> Void in [
            { $0.keepAliveSeconds = 4 }, { $0.keepAliveSeconds = 70_000 }, { $0.keepAliveSeconds = .min },
            { $0.clientID = "" }, { $0.password = [65, 0, 66] },
        ] {
            let failure = failure(change)
            guard case .configuration? = failure else {
                Issue.record("\(String(describing: failure))")
                continue
            }
            #expect(failure?.disposition == .stop)
        }
    }

    @Test func aHostThatIsNotThere() async throws {
        try await offPool {
            let failure = failure { $0.host = "no-such-host.invalid" }
            guard case .unresolvable(let host, let why)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(host == "no-such-host.invalid" && !why.isEmpty)
            #expect(failure?.disposition == .retry)
        }
    }

    /// "localhost" is two addresses, and the broker listens on one of them.
    @Test func everyAddressOfAHostIsTried() async throws {
        try await offPool {
            let server = try MosquittoServer()
            let driver = try Driver(MQTTConfiguration(host: "localhost", port: server.port, clientID: "client"))
            try driver.connectAndWait()
            driver.stop()
        }
    }

    @Test func nobodyListens() async throws {
        try await offPool {
            let port = try FreePort.next()
            let driver = try Driver(MQTTConfiguration(host: "127.0.0.1", port: port, clientID: "client"))
            let failure: MQTTFailure?
            do {
                try driver.connect()
                failure = try driver.waitForEnd()
            } catch let error as MQTTFailure { failure = error }
            guard case .unreachable(_, port, let why)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(why == "Connection refused")
            driver.stop()
        }
    }

    @Test func aClientThatNeverConnected() throws {
        let client = MQTTClient(MQTTConfiguration(host: "127.0.0.1", port: 1, clientID: "client"))
        #expect(!client.isActive && !client.isConnected)
        #expect(throws: MQTTRefusal.notConnected) { try client.publish("t", [1]) }
        #expect(throws: MQTTRefusal.notConnected) { try client.subscribe(["t"], qos: .atMostOnce) }
        client.disconnect()
        client.close()
    }
}
