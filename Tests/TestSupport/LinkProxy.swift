import Glibc
import Synchronization

/// A TCP link that a test can break: clients connect to `port`, bytes go to and from a server's port.
///
/// Held bytes are not lost, as on a link that stalls; a cut resets every connection, as when a peer's host restarts.
public final class LinkProxy: Sendable {
    public enum Direction: Sendable, CaseIterable { case toServer, toClient }

    public let port: UInt16
    private let serverPort: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var held: Set<Direction> = []
        var refuses = false
        var isClosed = false
        var connections: [Int: Link] = [:]
        var accepted = 0
        var refused = 0
        var bytes: [Direction: Int] = [:]
        var cutAt: [Direction: Int] = [:]
        var delayMs: UInt32 = 0
    }

    fileprivate struct Link {
        let client: Int32
        let server: Int32
        var runningDirections = 2
        var isCut = false
    }

    public init(to serverPort: UInt16) throws {
        self.serverPort = serverPort
        port = try FreePort.next()
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw SupportFailure.system("socket", errno) }
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard withLoopback(port, { bind(listener, $0, $1) }) == 0, listen(listener, 128) == 0 else {
            let code = errno
            Glibc.close(listener)
            throw SupportFailure.system("listen on \(port)", code)
        }
        startThread { [weak self, listener] in
            // The proxy is held only while there is something to take, so that it can end.
            while LinkProxy.waitForClient(listener) {
                guard let self, self.takeClient() else { break }
            }
            Glibc.close(listener)
        }
    }

    deinit { close() }

    /// Cuts every connection and takes no more.
    public func close() {
        state.withLock { $0.isClosed = true }
        shutdown(listener, Int32(SHUT_RDWR))
        cut()
    }

    /// Stops forwarding in the given directions, for present and future connections; none = forward everything.
    public func hold(_ directions: Set<Direction>) { state.withLock { $0.held = directions } }

    /// Lets every piece wait so long before it is passed on; 0 = not at all.
    public func delay(milliseconds: Int) { state.withLock { $0.delayMs = UInt32(clamping: milliseconds) } }

    /// Takes connections and resets them at once.
    public func refuse(_ refuses: Bool) { state.withLock { $0.refuses = refuses } }

    /// Resets every present connection.
    public func cut() { state.withLock { cutAll(&$0) } }

    /// Resets every connection once `count` more bytes have gone in the direction.
    public func cut(after count: Int, _ direction: Direction) {
        state.withLock { $0.cutAt[direction] = $0.bytes[direction, default: 0] + count }
    }

    /// Bytes forwarded so far in the direction, over all connections.
    public func bytes(_ direction: Direction) -> Int { state.withLock { $0.bytes[direction, default: 0] } }
    /// Connections taken so far.
    public var accepted: Int { state.withLock { $0.accepted } }
    /// Connections reset at once so far.
    public var refused: Int { state.withLock { $0.refused } }
    /// Connections that stand now.
    public var connected: Int { state.withLock { $0.connections.values.count { !$0.isCut } } }

    private static func waitForClient(_ listener: Int32) -> Bool {
        var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        while true {
            let count = poll(&entry, 1, -1)
            if count > 0 || errno != EINTR { return count > 0 }
        }
    }

    private func takeClient() -> Bool {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return !state.withLock { $0.isClosed } }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        serve(client)
        return true
    }

    private func serve(_ client: Int32) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let refuses = state.withLock { $0.refuses || $0.isClosed }
        if refuses { state.withLock { $0.refused += 1 } }
        guard !refuses, server >= 0, withLoopback(serverPort, { connect(server, $0, $1) }) == 0 else {
            reset(client)
            Glibc.close(client)
            if server >= 0 { Glibc.close(server) }
            return
        }
        for end in [client, server] {
            var yes: Int32 = 1
            setsockopt(end, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        }
        let number = state.withLock { state in
            state.accepted += 1
            state.connections[state.accepted] = Link(client: client, server: server)
            return state.accepted
        }
        startThread { self.forward(number, from: client, to: server, .toServer) }
        startThread { self.forward(number, from: server, to: client, .toClient) }
    }

    private func forward(_ number: Int, from source: Int32, to target: Int32, _ direction: Direction) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        func isCut() -> Bool { state.withLock { $0.connections[number]?.isCut != false } }
        func isHeld() -> Bool { state.withLock { $0.held.contains(direction) } }
        while !isCut() {
            var entry = pollfd(fd: source, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 10) > 0 else { continue }
            let room = state.withLock { state in
                state.cutAt[direction].map { max(0, $0 - state.bytes[direction, default: 0]) } ?? buffer.count
            }
            let count = room == 0 ? 0 : read(source, &buffer, min(room, buffer.count))
            let delayMs = state.withLock { $0.delayMs }
            if delayMs > 0, count > 0 { usleep(delayMs * 1000) }
            // Asked after the read: what is sent after `hold` has returned is then certainly held.
            while isHeld(), !isCut() { usleep(1000) }
            guard count > 0, send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
            state.withLock { state in
                state.bytes[direction, default: 0] += count
                guard let limit = state.cutAt[direction], state.bytes[direction, default: 0] >= limit else { return }
                state.cutAt[direction] = nil
                cutAll(&state)
            }
        }
        // The end of one direction is passed on; the descriptors are closed when both have ended.
        shutdown(target, Int32(SHUT_WR))
        state.withLock { state in
            state.connections[number]?.runningDirections -= 1
            guard let link = state.connections[number], link.runningDirections == 0 else { return }
            Glibc.close(link.client)
            Glibc.close(link.server)
            state.connections[number] = nil
        }
    }

    private func cutAll(_ state: inout State) {
        for (number, link) in state.connections where !link.isCut {
            state.connections[number]?.isCut = true
            reset(link.client)
            reset(link.server)
            shutdown(link.client, Int32(SHUT_RDWR))
            shutdown(link.server, Int32(SHUT_RDWR))
        }
    }
}

/// Makes the close of a socket a reset.
private func reset(_ socket: Int32) {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
}

private func withLoopback(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
}
