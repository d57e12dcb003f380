import Glibc
import Runtime
import Sparkplug
import Synchronization
import TestSupport

/// A client of the broker that means no good: raw MQTT 3.1.1 on a socket, so that nothing stops it from sending what a
/// proper client would not. It can also listen, and remembers what it has heard.
final class HostileClient: Sendable {
    struct Message: Sendable, Equatable {
        var topic: String
        var payload: [UInt8]
        var isRetained = false
    }

    private let socket: CInt
    private let heard = Mutex<[Message]>([])
    private let isOver = Atomic<Bool>(false)
    private let most: Int

    /// Connects and subscribes. Of what it hears it keeps the last `keeping` messages.
    init(port: UInt16, name: String = "hostile", subscribing filters: [String] = [], keeping most: Int = 4_000) throws {
        self.most = most
        socket = try Loopback.connect(port)
        var body = HostileClient.string("MQTT") + [4, 2, 0, 0] + HostileClient.string("\(name)-\(getpid())")
        try send(0x10, body)
        guard HostileClient.readPacket(socket)?.kind == 0x20 else {
            throw SupportFailure("the broker refuses the hostile client")
        }
        if !filters.isEmpty {
            body = [0, 1] + filters.flatMap { HostileClient.string($0) + [0] }
            try send(0x82, body)
        }
        startThread { [weak self] in
            while let self, self.take() {}
        }
    }

    deinit { close() }

    func close() {
        guard !isOver.exchange(true, ordering: .relaxed) else { return }
        shutdown(socket, CInt(SHUT_RDWR))
    }

    var isConnected: Bool { !isOver.load(ordering: .relaxed) }
    var messages: [Message] { heard.withLock { $0 } }

    /// QoS 0. Throws when the connection is gone.
    func publish(_ topic: String, _ payload: [UInt8], retain: Bool = false) throws {
        try send(retain ? 0x31 : 0x30, HostileClient.string(topic) + payload)
    }

    /// Says, retained, that a Sparkplug host is online or not: what agents wait for before they publish.
    func announceHost(_ host: String = "bellwether", isOnline: Bool) throws {
        let state = HostState(isOnline: isOnline, timestampMs: Clock.wallMs())
        try publish("spBv1.0/STATE/\(host)", state.encoded(), retain: true)
    }

    /// Sends an agent commands as only the collector should.
    func command(_ agent: AgentUnit, _ metrics: [Metric]) throws {
        let payload = Payload(timestampMs: UInt64(Clock.wallMs()), metrics: metrics)
        try publish("spBv1.0/\(agent.site)/NCMD/\(agent.name)", payload.encoded())
    }

    func publish(_ message: Message) throws { try publish(message.topic, message.payload) }

    /// Bytes as they are, whatever they mean.
    func sendRaw(_ bytes: [UInt8]) throws {
        guard Glibc.send(socket, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else {
            isOver.store(true, ordering: .relaxed)
            throw SupportFailure("the hostile client's connection is gone")
        }
    }

    // MARK: - Packets

    /// A text as MQTT writes it.
    static func string(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return [UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)] + bytes
    }

    private func send(_ kind: UInt8, _ body: [UInt8]) throws {
        var header = [kind]
        var rest = body.count
        repeat {
            header.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        try sendRaw(header + body)
    }

    private static func read(_ count: Int, _ socket: CInt) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes[done...].withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
            guard got > 0 else { return nil }
            done += got
        }
        return bytes
    }

    /// The next packet: its first byte, and what follows the length. Nil at the end of the connection.
    static func readPacket(_ socket: CInt) -> (kind: UInt8, body: [UInt8])? {
        guard let kind = read(1, socket)?[0] else { return nil }
        var length = 0
        for shift in stride(from: 0, through: 21, by: 7) {
            guard let byte = read(1, socket)?[0] else { return nil }
            length |= Int(byte & 0x7F) << shift
            if byte & 0x80 == 0 { break }
        }
        return read(length, socket).map { (kind, $0) }
    }

    /// Takes one packet; false when the connection is over. The thread's body, which closes the socket at the end.
    private func take() -> Bool {
        guard let (kind, body) = HostileClient.readPacket(socket) else {
            isOver.store(true, ordering: .relaxed)
            Glibc.close(socket)
            return false
        }
        guard kind & 0xF0 == 0x30, body.count >= 2 else { return true }
        let topicEnd = 2 + Int(body[0]) << 8 + Int(body[1])
        guard topicEnd <= body.count else { return true }
        let message = Message(
            topic: String(decoding: body[2..<topicEnd], as: UTF8.self), payload: Array(body[topicEnd...]),
            isRetained: kind & 1 != 0)
        heard.withLock { heard in
            heard.append(message)
            if heard.count > most { heard.removeFirst(heard.count - most) }
        }
        return true
    }
}
