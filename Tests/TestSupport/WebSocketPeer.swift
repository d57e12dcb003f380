import Glibc

/// A WebSocket client that can break every rule.
public final class WebSocketPeer: @unchecked Sendable {
    // Used by one thread at a time.
    public let client: RawClient
    public static let key = "dGhlIHNhbXBsZSBub25jZQ=="

    public struct Frame: Equatable, Sendable {
        public var first: UInt8
        public var payload: [UInt8]
        public init(first: UInt8, payload: [UInt8]) {
            self.first = first
            self.payload = payload
        }

        public var opcode: UInt8 { first & 15 }
        public var text: String { String(decoding: payload, as: UTF8.self) }
        /// Of a close frame; 1005 without one.
        public var code: Int { payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : 1005 }
    }

    /// Connects and shakes hands.
    public convenience init(port: UInt16, path: String = "/ws", headers: String = "", receiveBytes: CInt? = nil) throws
    {
        try self.init(try RawClient(port: port, receiveBytes: receiveBytes), path: path, headers: headers)
    }

    public init(_ client: RawClient, path: String = "/ws", headers: String = "") throws {
        self.client = client
        client.send(Self.handshake(path, headers: headers))
        let response = try client.response()
        guard response.status == 101 else { throw SupportFailure("handshake: \(response.status) \(response.text)") }
    }

    public static func handshake(_ path: String, headers: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(key)\r\n\(headers)\r\n"
    }

    /// The bytes of a frame as a client sends it. `first` holds FIN, reserved bits and opcode.
    public static func frame(_ first: UInt8, _ payload: [UInt8], masked: Bool = true) -> [UInt8] {
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

    public func send(text: String) { client.send(Self.frame(0x81, Array(text.utf8))) }

    public func close(_ code: UInt16 = 1000, _ reason: String = "") {
        client.send(Self.frame(0x88, [UInt8(code >> 8), UInt8(code & 255)] + reason.utf8))
    }

    /// Nil at the end of the stream.
    public func next() throws -> Frame? {
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
    public func nextMessage() throws -> Frame? {
        while let frame = try next() { if frame.opcode != 9, frame.opcode != 10 { return frame } }
        return nil
    }

    /// Reads to the end; the code of the close frame, 1006 if none came.
    public func closeCode() throws -> Int {
        var code = 1006
        while let frame = try next() { if frame.opcode == 8, code == 1006 { code = frame.code } }
        return code
    }
}
