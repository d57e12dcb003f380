import CMicrohttpd
import Glibc
import Runtime

/// libmicrohttpd, driven by our loop: it neither listens nor waits. Confined to the loop's thread.
final class HTTPDaemon {
    /// What a worker is given.
    struct Job: Sendable {
        let exchange: HTTPExchange
        let request: HTTPRequest
    }

    let settings: HTTPServerSettings
    let limits: RequestHead.Limits
    /// Readable when there is work for `run`.
    let epoll: CInt
    var statistics = HTTPStatistics()
    /// Exchanges that a worker has or will get.
    var waiting: [ObjectIdentifier: HTTPExchange] = [:]
    var bufferedBytes = 0
    /// A connection was given back to the library, which does not notice by itself.
    var hasResumed = false
    /// Set when the server stops: every response then ends its connection.
    var isStopping = false
    private(set) var connections: [HTTPConnection] = []

    /// True if what comes over our connections came over TLS.
    private let isSecure: Bool
    private let raw: OpaquePointer
    private let gate: SecureGate?
    private let offer: ([Job]) -> Void
    /// Complete requests that go to the workers after this run, all at once: waking a thread costs more than most
    /// requests.
    private var complete: [Job] = []
    private let endpoints: [String: any WebSocketEndpoint]
    private let hub: WebSocketHub
    private var nextID: UInt64 = 1
    private var arrivingPeer = ""
    private var arrivingTunnel: SecureTunnel?
    /// Plain WebSockets whose descriptor was duplicated: libmicrohttpd's own is given back after its run.
    private var finishedUpgrades: [OpaquePointer] = []

    /// Room for a head of the largest size allowed, the list of its fields, and a response's head. More than the
    /// limits allow is answered by libmicrohttpd itself.
    private static let connectionMemory = 16 * 1024

    init(
        settings: HTTPServerSettings, hub: WebSocketHub, gate: SecureGate?,
        endpoints: [String: any WebSocketEndpoint], offer: @escaping ([Job]) -> Void
    ) throws(HTTPServerFailure) {
        self.settings = settings
        self.hub = hub
        self.gate = gate
        isSecure = gate != nil
        self.endpoints = endpoints
        self.offer = offer
        limits = RequestHead.Limits(
            maxTargetBytes: min(settings.maxTargetBytes, 4096), maxHeaderBytes: min(settings.maxHeaderBytes, 8192),
            maxBodyBytes: settings.maxBodyBytes)
        var native = cmicrohttpd_settings(
            connection_memory: Self.connectionMemory,
            // The library's own limit is out of the way: ours are counted where connections are accepted.
            connection_limit: 1 << 20)
        let box = DaemonBox()
        guard let raw = DaemonBox.start(&native, box) else {
            throw .daemon("libmicrohttpd could not start; are there descriptors left?")
        }
        self.raw = raw
        self.box = box
        epoll = cmicrohttpd_epoll_fd(raw)
        box.daemon = self
    }

    private let box: DaemonBox

    /// Ends the library's daemon. Every connection must have been cut and run to its end before (`hasEnded`).
    func close() { MHD_stop_daemon(raw) }

