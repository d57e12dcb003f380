import CMicrohttpd
import Runtime

/// A WebSocket's TLS connection, which stays with libmicrohttpd: it en- and decrypts between the client's socket and
/// the socket pair of which we have one end. That costs three descriptors and about 60 kB a client; where that is too
/// much, a proxy in front does TLS.
final class SecureLink {
    private let handle: OpaquePointer
    private let connection: HTTPConnection
    private unowned let daemon: HTTPDaemon
    private let sendTimeoutMs: Int64

    init(handle: OpaquePointer, connection: HTTPConnection, daemon: HTTPDaemon, sendTimeoutMs: Int64) {
        self.daemon = daemon
        self.handle = handle
        self.connection = connection
        self.sendTimeoutMs = sendTimeoutMs
    }

    /// The client's own socket.
    var socket: CInt { connection.socket }

    /// Gives the connection back, exactly once. What was written is still sent, for a few seconds at most.
    func finish(cut: Bool) {
        connection.phase = .sending
        connection.deadlineMs = Clock.monotonicMs() + sendTimeoutMs
        if cut { connection.cut() }
        cmicrohttpd_close_upgraded(handle)
        daemon.hasResumed = true
    }
}
