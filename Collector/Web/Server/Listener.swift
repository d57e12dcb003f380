import CMicrohttpd
import Glibc
public import Runtime

/// A listening socket that survives running out of descriptors.
final class Listener {
    enum Accepted {
        case connection(socket: CInt, peer: String, address: sockaddr_storage, length: socklen_t)
        /// Nobody waits.
        case none
        /// The system is short of descriptors or memory; whoever waited first was turned away.
        case refused
    }

    let socket: CInt
    let port: UInt16
    /// Given up to accept, and close, one connection when there are no descriptors left: otherwise it would stay in
    /// the kernel's queue and wake the loop for ever.
    private var reserve: CInt

    init(listen text: String, port: UInt16) throws(HTTPServerFailure) {
        let place = "\(text):\(port)"
        var (address, length) = try Self.address(text, port)
        let socket = Glibc.socket(
            CInt(address.ss_family), CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw .system(SystemFailure("cannot make a socket for \(place)")) }
        Sockets.set(socket, SOL_SOCKET, SO_REUSEADDR, 1)
        if address.ss_family == sa_family_t(AF_INET6) {
            Sockets.set(socket, CInt(IPPROTO_IPV6), IPV6_V6ONLY, text == "::" ? 0 : 1)
        }
        let isListening =
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) == 0 }
            } && Glibc.listen(socket, 4096) == 0
        guard isListening else {
            let failure = SystemFailure("cannot listen on \(place)")
            close(socket)
            throw .system(failure)
        }
        var bound = sockaddr_storage()
        var boundLength = socklen_t(MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(socket, $0, &boundLength) }
        }
        self.socket = socket
        self.port = Self.port(of: bound)
        reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    deinit {
        close(socket)
        if reserve >= 0 { close(reserve) }
    }

    func accept() -> Accepted {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        while true {
            let connection = cmicrohttpd_accept(socket, &address, &length)
            if connection >= 0 {
                return .connection(
                    socket: connection, peer: Self.text(of: address), address: address, length: length)
            }
            switch errno {
            case EINTR, ECONNABORTED, EPROTO: continue
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return turnAway()
            default: return .none
            }
        }
    }

    private func turnAway() -> Accepted {
        if reserve >= 0 { close(reserve) }
        let connection = cmicrohttpd_accept(socket, nil, nil)
        if connection >= 0 { close(connection) }
        reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
        return connection >= 0 ? .refused : .none
    }

    private static func address(
        _ text: String, _ port: UInt16
    ) throws(HTTPServerFailure) -> (sockaddr_storage, socklen_t) {
        var storage = sockaddr_storage()
        let bare = text == "localhost" ? "127.0.0.1" : text
        var four = sockaddr_in()
        four.sin_family = sa_family_t(AF_INET)
        four.sin_port = port.bigEndian
        if inet_pton(AF_INET, bare, &four.sin_addr) == 1 {
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: four, as: sockaddr_in.self) }
            return (storage, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
        var six = sockaddr_in6()
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        guard inet_pton(AF_INET6, bare, &six.sin6_addr) == 1 else { throw .badAddress(text) }
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: six, as: sockaddr_in6.self) }
        return (storage, socklen_t(MemoryLayout<sockaddr_in6>.size))
    }

    private static func port(of address: sockaddr_storage) -> UInt16 {
        // Both families have the port in the same place.
        withUnsafeBytes(of: address) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
    }

    /// The address without port; IPv4 as such also where it came over an IPv6 socket.
    static func text(of address: sockaddr_storage) -> String {
        withUnsafeBytes(of: address) { bytes in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer -> String in
                guard let text = buffer.baseAddress, let start = bytes.baseAddress else { return "" }
                let isFour = address.ss_family == sa_family_t(AF_INET)
                guard inet_ntop(CInt(address.ss_family), start + (isFour ? 4 : 8), text, 64) != nil else { return "" }
                let written = String(cString: text)
                return written.hasPrefix("::ffff:") ? String(written.dropFirst(7)) : written
            }
        }
    }
}

/// Why a server could not start.
public enum HTTPServerFailure: Error, Sendable, CustomStringConvertible {
    case badAddress(String)
    case file(FileFailure)
    case system(SystemFailure)
    case daemon(String)
    case tls(String)

    public var description: String {
        switch self {
        case .badAddress(let text): "cannot listen on \"\(text)\": give an IP address, such as 127.0.0.1 or ::"
        case .file(let failure): failure.description
        case .system(let failure): failure.description
        case .daemon(let text), .tls(let text): text
        }
    }
}
