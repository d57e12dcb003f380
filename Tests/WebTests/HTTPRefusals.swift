import TestSupport

/// A request that must be refused.
struct HTTPRefusal: Sendable, CustomStringConvertible {
    let name: String
    let request: [UInt8]
    let status: Int
    var header: (String, String)?
    /// True if the connection must end with the refusal.
    var ends = false
    var description: String { name }

    init(_ name: String, _ request: String, _ status: Int, header: (String, String)? = nil, ends: Bool = false) {
        self.init(name, Array(request.utf8), status, header: header, ends: ends)
    }

    init(_ name: String, _ request: [UInt8], _ status: Int, header: (String, String)? = nil, ends: Bool = false) {
        self.name = name
        self.request = request
        self.status = status
        self.header = header
        self.ends = ends
    }
}

enum HTTPRefusals {
    /// A request hidden in what follows the refused one: if it is ever answered, something was smuggled.
    private static let hidden = "GET /json HTTP/1.1\r\nHost: hidden\r\n\r\n"

    static let ours: [HTTPRefusal] = targets + methods + framing + heads + bodies

    private static let targets: [HTTPRefusal] = [
        .init("unknown path", get("/nothing"), 404),
        .init("path in other case", get("/JSON"), 404),
        .init("trailing slash", get("/json/"), 404),
        .init("double slash", get("//json"), 404),
        .init("empty parameter", get("/echo/"), 404),
        .init("dot segment", get("/a/../json"), 400),
        .init("encoded dot segment", get("/a/%2e%2e/json"), 400),
        .init("half encoded dot segment", get("/a/.%2E/json"), 400),
        .init("single dot", get("/./json"), 400),
        .init("encoded slash", get("/echo/a%2Fb"), 400),
        .init("encoded backslash", get("/echo/a%5Cb"), 400),
        .init("backslash", get("/echo/a\\b"), 400, ends: true),
        .init("NUL", get("/echo/a%00b"), 400),
        .init("encoded line break", get("/echo/a%0d%0ab"), 400),
        .init("DEL", get("/echo/%7F"), 400),
        .init("overlong UTF-8", get("/echo/%C0%AF"), 400),
        .init("invalid UTF-8", get("/echo/%FF"), 400),
        .init("surrogate", get("/echo/%ED%A0%80"), 400),
        .init("broken escape", get("/echo/%4"), 400),
        .init("broken escape 2", get("/echo/%zz"), 400),
        .init("unicode escape of IIS", get("/echo/%u0041"), 400),
        .init(
            "raw bytes above 127",
            Array("GET /echo/".utf8) + [0xC3, 0xA9] + Array(" HTTP/1.1\r\nHost: x\r\n\r\n".utf8), 400),
        .init("fragment", get("/json#x"), 400, ends: true),
        .init("space in the target", get("/echo/a b"), 400, ends: true),
        .init("invalid UTF-8 in the query", get("/json?a=%FF"), 400),
        .init("NUL in the query", get("/json?a=%00"), 400),
        .init("1,900 query items", get("/json?" + String(repeating: "&a", count: 1900)), 400),
        .init("too many query items", get("/json?" + String(repeating: "a=1&", count: 70)), 400),
        .init("authority as target", get("localhost:80"), 400, ends: true),
        .init("other scheme", get("ftp://localhost/json"), 400, ends: true),
        .init("absolute without host", get("http:///json"), 400, ends: true),
        .init("asterisk", get("*"), 400),
        .init("target too long", get("/echo/" + String(repeating: "a", count: 4200)), 414, ends: true),
    ]

    private static let methods: [HTTPRefusal] = [
        .init("wrong method", get("/json", method: "PUT", headers: "Content-Length: 0\r\n"), 405),
        .init("TRACE", get("/json", method: "TRACE"), 405, ends: true),
        .init("CONNECT", get("localhost:80", method: "CONNECT"), 405, ends: true),
        .init("unknown method", get("/json", method: "BREW"), 501, ends: true),
        .init("method in lower case", get("/json", method: "get"), 501, ends: true),
        .init("no length", get("/echo", method: "POST"), 411),
        .init("PUT without length", get("/json", method: "PUT"), 411),
        .init("HEAD of nothing", get("/nothing", method: "HEAD"), 404),
    ]

    private static let framing: [HTTPRefusal] = [
        .init(
            "both lengths",
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                + hidden,
            400, ends: true),
        .init(
            "both lengths, other order",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"
                + hidden,
            400, ends: true),
        .init(
            "two lengths", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n" + hidden,
            400, ends: true),
        .init(
            "the same length twice",
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n" + hidden, 400,
            ends: true),
        .init(
            "two codings",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"
                + hidden, 400, ends: true),
        .init(
            "coding list",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + hidden,
            501, ends: true),
        .init(
            "unknown coding", "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden,
            501,
            ends: true),
        .init(
            "vertical tab before chunked",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \u{0B}chunked\r\n\r\n0\r\n\r\n" + hidden, 400,
            ends: true),
        .init(
            "chunked in HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, 400,
            ends: true),
        .init(
            "space before the colon", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length : 44\r\n\r\n" + hidden, 400,
            ends: true),
        .init(
            "folded coding",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + hidden,
            400, ends: true),
        .init(
            "folded length", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n 4\r\n\r\n" + hidden, 400,
            ends: true),
        .init("folded header", "GET /json HTTP/1.1\r\nHost: x\r\nX-A: b\r\n\tc\r\n\r\n" + hidden, 400, ends: true),
        .init(
            "NUL in a length", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\u{0}44\r\n\r\n" + hidden, 400,
            ends: true),
        .init("NUL in the target", "GET /json\u{0}x HTTP/1.1\r\nHost: x\r\n\r\n", 400, ends: true),
        .init(
            "bare CR hides a header",
            "POST /echo HTTP/1.1\r\nHost: x\r\nX: a\rContent-Length: 44\r\n\r\n" + hidden, 400, ends: true),
        .init(
            "bare LF ends a header",
            "GET /json HTTP/1.1\r\nHost: x\r\nX: a\nContent-Length: 44\r\n\r\n" + hidden, 400, ends: true),
        .init("bare LF after the request line", "GET /json HTTP/1.1\nHost: x\r\n\r\n", 400, ends: true),
    ]

