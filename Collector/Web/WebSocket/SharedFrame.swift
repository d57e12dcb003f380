/// One WebSocket frame as it goes over the wire, made once and sent to any number of clients without a copy.
public final class SharedFrame: Sendable {
    // Written in init only; freed when the last client has sent it.
    private nonisolated(unsafe) let start: UnsafeMutableRawPointer
    /// Header and payload.
    public let byteCount: Int

    /// A text message in one frame. The payload must be UTF-8.
    public convenience init(text: [UInt8]) { self.init(opcode: 1, payload: text) }

    /// A final, unmasked frame, as servers send them (RFC 6455, 5.2).
    init(opcode: UInt8, payload: [UInt8]) {
        let header = payload.count < 126 ? 2 : payload.count < 65536 ? 4 : 10
        byteCount = header + payload.count
        start = .allocate(byteCount: byteCount, alignment: 1)
        start.storeBytes(of: 0x80 | opcode, as: UInt8.self)
        switch header {
        case 2: start.storeBytes(of: UInt8(truncatingIfNeeded: payload.count), toByteOffset: 1, as: UInt8.self)
        case 4:
            start.storeBytes(of: 126, toByteOffset: 1, as: UInt8.self)
            start.storeBytes(of: UInt16(truncatingIfNeeded: payload.count).bigEndian, toByteOffset: 2, as: UInt16.self)
        default:
            start.storeBytes(of: 127, toByteOffset: 1, as: UInt8.self)
            start.storeBytes(of: UInt64(payload.count).bigEndian, toByteOffset: 2, as: UInt64.self)
        }
        payload.withUnsafeBytes { bytes in
            if let source = bytes.baseAddress { (start + header).copyMemory(from: source, byteCount: bytes.count) }
        }
    }

    /// Bytes that are frames already.
    init(framed bytes: [UInt8]) {
        byteCount = bytes.count
        start = .allocate(byteCount: max(byteCount, 1), alignment: 1)
        bytes.withUnsafeBytes { if let source = $0.baseAddress { start.copyMemory(from: source, byteCount: $0.count) } }
    }

    deinit { start.deallocate() }

    /// Valid as long as the frame lives.
    var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: start, count: byteCount) }

    static let ping = SharedFrame(opcode: 9, payload: [])

    /// A close frame. The reason is cut at 120 bytes, between characters.
    static func close(_ code: WebSocketCloseCode, _ reason: String) -> SharedFrame {
        var payload = withUnsafeBytes(of: code.rawValue.bigEndian) { Array($0) }
        for character in reason where payload.count + character.utf8.count <= 122 {
            payload.append(contentsOf: character.utf8)
        }
        return SharedFrame(opcode: 8, payload: payload)
    }
}

/// Why a WebSocket connection ends (RFC 6455, 7.4, and the registry of codes).
public struct WebSocketCloseCode: RawRepresentable, Sendable, Hashable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let normal = WebSocketCloseCode(rawValue: 1000)
    /// The server stops.
    public static let goingAway = WebSocketCloseCode(rawValue: 1001)
    public static let protocolError = WebSocketCloseCode(rawValue: 1002)
    /// The client closed without saying why. Never sent.
    public static let noStatus = WebSocketCloseCode(rawValue: 1005)
    /// The connection broke without a close frame. Never sent.
    public static let abnormal = WebSocketCloseCode(rawValue: 1006)
    public static let invalidPayload = WebSocketCloseCode(rawValue: 1007)
    public static let policyViolation = WebSocketCloseCode(rawValue: 1008)
    public static let messageTooBig = WebSocketCloseCode(rawValue: 1009)
    public static let internalError = WebSocketCloseCode(rawValue: 1011)
    /// The server restarts; come back.
    public static let serviceRestart = WebSocketCloseCode(rawValue: 1012)
    /// The server has too much to do; come back later.
    public static let tryAgainLater = WebSocketCloseCode(rawValue: 1013)
}
