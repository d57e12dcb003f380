import Glibc

/// TCP on the loopback interface, for servers that a test plays itself.
public enum Loopback {
    /// True when somebody accepts connections on the port.
    public static func accepts(_ port: UInt16) -> Bool {
        guard let socket = try? connect(port) else { return false }
        close(socket)
        return true
    }

    /// A connected socket, to be closed by the caller.
    public static func connect(_ port: UInt16) throws -> CInt {
        let socket = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw SupportFailure.system("make a socket", errno) }
        let code = withAddress(port) { Glibc.connect(socket, $0, $1) }
        guard code == 0 else {
            let error = errno
            close(socket)
            throw SupportFailure.system("connect to port \(port)", error)
        }
        return socket
    }

    /// A listening socket on a free port, to be closed by the caller.
    public static func listen(backlog: CInt = 64) throws -> (socket: CInt, port: UInt16) {
        let port = try FreePort.next()
        let socket = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw SupportFailure.system("make a socket", errno) }
        var yes: CInt = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        guard withAddress(port, { bind(socket, $0, $1) }) == 0, Glibc.listen(socket, backlog) == 0 else {
            let error = errno
            close(socket)
            throw SupportFailure.system("listen on port \(port)", error)
        }
        return (socket, port)
    }

    private static func withAddress<T>(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
