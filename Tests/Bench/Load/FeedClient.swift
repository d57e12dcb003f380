import CSystem
import Glibc
import TestSupport

/// One WebSocket client of the telemetry feed, reduced to what a load needs: it keeps only the message that is half
/// read. Used by one thread.
struct FeedClient {
    enum Stage { case connecting, handshaking, subscribing, open, failed }

    /// What a message of the feed told.
    enum News {
        case hello
        /// Subscribed: the last part of the snapshot has come.
        case snapshot
        /// A frame, and when it was sensed, by the wall clock.
        case delta(timeMs: Int64)
        case gap(missed: Int)
        case closed(code: Int)
        case other
    }

    let socket: CInt
    /// Whose delays are counted together with its own.
    let group: Int
    var stage = Stage.connecting
    private var rest: [UInt8] = []

    /// Begins to connect, from the given one of the loopback's addresses (127.0.0.1 and up).
    init(port: UInt16, from address: UInt8, group: Int, isNarrow: Bool) throws {
        self.group = group
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        socket = Glibc.socket(AF_INET, type, 0)
        guard socket >= 0 else { throw SupportFailure("socket: \(errno)") }
        var one: CInt = 1
        setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        if isNarrow {
            var bytes: CInt = 4_096
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, 4)
        }
        // The port is chosen when the peer is known: an address has enough of them then.
        setsockopt(socket, CInt(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, &one, 4)
        let isBound = FeedClient.with(0x7F00_0000 | UInt32(address), port: 0) { bind(socket, $0, $1) } == 0
        let code = FeedClient.with(0x7F00_0001, port: port) { connect(socket, $0, $1) }
        guard isBound, code == 0 || errno == EINPROGRESS else {
            let code = errno
            close(socket)
            throw SupportFailure("connect to the feed: \(code)")
        }
    }

    private static func with(_ address: UInt32, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt)
        -> CInt
    {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = address.bigEndian
        return withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    func send(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) == $0.count }
    }

    func send(text: String) -> Bool { send(WebSocketPeer.frame(0x81, Array(text.utf8))) }

    /// Takes what was read; the news in it.
    mutating func take(_ bytes: UnsafeRawBufferPointer, _ heard: (News) -> Void) {
        guard rest.isEmpty else {
            rest.append(contentsOf: bytes)
            let all = rest
            rest.removeAll(keepingCapacity: true)
            return all.withUnsafeBytes { take(whole: $0, heard) }
        }
        take(whole: bytes, heard)
    }

    private mutating func take(whole bytes: UnsafeRawBufferPointer, _ heard: (News) -> Void) {
        var at = 0
        if stage == .handshaking {
            guard let end = csystem_find(bytes.baseAddress, bytes.count, "\r\n\r\n", 4) else {
                rest.append(contentsOf: bytes)
                return
            }
            at = end - (bytes.baseAddress ?? end) + 4
            stage = bytes.count > 12 && bytes[9] == UInt8(ascii: "1") ? .subscribing : .failed
        }
        while let (start, end) = FeedClient.frame(in: bytes, at: at) {
            heard(news(bytes[at] & 15, UnsafeRawBufferPointer(rebasing: bytes[start..<end])))
            at = end
        }
        if at < bytes.count { rest.append(contentsOf: bytes[at...]) }
    }

    /// Where the frame's payload stands; nil if it is not all there.
    private static func frame(in bytes: UnsafeRawBufferPointer, at: Int) -> (Int, Int)? {
        guard at + 2 <= bytes.count else { return nil }
        var count = Int(bytes[at + 1])
        var start = at + 2
        let wide = count == 126 ? 2 : count == 127 ? 8 : 0
        if wide > 0 {
            guard start + wide <= bytes.count else { return nil }
            count = bytes[start..<start + wide].reduce(0) { $0 << 8 | Int($1) }
            start += wide
        }
        return start + count <= bytes.count ? (start, start + count) : nil
    }

    private func news(_ opcode: UInt8, _ payload: UnsafeRawBufferPointer) -> News {
        switch opcode {
        case 1: break
        case 8: return .closed(code: payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : 1005)
        case 9:
            _ = send(WebSocketPeer.frame(0x8A, Array(payload)))
            return .other
        default: return .other
        }
        // Every message begins with its type.
        guard payload.count > 12 else { return .other }
        switch payload[9] {
        case UInt8(ascii: "a"):
            // Of alarms only.
            guard FeedClient.place(after: "\"kind\":\"alarm\"", in: payload) != nil else { return .other }
            return .delta(timeMs: FeedClient.timeMs(in: payload, after: "\"occurred_at\":\"") ?? 0)
        case UInt8(ascii: "d"): return .delta(timeMs: FeedClient.timeMs(in: payload, after: "\"ts\":\"") ?? 0)
        case UInt8(ascii: "g"): return .gap(missed: FeedClient.number(after: "\"missed\":", in: payload))
        case UInt8(ascii: "h"): return payload[11] == UInt8(ascii: "l") ? .hello : .other
        case UInt8(ascii: "s"):
            return csystem_find(payload.baseAddress, payload.count, "\"more\":false", 12) == nil ? .other : .snapshot
        default: return .other
        }
    }

    private static func place(after key: StaticString, in payload: UnsafeRawBufferPointer) -> Int? {
        csystem_find(payload.baseAddress, payload.count, key.utf8Start, key.utf8CodeUnitCount).flatMap { found in
            payload.baseAddress.map { found - $0 + key.utf8CodeUnitCount }
        }
    }

    private static func number(after key: StaticString, in payload: UnsafeRawBufferPointer) -> Int {
        guard var at = place(after: key, in: payload) else { return 0 }
        var number = 0
        while at < payload.count, (48...57).contains(payload[at]) {
            number = number * 10 + Int(payload[at] - 48)
            at += 1
        }
        return number
    }

    /// Of a frame: `"ts":"2026-05-28T20:26:41.000Z"`. Always in this form, so that it need not be parsed in full.
    private static func timeMs(in payload: UnsafeRawBufferPointer, after key: StaticString) -> Int64? {
        guard let at = place(after: key, in: payload), at + 24 <= payload.count else { return nil }
        func digits(_ offset: Int, _ count: Int) -> Int64 {
            payload[(at + offset)..<(at + offset + count)].reduce(0) { $0 * 10 + Int64($1) - 48 }
        }
        let (year, month, day) = (digits(0, 4), digits(5, 2), digits(8, 2))
        // Days since 1970, with the year beginning in March.
        let shifted = month > 2 ? year : year - 1
        let monthsSinceMarch = (month + 9) % 12
        let days =
            365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + (153 * monthsSinceMarch + 2) / 5 + day
            - 719_469
        let seconds = days * 86_400 + digits(11, 2) * 3_600 + digits(14, 2) * 60 + digits(17, 2)
        return seconds * 1_000 + digits(20, 3)
    }
}
