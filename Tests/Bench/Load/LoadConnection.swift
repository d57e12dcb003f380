import Glibc
import TestSupport

/// An MQTT 5 connection for load: messages of QoS 0 are gathered and leave in large pieces, as those of many agents
/// do that come over many connections, so that the load costs as little as possible beside what is measured.
///
/// Used by one thread.
final class LoadConnection {
    let socket: CInt
    private var outgoing: [UInt8] = []
    private var sent = 0
    private var incoming: [UInt8] = []
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)

    /// Connects, and waits for the broker's word; subscribes, which the broker does before anything that comes later.
    init(port: UInt16, clientID: String, filters: [String]) throws {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw SupportFailure("socket: \(errno)") }
        var one: CInt = 1
        setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isOpen = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isOpen else { throw SupportFailure("connect to the broker: \(errno)") }
        let flags = fcntl(socket, F_GETFL)
        guard fcntl(socket, F_SETFL, flags | O_NONBLOCK) == 0 else { throw SupportFailure("fcntl: \(errno)") }
        // Clean start, no keep-alive, no properties.
        packet(0x10, LoadConnection.text("MQTT") + [5, 2, 0, 0, 0] + LoadConnection.text(clientID))
        var hasAnswer = false
        try waitUntil("the broker's answer") {
            flush()
            try read { type, _ in
                hasAnswer = hasAnswer || type == 2
            } message: { _, _ in
            }
            return hasAnswer
        }
        if !filters.isEmpty { packet(0x82, [0, 1, 0] + filters.flatMap { LoadConnection.text($0) + [1] }) }
    }

    deinit { close(socket) }

    /// Bytes that wait for the network.
    var backlog: Int { outgoing.count - sent }

    /// `topic` is UTF-8.
    func publish(_ topic: [UInt8], _ payload: UnsafeRawBufferPointer) {
        outgoing.append(0x30)
        appendLength(2 + topic.count + 1 + payload.count)
        outgoing.append(UInt8(truncatingIfNeeded: topic.count >> 8))
        outgoing.append(UInt8(truncatingIfNeeded: topic.count))
        outgoing.append(contentsOf: topic)
        outgoing.append(0)
        outgoing.append(contentsOf: payload)
    }

    /// Sends what the network takes.
    func flush() {
        while sent < outgoing.count {
            let count = outgoing.withUnsafeBytes {
                send(socket, $0.baseAddress.map { $0 + sent }, min($0.count - sent, 1 << 18), CInt(MSG_NOSIGNAL))
            }
            if count > 0 { sent += count } else if errno != EINTR { break }
        }
        if sent == outgoing.count {
            outgoing.removeAll(keepingCapacity: true)
            sent = 0
        } else if sent > 1 << 20 {
            outgoing.removeFirst(sent)
            sent = 0
        }
    }

    /// Reads what has come. Throws when the broker has closed the connection.
    func read(
        packet: (_ type: UInt8, _ body: UnsafeRawBufferPointer) -> Void = { _, _ in },
        message: (_ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) -> Void
    ) throws {
        while true {
            let count = recv(socket, &chunk, chunk.count, 0)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { break }
            guard count > 0 else { throw SupportFailure("the broker has closed the connection") }
            incoming.append(contentsOf: chunk[..<count])
        }
        var at = 0
        incoming.withUnsafeBytes { bytes in
            while let (start, end) = LoadConnection.packet(in: bytes, at: at) {
                let type = bytes[at]
                let body = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                at = end
                if type >> 4 == 3 { deliver(type, body, message) } else { packet(type >> 4, body) }
            }
        }
        if at > 0 { incoming.removeFirst(at) }
    }

    private func deliver(
        _ type: UInt8, _ body: UnsafeRawBufferPointer,
        _ message: (_ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) -> Void
    ) {
        guard body.count >= 2 else { return }
        let topicEnd = 2 + Int(body[0]) << 8 + Int(body[1])
        let hasID = type & 6 != 0
        var at = topicEnd + (hasID ? 2 : 0)
        guard at < body.count else { return }
        if hasID { packet(0x40, [body[topicEnd], body[topicEnd + 1]]) }
        // Properties are less than 128 bytes in everything that is subscribed to here.
        at += 1 + Int(body[at])
        guard at <= body.count else { return }
        message(
            UnsafeRawBufferPointer(rebasing: body[2..<topicEnd]), UnsafeRawBufferPointer(rebasing: body[at...]))
    }

    /// Where the packet's body stands; nil if it is not all there.
    private static func packet(in bytes: UnsafeRawBufferPointer, at start: Int) -> (Int, Int)? {
        var length = 0
        var shift = 0
        var at = start + 1
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            length |= Int(byte & 0x7F) << shift
            shift += 7
            if byte & 0x80 == 0 { return at + length <= bytes.count ? (at, at + length) : nil }
        }
        return nil
    }

    private func packet(_ type: UInt8, _ body: [UInt8]) {
        outgoing.append(type)
        appendLength(body.count)
        outgoing += body
    }

    private func appendLength(_ length: Int) {
        var rest = length
        while rest >= 0x80 {
            outgoing.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        outgoing.append(UInt8(rest))
    }

    private static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return [UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
    }
}
