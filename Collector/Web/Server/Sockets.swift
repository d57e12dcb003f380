import CMicrohttpd
import Glibc

/// The calls on sockets that everything here shares. None ever waits or raises a signal.
enum Sockets {
    /// Bytes taken, -1 when the socket takes none now, -2 when it is broken.
    static func send(_ socket: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
        while true {
            let sent = Glibc.send(socket, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL))
            if sent < 0, errno == EINTR { continue }
            return sent < 0 && errno != EAGAIN ? -2 : sent
        }
    }

    /// The same, from several places.
    static func send(_ socket: CInt, _ parts: UnsafeMutableBufferPointer<iovec>) -> Int {
        while true {
            let sent = cmicrohttpd_send(socket, parts.baseAddress, parts.count)
            if sent < 0, errno == EINTR { continue }
            return sent < 0 && errno != EAGAIN ? -2 : sent
        }
    }

    /// Bytes read, 0 at the end or when the connection broke, -1 when nothing is there yet.
    static func receive(_ socket: CInt, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let got = recv(socket, buffer.baseAddress, buffer.count, CInt(MSG_DONTWAIT))
            if got < 0, errno == EINTR { continue }
            return got < 0 && errno != EAGAIN ? 0 : got
        }
    }

    static func set(_ socket: CInt, _ level: CInt, _ option: CInt, _ value: CInt) {
        var value = value
        setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    /// Two connected sockets; nil when descriptors are short.
    static func pair() -> (CInt, CInt)? {
        var ends: [CInt] = [-1, -1]
        let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        guard socketpair(AF_UNIX, CInt(type), 0, &ends) == 0 else { return nil }
        return (ends[0], ends[1])
    }
}
