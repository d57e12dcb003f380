import Glibc

/// poll(2) on the broker's socket and the owner's wake descriptor.
enum Poll {
    static let readable = Int16(POLLIN)
    static let writable = Int16(POLLOUT)
    /// The other side has closed its half, or the connection has failed. POLLRDHUP is a GNU extension.
    static let hungUp = Int16(POLLERR) | Int16(POLLHUP) | remoteHungUp
    private static let remoteHungUp: Int16 = 0x2000

    /// A descriptor of -1 or nil is left out. A signal ends the sleep early, which is as good as a time-out.
    static func wait(socket: CInt, events: Int16, wake: CInt?, _ timeoutMs: Int) -> (socket: Int16, wake: Bool) {
        var descriptors = (
            pollfd(fd: socket, events: events | (socket < 0 ? 0 : remoteHungUp), revents: 0),
            pollfd(fd: wake ?? -1, events: readable, revents: 0)
        )
        let ready = withUnsafeMutableBytes(of: &descriptors) { bytes in
            poll(bytes.baseAddress?.assumingMemoryBound(to: pollfd.self), 2, CInt(clamping: timeoutMs))
        }
        guard ready > 0 else { return (0, false) }
        return (descriptors.0.revents, descriptors.1.revents != 0)
    }

    /// The pending error of a socket; 0 if it is well.
    static func error(of socket: CInt) -> CInt {
        var error: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 else { return errno }
        return error
    }
}
