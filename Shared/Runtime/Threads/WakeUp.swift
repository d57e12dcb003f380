import CSystem
import Glibc

/// Wakes a thread that sleeps in epoll or poll: an eventfd that is readable from `signal` to `clear`.
public final class WakeUp: Sendable {
    /// For epoll or poll, to read from; owned by this object.
    public let fd: CInt

    public init() throws(SystemFailure) {
        fd = eventfd(0, CInt(EFD_NONBLOCK | EFD_CLOEXEC))
        guard fd >= 0 else { throw SystemFailure("cannot make an eventfd") }
    }

    deinit { close(fd) }

    /// From any thread, any number of times.
    public func signal() {
        var one: UInt64 = 1
        // Fails only when the count is full: then it is signalled already.
        while write(fd, &one, 8) < 0, errno == EINTR {}
    }

    /// Sleeps until there is a signal or the time is over. True if there is one.
    public func wait(timeoutMs: Int) -> Bool {
        var request = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, CInt(clamping: timeoutMs)) > 0
    }

    /// True if there was a signal since the last `clear`.
    @discardableResult
    public func clear() -> Bool {
        var count: UInt64 = 0
        while true {
            let got = read(fd, &count, 8)
            if got < 0, errno == EINTR { continue }
            return got == 8
        }
    }
}
