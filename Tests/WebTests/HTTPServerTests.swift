import Glibc
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import Web

@Suite(.serialized, .timeLimit(.minutes(10)))
struct HTTPServerTests {
    @Test func answersAndKeepsTheConnection() async throws {
        try await offPool {
            let test = try TestServer()
            let client = try RawClient(port: test.port)
            for _ in 0..<3 {
                client.send(get("/json"))
                let response = try client.response()
                #expect(response.status == 200)
                #expect(response.text == #"{"ok":true}"#)
                #expect(response.headers["content-type"] == "application/json")
                #expect(response.headers["cache-control"] == "no-store")
                #expect(response.headers["x-content-type-options"] == "nosniff")
                #expect(response.headers["referrer-policy"] == "no-referrer")
                let policy = response.headers["content-security-policy"] ?? ""
                #expect(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"))
                #expect(response.headers["date"] != nil)
            }
        }
    }

    /// What a well-meaning client can send, and what it gets.
    @Test(arguments: [
        (get("/"), 200, "home"),
        (get("/echo/caf%C3%A9?a=1&b=x+y&a=%26"), 200, "café?a=1|b=x y|a=&"),
        (get("http://localhost/json"), 200, #"{"ok":true}"#),
        ("GET / HTTP/1.0\r\n\r\n", 200, "home"),
        ("GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n", 200, "home"),
        ("\r\n" + get("/"), 200, "home"),
        ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"),
        ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 200, ""),
        (
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
            200, "abcde"
        ),
        (
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Trailer: 1\r\n\r\n",
            200, "a"
        ),
        ("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
        (get("/", headers: "X-Empty:\r\nX-Tab:\t a \t\r\n"), 200, "home"),
    ]) func wellFormed(_ request: String, _ status: Int, _ body: String) async throws {
        try await offPool {
            let test = try TestServer()
            let response = try exchange(test.port, request)
            #expect(response.status == status)
            #expect(response.text == body)
        }
    }

    /// Every refusal that is ours: the status, and a problem document that says the same.
    @Test(arguments: HTTPRefusals.ours) func refusals(_ refusal: HTTPRefusal) async throws {
        try await offPool {
            let test = try TestServer { $0.maxBodyBytes = 1000 }
            let client = try RawClient(port: test.port)
            client.send(refusal.request)
            let response = try client.response(isHead: refusal.request.starts(with: "HEAD ".utf8))
            #expect(response.status == refusal.status, "\(refusal)")
            #expect(response.headers["content-type"] == "application/problem+json", "\(refusal)")
            #expect(response.headers["x-content-type-options"] == "nosniff", "\(refusal)")
            if let (name, value) = refusal.header { #expect(response.headers[name] == value, "\(refusal)") }
            if !response.body.isEmpty {
                #expect(response.text.contains(#""status":\#(refusal.status)"#), "\(refusal)")
                #expect(response.text.contains(#""title":"\#(HTTPStatus.title(refusal.status))""#), "\(refusal)")
            }
            // What follows a request that cannot be framed must never be read as a request of its own.
            if refusal.ends { #expect(try client.takeAll() == [], "\(refusal)") }
        }
    }

    /// What libmicrohttpd refuses before we see it: an error of its own making, nothing smuggled, and the end.
    @Test(arguments: HTTPRefusals.theirs) func refusalsOfTheLibrary(_ refusal: HTTPRefusal) async throws {
        try await offPool {
            let test = try TestServer { $0.maxBodyBytes = 1000 }
            let client = try RawClient(port: test.port)
            client.send(refusal.request)
            let text = String(decoding: try client.takeAll(), as: UTF8.self)
            if refusal.status > 0 { #expect(text.hasPrefix("HTTP/1.1 \(refusal.status) "), "\(refusal): \(text)") }
            #expect(!text.contains("HTTP/1.1 200") && !text.contains(#"{"ok":true}"#), "\(refusal): \(text)")
            #expect(try exchange(test.port, get("/")).status == 200)
        }
    }

    @Test func headAnswersLikeGetWithoutBody() async throws {
        try await offPool {
            let test = try TestServer()
            let client = try RawClient(port: test.port)
            client.send(get("/json", method: "HEAD"))
            let head = try client.response(isHead: true)
            #expect(head.status == 200)
            #expect(head.headers["content-length"] == "11")
            client.send(get("/"))
            #expect(try client.response().text == "home")
        }
    }

    @Test func optionsAndMethodsOfAPath() async throws {
        try await offPool {
            let test = try TestServer()
            let options = try exchange(test.port, get("/json", method: "OPTIONS"))
            #expect(options.status == 204)
            #expect(options.headers["allow"] == "GET, HEAD, OPTIONS")
            let all = try exchange(test.port, get("*", method: "OPTIONS"))
            #expect(all.status == 204)
            let wrong = try exchange(test.port, get("/json", method: "DELETE"))
            #expect(wrong.status == 405)
            #expect(wrong.headers["allow"] == "GET, HEAD, OPTIONS")
        }
    }

    @Test func etagSavesTheBody() async throws {
        try await offPool {
            let test = try TestServer()
            let client = try RawClient(port: test.port)
            client.send(get("/tagged"))
            let first = try client.response()
            #expect(first.headers["etag"] == "\"v1\"")
            for tag in ["\"v1\"", "\"v0\", W/\"v1\"", "*"] {
                client.send(get("/tagged", headers: "If-None-Match: \(tag)\r\n"))
                let again = try client.response()
                #expect(again.status == 304)
                #expect(again.headers["etag"] == "\"v1\"")
            }
            client.send(get("/tagged", headers: "If-None-Match: \"v2\"\r\n"))
            #expect(try client.response().text == "page")
        }
    }

    @Test func aFailingHandlerSaysNothingOfItsInside() async throws {
        try await offPool {
            let test = try TestServer()
            let response = try exchange(test.port, get("/fail"))
            #expect(response.status == 500)
            #expect(!response.text.contains("secret"))
            #expect(response.headers["content-type"] == "application/problem+json")
        }
    }

    @Test func aHeaderWithALineBreakIsNotSent() async throws {
        try await offPool {
            let test = try TestServer()
            let response = try exchange(test.port, get("/header?v=a%20b"))
            #expect(response.status == 500)
            #expect(response.headers["x"] == nil && response.headers["x-back"] == nil)
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await offPool {
            let test = try TestServer()
            let client = try RawClient(port: test.port)
            startThread { for index in 0..<1000 { client.send(get("/echo/\(index)")) } }
            for index in 0..<1000 {
                let response = try client.response()
                #expect(response.text == "\(index)?")
            }
        }
    }

    @Test func expectContinueIsAnsweredBeforeTheBody() async throws {
        try await offPool {
            let test = try TestServer()
            let client = try RawClient(port: test.port)
            client.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            let interim = try client.take(25)
            #expect(String(decoding: interim, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
            client.send("abc")
            #expect(try client.response().text == "abc")
        }
    }

    @Test func bodiesUpToTheLimit() async throws {
        try await offPool {
            let test = try TestServer()
            let limit = 1 << 20
            for count in [limit - 1, limit] {
                let body = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
                let client = try RawClient(port: test.port)
                startThread {
                    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: \(count)\r\n\r\n")
                    client.send(body)
                }
                #expect(try client.response().body == body)
            }
            // Chunked: the length is not known before.
            let client = try RawClient(port: test.port)
            startThread {
                client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<17 {
                    client.send("10000\r\n")
                    client.send([UInt8](repeating: 0x61, count: 65536))
                    client.send("\r\n")
                }
                client.send("0\r\n\r\n")
            }
            #expect(try client.response().status == 413)
        }
    }

    @Test func anEndlessChunkedBodyIsCutOff() async throws {
        try await offPool {
            let test = try TestServer { $0.maxBodyBytes = 10_000 }
            let client = try RawClient(port: test.port)
            client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("1000\r\n".utf8) + [UInt8](repeating: 0x61, count: 4096) + Array("\r\n".utf8)
            var sent = 0
            while sent < 100_000, client.send(chunk) { sent += 1 }
            #expect(sent < 100_000)
            #expect(try client.response().status == 413)
        }
    }

    @Test func largeResponsesArriveWhole() async throws {
        try await offPool {
            let test = try TestServer()
            let client = try RawClient(port: test.port)
            for count in [0, 1, 16_383, 65_536, 5_000_000] {
                client.send(get("/big/\(count)"))
                #expect(try client.response().body.count == count)
            }
        }
    }

    @Test func theLargestHeadAllowedIsAnswered() async throws {
        try await offPool {
            let test = try TestServer()
            let target = "/echo/" + String(repeating: "a", count: 4000)
            let fields = (0..<60).map { "X-Header-\($0): \(String(repeating: "v", count: 100))\r\n" }.joined()
            let response = try exchange(test.port, get(target, headers: fields))
            #expect(response.status == 200)
            #expect(response.body.count == 4001)
        }
    }

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
