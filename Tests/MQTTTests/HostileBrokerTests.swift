import Glibc
import MQTT
import Model
import Synchronization
import TestSupport
import Testing

/// The client against brokers that misbehave. It must end each connection with a reason, and never hang or spin.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HostileBrokerTests {
    private static func driver(_ broker: ScriptedBroker, _ change: (inout MQTTConfiguration) -> Void = { _ in })
        throws -> Driver
    {
        var configuration = MQTTConfiguration(host: "127.0.0.1", port: broker.port, clientID: "client")
        configuration.connectTimeoutMs = 5000
        change(&configuration)
        return try Driver(configuration)
    }

    private static func failure(
        _ change: @escaping (inout MQTTConfiguration) -> Void = { _ in },
        _ script: @escaping @Sendable (ScriptedBroker.Peer) -> Void
    ) throws -> MQTTFailure? {
        let broker = try ScriptedBroker(script)
        let driver = try driver(broker, change)
        // To the end: without the broker its listener would be gone.
        defer { withExtendedLifetime(broker) { driver.stop() } }
        // Who hangs up at once may be noticed at once.
        do { try driver.connect() } catch let failure as MQTTFailure { return failure }
        let failure = try driver.waitForEnd()
        #expect(driver.serviceCount < 2000, "spun while it waited")
        return failure
    }

    @Test func refusals() async throws {
        try await offPool {
            for (code, disposition) in [
                (UInt8(0x84), MQTTFailure.Disposition.stop), (0x85, .stop), (0x86, .stop), (0x87, .stop), (0x8A, .stop),
                (0x80, .retry), (0x88, .retry), (0x89, .retry), (0x97, .retry), (0x9F, .retry), (0xFF, .retry),
            ] {
                let failure = try HostileBrokerTests.failure { $0.welcome(code: code) }
                #expect(failure == .refused(code: Int32(code)))
                #expect(failure?.disposition == disposition, "\(code)")
            }
        }
    }

    @Test func anOldBrokerIsNamedAsOne() async throws {
        try await offPool {
            // MQTT 3.1.1's answer: no properties.
            let failure = try HostileBrokerTests.failure {
                _ = $0.packet()
                $0.send([0x20, 2, 0, 1])
            }
            #expect(failure == .refused(code: 0x84))
        }
    }

    @Test func takingOver() async throws {
        try await offPool {
            let failure = try HostileBrokerTests.failure {
                $0.welcome()
                $0.send([0xE0, 2, 0x8E, 0])
                $0.swallow()
            }
            #expect(failure == .closedByBroker(code: 0x8E))
            #expect(failure?.disposition == .stop)
            let shutdown = try HostileBrokerTests.failure {
                $0.welcome()
                $0.send([0xE0, 2, 0x8B, 0])
                $0.swallow()
            }
            #expect(shutdown == .closedByBroker(code: 0x8B))
            #expect(shutdown?.disposition == .retry)
        }
    }

    /// A host that takes no connections drops what asks for one, as a dead link does.
    @Test func noAnswerToTheOpening() async throws {
        try await offPool {
            let (listener, port) = try Loopback.listen(backlog: 0)
            defer { close(listener) }
            // Fills the queue of the listener, which never accepts.
            let first = try Loopback.connect(port)
            defer { close(first) }
            var configuration = MQTTConfiguration(host: "127.0.0.1", port: port, clientID: "client")
            configuration.openTimeoutMs = 300
            let driver = try Driver(configuration)
            defer { driver.stop() }
            try driver.connect()
            #expect(try driver.waitForEnd() == .connectTimedOut(ms: 300))
        }
    }

    @Test func noAnswerToConnect() async throws {
        try await offPool {
            let failure = try HostileBrokerTests.failure({ $0.connectTimeoutMs = 300 }) { $0.swallow() }
            #expect(failure == .connectTimedOut(ms: 300))
        }
    }

    /// The handshake of TLS never ends, or ends at once.
    @Test func noAnswerToTLS() async throws {
        try await offPool {
            let certificates = try Certificates()
            let tls = MQTTConfiguration.TLS(caFile: certificates.authority)
            let silent = try HostileBrokerTests.failure({
                $0.tls = tls
                $0.connectTimeoutMs = 600
            }) { $0.swallow() }
            #expect(silent == .connectTimedOut(ms: 600))
            let closing = try HostileBrokerTests.failure({ $0.tls = tls }) { $0.close() }
            #expect(closing?.disposition == .retry, "\(String(describing: closing))")
            let resetting = try HostileBrokerTests.failure({ $0.tls = tls }) { $0.reset() }
            #expect(resetting?.disposition == .retry, "\(String(describing: resetting))")
            let plain = try HostileBrokerTests.failure({ $0.tls = tls }) { $0.send(Array("HTTP/1.1 400\r\n\r\n".utf8)) }
            guard case .tls? = plain else {
                Issue.record("\(String(describing: plain))")
                return
            }
        }
    }

    @Test func hangingUpAtEveryStage() async throws {
        try await offPool {
            for reset in [false, true] {
                let leave = { @Sendable (peer: ScriptedBroker.Peer) in reset ? peer.reset() : peer.close() }
                let early = try HostileBrokerTests.failure { leave($0) }
                #expect(early?.disposition == .retry)
                let afterConnect = try HostileBrokerTests.failure {
                    _ = $0.packet()
                    leave($0)
                }
                #expect(afterConnect?.disposition == .retry)
                let halfAnswer = try HostileBrokerTests.failure {
                    _ = $0.packet()
                    $0.send([0x20, 3, 0])
                    leave($0)
                }
                #expect(halfAnswer?.disposition == .retry)
                let midPacket = try HostileBrokerTests.failure {
                    $0.welcome()
                    $0.send([0x30, 0xFF, 0xFF, 0x03, 0, 1, 0x74, 0] + [UInt8](repeating: 7, count: 5000))
                    usleep(20_000)
                    leave($0)
                }
                #expect(midPacket?.disposition == .retry)
            }
        }
    }

    @Test func brokenPackets() async throws {
        try await offPool {
            let packets: [[UInt8]] = [
                [0x00, 0x00], [0xF0, 0x00],
                [0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],  // a length of five bytes
                [0x36, 5, 0, 1, 0x74, 0, 1],  // QoS 3
                [0x30, 3, 0, 9, 0x74],  // topic longer than the packet
                [0x30, 3, 0, 0, 0],  // no topic
                [0x30, 5, 0, 2, 0xC3, 0x28, 0],  // topic that is not UTF-8
                [0x30, 5, 0, 1, 0x74, 9, 1],  // properties longer than the packet
                [0x30, 6, 0, 1, 0x74, 2, 0xFF, 0],  // an unknown property
                [0x32, 6, 0, 1, 0x74, 0, 0, 0],  // QoS 1 with id 0
                [0x90, 2, 0, 1], [0xE0, 0x00], [0x20, 3, 0, 0, 0], [0x10, 0x00], [0x82, 0x00],
            ]
            for packet in packets {
                let failure = try HostileBrokerTests.failure({ $0.connectTimeoutMs = 3000 }) {
                    $0.welcome()
                    $0.send(packet)
                    usleep(50_000)
                    $0.close()
                }
                #expect(failure?.disposition == .retry, "\(packet): \(String(describing: failure))")
            }
        }
    }

    /// Without the packet types whose properties the library reads: Debian's libmosquitto 2.0.11 is built with
    /// assertions and ends the process on a property that MQTT 5 does not define.
    @Test(arguments: Seeds.list(fixed: 2))
    func garbage(seed: UInt64) async throws {
        try await offPool {
            let random = Mutex(SeededRandom(seed: seed))
            for greets in [true, false] {
                for _ in 0..<15 {
                    let bytes = random.withLock { random in
                        let types: [UInt8] = greets ? [0, 1, 8, 10] : [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
                        return [types[random.below(types.count)] << 4 | UInt8(random.below(16))]
                            + (0..<random.below(3000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                    }
                    let failure = try HostileBrokerTests.failure({ $0.connectTimeoutMs = 3000 }) {
                        if greets { $0.welcome() } else { _ = $0.packet() }
                        $0.send(bytes)
                        usleep(5000)
                        $0.close()
                    }
                    #expect(failure != nil, "\(replayHint(seed))")
                }
            }
        }
    }

    /// The port of another service.
    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "220 smtp\r\n",
    ])
    func otherProtocols(text: String) async throws {
        try await offPool {
            let failure = try HostileBrokerTests.failure({ $0.connectTimeoutMs = 500 }) {
                $0.send(Array(text.utf8))
                $0.swallow()
            }
            #expect(failure?.disposition == .retry)
        }
    }

    /// Sends more than we said we take.
    @Test func oversizedMessages() async throws {
        try await offPool {
            let failure = try HostileBrokerTests.failure({ $0.maxIncomingBytes = 2000 }) {
                $0.welcome()
                $0.send([0x30, 0x80 | 120, 23, 0, 1, 0x74, 0] + [UInt8](repeating: 1, count: 3060))
                $0.swallow()
            }
            #expect(failure == .oversized(bytes: 3060, limitBytes: 2000))
        }
    }

    /// A message that arrives before any subscription, with the CONNACK, comes after it all the same.
    @Test func aMessageWithTheAnswerToConnect() async throws {
        try await offPool {
            let broker = try ScriptedBroker { peer in
                _ = peer.packet()
                peer.send([0x20, 3, 0, 0, 0] + [0x30, 5, 0, 1, 0x74, 0, 42])
                peer.swallow()
            }
            let driver = try HostileBrokerTests.driver(broker)
            try driver.connect()
            try driver.waitFor("message") { $0.contains { $0.payload == [42] } }
            #expect(driver.events.first == .connected)
            driver.stop()
        }
    }

    /// Accepts everything and acknowledges nothing: nothing is reported as published, nothing grows for ever.
    @Test func aBrokerThatSwallows() async throws {
        try await offPool {
            let broker = try ScriptedBroker {
                $0.welcome()
                $0.swallow()
            }
            let driver = try HostileBrokerTests.driver(broker) { $0.maxOutgoingBytes = 100_000 }
            try driver.connectAndWait()
            let accepted = try driver.perform { client in
                var accepted = 0
                while accepted < 10_000 {
                    do throws(MQTTRefusal) {
                        try client.publish("t", [UInt8](repeating: 0, count: 1000), qos: .atLeastOnce)
                    } catch {
                        guard case .backlogFull = error else { throw error }
                        return accepted
                    }
                    accepted += 1
                }
                return accepted
            }
            #expect(accepted > 50 && accepted < 100)
            #expect(driver.events == [.connected])
            // It does not answer pings either.
            #expect(try driver.waitForEnd() == .silent(keepAliveSeconds: 5))
            driver.stop()
        }
    }

    /// Two packets in one stream, cut at every byte.
    @Test func packetsInPieces() async throws {
        try await offPool {
            let stream: [UInt8] = [0x30, 9, 0, 3, 0x61, 0x2F, 0x62, 0, 1, 2, 3] + [0x30, 4, 0, 1, 0x74, 0]
            let broker = try ScriptedBroker { peer in
                peer.welcome()
                for cut in 1..<stream.count {
                    peer.send(Array(stream[..<cut]))
                    usleep(1000)
                    peer.send(Array(stream[cut...]))
                }
                peer.swallow()
            }
            let driver = try HostileBrokerTests.driver(broker)
            try driver.connectAndWait()
            try driver.waitFor("all messages") { $0.count == 1 + 2 * (stream.count - 1) }
            #expect(driver.events.filter { $0.payload == [1, 2, 3] }.count == stream.count - 1)
            driver.stop()
        }
    }
}
