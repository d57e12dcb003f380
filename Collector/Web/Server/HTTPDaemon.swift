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

    private let raw: OpaquePointer
    private let tls: TLSMaterial?
    private let offer: (Job) -> Bool
    private let endpoints: [String: any WebSocketEndpoint]
    private let hub: WebSocketHub
    private var nextID: UInt64 = 1
    private var arrivingPeer = ""
    /// Plain WebSockets whose descriptor was duplicated: libmicrohttpd's own is given back after its run.
    private var finishedUpgrades: [OpaquePointer] = []

    /// Room for a head of the largest size allowed, the list of its fields, and a response's head. More than the
    /// limits allow is answered by libmicrohttpd itself.
    private static let connectionMemory = 16 * 1024

    init(
        settings: HTTPServerSettings, hub: WebSocketHub, endpoints: [String: any WebSocketEndpoint],
        offer: @escaping (Job) -> Bool
    ) throws(HTTPServerFailure) {
        self.settings = settings
        self.hub = hub
        self.endpoints = endpoints
        self.offer = offer
        limits = RequestHead.Limits(
            maxTargetBytes: min(settings.maxTargetBytes, 4096), maxHeaderBytes: min(settings.maxHeaderBytes, 8192),
            maxBodyBytes: settings.maxBodyBytes)
        let material = try TLSMaterial(settings.tls)
        var native = cmicrohttpd_settings(
            connection_memory: Self.connectionMemory,
            // The library's own limit is out of the way: ours are counted where connections are accepted.
            connection_limit: 1 << 20, certificate: material?.certificate, key: material?.key,
            priorities: material?.priorities)
        var callbacks = cmicrohttpd_callbacks(
            access: onAccess, target: onTarget, completed: onCompleted, connection: onConnection, unescape: onUnescape)
        let box = DaemonBox()
        guard let raw = cmicrohttpd_start(&native, &callbacks, Unmanaged.passUnretained(box).toOpaque()) else {
            throw .daemon(
                settings.tls == nil
                    ? "libmicrohttpd could not start; are there descriptors left?"
                    : "libmicrohttpd could not start with TLS; do the certificate and the key belong together?")
        }
        self.raw = raw
        self.box = box
        tls = material
        epoll = cmicrohttpd_epoll_fd(raw)
        box.daemon = self
    }

    private let box: DaemonBox

    /// Ends the library's daemon. Every connection must have been cut and run to its end before (`hasEnded`).
    func close() { MHD_stop_daemon(raw) }

    var isSecure: Bool { tls != nil }

    /// Takes a connection over. The address is the peer's.
    func add(socket: CInt, peer: String, address: sockaddr_storage, length: socklen_t) {
        arrivingPeer = peer
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

    func dispatch(_ job: Job) -> Bool { offer(job) }

    /// Cuts what has taken too long. Called a few times a second.
    func cutOverdue(nowMs: Int64) {
        for connection in connections where connection.deadlineMs <= nowMs {
            switch connection.phase {
            case .handling, .upgraded: continue
            case .idle where connection.isReused: break
            case .head, .body:
                statistics.timeouts += 1
                if !isSecure { sendTimeout(connection) }
            case .idle, .sending: statistics.timeouts += 1
            }
            connection.cut()
            // Once is enough: the library frees it in its next run.
            connection.deadlineMs = .max
        }
    }

    /// Connections without those that have become WebSockets over TLS.
    var plainConnectionCount: Int { connections.count - (isSecure ? hub.count : 0) }

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

    /// libmicrohttpd has no way to answer before a request is complete; on a plain socket nothing of its own is under
    /// way then, so the answer can be put there directly.
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
        _ = bytes.withUnsafeBytes {
            send(connection.socket, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL))
        }
    }

    // MARK: - Called by libmicrohttpd, inside `run` and `add`

    fileprivate func connectionStarted(_ handle: OpaquePointer) -> UnsafeMutableRawPointer {
        let connection = HTTPConnection(
            socket: cmicrohttpd_socket(handle), peer: arrivingPeer,
            deadlineMs: Clock.monotonicMs() + settings.headTimeoutMs)
        connection.index = connections.count
        connections.append(connection)
        return Unmanaged.passRetained(connection).toOpaque()
    }

    fileprivate func connectionEnded(_ context: UnsafeMutableRawPointer) {
        let connection = Unmanaged<HTTPConnection>.fromOpaque(context).takeRetainedValue()
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.index] = last
            last.index = connection.index
        }
        hub.addresses.left(connection.peer)
    }

    fileprivate func upgraded(
        _ exchange: HTTPExchange, _ handle: OpaquePointer, socket: CInt, early: UnsafeRawBufferPointer
    ) {
        guard let upgrade = exchange.upgrade, let request = exchange.request else {
            finishedUpgrades.append(handle)
            return
        }
        if isSecure {
            exchange.connection.phase = .upgraded
            let link = SecureLink(
                handle: handle, connection: exchange.connection, daemon: self, sendTimeoutMs: 5_000)
            hub.adopt(socket: socket, link: link, upgrade: upgrade, request: request, early: early)
            return
        }
        // A descriptor of our own lets the library free the connection and its 16 kB at once.
        let own = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        finishedUpgrades.append(handle)
        guard own >= 0 else {
            statistics.refusedConnections += 1
            return
        }
        hub.adopt(socket: own, link: nil, upgrade: upgrade, request: request, early: early)
    }
}

