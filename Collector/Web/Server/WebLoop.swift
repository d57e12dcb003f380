import CMicrohttpd
import CSystem
import Glibc
import Runtime

/// The server's own thread: one epoll over the listening socket, libmicrohttpd, the WebSockets, and a wake-up for
/// work from other threads.
///
/// Everything here is confined to that thread after `run` has begun, but for `mailbox`.
final class WebLoop: @unchecked Sendable {
    /// What other threads hand over.
    enum Message: Sendable {
        case work(@Sendable () -> Void)
        case answer(HTTPExchange, PreparedResponse?)
        case timer(everyMs: Int64, @Sendable () -> Void)
        case stop(graceMs: Int64, WebSocketCloseCode, String)
    }

    /// What an epoll event is about.
    enum Source {
        case daemon
        case wakeUp
        case listener
        case client(CInt)
        case secureSocket(CInt)
        case securePair(CInt)

        /// The kind in the upper half, a descriptor in the lower.
        var key: UInt64 {
            switch self {
            case .daemon: 1 << 32
            case .wakeUp: 2 << 32
            case .listener: 3 << 32
            case .client(let socket): UInt64(UInt32(bitPattern: socket))
            case .secureSocket(let socket): 4 << 32 | UInt64(UInt32(bitPattern: socket))
            case .securePair(let pair): 5 << 32 | UInt64(UInt32(bitPattern: pair))
            }
        }
    }

    private struct Timer {
        let everyMs: Int64
        let work: @Sendable () -> Void
        var nextMs: Int64
    }

    let mailbox: Mailbox<Message>
    let port: UInt16
    /// As of the last tick.
    let statistics = Locked(HTTPStatistics())

    private let settings: HTTPServerSettings
    private let log = Log("web")
    private let epoll: CInt
    private let wakeUp: WakeUp
    private var listener: Listener?
    private var isAccepting = false
    private let addresses: AddressCounter
    private let hub: WebSocketHub
    private let daemon: HTTPDaemon
    private let gate: SecureGate?
    private var timers: [Timer] = []
    private var nextTickMs: Int64 = 0
    private var acceptAgainMs: Int64 = 0
    private var stopDeadlineMs: Int64?

    private static let tickMs: Int64 = 200
    private static let eventsPerTurn: CInt = 512
    private static let acceptsPerTurn = 256

    init(
        settings: HTTPServerSettings, endpoints: [String: any WebSocketEndpoint],
        dispatch: @escaping ([HTTPDaemon.Job]) -> Void
    ) throws(HTTPServerFailure) {
        self.settings = settings
        epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        do throws(SystemFailure) {
            wakeUp = try WakeUp()
        } catch {
            throw .system(error)
        }
        mailbox = Mailbox(capacity: .max, onOffer: wakeUp)
        addresses = AddressCounter(limit: settings.maxConnectionsPerAddress)
        hub = WebSocketHub(settings: settings.webSocket, epoll: epoll, addresses: addresses)
        if let tls = settings.tls {
            let context = try SecureContext(tls)
            gate = SecureGate(settings: settings, context: context, epoll: epoll, addresses: addresses)
        } else {
            gate = nil
        }
        daemon = try HTTPDaemon(settings: settings, hub: hub, gate: gate, endpoints: endpoints, offer: dispatch)
        let listener = try Listener(listen: settings.listen, port: settings.port)
        self.listener = listener
        port = listener.port
        gate?.connect = { [unowned daemon] tunnel, plainEnd in
            daemon.add(
                socket: plainEnd, peer: tunnel.peer, address: tunnel.address, length: tunnel.addressLength,
                tunnel: tunnel)
        }
        watch(daemon.epoll, .daemon)
        watch(wakeUp.fd, .wakeUp)
    }

    deinit { close(epoll) }

