import Glibc
import MQTT
import TestSupport
import Testing

/// The client against a real mosquitto.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct BrokerTests {
    private static func configuration(_ server: MosquittoServer, _ id: String) -> MQTTConfiguration {
        MQTTConfiguration(host: "127.0.0.1", port: server.port, clientID: id)
    }

    private static func subscriber(_ server: MosquittoServer, _ filters: [String]) throws -> Driver {
        let driver = try Driver(configuration(server, "subscriber"))
        try driver.connectAndWait()
        try driver.perform { try $0.subscribe(filters, qos: .atLeastOnce) }
        try driver.waitFor("subscription") { $0.contains(where: \.isSubscribed) }
        return driver
    }

    @Test func aMessageOfEachQoSArrives() async throws {
        try await offPool {
            let server = try MosquittoServer()
            let subscriber = try BrokerTests.subscriber(server, ["a/#", "b"])
            let publisher = try Driver(BrokerTests.configuration(server, "publisher"))
            try publisher.connectAndWait()
            let ids = try publisher.perform { client in
                (
                    try client.publish("a/x", [1, 2, 3]),
                    try client.publish("b", [UInt8](), qos: .atLeastOnce)
                )
            }
            try subscriber.waitFor("both messages") {
                $0.contains { $0.payload == [1, 2, 3] } && $0.contains { $0.payload == [] }
            }
            let events = subscriber.events
            #expect(events.contains(.message(topic: "a/x", payload: [1, 2, 3], qos: .atMostOnce, isRetained: false)))
            #expect(events.contains(.message(topic: "b", payload: [], qos: .atLeastOnce, isRetained: false)))
            try publisher.waitFor("acknowledgement") { $0.contains(.published(id: ids.1, refusal: nil)) }
            #expect(!publisher.events.contains(.published(id: ids.0, refusal: nil)))
            publisher.stop()
            subscriber.stop()
        }
    }

    @Test func aRetainedMessageIsKeptForLater() async throws {
        try await offPool {
            let server = try MosquittoServer()
            let publisher = try Driver(BrokerTests.configuration(server, "publisher"))
            try publisher.connectAndWait()
            try publisher.perform { try $0.publish("state", [7], qos: .atLeastOnce, retain: true) }
            try publisher.waitFor("acknowledgement") { $0.count >= 2 }
            let subscriber = try BrokerTests.subscriber(server, ["state"])
            try subscriber.waitFor("message") {
                $0.contains(.message(topic: "state", payload: [7], qos: .atLeastOnce, isRetained: true))
            }
            publisher.stop()
            subscriber.stop()
        }
    }

    @Test func theWillComesWhenTheConnectionBreaksAndWhenAskedFor() async throws {
        try await offPool {
            let server = try MosquittoServer()
            let subscriber = try BrokerTests.subscriber(server, ["death"])
            let will = { (byte: UInt8) in MQTTWill(topic: "death", payload: [byte], qos: .atLeastOnce, retain: false) }
            let client = try Driver(BrokerTests.configuration(server, "mortal"))

            try client.connectAndWait(will: will(1))
            try client.perform { $0.close() }
            try subscriber.waitFor("will after a broken connection") { $0.contains { $0.payload == [1] } }

            try client.connectAndWait(will: will(2))
            try client.perform { $0.disconnect(withWill: true) }
            try client.waitFor("end") { $0.contains(.ended(nil)) }
            try subscriber.waitFor("will after DISCONNECT with will") { $0.contains { $0.payload == [2] } }

            try client.connectAndWait(will: will(3))
            try client.perform { $0.disconnect() }
            try client.waitFor("end") { $0.filter(\.isEnd).count == 2 }
            // The broker has handled the DISCONNECT when the next connection of the same client is answered.
            try client.connectAndWait(will: will(4))
            try client.perform { $0.close() }
            try subscriber.waitFor("last will") { $0.contains { $0.payload == [4] } }
            #expect(!subscriber.events.contains { $0.payload == [3] })
            client.stop()
            subscriber.stop()
        }
    }

    @Test func passwordsAreChecked() async throws {
        try await offPool {
            let folder = try TemporaryFolder("passwords")
            let file = try MosquittoServer.passwordFile(in: folder, user: "agent", password: "pä:ss word")
            let server = try MosquittoServer(settings: ["allow_anonymous false", "password_file \(file)"])
            for (password, isRight) in [("pä:ss word", true), ("wrong", false), ("", false)] {
                var configuration = BrokerTests.configuration(server, "agent")
                configuration.username = "agent"
                configuration.password = Array(password.utf8)
                let driver = try Driver(configuration)
                if isRight {
                    try driver.connectAndWait()
                } else {
                    try driver.connect()
                    let failure = try driver.waitForEnd()
                    #expect(failure == .refused(code: 0x87), "\(String(describing: failure))")
                    #expect(failure?.disposition == .stop)
                    #expect(!driver.events.contains(.connected))
                }
                driver.stop()
            }
            let anonymous = try Driver(BrokerTests.configuration(server, "nobody"))
            try anonymous.connect()
            #expect(try anonymous.waitForEnd()?.disposition == .stop)
            anonymous.stop()
        }
    }

    @Test func refusedSubscriptionsAndMessagesAreReported() async throws {
        try await offPool {
            let folder = try TemporaryFolder("acl")
            let rules = folder.path("acl")
            try ChildProcess.run("sh", ["-c", #"printf 'topic readwrite open/#\n' >"$1""#, "sh", rules])
            let server = try MosquittoServer(settings: ["acl_file \(rules)"])
            let driver = try Driver(BrokerTests.configuration(server, "limited"))
            try driver.connectAndWait()
            let id = try driver.perform { try $0.publish("secret/x", [1], qos: .atLeastOnce) }
            try driver.waitFor("refusal") { $0.contains(.published(id: id, refusal: "not authorised")) }
            driver.stop()
        }
    }

    @Test func aKilledBrokerIsNoticedAndItsSuccessorReached() async throws {
        try await offPool {
            let server = try MosquittoServer()
            let driver = try Driver(BrokerTests.configuration(server, "agent"))
            try driver.connectAndWait()
            server.kill()
            let failure = try driver.waitForEnd()
            #expect(failure?.disposition == .retry)
            // While it is away, connecting fails at once and says where.
            try driver.waitFor("refused connection") { events in
                if events.filter(\.isEnd).count >= 2 { return true }
                do { try driver.connect() } catch { return "\(error)".contains("\(server.port)") }
                return false
            }
            try server.start()
            try driver.connectAndWait()
            let subscriber = try BrokerTests.subscriber(server, ["t"])
            try driver.perform { try $0.publish("t", [9]) }
            try subscriber.waitFor("message") { $0.contains { $0.payload == [9] } }
            driver.stop()
            subscriber.stop()
        }
    }

    /// A stopped process: its connections stay open and its kernel acknowledges, so only the keep-alive can tell.
    @Test func aSilentBrokerIsNoticedWithinFifteenSeconds() async throws {
        try await offPool {
            let server = try MosquittoServer()
            let driver = try Driver(BrokerTests.configuration(server, "agent"))
            try driver.connectAndWait()
            server.pause()
            defer { server.resume() }
            // The bound that is promised; the test machine may be busy, hence the slack.
            #expect(try driver.waitForEnd(within: .seconds(15 + 10)) == .silent(keepAliveSeconds: 5))
            try driver.connect()
            #expect(try driver.perform { $0.isConnected } == false)
            driver.stop()
        }
    }

    @Test func anIdleConnectionStays() async throws {
        try await offPool {
            let server = try MosquittoServer()
            let driver = try Driver(BrokerTests.configuration(server, "idle"))
            try driver.connectAndWait()
            sleep(12)
            #expect(driver.events == [.connected])
            // Two wake-ups a second for the keep-alive are no busy loop.
            #expect(driver.serviceCount < 200)
            driver.stop()
        }
    }

    /// This broker closes the older connection without a reason code.
    @Test func aSecondClientWithOurNameIsReported() async throws {
        try await offPool {
            let server = try MosquittoServer()
            let first = try Driver(BrokerTests.configuration(server, "same"))
            try first.connectAndWait()
            let second = try Driver(BrokerTests.configuration(server, "same"))
            try second.connectAndWait()
            let failure = try #require(try first.waitForEnd())
            #expect(failure.description.contains("second client of the same name"))
            first.stop()
            second.stop()
        }
    }

    @Test func hugeMessages() async throws {
        try await offPool {
            let server = try MosquittoServer()
            let big = (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let subscriber = try BrokerTests.subscriber(server, ["big"])
            let publisher = try Driver(BrokerTests.configuration(server, "publisher"))
            try publisher.connectAndWait()
            try publisher.perform { try $0.publish("big", big) }
            try subscriber.waitFor("8 MiB") { $0.contains { $0.payload == big } }

            // Who has said that it takes less is not sent it, and stays connected.
            var small = BrokerTests.configuration(server, "small")
            small.maxIncomingBytes = 1 << 20
            let limited = try Driver(small)
            try limited.connectAndWait()
            try limited.perform { try $0.subscribe(["big"], qos: .atMostOnce) }
            try limited.waitFor("subscription") { $0.contains(where: \.isSubscribed) }
            try publisher.perform { try $0.publish("big", [UInt8](repeating: 1, count: 2 << 20)) }
            try publisher.perform { try $0.publish("big", [5]) }
            try limited.waitFor("the small one") { $0.contains { $0.payload == [5] } }
            #expect(!limited.events.contains { $0.payload?.count == 2 << 20 })
            for driver in [subscriber, publisher, limited] { driver.stop() }
        }
    }

    @Test func aBrokersLimitOnPacketsIsObeyed() async throws {
        try await offPool {
            let server = try MosquittoServer(settings: ["max_packet_size 10000"])
            let driver = try Driver(BrokerTests.configuration(server, "publisher"))
            try driver.connectAndWait()
            #expect(throws: MQTTRefusal.tooLarge(bytes: 20_000)) {
                try driver.perform { try $0.publish("t", [UInt8](repeating: 0, count: 20_000)) }
            }
            try driver.perform { try $0.publish("t", [1]) }
            driver.stop()
        }
    }

    /// What a stalled link cannot take is refused when the bound is reached, and taken again when it flows.
    @Test func theBacklogIsBounded() async throws {
        try await offPool {
            let server = try MosquittoServer()
            var configuration = BrokerTests.configuration(server, "publisher")
            configuration.maxOutgoingBytes = 1 << 20
            let driver = try Driver(configuration)
            try driver.connectAndWait()
            server.pause()
            let sent = try driver.perform { client in
                var sent = 0
                let chunk = [UInt8](repeating: 0, count: 10_000)
                while true {
                    do throws(MQTTRefusal) { try client.publish("t", chunk) } catch {
                        guard case .backlogFull(let waiting) = error else { throw error }
                        #expect(waiting <= 1 << 20)
                        return sent
                    }
                    sent += chunk.count
                    // What the kernels' buffers take is not ours to bound; this is far beyond them.
                    guard sent < 1 << 30 else { throw SupportFailure("never refused") }
                }
            }
            #expect(sent >= 1 << 19)
            server.resume()
            try waitUntil("room again") {
                do {
                    try driver.perform { try $0.publish("t", [1]) }
                    return true
                } catch { return false }
            }
            driver.stop()
        }
    }

    @Test func handlersMayPublishSubscribeAndLeave() async throws {
        try await offPool {
            let server = try MosquittoServer()
            let driver = try Driver(BrokerTests.configuration(server, "echo")) { client, event in
                switch event {
                case .connected: _ = try? client.subscribe(["loop"], qos: .atMostOnce)
                case .subscribed: _ = try? client.publish("loop", [0])
                case .message(_, let payload, _, _):
                    if payload[0] == 20 { client.close() } else { _ = try? client.publish("loop", [payload[0] + 1]) }
                default: break
                }
            }
            try driver.connect()
            try driver.waitFor("twenty rounds") { $0.contains { $0.payload == [20] } }
            #expect(try driver.perform { $0.isActive } == false)
            // Closed by us: nothing is reported.
            #expect(!driver.events.contains { $0.isEnd })
            driver.stop()
        }
    }

    @Test func badTopicsAreRefusedAndHarmNothing() async throws {
        try await offPool {
            let server = try MosquittoServer()
            let driver = try Driver(BrokerTests.configuration(server, "publisher"))
            try driver.connectAndWait()
            for topic in ["", "a/+", "#", "a\u{0}b", String(repeating: "x", count: 70_000)] {
                #expect(throws: MQTTRefusal.self, "\(topic.prefix(10))") {
                    try driver.perform { try $0.publish(topic, [1]) }
                }
            }
            #expect(throws: MQTTRefusal.badTopic) { try driver.perform { try $0.subscribe([], qos: .atMostOnce) } }
            #expect(throws: MQTTRefusal.badTopic) {
                try driver.perform { try $0.subscribe(["a/#/b"], qos: .atMostOnce) }
            }
            try driver.perform { try $0.publish("ok", [1]) }
            #expect(driver.events == [.connected])
            driver.stop()
        }
    }

    @Test func fiftyThousandMessages() async throws {
        try await offPool {
            let server = try MosquittoServer(settings: ["max_queued_messages 0", "max_queued_bytes 0"])
            let count = 50_000
            let subscriber = try Driver(BrokerTests.configuration(server, "subscriber"), keepsMessages: false)
            try subscriber.connectAndWait()
            try subscriber.perform { try $0.subscribe(["t"], qos: .atMostOnce) }
            try subscriber.waitFor("subscription") { $0.contains(where: \.isSubscribed) }
            let publisher = try Driver(BrokerTests.configuration(server, "publisher"))
            try publisher.connectAndWait()
            let clock = ContinuousClock()
            let start = clock.now
            var left = count
            while left > 0 {
                let batch = min(left, 1000)
                left -= try publisher.perform { client in
                    let payload = [UInt8](repeating: 5, count: 900)
                    for sent in 0..<batch {
                        do { try client.publish("t", payload) } catch MQTTRefusal.backlogFull { return sent }
                    }
                    return batch
                }
            }
            let published = clock.now
            try waitUntil("all messages", within: .seconds(120)) { subscriber.messageCount == count }
            let received = clock.now
            let perSecond = { (span: Duration) in
                Int(Double(count) / (Double(span.components.seconds) + Double(span.components.attoseconds) * 1e-18))
            }
            print(
                "50,000 QoS 0 messages of 900 bytes: published \(perSecond(published - start))/s, "
                    + "received through mosquitto \(perSecond(received - start))/s")
            publisher.stop()
            subscriber.stop()
        }
    }
}
