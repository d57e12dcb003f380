import Model
import Runtime
public import Web

/// A feed at a WebSocket path. Made once, given to the server as an endpoint, then attached to it.
///
///     let feed = FeedHub.telemetry()
///     let server = try HTTPServer(settings: settings, router: router, endpoints: ["/ws/telemetry": feed])
///     feed.attach(to: server)
///     server.post { feed.publish(frames: batch) }          // from any thread, after each commit
public final class FeedHub: WebSocketEndpoint, @unchecked Sendable {
    // Sendable because `core` is touched on the server's own thread only, where endpoints are called and what is posted
    // runs; `shared` is locked.
    private let core: FeedCore
    private let shared = Locked(Statistics())

    /// What a feed holds and has done, for metrics.
    public struct Statistics: Sendable, Equatable {
        public var clients = 0
        public var published: UInt64 = 0
        /// Messages that brought news or state.
        public var sent: UInt64 = 0
        /// Items left out for slow clients, summed over clients.
        public var thinned: UInt64 = 0
        /// Messages of clients that were refused.
        public var refusals: UInt64 = 0
        public var keptItems = 0
        public var keptBytes = 0
    }

    public let subprotocols = ["bellwether.v1.json"]

    private init(_ settings: FeedSettings, _ policy: FeedCore.Policy) {
        // The clock is random enough: it must only differ from the last process's.
        let instance = UInt32(truncatingIfNeeded: (try? RandomBytes.number()) ?? UInt64(bitPattern: Clock.wallMs()))
        core = FeedCore(settings: settings, policy: policy, instance: instance, wallMs: Clock.wallMs)
    }

    /// For `/ws/telemetry`: slow clients get the newest frames.
    public static func telemetry(settings: FeedSettings = FeedSettings()) -> FeedHub { FeedHub(settings, .thin) }

    /// For `/ws/alerts`: nothing is ever left out.
    public static func alerts(settings: FeedSettings = FeedSettings()) -> FeedHub { FeedHub(settings, .close) }

    /// Starts its timers; once.
    public func attach(to server: HTTPServer) {
        server.every(ms: 20) { [self] in
            core.tick(nowMs: Clock.monotonicMs())
            let current = Statistics(
                clients: core.clientCount, published: core.counters.published, sent: core.counters.sent,
                thinned: core.counters.thinned, refusals: core.counters.refusals, keptItems: core.ring.count,
                keptBytes: core.ring.byteCount)
            shared.withLock { $0 = current }
        }
    }

    /// News, in the order of their commit. Only on the server's own thread.
    public func publish(frames: [FeedFrame]) {
        core.publish(frames.map { .frame($0) }, nowMs: Clock.monotonicMs())
    }

    /// News, in the order of their commit. Only on the server's own thread.
    public func publish(alerts: [FeedAlert]) {
        core.publish(alerts.map { .alert($0) }, nowMs: Clock.monotonicMs())
    }

    /// Says that so many items could not be taken up: every client is told. Only on the server's own thread.
    public func publish(missing count: Int) {
        core.publish([.missing(count)], nowMs: Clock.monotonicMs())
    }

    /// A moment old at most.
    public var statistics: Statistics { shared.withLock { $0 } }

    // MARK: - Called by the server

    public func opened(_ client: WebSocketClient, by request: HTTPRequest) {
        client.context = core.open(
            wake: { [unowned client] in client.wake() },
            end: { [unowned client] code, reason in client.close(code, reason) })
    }

    public func received(_ message: WebSocketMessage, from client: WebSocketClient) {
        guard let context = client.context as? FeedClient else { return }
        guard message.isText else {
            return core.refuse(FeedRefusal("bad_message", "Messages must be text."), context)
        }
        core.receive(message.bytes, from: context, nowMs: Clock.monotonicMs())
    }

    public func nextFrame(for client: WebSocketClient) -> SharedFrame? {
        guard let context = client.context as? FeedClient else { return nil }
        return core.next(for: context)
    }

    public func closed(_ client: WebSocketClient, code: WebSocketCloseCode) {
        guard let context = client.context as? FeedClient else { return }
        core.close(context)
        client.context = nil
    }
}