    private static let heads: [HTTPRefusal] = [
        .init("no host", "GET /json HTTP/1.1\r\n\r\n", 400, ends: true),
        .init("two hosts", "GET /json HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, ends: true),
        .init("empty host", "GET /json HTTP/1.1\r\nHost:\r\n\r\n", 400, ends: true),
        .init("host with a path", "GET /json HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, ends: true),
        .init("host with user", "GET /json HTTP/1.1\r\nHost: user@a\r\n\r\n", 400, ends: true),
        .init("version 1.2", "GET /json HTTP/1.2\r\nHost: x\r\n\r\n", 505, ends: true),
        .init("two spaces before the target", "GET  /json HTTP/1.1\r\nHost: x\r\n\r\n", 400, ends: true),
        .init("two spaces before the version", "GET /json  HTTP/1.1\r\nHost: x\r\n\r\n", 400, ends: true),
        .init("control character in a value", get("/json", headers: "X-A: \u{01}\r\n"), 400, ends: true),
        .init(
            "invalid UTF-8 in a value",
            Array(get("/json", headers: "X-A: ").dropLast(2).utf8) + [0xFF, 13, 10, 13, 10], 400, ends: true),
        .init("name that is no token", get("/json", headers: "X(A): 1\r\n"), 400, ends: true),
        .init("empty name", get("/json", headers: ": 1\r\n"), 400, ends: true),
        .init("65 headers", get("/json", headers: (0..<65).map { "X\($0): 1\r\n" }.joined()), 431, ends: true),
        .init(
            "9 kB of headers", get("/json", headers: "X-A: \(String(repeating: "a", count: 9000))\r\n"), 431, ends: true
        ),
        .init("unknown expectation", get("/json", headers: "Expect: miracles\r\n"), 417, ends: true),
    ]

    private static let bodies: [HTTPRefusal] = [
        .init("body too large", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", 413, ends: true),
        .init(
            "body too large, expecting",
            "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n", 413, ends: true),
        .init(
            "chunked body too large",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n"
                + String(repeating: "a", count: 1001) + "\r\n0\r\n\r\n", 413, ends: true),
        .init(
            "wrong media type",
            "POST /typed HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 415),
        .init("no media type", "POST /typed HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 415),
    ]

    /// Status 0: the connection just ends, with or without an answer.
    static let theirs: [HTTPRefusal] = [
        .init("NUL in a name", "GET /json HTTP/1.1\r\nHost: x\r\nX\u{0}Y: 1\r\nA: b\r\n\r\n", 400),
        .init("space after the version", "GET /json HTTP/1.1 \r\nHost: x\r\n\r\n", 400),
        .init("HTTP/0.9", "GET /json\r\n\r\n", 400),
        .init("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        .init("version in lower case", "GET /json http/1.1\r\nHost: x\r\n\r\n", 400),
        .init("no version number", "GET /json HTTP/x.y\r\nHost: x\r\n\r\n", 400),
        .init("one word", "GET\r\nHost: x\r\n\r\n", 0),
        .init("TLS hello", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03, 13, 10, 13, 10], 0),
        .init("header without a colon", "GET /json HTTP/1.1\r\nHost: x\r\nnocolon\r\n\r\n", 400),
        .init("first header folded", "GET /json HTTP/1.1\r\n Host: x\r\n\r\n", 400),
        .init("length is no number", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n" + hidden, 400),
        .init("negative length", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n" + hidden, 400),
        .init("length with a plus", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\nabcd" + hidden, 400),
        .init("length list", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4, 4\r\n\r\nabcd" + hidden, 400),
        .init("length in hex", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0x4\r\n\r\nabcd" + hidden, 400),
        .init("empty length", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n" + hidden, 400),
        .init(
            "length beyond 64 bits",
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616\r\n\r\n" + hidden, 413),
        .init("chunk size beyond 64 bits", chunked("ffffffffffffffff1\r\nabc\r\n0\r\n\r\n" + hidden), 413),
        .init("negative chunk size", chunked("-1\r\nabc\r\n0\r\n\r\n" + hidden), 400),
        .init("chunk size with 0x", chunked("0x3\r\nabc\r\n0\r\n\r\n" + hidden), 400),
        .init("no chunk size", chunked("\r\nabc\r\n0\r\n\r\n" + hidden), 400),
        .init("chunk longer than its size", chunked("2\r\nabc\r\n0\r\n\r\n" + hidden), 400),
        .init("1 MB of headers", get("/json", headers: "X-A: \(String(repeating: "a", count: 1_000_000))\r\n"), 0),
        .init("1 MB of target", get("/" + String(repeating: "a", count: 1_000_000)), 0),
    ]

    private static func chunked(_ body: String) -> String {
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    }
}
