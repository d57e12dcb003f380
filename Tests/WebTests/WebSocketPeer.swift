import Glibc
import Runtime
import Synchronization
import TestSupport

@testable import Web

/// A WebSocket client that can break every rule.
final class WebSocketPeer: @unchecked Sendable {
    // Used by one thread at a time.
    let client: RawClient
    static let key = "dGhlIHNhbXBsZSBub25jZQ=="

    struct Frame: Equatable {
        var first: UInt8
        var payload: [UInt8]
        var opcode: UInt8 { first & 15 }
        var text: String { String(decoding: payload, as: UTF8.self) }
        /// Of a close frame; 1005 without one.
        var code: Int { payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : 1005 }
    }

    /// Connects and shakes hands.
    convenience init(port: UInt16, path: String = "/ws", headers: String = "", receiveBytes: CInt? = nil) throws {
        try self.init(try RawClient(port: port, receiveBytes: receiveBytes), path: path, headers: headers)
    }

    init(_ client: RawClient, path: String = "/ws", headers: String = "") throws {
        self.client = client
        client.send(Self.handshake(path, headers: headers))
        let response = try client.response()
        guard response.status == 101 else { throw SupportFailure("handshake: \(response.status) \(response.text)") }
    }

    static func handshake(_ path: String, headers: String = "") -> String {
        get(
            path,
            headers:
                "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: \(key)\r\n" + headers)
    }

    /// The bytes of a frame as a client sends it. `first` holds FIN, reserved bits and opcode.
    static func frame(_ first: UInt8, _ payload: [UInt8], masked: Bool = true) -> [UInt8] {
        var bytes = [first]
        let mask: UInt8 = masked ? 0x80 : 0
        switch payload.count {
        case ..<126: bytes.append(mask | UInt8(payload.count))
        case ..<65536: bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default:
            bytes.append(mask | 127)
            withUnsafeBytes(of: UInt64(payload.count).bigEndian) { bytes += $0 }
        }
        guard masked else { return bytes + payload }
        let key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return bytes + key + payload.enumerated().map { $0.element ^ key[$0.offset & 3] }
    }

    func send(text: String) { client.send(Self.frame(0x81, Array(text.utf8))) }

    func close(_ code: UInt16 = 1000, _ reason: String = "") {
        client.send(Self.frame(0x88, [UInt8(code >> 8), UInt8(code & 255)] + reason.utf8))
    }

    /// Nil at the end of the stream.
    func next() throws -> Frame? {
        while client.buffer.count < 2 { if try !client.more() { return nil } }
        let head = try client.take(2)
        var count = Int(head[1] & 0x7F)
        if head[1] & 0x80 != 0 { throw SupportFailure("the server masked a frame") }
        if count == 126 {
            count = try client.take(2).reduce(0) { $0 << 8 | Int($1) }
        } else if count == 127 {
            count = try client.take(8).reduce(0) { $0 << 8 | Int($1) }
        }
        return Frame(first: head[0], payload: try client.take(count))
    }

    /// The next frame that is neither ping nor pong.
    func nextMessage() throws -> Frame? {
        while let frame = try next() { if frame.opcode != 9, frame.opcode != 10 { return frame } }
        return nil
    }

    /// Reads to the end; the code of the close frame, 1006 if none came.
    func closeCode() throws -> Int {
        var code = 1006
        while let frame = try next() { if frame.opcode == 8, code == 1006 { code = frame.code } }
        return code
    }
}

/// Sends back what it gets, and on "burst n" as many numbered messages.
final class EchoEndpoint: WebSocketEndpoint, @unchecked Sendable {
    // Sendable because all but the counters is touched on the server's thread only.
    final class Context {
        var queue: [SharedFrame] = []
        var burst = 0
        var next = 0
        let id: UInt64
        init(id: UInt64) { self.id = id }
    }

    let subprotocols = ["bellwether.v1.json", "other"]
    let opened = Atomic(0)
    let closed = Atomic(0)
    let lastCode = Atomic(0)
    let received = Atomic(0)
    let frames = Locked<[SharedFrame]>([])
    private var clients: [UInt64: WebSocketClient] = [:]

    func opened(_ client: WebSocketClient, by request: HTTPRequest) {
        client.context = Context(id: client.id)
        clients[client.id] = client
        opened.add(1, ordering: .acquiringAndReleasing)
    }

    func received(_ message: WebSocketMessage, from client: WebSocketClient) {
        guard let context = client.context as? Context else { return }
        received.add(1, ordering: .acquiringAndReleasing)
        let words = String(decoding: message.bytes, as: UTF8.self).split(separator: " ")
        switch words.first {
        case "burst": context.burst = Int(words.last ?? "") ?? 0
        case "close": client.close(WebSocketCloseCode(rawValue: UInt16(words[1]) ?? 1000), "as you wish")
        default: context.queue.append(SharedFrame(opcode: message.isText ? 1 : 2, payload: message.bytes))
        }
        client.wake()
    }

    func nextFrame(for client: WebSocketClient) -> SharedFrame? {
        guard let context = client.context as? Context else { return nil }
        if !context.queue.isEmpty { return context.queue.removeFirst() }
        if context.burst > 0 {
            context.burst -= 1
            context.next += 1
            return SharedFrame(text: Array("\(context.next)".utf8))
        }
        return frames.withLock { all in
            guard context.next < all.count else { return nil }
            context.next += 1
            return all[context.next - 1]
        }
    }

    func closed(_ client: WebSocketClient, code: WebSocketCloseCode) {
        clients[client.id] = nil
        lastCode.store(Int(code.rawValue), ordering: .releasing)
        closed.add(1, ordering: .acquiringAndReleasing)
    }
}