    /// Takes a connection over. The address is the peer's; the socket is the tunnel's plain end if there is one.
    func add(
        socket: CInt, peer: String, address: sockaddr_storage, length: socklen_t, tunnel: SecureTunnel? = nil
    ) {
        arrivingPeer = peer
        arrivingTunnel = tunnel
        defer { arrivingTunnel = nil }
        var address = address
        let isAdded = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { MHD_add_connection(raw, socket, $0, length) }
        }
        if isAdded != .YES { statistics.refusedConnections += 1 }
    }

    /// Does what there is to do. Never waits.
    func run() {
        hasResumed = false
        MHD_run(raw)
        for handle in finishedUpgrades { cmicrohttpd_close_upgraded(handle) }
        if !finishedUpgrades.isEmpty {
            finishedUpgrades.removeAll(keepingCapacity: true)
            MHD_run(raw)
        }
        guard !complete.isEmpty else { return }
        offer(complete)
        complete.removeAll(keepingCapacity: true)
    }

    /// True if `run` should be called again without waiting for `epoll`.
    var hasMoreWork: Bool {
        if hasResumed { return true }
        var timeoutMs: UInt64 = 0
        return MHD_get_timeout(raw, &timeoutMs) == .YES && timeoutMs == 0
    }

    func nextRequestID() -> UInt64 {
        defer { nextID += 1 }
        return nextID
    }

    func endpoint(at path: String) -> (any WebSocketEndpoint)? { endpoints[path] }

    var webSocketCount: Int { hub.count }
    var servesTLS: Bool { isSecure }

    /// Gives a request to the workers; false when too many wait already.
    func dispatch(_ job: Job) -> Bool {
        guard waiting.count < max(settings.workers, 1) + max(settings.maxQueuedRequests, 0) else { return false }
        complete.append(job)
        return true
    }

    /// Cuts what has taken too long. Called a few times a second.
    func cutOverdue(nowMs: Int64) {
        for connection in connections where connection.deadlineMs <= nowMs {
            switch connection.phase {
            case .handling: continue
            case .idle where connection.isReused: break
            case .head, .body:
                statistics.timeouts += 1
                sendTimeout(connection)
            case .idle, .sending: statistics.timeouts += 1
            }
            connection.cut()
            // Once is enough: the library frees it in its next run.
            connection.deadlineMs = .max
        }
    }

    /// Cuts every connection that waits for its next request.
    func cutIdle() {
        for connection in connections where connection.phase == .idle { connection.cut() }
    }

    func cutAll() { for connection in connections { connection.cut() } }

    /// Closes the connection that has been idle longest, to make room. False if none is idle.
    func cutOldestIdle() -> Bool {
        let idle = connections.filter { $0.phase == .idle && $0.isReused && $0.deadlineMs != .max }
        guard let oldest = idle.min(by: { $0.deadlineMs < $1.deadlineMs }) else { return false }
        oldest.cut()
        oldest.deadlineMs = .max
        return true
    }

    /// libmicrohttpd has no way to answer before a request is complete; nothing of its own is under way then, so the
    /// answer can be put into the socket directly.
    private func sendTimeout(_ connection: HTTPConnection) {
        sendDirectly(HTTPProblem(408, "The request was not complete in time."), to: connection)
    }

    func sendDirectly(_ problem: HTTPProblem, to connection: HTTPConnection) {
        let body = problem.json(instance: "")
        var bytes = Array(
            """
            HTTP/1.1 \(problem.status) \(HTTPStatus.title(problem.status))\r
            Content-Type: application/problem+json\r
            Content-Length: \(body.count)\r
            Cache-Control: no-store\r
            Connection: close\r
            \r

            """.utf8)
        bytes += body
        _ = bytes.withUnsafeBytes { Sockets.send(connection.socket, $0) }
    }

    // MARK: - Called by libmicrohttpd, inside `run` and `add`

    func connectionStarted(_ handle: OpaquePointer) -> UnsafeMutableRawPointer {
        let connection = HTTPConnection(
            socket: cmicrohttpd_socket(handle), peer: arrivingPeer, tunnel: arrivingTunnel,
            deadlineMs: Clock.monotonicMs() + settings.headTimeoutMs)
        connection.index = connections.count
        connections.append(connection)
        return Unmanaged.passRetained(connection).toOpaque()
    }

    func connectionEnded(_ context: UnsafeMutableRawPointer) {
        let connection = Unmanaged<HTTPConnection>.fromOpaque(context).takeRetainedValue()
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.index] = last
            last.index = connection.index
        }
        hub.addresses.left(connection.peer)
    }

    func upgraded(
        _ exchange: HTTPExchange, _ handle: OpaquePointer, socket: CInt, early: UnsafeRawBufferPointer
    ) {
        finishedUpgrades.append(handle)
        guard let upgrade = exchange.upgrade, let request = exchange.request else { return }
        var early = Array(early)
        if let tunnel = exchange.connection.tunnel, let gate {
            // What is between the tunnel and the library belongs to the WebSocket now.
            early += unread(socket)
            let rest = gate.release(tunnel)
            hub.adopt(
                socket: tunnel.socket, session: tunnel.session, upgrade: upgrade, request: request,
                early: early + rest.inward, unsent: rest.outward)
            return
        }
        // A descriptor of our own lets the library free the connection and its 16 kB at once.
        let own = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        guard own >= 0 else {
            statistics.refusedConnections += 1
            return
        }
        hub.adopt(socket: own, session: nil, upgrade: upgrade, request: request, early: early, unsent: [])
    }

    private func unread(_ socket: CInt) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let got = chunk.withUnsafeMutableBytes { Sockets.receive(socket, into: $0) }
            guard got > 0 else { return bytes }
            bytes += chunk[..<got]
        }
    }
}
