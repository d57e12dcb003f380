import TestSupport

@testable import Web

/// A handshake and the status it must get.
struct HandshakeCase: Sendable, CustomStringConvertible {
    let description: String
    let request: String
    let status: Int

    private static let standard = [
        "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: \(WebSocketPeer.key)",
    ]

    /// The standard handshake with some of its lines replaced (by what begins with the same name) or added.
    private init(
        _ description: String, _ status: Int, changed lines: [String] = [], without names: [String] = [],
        path: String = "/ws", method: String = "GET", version: String = "1.1"
    ) {
        self.description = description
        self.status = status
        let replaced = lines.map { String($0.prefix { $0 != ":" }) } + names
        let kept = Self.standard.filter { line in !replaced.contains(String(line.prefix { $0 != ":" })) }
        request =
            "\(method) \(path) HTTP/\(version)\r\nHost: localhost:80\r\n"
            + (kept + lines).map { $0 + "\r\n" }.joined() + "\r\n"
    }

    static let all: [HandshakeCase] = [
        .init("as the standard has it", 101),
        .init("tokens in other case, in lists", 101, changed: ["Upgrade: foo, WebSocket", "Connection: x , UPGRADE"]),
        .init("connection over two lines", 101, changed: ["Connection: keep-alive", "Connection: upgrade"]),
        .init("with a query", 101, path: "/ws?since=abc"),
        .init("same host as origin", 101, changed: ["Origin: http://localhost:80"]),
        .init("same host in other case", 101, changed: ["Origin: HTTP://LOCALHOST:80"]),
        .init("allowed origin", 101, changed: ["Origin: https://scada.example"]),
        .init("extensions are not taken up", 101, changed: ["Sec-WebSocket-Extensions: permessage-deflate"]),
        .init("second protocol", 101, changed: ["Sec-WebSocket-Protocol: a, other"]),
        .init("foreign origin", 403, changed: ["Origin: http://evil.example"]),
        .init("origin that begins like ours", 403, changed: ["Origin: http://localhost:80.evil.example"]),
        .init("origin of another port", 403, changed: ["Origin: http://localhost:81"]),
        .init("origin of another scheme", 403, changed: ["Origin: https://localhost:80"]),
        .init("null origin", 403, changed: ["Origin: null"]),
        .init("empty origin", 403, changed: ["Origin: "]),
        .init("two origins", 403, changed: ["Origin: http://localhost:80", "Origin: http://evil.example"]),
        .init("allowed origin with a path", 403, changed: ["Origin: https://scada.example/"]),
        .init("no upgrade", 426, without: ["Upgrade"]),
        .init("another upgrade", 426, changed: ["Upgrade: h2c"]),
        .init("upgrade that only contains it", 426, changed: ["Upgrade: websockets"]),
        .init("no connection", 400, without: ["Connection"]),
        .init("connection without upgrade", 400, changed: ["Connection: keep-alive"]),
        .init("no version", 426, without: ["Sec-WebSocket-Version"]),
        .init("old version", 426, changed: ["Sec-WebSocket-Version: 8"]),
        .init("two versions", 426, changed: ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 13"]),
        .init("version list", 426, changed: ["Sec-WebSocket-Version: 13, 8"]),
        .init("no key", 400, without: ["Sec-WebSocket-Key"]),
        .init("empty key", 400, changed: ["Sec-WebSocket-Key: "]),
        .init("short key", 400, changed: ["Sec-WebSocket-Key: dGhlIHNhbXBsZQ=="]),
        .init("long key", 400, changed: ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSBsb25n"]),
        .init("key without padding", 400, changed: ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ"]),
        .init("key with spare bits", 400, changed: ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR=="]),
        .init("key of other letters", 400, changed: ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ_=="]),
        .init(
            "two keys", 400,
            changed: ["Sec-WebSocket-Key: \(WebSocketPeer.key)", "Sec-WebSocket-Key: \(WebSocketPeer.key)"]),
        .init("no protocol of ours", 400, changed: ["Sec-WebSocket-Protocol: chat, graphql-ws"]),
        .init("HTTP/1.0", 400, version: "1.0"),
        .init("POST", 411, method: "POST"),
        .init("POST of nothing", 404, changed: ["Content-Length: 0"], method: "POST"),
        .init("a body", 400, changed: ["Content-Length: 3"]),
        .init("a chunked body", 400, changed: ["Transfer-Encoding: chunked"]),
        .init("another path", 404, path: "/ws/"),
        .init("a path that is none", 200, path: "/json"),
    ]
}

/// What a client sends after the handshake, and how the server answers.
struct FrameCase: Sendable, CustomStringConvertible {
    enum Outcome: Sendable {
        case replies([WebSocketPeer.Frame])
        case closes(Int)
    }

    let description: String
    let bytes: [UInt8]
    let outcome: Outcome

    private init(_ description: String, _ bytes: [UInt8], _ outcome: Outcome) {
        self.description = description
        self.bytes = bytes
        self.outcome = outcome
    }

    private static func frame(_ first: UInt8, _ text: String, masked: Bool = true) -> [UInt8] {
        WebSocketPeer.frame(first, Array(text.utf8), masked: masked)
    }

    private static func close(_ code: UInt16, _ reason: [UInt8] = []) -> [UInt8] {
        WebSocketPeer.frame(0x88, [UInt8(code >> 8), UInt8(code & 255)] + reason)
    }

    private static func reply(_ first: UInt8, _ text: String) -> WebSocketPeer.Frame {
        .init(first: first, payload: Array(text.utf8))
    }

    static let all: [FrameCase] = good + masksAndBits + lengths + fragments + controls + texts + closes

    private static let good: [FrameCase] = [
        .init("text", frame(0x81, "hello"), .replies([reply(0x81, "hello")])),
        .init("empty text", frame(0x81, ""), .replies([reply(0x81, "")])),
        .init(
            "binary", WebSocketPeer.frame(0x82, [0, 255, 128]), .replies([.init(first: 0x82, payload: [0, 255, 128])])),
        .init(
            "two frames at once", frame(0x81, "a") + frame(0x81, "b"), .replies([reply(0x81, "a"), reply(0x81, "b")])),
        .init("text in other scripts", frame(0x81, "κόσμε 日本 🚀"), .replies([reply(0x81, "κόσμε 日本 🚀")])),
        .init(
            "in three pieces", frame(0x01, "a") + frame(0x00, "b") + frame(0x80, "c"), .replies([reply(0x81, "abc")])),
        .init("in empty pieces", frame(0x01, "") + frame(0x00, "") + frame(0x80, ""), .replies([reply(0x81, "")])),
        .init(
            "a character in two pieces",
            WebSocketPeer.frame(0x01, [0xC3]) + WebSocketPeer.frame(0x80, [0xA9]), .replies([reply(0x81, "é")])),
        .init(
            "a ping between pieces", frame(0x01, "a") + frame(0x89, "p") + frame(0x80, "b"),
            .replies([reply(0x8A, "p"), reply(0x81, "ab")])),
        .init("ping", frame(0x89, "data"), .replies([reply(0x8A, "data")])),
        .init("empty ping", frame(0x89, ""), .replies([reply(0x8A, "")])),
        .init(
            "the largest ping", WebSocketPeer.frame(0x89, [UInt8](repeating: 0x70, count: 125)),
            .replies([.init(first: 0x8A, payload: [UInt8](repeating: 0x70, count: 125))])),
        .init("an unasked pong", frame(0x8A, "x") + frame(0x81, "a"), .replies([reply(0x81, "a")])),
        .init(
            "256 pieces",
            frame(0x01, "a") + [UInt8]((0..<254).map { _ in frame(0x00, "b") }.joined()) + frame(0x80, "c"),
            .replies([reply(0x81, "a" + String(repeating: "b", count: 254) + "c")])),
    ]

    private static let masksAndBits: [FrameCase] =
        [
            .init("unmasked text", frame(0x81, "a", masked: false), .closes(1002)),
            .init("unmasked empty text", frame(0x81, "", masked: false), .closes(1002)),
            .init("unmasked ping", frame(0x89, "a", masked: false), .closes(1002)),
            .init("unmasked close", WebSocketPeer.frame(0x88, [3, 232], masked: false), .closes(1002)),
            .init("RSV1", frame(0xC1, "a"), .closes(1002)),
            .init("RSV2", frame(0xA1, "a"), .closes(1002)),
            .init("RSV3", frame(0x91, "a"), .closes(1002)),
            .init("all reserved bits", frame(0xF1, "a"), .closes(1002)),
            .init("reserved bit on a ping", frame(0xC9, "a"), .closes(1002)),
            .init("reserved bit on a close", WebSocketPeer.frame(0xC8, [3, 232]), .closes(1002)),
        ] + [UInt8](3...7).map { .init("data opcode \($0)", frame(0x80 | $0, "a"), .closes(1002)) }
        + [UInt8](11...15).map { .init("control opcode \($0)", frame(0x80 | $0, "a"), .closes(1002)) }

    private static let lengths: [FrameCase] = [
        .init("one byte too long", WebSocketPeer.frame(0x81, [UInt8](repeating: 0x61, count: 65_537)), .closes(1009)),
        .init("a length of 2^62", [0x81, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5], .closes(1009)),
        .init(
            "a length of 2^63 - 1", [0x82, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4, 5], .closes(1009)),
        .init("a length of 2^63", [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5], .closes(1002)),
        .init("a length of 2^64 - 1", [0x81] + [UInt8](repeating: 0xFF, count: 9) + [1, 2, 3, 4, 5], .closes(1002)),
        .init("a short length in 16 bits", [0x81, 0xFE, 0, 1, 1, 2, 3, 4, 5], .closes(1002)),
        .init("a short length in 64 bits", [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5], .closes(1002)),
        .init("a 16-bit length in 64 bits", [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 1, 2, 3, 4, 5], .closes(1002)),
        .init(
            "pieces that are too long together",
            WebSocketPeer.frame(0x02, [UInt8](repeating: 1, count: 60_000))
                + WebSocketPeer.frame(0x80, [UInt8](repeating: 1, count: 6_000)), .closes(1009)),
    ]

    private static let fragments: [FrameCase] = [
        .init("continuation of nothing", frame(0x80, "a"), .closes(1002)),
        .init("open continuation of nothing", frame(0x00, "a"), .closes(1002)),
        .init("text inside a text", frame(0x01, "a") + frame(0x81, "b"), .closes(1002)),
        .init("binary inside a text", frame(0x01, "a") + frame(0x82, "b"), .closes(1002)),
        .init("open text inside a text", frame(0x01, "a") + frame(0x01, "b"), .closes(1002)),
        .init("continuation after the end", frame(0x01, "a") + frame(0x80, "b") + frame(0x80, "c"), .closes(1002)),
        .init("reserved opcode inside a text", frame(0x01, "a") + frame(0x83, "b"), .closes(1002)),
        .init("reserved bit on a continuation", frame(0x01, "a") + frame(0xC0, "b"), .closes(1002)),
    ]

    private static let controls: [FrameCase] = [
        .init("ping in pieces", frame(0x09, "a") + frame(0x80, "b"), .closes(1002)),
        .init("pong in pieces", frame(0x0A, "a"), .closes(1002)),
        .init("close in pieces", WebSocketPeer.frame(0x08, [3, 232]), .closes(1002)),
        .init("ping of 126 bytes", WebSocketPeer.frame(0x89, [UInt8](repeating: 0, count: 126)), .closes(1002)),
        .init("close of 126 bytes", close(1000, [UInt8](repeating: 0x61, count: 124)), .closes(1002)),
        .init("a ping, then a broken frame", frame(0x89, "a") + frame(0x83, "b"), .closes(1002)),
    ]

    private static let texts: [FrameCase] = [
        .init("a lone continuation byte", WebSocketPeer.frame(0x81, [0x80]), .closes(1007)),
        .init("a byte that UTF-8 has not", WebSocketPeer.frame(0x81, [0x61, 0xFF]), .closes(1007)),
        .init("an overlong slash", WebSocketPeer.frame(0x81, [0xC0, 0xAF]), .closes(1007)),
        .init("an overlong NUL", WebSocketPeer.frame(0x81, [0xE0, 0x80, 0x80]), .closes(1007)),
        .init("a surrogate", WebSocketPeer.frame(0x81, [0xED, 0xA0, 0x80]), .closes(1007)),
        .init("beyond U+10FFFF", WebSocketPeer.frame(0x81, [0xF4, 0x90, 0x80, 0x80]), .closes(1007)),
        .init("a character cut off", WebSocketPeer.frame(0x81, [0xE2, 0x82]), .closes(1007)),
        .init(
            "a character cut off by the end of the last piece",
            frame(0x01, "a") + WebSocketPeer.frame(0x80, [0xC3]), .closes(1007)),
        .init("wrong in the second piece", frame(0x01, "a") + WebSocketPeer.frame(0x00, [0xFF]), .closes(1007)),
    ]

    private static let closes: [FrameCase] =
        [
            .init("close without a code", frame(0x88, ""), .closes(1005)),
            .init("close with half a code", WebSocketPeer.frame(0x88, [3]), .closes(1002)),
            .init("close with a reason", close(1000, Array("bye".utf8)), .closes(1000)),
            .init("close with the longest reason", close(1000, [UInt8](repeating: 0x61, count: 123)), .closes(1000)),
            .init("close with an invalid reason", close(1000, [0xFF]), .closes(1007)),
            .init("close with a reason cut off", close(1000, [0x61, 0x62, 0xE2, 0x82]), .closes(1007)),
            .init("data after close", close(1000) + frame(0x81, "late"), .closes(1000)),
            .init("ping after close", close(1000) + frame(0x89, "late"), .closes(1000)),
        ]
        + [UInt16](arrayLiteral: 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999).map {
            .init("close \($0)", close($0), .closes(Int($0)))
        }
        + [UInt16](arrayLiteral: 0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535).map {
            .init("close \($0)", close($0), .closes(1002))
        }
}