/// The context of libmicrohttpd's callbacks. Lives as long as the daemon.
private final class DaemonBox {
    unowned(unsafe) var daemon: HTTPDaemon?

    static func daemon(_ context: UnsafeMutableRawPointer?) -> HTTPDaemon? {
        guard let context else { return nil }
        return Unmanaged<DaemonBox>.fromOpaque(context).takeUnretainedValue().daemon
    }
}

// All run on the loop's thread, because only it calls MHD_run and MHD_add_connection.

@c private func onConnection(
    _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?,
    _ socketContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ event: MHD_ConnectionNotificationCode
) {
    guard let daemon = DaemonBox.daemon(context), let handle, let socketContext else { return }
    if event == .CONNECTION_NOTIFY_STARTED {
        socketContext.pointee = daemon.connectionStarted(handle)
    } else if let connection = socketContext.pointee {
        daemon.connectionEnded(connection)
        socketContext.pointee = nil
    }
}

/// A request's first line has come; what is returned is the request's context from now on.
@c private func onTarget(
    _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ handle: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let daemon = DaemonBox.daemon(context), let handle, let target,
        let connection = cmicrohttpd_socket_context(handle)
    else { return nil }
    let bytes = Array(UnsafeRawBufferPointer(start: target, count: strlen(target)))
    // The library would now take the query apart, item by item into its small memory, and when that is full lose track
    // of the connection's state. It finds an empty query instead; ours is in the copy.
    if let mark = bytes.firstIndex(of: UInt8(ascii: "?")) { UnsafeMutablePointer(mutating: target)[mark + 1] = 0 }
    let exchange = daemon.begin(
        handle, on: Unmanaged<HTTPConnection>.fromOpaque(connection).takeUnretainedValue(), target: bytes)
    return Unmanaged.passRetained(exchange).toOpaque()
}

@c private func onAccess(
    _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ target: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ data: UnsafePointer<CChar>?,
    _ count: UnsafeMutablePointer<Int>?, _ exchangeContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let daemon = DaemonBox.daemon(context), let target, let method, let version, let count,
        let pointer = exchangeContext?.pointee
    else { return .NO }
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(pointer).takeUnretainedValue()
    switch exchange.stage {
    case .head: return daemon.headArrived(exchange, method: method, target: target, version: version)
    case .receiving where count.pointee > 0:
        defer { count.pointee = 0 }
        return daemon.bodyArrived(exchange, UnsafeRawBufferPointer(start: data, count: count.pointee))
    case .receiving: return daemon.requestComplete(exchange)
    case .waiting: return daemon.resumed(exchange)
    case .answered: return .YES
    }
}

@c private func onCompleted(
    _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?,
    _ exchangeContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ reason: MHD_RequestTerminationCode
) {
    guard let daemon = DaemonBox.daemon(context), let pointer = exchangeContext?.pointee else { return }
    exchangeContext?.pointee = nil
    daemon.ended(Unmanaged<HTTPExchange>.fromOpaque(pointer).takeRetainedValue())
}

/// Leaves the target as it came: we decode it ourselves, strictly.
@c private func onUnescape(
    _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?
) -> Int {
    text.map { strlen($0) } ?? 0
}

/// The 101 has been sent; the socket is ours.
@c func onUpgraded(
    _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ exchangeContext: UnsafeMutableRawPointer?,
    _ early: UnsafePointer<CChar>?, _ earlyCount: Int, _ socket: CInt, _ upgrade: OpaquePointer?
) {
    guard let context, let upgrade, let exchangeContext else { return }
    let daemon = Unmanaged<HTTPDaemon>.fromOpaque(context).takeUnretainedValue()
    let exchange = Unmanaged<HTTPExchange>.fromOpaque(exchangeContext).takeUnretainedValue()
    daemon.upgraded(
        exchange, upgrade, socket: socket, early: UnsafeRawBufferPointer(start: early, count: earlyCount))
}
