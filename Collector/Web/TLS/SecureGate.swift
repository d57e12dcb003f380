import CSystem
import Glibc
import Runtime

/// Where TLS connections come in: shakes hands, and carries bytes between clients and libmicrohttpd. A connection that
/// becomes a WebSocket leaves it with its session, and needs no pair any more. Confined to the loop's thread.
final class SecureGate {
    /// Gives a finished handshake's plain end to libmicrohttpd.
    var connect: (SecureTunnel, _ plainEnd: CInt) -> Void = { _, plainEnd in close(plainEnd) }
    private(set) var timeouts: UInt64 = 0

    private let context: SecureContext
    private let epoll: CInt
    private let addresses: AddressCounter
    private let handshakeTimeoutMs: Int64
    private let sendTimeoutMs: Int64
    private var bySocket: [CInt: SecureTunnel] = [:]
    private var byPair: [CInt: SecureTunnel] = [:]
    private var busy: [SecureTunnel] = []
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: SecureSession.recordBytes, alignment: 16)

    /// Records carried for one connection before others have their turn.
    private static let recordsPerTurn = 8
    /// From the end of a response to the client's own end.
    private static let closeTimeoutMs: Int64 = 2_000

    init(settings: HTTPServerSettings, context: SecureContext, epoll: CInt, addresses: AddressCounter) {
        self.context = context
        self.epoll = epoll
        self.addresses = addresses
        handshakeTimeoutMs = settings.headTimeoutMs
        sendTimeoutMs = settings.sendTimeoutMs
    }

    deinit { buffer.deallocate() }

    var count: Int { bySocket.count }
    var hasWork: Bool { !busy.isEmpty }

    func add(socket: CInt, peer: String, address: sockaddr_storage, length: socklen_t) {
        guard let session = SecureSession(socket: socket, context: context) else {
            addresses.left(peer)
            close(socket)
            return
        }
        Sockets.set(socket, CInt(IPPROTO_TCP), TCP_NODELAY, 1)
        let tunnel = SecureTunnel(
            session: session, peer: peer, address: address, addressLength: length,
            deadlineMs: Clock.monotonicMs() + handshakeTimeoutMs)
        bySocket[socket] = tunnel
        watch(socket, .secureSocket(socket))
    }

    private func watch(_ descriptor: CInt, _ source: WebLoop.Source) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        event.data.u64 = source.key
        epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
    }

    func handleSocket(_ socket: CInt) {
        if let tunnel = bySocket[socket] { carry(tunnel) }
    }

    func handlePair(_ pair: CInt) {
        if let tunnel = byPair[pair] { carry(tunnel) }
    }

    /// Goes on where there was more than one turn's work.
    func work() {
        let again = busy
        busy.removeAll(keepingCapacity: true)
        for tunnel in again {
            tunnel.isBusy = false
            carry(tunnel)
        }
    }

    private func carry(_ tunnel: SecureTunnel) {
        guard !tunnel.isGone, shakeHands(tunnel) else { return }
        for _ in 0..<Self.recordsPerTurn {
            let hasMovedIn = carryInward(tunnel)
            let hasMovedOut = carryOutward(tunnel)
            if tunnel.isGone { return }
            if !hasMovedIn, !hasMovedOut { return settle(tunnel) }
        }
        guard !tunnel.isBusy else { return }
        tunnel.isBusy = true
        busy.append(tunnel)
    }

    /// True when the handshake is done.
    private func shakeHands(_ tunnel: SecureTunnel) -> Bool {
        guard tunnel.pair < 0 else { return true }
        switch tunnel.session.handshake() {
        case .waiting: return false
        case .failed:
            end(tunnel)
            return false
        case .done:
            guard let (ours, daemons) = Sockets.pair() else {
                end(tunnel)
                return false
            }
            tunnel.pair = ours
            tunnel.deadlineMs = .max
            byPair[ours] = tunnel
            watch(ours, .securePair(ours))
            connect(tunnel, daemons)
            return true
        }
    }

    /// True if something moved, so that there may be more.
    private func carryInward(_ tunnel: SecureTunnel) -> Bool {
        if !tunnel.inward.isEmpty {
            let sent = tunnel.inward.withUnsafeBytes { put($0, into: tunnel) }
            guard sent > 0 else { return false }
            tunnel.inward = sent == tunnel.inward.count ? [] : tunnel.inward.dropFirst(sent)
            return true
        }
        guard !tunnel.hasClientEnded else { return false }
        let got = tunnel.session.read(into: buffer)
        guard got >= 0 else { return false }
        if got == 0 {
            tunnel.hasClientEnded = true
            shutdown(tunnel.pair, CInt(SHUT_WR))
            return true
        }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<got])
        let sent = put(bytes, into: tunnel)
        if sent < got { tunnel.inward = Array(bytes[max(sent, 0)...])[...] }
        return true
    }

    private func put(_ bytes: UnsafeRawBufferPointer, into tunnel: SecureTunnel) -> Int {
        // Nobody reads any more: what the client still sends is dropped.
        if tunnel.hasDaemonEnded { return bytes.count }
        let sent = Sockets.send(tunnel.pair, bytes)
        return sent == -2 ? bytes.count : sent
    }

    private func carryOutward(_ tunnel: SecureTunnel) -> Bool {
        guard !tunnel.hasDaemonEnded, tunnel.session.flush() else { return false }
        let got = Sockets.receive(tunnel.pair, into: buffer)
        guard got >= 0 else { return false }
        guard got > 0 else {
            tunnel.hasDaemonEnded = true
            return true
        }
        tunnel.deadlineMs = .max
        if tunnel.session.write(UnsafeRawBufferPointer(rebasing: buffer[..<got])) < 0 { end(tunnel) }
        return true
    }

    /// Nothing moves: waits for whoever must go on, but not for ever.
    private func settle(_ tunnel: SecureTunnel) {
        let isFlushed = tunnel.session.flush()
        guard tunnel.hasDaemonEnded else {
            if isFlushed {
                tunnel.deadlineMs = .max
            } else if tunnel.deadlineMs == .max {
                tunnel.deadlineMs = Clock.monotonicMs() + sendTimeoutMs
            }
            return
        }
        if isFlushed, !tunnel.hasSaidEnd {
            tunnel.hasSaidEnd = true
            tunnel.session.finish()
            shutdown(tunnel.socket, CInt(SHUT_WR))
            tunnel.deadlineMs = Clock.monotonicMs() + Self.closeTimeoutMs
        }
        if tunnel.hasClientEnded {
            end(tunnel)
        } else if tunnel.deadlineMs == .max {
            tunnel.deadlineMs = Clock.monotonicMs() + sendTimeoutMs
        }
    }

    private func end(_ tunnel: SecureTunnel) {
        forget(tunnel)
        if tunnel.pair >= 0 { close(tunnel.pair) } else { addresses.left(tunnel.peer) }
        epoll_ctl(epoll, EPOLL_CTL_DEL, tunnel.socket, nil)
        close(tunnel.socket)
    }

    private func forget(_ tunnel: SecureTunnel) {
        tunnel.isGone = true
        bySocket[tunnel.socket] = nil
        if tunnel.pair >= 0 { byPair[tunnel.pair] = nil }
    }

    /// The connection has become a WebSocket: returns what libmicrohttpd wrote and the client has not got, and what the
    /// client sent and libmicrohttpd has not got. The session is the caller's from now on.
    func release(_ tunnel: SecureTunnel) -> (outward: [UInt8], inward: [UInt8]) {
        var outward: [UInt8] = []
        while true {
            let got = Sockets.receive(tunnel.pair, into: buffer)
            guard got > 0 else { break }
            outward += buffer[..<got]
        }
        forget(tunnel)
        epoll_ctl(epoll, EPOLL_CTL_DEL, tunnel.socket, nil)
        close(tunnel.pair)
        return (outward, Array(tunnel.inward))
    }

    /// Cuts what has taken too long. Called a few times a second.
    func cutOverdue(nowMs: Int64) {
        for tunnel in Array(bySocket.values) where tunnel.deadlineMs <= nowMs {
            if !tunnel.hasSaidEnd { timeouts += 1 }
            end(tunnel)
        }
    }

    func cutAll() { for tunnel in Array(bySocket.values) { end(tunnel) } }
}
