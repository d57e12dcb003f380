import Runtime
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
}
