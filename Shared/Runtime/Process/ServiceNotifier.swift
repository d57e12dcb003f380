import Glibc

/// Tells systemd how the program is (sd_notify): datagrams to the socket that the environment names.
/// Without such a socket everything here does nothing.
public final class ServiceNotifier: Sendable {
    /// How often `watchdog` must be called: half of what the unit's WatchdogSec allows; nil if it has none.
    public let watchdogIntervalMs: Int?
    private let address: sockaddr_un?
    private let addressLength: socklen_t

    public convenience init() { self.init(environment: Substitution.processEnvironment) }

    init(environment: (String) -> String?) {
        (address, addressLength) = ServiceNotifier.address(environment("NOTIFY_SOCKET") ?? "")
        let isForUs = environment("WATCHDOG_PID").map { $0 == String(getpid()) } ?? true
        let limitUs = environment("WATCHDOG_USEC").flatMap { Int($0) } ?? 0
        watchdogIntervalMs = isForUs && limitUs > 0 ? max(limitUs / 2000, 1) : nil
    }

    /// The program does its work now.
    @discardableResult
    public func ready(status: String) -> Bool { send("READY=1\nSTATUS=\(ServiceNotifier.line(status))") }

    /// What the program does, in words for `systemctl status`.
    @discardableResult
    public func status(_ text: String) -> Bool { send("STATUS=\(ServiceNotifier.line(text))") }

    @discardableResult
    public func stopping() -> Bool { send("STOPPING=1") }

    /// The program is alive: to be called by the loop whose standstill shall lead to a restart.
    @discardableResult
    public func watchdog() -> Bool { send("WATCHDOG=1") }

    /// False if there is nobody to tell, or the message was not taken; never waits.
    private func send(_ message: String) -> Bool {
        guard var address else { return false }
        let fd = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard fd >= 0 else { return false }
        defer { close(fd) }
        let flags = CInt(MSG_NOSIGNAL | MSG_DONTWAIT)
        let bytes = Array(message.utf8)
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(fd, bytes, bytes.count, flags, $0, addressLength)
            }
        }
        return sent == bytes.count
    }

    /// Newlines would be read as further fields.
    private static func line(_ text: String) -> String { Text.escaped(text, maxCharacters: 500) }

    /// A path, or after `@` a name in the kernel's own space. Nil for what is neither.
    private static func address(_ name: String) -> (sockaddr_un?, socklen_t) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count > 1, bytes.count < capacity, bytes[0] == UInt8(ascii: "/") || bytes[0] == UInt8(ascii: "@")
        else { return (nil, 0) }
        let isAbstract = bytes[0] == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let header = MemoryLayout<sockaddr_un>.size - capacity
        return (address, socklen_t(header + bytes.count + (isAbstract ? 0 : 1)))
    }
}
