import Glibc
import Synchronization

/// TCP ports of the loopback interface for servers that tests start.
public enum FreePort {
    private static let given = Mutex<Set<UInt16>>([])

    /// A port that nobody listens on now, and that this process was not given before.
    ///
    /// Taken from below the kernel's ephemeral range (32768 and up): a port that bind(0) picks may be taken again as
    /// the source port of any outgoing connection before the server binds it, or while the server is restarting.
    public static func next() throws -> UInt16 {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let port = UInt16.random(in: 15_000..<32_000, using: &random)
            guard given.withLock({ $0.insert(port).inserted }) else { continue }
            if isFree(port) { return port }
        }
        throw SupportFailure("no free port between 15000 and 32000 found in 1000 tries")
    }

    /// True when a server could listen on the port now.
    public static func isFree(_ port: UInt16) -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        // As servers do: only a listener is in the way, not an old connection, nor a copy of this very socket that a
        // child holds between its fork and its exec.
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = 0  // every interface: a server on any of them would be in the way
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
