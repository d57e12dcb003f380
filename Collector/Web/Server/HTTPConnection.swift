import CMicrohttpd
import Glibc

/// One TCP connection in libmicrohttpd's care, and the time by which it must have moved on.
final class HTTPConnection {
    enum Phase {
        /// No request has begun: new, or kept alive.
        case idle
        /// The first line has come, the rest of the head has not.
        case head
        case body
        /// A worker has the request. Handlers are trusted to end.
        case handling
        case sending
    }

    let socket: CInt
    let peer: String
    /// Where the bytes come from if they came over TLS.
    let tunnel: SecureTunnel?
    var phase = Phase.idle
    /// On the monotonic clock.
    var deadlineMs: Int64
    /// True once a request was answered.
    var isReused = false
    /// Its place in the daemon's list.
    var index = 0

    init(socket: CInt, peer: String, tunnel: SecureTunnel?, deadlineMs: Int64) {
        self.socket = socket
        self.peer = peer
        self.tunnel = tunnel
        self.deadlineMs = deadlineMs
    }

    /// Ends the connection: libmicrohttpd finds it at its end and frees it.
    func cut() { shutdown(socket, CInt(SHUT_RDWR)) }
}
