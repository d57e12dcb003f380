import Glibc

/// A TLS connection on its way to libmicrohttpd, which sees plain bytes at the other end of a socket pair.
final class SecureTunnel {
    let session: SecureSession
    let peer: String
    let address: sockaddr_storage
    let addressLength: socklen_t
    /// Our end of the pair; -1 during the handshake.
    var pair: CInt = -1
    /// Decrypted, but not taken by the pair yet.
    var inward: ArraySlice<UInt8> = []
    /// The client sends no more.
    var hasClientEnded = false
    /// libmicrohttpd has closed its end.
    var hasDaemonEnded = false
    var hasSaidEnd = false
    /// In the gate's list of tunnels that have more to do.
    var isBusy = false
    var isGone = false
    /// When it is cut: during the handshake, while the client takes nothing, and while it is being closed.
    var deadlineMs: Int64

    var socket: CInt { session.socket }

    init(
        session: SecureSession, peer: String, address: sockaddr_storage, addressLength: socklen_t, deadlineMs: Int64
    ) {
        self.session = session
        self.peer = peer
        self.address = address
        self.addressLength = addressLength
        self.deadlineMs = deadlineMs
    }
}
