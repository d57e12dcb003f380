import Glibc
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Web

@Suite(.serialized, .timeLimit(.minutes(10)))
struct TLSTests {
    private func start(
        _ echo: EchoEndpoint, _ change: @escaping @Sendable (inout HTTPServerSettings) -> Void = { _ in }
    ) throws -> TestServer {
        let folder = try TemporaryFolder()
        let files = try TLSTunnel.makeCertificate(in: folder)
        // Read when the server starts; the folder may go then.
        return try TestServer(endpoints: ["/ws": echo]) { settings in
            settings.tls = .init(certificateFile: files.certificate, keyFile: files.key)
            change(&settings)
        }
    }

    @Test func requestsOverTLS() async throws {
        try await offPool {
            let test = try start(EchoEndpoint())
            let tunnel = try TLSTunnel(port: test.port)
            for _ in 0..<3 {
                tunnel.client.send(get("/json"))
                #expect(try tunnel.client.response().text == #"{"ok":true}"#)
            }
            tunnel.client.send(get("/big/3000000"))
            #expect(try tunnel.client.response().body.count == 3_000_000)
            let body = (0..<500_000).map { UInt8(truncatingIfNeeded: $0) }
            startThread {
                tunnel.client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n")
                tunnel.client.send(body)
            }
            #expect(try tunnel.client.response().body == body)
        }
    }

    @Test func oldVersionsAndPlainTextAreRefused() async throws {
        try await offPool {
            let test = try start(EchoEndpoint())
            let old = try TLSTunnel(port: test.port, options: ["-tls1_1"])
            old.client.send(get("/json"))
            #expect(try old.client.takeAll() == [])
            for version in ["-tls1_2", "-tls1_3"] {
                let tunnel = try TLSTunnel(port: test.port, options: [version])
                tunnel.client.send(get("/json"))
                #expect(try tunnel.client.response().status == 200)
            }
            let plain = try RawClient(port: test.port)
            plain.send(get("/json"))
            #expect(try !String(decoding: plain.takeAll(), as: UTF8.self).contains("200"))
        }
    }

    @Test func aHandshakeThatNeverEndsIsCut() async throws {
        try await offPool {
            let test = try start(EchoEndpoint()) { $0.headTimeoutMs = 400 }
            let silent = try RawClient(port: test.port)
            silent.send([0x16, 0x03, 0x01])
            #expect(try silent.takeAll() == [])
        }
    }

