import Glibc
import Synchronization
import TestSupport

/// What systemd would hear: a datagram socket for NOTIFY_SOCKET, and everything that was sent to it.
final class NotifySocket: Sendable {
    let path: String
    private let folder: TemporaryFolder
    private let socket: CInt
    private let heard = Mutex<[String]>([])

    init() throws {
        folder = try TemporaryFolder("notify")
        path = folder.path("socket")
        socket = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard socket >= 0, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SupportFailure("no socket at \(path)")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else { throw SupportFailure("bind \(path): errno \(errno)") }
        startThread { [weak self, socket] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(socket, &buffer, buffer.count, 0)
                guard count > 0, let self else { break }
                let text = String(decoding: buffer[..<count], as: UTF8.self)
                self.heard.withLock { $0 += text.split(separator: "\n").map(String.init) }
            }
            Glibc.close(socket)
        }
    }

    deinit { shutdown(socket, CInt(SHUT_RDWR)) }

    /// `NAME=value` lines, in order.
    var lines: [String] { heard.withLock { $0 } }
}
