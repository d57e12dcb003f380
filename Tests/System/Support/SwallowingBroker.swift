import Glibc
import Sparkplug
import Synchronization
import TestSupport

/// A broker that takes everything and passes nothing on: it answers CONNECT, SUBSCRIBE and pings in MQTT 5, says that
/// the Sparkplug host is online, and never delivers a message. With `acknowledges` it confirms what it drops.
final class SwallowingBroker: Sendable {
    let port: UInt16
    private let listener: CInt
    private let host: String
    private let acknowledges: Bool
    private let state = Mutex((swallowed: [String: Int](), clients: [CInt]()))

    init(host: String = "bellwether", acknowledges: Bool = false) throws {
        self.host = host
        self.acknowledges = acknowledges
        (listener, port) = try Loopback.listen()
        startThread { [weak self, listener] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0, let self else { break }
                self.state.withLock { $0.clients.append(client) }
                startThread { self.serve(client) }
            }
            Glibc.close(listener)
        }
    }

    deinit { close() }

    /// Hangs up on everybody.
    func close() {
        shutdown(listener, CInt(SHUT_RDWR))
        state.withLock { state in
            for client in state.clients { shutdown(client, CInt(SHUT_RDWR)) }
        }
    }

    /// How many messages of a Sparkplug verb, such as `DDATA`, have come.
    func swallowed(_ verb: String) -> Int { state.withLock { $0.swallowed[verb, default: 0] } }

    private func serve(_ client: CInt) {
        while let (kind, body) = HostileClient.readPacket(client), answer(kind, body, client) {}
        state.withLock { $0.clients.removeAll { $0 == client } }
        Glibc.close(client)
    }

    /// False at the end of the connection.
    private func answer(_ kind: UInt8, _ body: [UInt8], _ client: CInt) -> Bool {
        switch kind & 0xF0 {
        case 0x10: return send([0x20, 3, 0, 0, 0], client)
        case 0x80:
            // After the packet's id and its properties: filters, each with one byte of options.
            guard body.count > 3 else { return false }
            var (at, filters) = (3 + Int(body[2]), 0)
            while at + 2 <= body.count {
                at += 2 + Int(body[at]) << 8 + Int(body[at + 1]) + 1
                filters += 1
            }
            let topic = HostileClient.string("spBv1.0/STATE/\(host)")
            let payload = HostState(isOnline: true, timestampMs: Int64(time(nil)) * 1000).encoded()
            let message = topic + [0] + payload
            return send(
                [0x90, UInt8(3 + filters), body[0], body[1], 0] + Array(repeating: 1, count: filters), client)
                && send([0x31, UInt8(message.count)] + message, client)
        case 0x30:
            guard body.count >= 2 else { return false }
            let end = 2 + Int(body[0]) << 8 + Int(body[1])
            guard end + 2 <= body.count else { return false }
            let words = String(decoding: body[2..<end], as: UTF8.self).split(separator: "/")
            state.withLock { $0.swallowed[words.count > 2 ? String(words[2]) : "", default: 0] += 1 }
            guard kind & 0x06 != 0, acknowledges else { return true }
            return send([0x40, 2, body[end], body[end + 1]], client)
        case 0xC0: return send([0xD0, 0], client)
        case 0xE0: return false
        default: return true
        }
    }

    private func send(_ bytes: [UInt8], _ client: CInt) -> Bool {
        Glibc.send(client, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count
    }
}