    private func watch(_ descriptor: CInt, _ source: Source) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = source.key
        epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
    }

    /// Runs until stopped; nothing is left open then.
    func run() {
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Int(Self.eventsPerTurn))
        defer { events.deallocate() }
        setAccepting(true)
        var hasMore = false
        while !isFinished {
            let count = epoll_wait(epoll, events, Self.eventsPerTurn, hasMore ? 0 : waitMs())
            var runsDaemon = hasMore
            for index in 0..<max(0, Int(count)) {
                let event = events[index]
                switch event.data.u64 {
                case Source.daemon.key: runsDaemon = true
                case Source.wakeUp.key: takeMail()
                case Source.listener.key:
                    accept()
                    runsDaemon = true
                case let key:
                    let descriptor = CInt(truncatingIfNeeded: key)
                    switch key >> 32 {
                    case 4: gate?.handleSocket(descriptor)
                    case 5: gate?.handlePair(descriptor)
                    default: hub.handle(event.events, socket: descriptor)
                    }
                }
            }
            if runsDaemon || daemon.hasResumed { daemon.run() }
            gate?.work()
            hub.work()
            runTimers()
            hasMore = daemon.hasMoreWork || hub.hasWork || gate?.hasWork == true
        }
        end()
    }

    private func waitMs() -> CInt {
        let nowMs = Clock.monotonicMs()
        let nextMs = timers.reduce(nextTickMs) { min($0, $1.nextMs) }
        return CInt(clamping: min(max(nextMs - nowMs, 0), Self.tickMs))
    }

    // MARK: - Work from other threads

    private func takeMail() {
        wakeUp.clear()
        for message in mailbox.takeAll(timeoutMs: 0) {
            switch message {
            case .work(let work): work()
            case .answer(let exchange, let response): daemon.answered(exchange, response)
            case .timer(let everyMs, let work):
                timers.append(Timer(everyMs: everyMs, work: work, nextMs: Clock.monotonicMs() + everyMs))
            case .stop(let graceMs, let code, let reason): beginStop(graceMs, code, reason)
            }
        }
    }

    func wakeAll(of endpoint: any WebSocketEndpoint) { hub.wakeAll(of: endpoint) }

    // MARK: - Connections

    private func setAccepting(_ accepts: Bool) {
        guard let listener, accepts != isAccepting else { return }
        isAccepting = accepts
        if accepts { watch(listener.socket, .listener) } else { epoll_ctl(epoll, EPOLL_CTL_DEL, listener.socket, nil) }
    }

    private func accept() {
        guard let listener else { return }
        for _ in 0..<Self.acceptsPerTurn {
            guard max(daemon.connections.count, gate?.count ?? 0) < settings.maxConnections else {
                if !daemon.cutOldestIdle() { pauseAccepting() }
                return
            }
            switch listener.accept() {
            case .none: return
            case .refused:
                daemon.statistics.refusedConnections += 1
                log.warning("out of descriptors; a connection was turned away")
                return pauseAccepting()
            case .connection(let socket, let peer, let address, let length):
                guard addresses.mayCome(peer) else {
                    daemon.statistics.refusedConnections += 1
                    close(socket)
                    continue
                }
                addresses.came(peer)
                if let gate {
                    gate.add(socket: socket, peer: peer, address: address, length: length)
                } else {
                    daemon.add(socket: socket, peer: peer, address: address, length: length)
                }
            }
        }
    }

    /// Leaves new connections in the kernel's queue until some have ended, or for a moment.
    private func pauseAccepting() {
        setAccepting(false)
        acceptAgainMs = Clock.monotonicMs() + Self.tickMs
    }

    // MARK: - Time

    private func runTimers() {
        let nowMs = Clock.monotonicMs()
        for index in timers.indices where timers[index].nextMs <= nowMs {
            timers[index].nextMs = max(timers[index].nextMs + timers[index].everyMs, nowMs)
            timers[index].work()
        }
        guard nextTickMs <= nowMs else { return }
        nextTickMs = nowMs + Self.tickMs
        daemon.cutOverdue(nowMs: nowMs)
        hub.tick(nowMs: nowMs)
        gate?.cutOverdue(nowMs: nowMs)
        if !isAccepting, stopDeadlineMs == nil, acceptAgainMs <= nowMs { setAccepting(true) }
        var current = daemon.statistics
        current.connections = max(daemon.connections.count, gate?.count ?? 0)
        current.timeouts += gate?.timeouts ?? 0
        current.webSockets = hub.count
        statistics.withLock { [current] in $0 = current }
    }

    // MARK: - Stopping

    private func beginStop(_ graceMs: Int64, _ code: WebSocketCloseCode, _ reason: String) {
        guard stopDeadlineMs == nil else { return }
        stopDeadlineMs = Clock.monotonicMs() + max(graceMs, 0)
        setAccepting(false)
        listener = nil
        daemon.isStopping = true
        daemon.cutIdle()
        hub.closeAll(code, reason)
    }

    private var isFinished: Bool {
        guard let stopDeadlineMs else { return false }
        return daemon.connections.isEmpty && hub.count == 0 && (gate?.count ?? 0) == 0
            || Clock.monotonicMs() >= stopDeadlineMs
    }

    private func end() {
        hub.cutAll()
        daemon.abandonWaiting()
        // A cut connection needs a run or two to be noticed and freed.
        for _ in 0..<1000 where !daemon.connections.isEmpty {
            daemon.cutAll()
            daemon.run()
            if !daemon.hasMoreWork { usleep(1000) }
        }
        gate?.cutAll()
        daemon.close()
        mailbox.close()
        _ = mailbox.takeAll(timeoutMs: 0)
        timers = []
    }
}