    @Test func webSocketOverTLS() async throws {
        try await offPool {
            let echo = EchoEndpoint()
            let test = try start(echo)
            let tunnel = try TLSTunnel(port: test.port)
            let peer = try WebSocketPeer(tunnel.client)
            for count in [0, 1, 126, 4096, 65_536] {
                let payload = [UInt8](repeating: 0x62, count: count)
                peer.client.send(WebSocketPeer.frame(0x81, payload))
                #expect(try peer.next() == .init(first: 0x81, payload: payload))
            }
            peer.send(text: "burst 5000")
            for index in 1...5000 { #expect(try peer.next()?.text == "\(index)") }
            peer.close(1000, "bye")
            #expect(try peer.next()?.code == 1000)
            #expect(try peer.next() == nil)
            try waitUntil("all is freed") { test.server.statistics.connections == 0 }
            #expect(echo.lastCode.load(ordering: .acquiring) == 1000)
        }
    }

    @Test func largeFramesOverTLSArriveWholeWhileAnotherClientIsStuck() async throws {
        try await offPool {
            let echo = EchoEndpoint()
            let test = try start(echo) { $0.webSocket.stuckTimeoutMs = 1500 }
            let stuck = try TLSTunnel(port: test.port)
            _ = try WebSocketPeer(stuck.client)
            let tunnel = try TLSTunnel(port: test.port)
            let peer = try WebSocketPeer(tunnel.client)
            let payload = (0..<200_000).map { UInt8(ascii: "a") + UInt8($0 % 26) }
            echo.frames.withLock { $0 = (0..<50).map { _ in SharedFrame(text: payload) } }
            test.server.post { test.server.wakeAll(of: echo) }
            for _ in 0..<50 { #expect(try peer.next()?.payload == payload) }
            try waitUntil("the stuck one is cut") { test.server.statistics.webSockets == 1 }
        }
    }

    @Test(arguments: FrameCase.all) func framesOverTLS(_ example: FrameCase) async throws {
        try await offPool {
            let test = try start(EchoEndpoint()) { $0.webSocket.burstFrames = 1000 }
            let tunnel = try TLSTunnel(port: test.port)
            let peer = try WebSocketPeer(tunnel.client)
            peer.client.send(example.bytes)
            switch example.outcome {
            case .replies(let expected):
                for frame in expected { #expect(try peer.next() == frame, "\(example)") }
                peer.close()
                #expect(try peer.closeCode() == 1000, "\(example)")
            case .closes(let code): #expect(try peer.closeCode() == code, "\(example)")
            }
            try waitUntil("all is freed") { test.server.statistics.webSockets == 0 }
        }
    }

    @Test func earlyFramesOverTLSAreNotLost() async throws {
        try await offPool {
            let test = try start(EchoEndpoint())
            let tunnel = try TLSTunnel(port: test.port)
            let long = [UInt8](repeating: 0x61, count: 40_000)
            tunnel.client.send(
                Array(WebSocketPeer.handshake("/ws").utf8) + WebSocketPeer.frame(0x81, Array("early".utf8))
                    + WebSocketPeer.frame(0x81, long))
            #expect(try tunnel.client.response().status == 101)
            #expect(try tunnel.client.take(7) == [0x81, 5] + "early".utf8)
            #expect(try tunnel.client.take(long.count + 4).suffix(long.count) == long[...])
        }
    }

    @Test func slowHeadsOverTLSAreAnswered() async throws {
        try await offPool {
            let test = try start(EchoEndpoint()) { $0.headTimeoutMs = 800 }
            let tunnel = try TLSTunnel(port: test.port)
            tunnel.client.send("GET / HTTP/1.1\r\nX: ")
            #expect(try tunnel.client.response().status == 408)
        }
    }

    @Test func aClientThatVanishesIsNoticed() async throws {
        try await offPool {
            let echo = EchoEndpoint()
            let test = try start(echo) { $0.webSocket.pingEveryMs = 400 }
            do {
                let tunnel = try TLSTunnel(port: test.port)
                _ = try WebSocketPeer(tunnel.client)
            }
            try waitUntil("noticed") { echo.closed.load(ordering: .acquiring) == 1 }
            try waitUntil("freed") { test.server.statistics.connections == 0 }
        }
    }

    @Test func stoppingWithClientsOverTLS() async throws {
        try await offPool {
            let test = try start(EchoEndpoint())
            let tunnels = try (0..<5).map { _ in try TLSTunnel(port: test.port) }
            let peers = try tunnels.map { try WebSocketPeer($0.client) }
            let stopped = Atomic(false)
            startThread {
                test.server.stop(graceMs: 3000)
                stopped.store(true, ordering: .releasing)
            }
            for peer in peers {
                #expect(try peer.next()?.code == 1001)
                peer.close(1001)
            }
            try waitUntil("stopped") { stopped.load(ordering: .acquiring) }
        }
    }

    @Test func aKeyThatOthersMayReadIsRefused() async throws {
        try await offPool {
            let folder = try TemporaryFolder()
            let files = try TLSTunnel.makeCertificate(in: folder)
            var settings = HTTPServerSettings()
            settings.tls = .init(certificateFile: files.certificate, keyFile: files.key)
            chmod(files.key, 0o644)
            #expect(throws: HTTPServerFailure.self) { try HTTPServer(settings: settings, router: Router()) }
            chmod(files.key, 0o600)
            let other = try TemporaryFolder()
            settings.tls?.certificateFile = try TLSTunnel.makeCertificate(in: other).certificate
            do {
                _ = try HTTPServer(settings: settings, router: Router())
                Issue.record("started with another's certificate")
            } catch { #expect("\(error)".contains("not the key of the certificate")) }
        }
    }
}
