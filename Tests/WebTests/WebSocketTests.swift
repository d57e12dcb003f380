import Glibc
import Model
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Web

@Suite(.serialized, .timeLimit(.minutes(10)))
struct WebSocketTests {
    private func start(
        _ change: @escaping @Sendable (inout HTTPServerSettings) -> Void = { _ in }
    ) throws -> (TestServer, EchoEndpoint) {
        let echo = EchoEndpoint()
        return (try TestServer(endpoints: ["/ws": echo], change), echo)
    }

    @Test func handshakeOfTheStandard() async throws {
        try await offPool {
            let (test, _) = try start()
            let client = try RawClient(port: test.port)
            client.send(WebSocketPeer.handshake("/ws", headers: "Sec-WebSocket-Protocol: x, bellwether.v1.json\r\n"))
            let response = try client.response()
            #expect(response.status == 101)
            #expect(response.headers["upgrade"] == "websocket")
            #expect(response.headers["connection"]?.lowercased() == "upgrade")
            // The example of RFC 6455, 1.3.
            #expect(response.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            #expect(response.headers["sec-websocket-protocol"] == "bellwether.v1.json")
            #expect(response.headers["sec-websocket-extensions"] == nil)
        }
    }

    @Test(arguments: HandshakeCase.all) func handshakes(_ example: HandshakeCase) async throws {
        try await offPool {
            let (test, _) = try start { $0.webSocket.allowedOrigins = ["https://scada.example"] }
            let client = try RawClient(port: test.port)
            client.send(example.request)
            let response = try client.response()
            #expect(response.status == example.status, "\(example)")
            if example.status >= 400 {
                #expect(response.headers["content-type"] == "application/problem+json", "\(example)")
            }
            if example.status == 426 { #expect(response.headers["upgrade"] == "websocket") }
        }
    }

    @Test func messagesOfAllSizesComeBack() async throws {
        try await offPool {
            let (test, echo) = try start()
            let peer = try WebSocketPeer(port: test.port)
            for count in [0, 1, 125, 126, 127, 4095, 4096, 65_535, 65_536] {
                let payload = [UInt8](repeating: 0x61, count: count)
                peer.client.send(WebSocketPeer.frame(0x81, payload))
                #expect(try peer.next() == .init(first: 0x81, payload: payload))
                peer.client.send(WebSocketPeer.frame(0x82, payload))
                #expect(try peer.next() == .init(first: 0x82, payload: payload))
            }
            peer.close(1000, "done")
            #expect(try peer.next() == .init(first: 0x88, payload: [3, 232] + "done".utf8))
            #expect(try peer.next() == nil)
            try waitUntil("closed") { echo.closed.load(ordering: .acquiring) == 1 }
            #expect(echo.lastCode.load(ordering: .acquiring) == 1000)
            try waitUntil("counted out") { test.server.statistics.webSockets == 0 }
        }
    }

    /// Frames sent together with the handshake, before its answer.
    @Test func earlyFramesAreNotLost() async throws {
        try await offPool {
            let (test, _) = try start()
            let client = try RawClient(port: test.port)
            client.send(Array(WebSocketPeer.handshake("/ws").utf8) + WebSocketPeer.frame(0x81, Array("early".utf8)))
            #expect(try client.response().status == 101)
            #expect(try client.take(7) == [0x81, 5] + "early".utf8)
        }
    }

    @Test(arguments: FrameCase.all) func frames(_ example: FrameCase) async throws {
        try await offPool {
            let (test, echo) = try start { $0.webSocket.burstFrames = 1000 }
            // All at once, and byte by byte: the answers must be the same.
            for step in [1_000_000, 1] where step == 1_000_000 || example.bytes.count < 2000 {
                let peer = try WebSocketPeer(port: test.port)
                for start in stride(from: 0, to: example.bytes.count, by: step) {
                    peer.client.send(Array(example.bytes[start..<min(start + step, example.bytes.count)]))
                }
                switch example.outcome {
                case .replies(let expected):
                    for frame in expected { #expect(try peer.next() == frame, "\(example)") }
                    peer.close()
                    #expect(try peer.closeCode() == 1000, "\(example)")
                case .closes(let code):
                    // A client that goes on sending changes nothing.
                    peer.client.send(WebSocketPeer.frame(0x81, Array("more".utf8)))
                    #expect(try peer.closeCode() == code, "\(example)")
                }
            }
            let opened = echo.opened.load(ordering: .acquiring)
            try waitUntil("all are closed") { echo.closed.load(ordering: .acquiring) == opened }
            let after = try WebSocketPeer(port: test.port)
            after.send(text: "alive")
            #expect(try after.next()?.text == "alive")
        }
    }

    @Test func aFloodOfFramesIsAPolicyViolation() async throws {
        try await offPool {
            let (test, _) = try start()
            for frame in [
                WebSocketPeer.frame(0x89, []), WebSocketPeer.frame(0x8A, []), WebSocketPeer.frame(0x81, [0x61]),
            ] {
                let peer = try WebSocketPeer(port: test.port)
                startThread { for _ in 0..<2000 where !peer.client.send(frame) { return } }
                #expect(try peer.closeCode() == 1008)
            }
        }
    }

    @Test func tooManyFragmentsAreAPolicyViolation() async throws {
        try await offPool {
            let (test, _) = try start { $0.webSocket.burstFrames = 100_000 }
            let peer = try WebSocketPeer(port: test.port)
            peer.client.send(WebSocketPeer.frame(0x01, [0x61]))
            startThread { for _ in 0..<10_000 where !peer.client.send(WebSocketPeer.frame(0x00, [])) { return } }
            #expect(try peer.closeCode() == 1008)
        }
    }

    @Test func pingsOfAClientThatNeverReadsAreNotRemembered() async throws {
        try await offPool {
            let (test, _) = try start { $0.webSocket.burstFrames = 1_000_000 }
            let peer = try WebSocketPeer(port: test.port, receiveBytes: 4096)
            let ping = WebSocketPeer.frame(0x89, [UInt8](repeating: 0x70, count: 125))
            let many = [UInt8]((0..<100).map { _ in ping }.joined())
            for _ in 0..<200 { peer.client.send(many) }
            // The last one is answered; not all of the twenty thousand.
            peer.client.send(WebSocketPeer.frame(0x89, Array("last".utf8)))
            var pongs = 0
            while let frame = try peer.next() {
                #expect(frame.opcode == 10)
                pongs += 1
                if frame.text == "last" { break }
            }
            #expect(pongs < 10_000)
        }
    }

    @Test(arguments: Seeds.list(fixed: 20)) func randomBytesAfterTheHandshake(_ seed: UInt64) async throws {
        try await offPool {
            let (test, echo) = try start()
            var random = SeededRandom(seed: seed)
            for _ in 0..<20 {
                let peer = try WebSocketPeer(port: test.port)
                var bytes = (0..<random.below(300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                // Half of them begin like a frame, so that they come further.
                if random.below(2) == 0 { bytes = WebSocketPeer.frame(0x81, [0x61]) + [0x81, 0x80 | 20] + bytes }
                peer.client.send(bytes)
                peer.client.endSending()
                _ = try peer.closeCode()
            }
            try waitUntil("all are closed") { echo.closed.load(ordering: .acquiring) == 20 }
            #expect(try exchange(test.port, get("/")).status == 200, "\(replayHint(seed))")
        }
    }

    @Test func theServerClosesWithCodeAndReason() async throws {
        try await offPool {
            let (test, echo) = try start()
            for code in [1000, 1001, 1008, 1011, 1012, 1013, 4401] {
                let peer = try WebSocketPeer(port: test.port)
                peer.send(text: "close \(code)")
                let frame = try peer.next()
                #expect(frame?.code == code)
                #expect(String(decoding: frame?.payload.dropFirst(2) ?? [], as: UTF8.self) == "as you wish")
                peer.close(UInt16(code == 1012 || code == 1013 ? 1000 : code))
                #expect(try peer.next() == nil)
            }
            #expect(echo.closed.load(ordering: .acquiring) == 7)
        }
    }

    @Test func aClientThatDoesNotAnswerTheCloseIsCut() async throws {
        try await offPool {
            let (test, _) = try start { $0.webSocket.closeTimeoutMs = 300 }
            let peer = try WebSocketPeer(port: test.port)
            peer.send(text: "close 1000")
            #expect(try peer.next()?.opcode == 8)
            #expect(try peer.next() == nil)
        }
    }

    @Test func halfClosedAndBrokenConnectionsEnd() async throws {
        try await offPool {
            let (test, echo) = try start()
            let half = try WebSocketPeer(port: test.port)
            half.client.endSending()
            #expect(try half.closeCode() == 1006)
            do {
                let broken = try WebSocketPeer(port: test.port)
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(broken.client.socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            }
            try waitUntil("both have ended") { echo.closed.load(ordering: .acquiring) == 2 }
            #expect(echo.lastCode.load(ordering: .acquiring) == 1006)
        }
    }

    @Test func silentClientsArePingedAndCut() async throws {
        try await offPool {
            let (test, echo) = try start { $0.webSocket.pingEveryMs = 300 }
            let living = try WebSocketPeer(port: test.port)
            let dead = try WebSocketPeer(port: test.port)
            var pings = 0
            while pings < 6, let frame = try living.next() {
                #expect(frame.opcode == 9)
                pings += 1
                living.client.send(WebSocketPeer.frame(0x8A, frame.payload))
            }
            try waitUntil("the dead one is cut") { echo.closed.load(ordering: .acquiring) == 1 }
            #expect(try dead.closeCode() == 1006)
            living.send(text: "here")
            #expect(try living.nextMessage()?.text == "here")
        }
    }

    @Test func aClientThatReadsNothingDoesNotSlowAnother() async throws {
        try await offPool {
            let (test, echo) = try start { $0.webSocket.stuckTimeoutMs = 60_000 }
            let stuck = try WebSocketPeer(port: test.port, receiveBytes: 4096)
            let quick = try WebSocketPeer(port: test.port)
            let count = 2000
            let payload = [UInt8](repeating: 0x61, count: 10_000)
            let reader = Atomic(0)
            startThread {
                while let frame = try? quick.nextMessage(), frame.payload.count == payload.count {
                    reader.add(1, ordering: .acquiringAndReleasing)
                }
            }
            for _ in 0..<count {
                echo.frames.withLock { $0.append(SharedFrame(text: payload)) }
                test.server.post { test.server.wakeAll(of: echo) }
            }
            try waitUntil("the quick one has all", within: .seconds(60)) { reader.load(ordering: .acquiring) == count }
            withExtendedLifetime(stuck) {}
        }
    }

    @Test func aStuckClientIsCut() async throws {
        try await offPool {
            let (test, echo) = try start { $0.webSocket.stuckTimeoutMs = 500 }
            let stuck = try WebSocketPeer(port: test.port, receiveBytes: 4096)
            echo.frames.withLock { all in
                for _ in 0..<100 { all.append(SharedFrame(text: [UInt8](repeating: 0x61, count: 100_000))) }
            }
            test.server.post { test.server.wakeAll(of: echo) }
            try waitUntil("cut") { echo.closed.load(ordering: .acquiring) == 1 }
            withExtendedLifetime(stuck) {}
        }
    }

    /// A pong must not land inside a frame that is half sent.
    @Test func controlFramesGoBetweenFrames() async throws {
        try await offPool {
            let (test, echo) = try start { $0.webSocket.burstFrames = 100_000 }
            let peer = try WebSocketPeer(port: test.port, receiveBytes: 4096)
            let payload = (0..<300_000).map { UInt8(ascii: "a") + UInt8($0 % 26) }
            echo.frames.withLock { $0 = (0..<20).map { _ in SharedFrame(text: payload) } }
            test.server.post { test.server.wakeAll(of: echo) }
            startThread {
                for _ in 0..<50 { peer.client.send(WebSocketPeer.frame(0x89, Array("p".utf8))); usleep(1000) }
            }
            var messages = 0
            var pongs = 0
            while messages < 20, let frame = try peer.next() {
                if frame.opcode == 10 {
                    pongs += 1
                    #expect(frame.text == "p")
                } else {
                    messages += 1
                    #expect(frame.payload == payload)
                }
            }
            #expect(messages == 20)
            peer.close()
            #expect(try peer.closeCode() == 1000)
            #expect(pongs <= 50)
        }
    }

    @Test func stoppingTellsEveryClient() async throws {
        try await offPool {
            let (test, echo) = try start()
            let peers = try (0..<20).map { _ in try WebSocketPeer(port: test.port) }
            let stopped = Atomic(false)
            startThread {
                test.server.stop(graceMs: 5000, code: .serviceRestart, reason: "back soon")
                stopped.store(true, ordering: .releasing)
            }
            for peer in peers {
                #expect(try peer.next()?.code == 1012)
                peer.close(1000)
                #expect(try peer.next() == nil)
            }
            try waitUntil("stopped") { stopped.load(ordering: .acquiring) }
            #expect(echo.closed.load(ordering: .acquiring) == 20)
        }
    }

    @Test func theNumberOfClientsIsLimited() async throws {
        try await offPool {
            let (test, _) = try start { $0.maxWebSockets = 3 }
            let peers = try (0..<3).map { _ in try WebSocketPeer(port: test.port) }
            let refused = try exchange(test.port, WebSocketPeer.handshake("/ws"))
            #expect(refused.status == 503)
            #expect(refused.headers["retry-after"] != nil)
            withExtendedLifetime(peers) {}
        }
    }

    @Test func twoThousandClientsGetEveryFrameInOrder() async throws {
        try await offPool {
            let (test, echo) = try start()
            let peers = try (0..<2000).map { _ in try WebSocketPeer(port: test.port) }
            try waitUntil("all are open") { echo.opened.load(ordering: .acquiring) == 2000 }
            startThread {
                for index in 0..<100 {
                    echo.frames.withLock { $0.append(SharedFrame(text: Array("\(index)".utf8))) }
                    test.server.post { test.server.wakeAll(of: echo) }
                    if index % 10 == 0 { usleep(10_000) }
                }
            }
            for peer in peers {
                for index in 0..<100 { #expect(try peer.nextMessage()?.text == "\(index)") }
            }
            #expect(test.server.statistics.webSockets == 2000)
        }
    }
}
