import Runtime
import Synchronization

@testable import Web

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
