import Glibc
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Web

/// What a client may not do to the others: slowness, numbers, stuck handlers, and the end of the server.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HTTPLimitsTests {
    @Test func slowHeadsAndBodiesAreCutOff() async throws {
        try await offPool {
            let test = try TestServer {
                $0.headTimeoutMs = 600
                $0.bodyTimeoutMs = 600
                $0.idleTimeoutMs = 600
            }
            // A byte at a time, for ever.
            let drip = try RawClient(port: test.port)
            let dripped = Atomic(0)
            startThread {
                drip.send("GET / HTTP/1.1\r\nX: ")
                for _ in 0..<2000 {
                    guard drip.send("a") else { return }
                    dripped.add(1, ordering: .relaxed)
                    usleep(20_000)
                }
            }
            #expect(try drip.response().status == 408)
            #expect(try drip.takeAll() == [])
            let body = try RawClient(port: test.port)
            body.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc")
            #expect(try body.response().status == 408)
            // Silence is not worth an answer.
            let silent = try RawClient(port: test.port)
            #expect(try silent.takeAll() == [])
            let kept = try RawClient(port: test.port)
            kept.send(get("/"))
            #expect(try kept.response().status == 200)
            #expect(try kept.takeAll() == [])
        }
    }

    @Test func aClientThatTakesNothingIsCutOff() async throws {
        try await offPool {
            let test = try TestServer { $0.sendTimeoutMs = -15_000_000 / 16 + 700 }
            let client = try RawClient(port: test.port, receiveBytes: 4096)
            client.send(get("/big/15000000"))
            try waitUntil("cut") { test.server.statistics.timeouts == 1 }
            #expect(try client.takeAll().count < 15_000_000)
        }
    }

    @Test func idleConnectionsDoNotDisturb() async throws {
        try await offPool {
            let test = try TestServer()
            let idle = try (0..<300).map { _ in try RawClient(port: test.port) }
            #expect(try exchange(test.port, get("/")).status == 200)
            try waitUntil("all are counted") { test.server.statistics.connections >= 300 }
            for client in idle { client.send(get("/json")) }
            for client in idle { #expect(try client.response().status == 200) }
        }
    }

    @Test func atTheConnectionLimitIdleOnesMakeRoom() async throws {
        try await offPool {
            let test = try TestServer { $0.maxConnections = 20 }
            var kept: [RawClient] = []
            for _ in 0..<100 {
                let client = try RawClient(port: test.port)
                client.send(get("/"))
                #expect(try client.response().status == 200)
                kept.append(client)
            }
            #expect(test.server.statistics.connections <= 21)
        }
    }

    @Test func connectionsOfOneAddressAreLimited() async throws {
        try await offPool {
            let test = try TestServer { $0.maxConnectionsPerAddress = 5 }
            let held = try (0..<5).map { _ in try RawClient(port: test.port) }
            for client in held {
                client.send(get("/"))
                #expect(try client.response().status == 200)
            }
            let refused = try RawClient(port: test.port)
            #expect(try refused.takeAll() == [])
            withExtendedLifetime(held) {}
        }
    }

    @Test func whenWorkersAreBusyRequestsWaitAndThenAreRefused() async throws {
        try await offPool {
            let test = try TestServer {
                $0.workers = 2
                $0.maxQueuedRequests = 8
            }
            let held = try (0..<10).map { _ in try RawClient(port: test.port) }
            for client in held[..<2] { client.send(get("/wait")) }
            try waitUntil("both workers wait") { test.gate.waiters == 2 }
            for client in held[2...] { client.send(get("/wait")) }
            // The ninth in the queue is one too many; others are not harmed.
            var refused = 0
            try waitUntil("a refusal") {
                let extra = try RawClient(port: test.port, limitSeconds: 1)
                extra.send(get("/json"))
                guard let response = try? extra.response(), response.status == 503 else { return false }
                #expect(response.headers["retry-after"] != nil)
                #expect(response.headers["content-type"] == "application/problem+json")
                refused += 1
                return true
            }
            test.gate.open()
            for client in held { #expect(try client.response().text == "opened") }
            #expect(try exchange(test.port, get("/json")).status == 200)
        }
    }

    @Test func manyClientsAtOnceGetTheirOwnAnswers() async throws {
        try await offPool {
            let test = try TestServer()
            let wrong = Atomic(0)
            let done = Atomic(0)
            for thread in 0..<8 {
                startThread {
                    defer { done.add(1, ordering: .acquiringAndReleasing) }
                    do {
                        let client = try RawClient(port: test.port)
                        for index in 0..<500 {
                            client.send(get("/echo/\(thread)-\(index)"))
                            if try client.response().text != "\(thread)-\(index)?" {
                                wrong.add(1, ordering: .relaxed)
                            }
                        }
                    } catch { wrong.add(1, ordering: .relaxed) }
                }
            }
            try waitUntil("all are done", within: .seconds(60)) { done.load(ordering: .acquiring) == 8 }
            #expect(wrong.load(ordering: .acquiring) == 0)
        }
    }

    @Test func stoppingFinishesWhatIsUnderWay() async throws {
        try await offPool {
            let test = try TestServer()
            let idle = try RawClient(port: test.port)
            idle.send(get("/"))
            _ = try idle.response()
            let busy = try RawClient(port: test.port)
            busy.send(get("/wait"))
            try waitUntil("the worker has it") { test.gate.waiters == 1 }
            startThread {
                usleep(300_000)
                test.gate.open()
            }
            test.server.stop(graceMs: 10_000)
            let response = try busy.response()
            #expect(response.text == "opened")
            #expect(response.headers["connection"]?.lowercased() == "close")
            #expect(try idle.takeAll() == [])
            #expect(throws: (any Error).self) { try RawClient(port: test.port) }
        }
    }

    @Test func aStuckHandlerDoesNotHoldUpTheEnd() async throws {
        try await offPool {
            let test = try TestServer()
            let busy = try RawClient(port: test.port)
            busy.send(get("/wait"))
            try waitUntil("the worker has it") { test.gate.waiters == 1 }
            startThread {
                usleep(1_000_000)
                test.gate.open()
            }
            test.server.stop(graceMs: 200)
            #expect(try busy.takeAll().count < 1000)
        }
    }

    @Test func badSettingsAreExplained() throws {
        var settings = HTTPServerSettings()
        settings.listen = "example.invalid"
        #expect(throws: HTTPServerFailure.self) { try HTTPServer(settings: settings, router: Router()) }
        settings.listen = "192.0.2.1"
        do {
            _ = try HTTPServer(settings: settings, router: Router())
            Issue.record("listened on a foreign address")
        } catch { #expect(error.description.contains("192.0.2.1")) }
        settings.listen = "127.0.0.1"
        settings.tls = .init(certificateFile: "/nonexistent.pem", keyFile: "/nonexistent.key")
        do {
            _ = try HTTPServer(settings: settings, router: Router())
            Issue.record("started without a certificate")
        } catch { #expect(error.description.contains("/nonexistent")) }
    }
}
