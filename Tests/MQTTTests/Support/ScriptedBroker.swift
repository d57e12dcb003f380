import Glibc
import Synchronization
import TestSupport

/// A broker that does exactly what a test says, byte by byte, to the connections that it accepts one after the other.
final class ScriptedBroker: Sendable {
    let port: UInt16
    private let listener: CInt

    /// `script` gets each connection on a thread of its own; what it leaves open is closed after it.
    init(_ script: @escaping @Sendable (Peer) -> Void) throws {
        let (listener, port) = try Loopback.listen()
        self.listener = listener
        self.port = port
        startThread {
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { break }
                let peer = Peer(socket)
                script(peer)
                peer.close()
            }
            // Closed by nobody else: this thread would accept what another listener of the same number is asked.
            close(listener)
        }
    }

    deinit { shutdown(listener, CInt(SHUT_RDWR)) }

    /// The client's end of one connection.
    final class Peer: Sendable {
        private let socket: Mutex<CInt>

        init(_ socket: CInt) { self.socket = Mutex(socket) }

        func close() {
            socket.withLock { socket in
                if socket >= 0 { Glibc.close(socket) }
                socket = -1
            }
        }

        /// RST instead of FIN.
        func reset() {
            var linger = linger(l_onoff: 1, l_linger: 0)
            _ = socket.withLock {
                setsockopt($0, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
            }
            close()
        }

        /// One packet: its first byte and what follows the length; nil when the client has hung up.
        func packet() -> (first: UInt8, body: [UInt8])? {
            guard let first = read(1)?.first else { return nil }
            var length = 0
            for shift in stride(from: 0, through: 21, by: 7) {
                guard let byte = read(1)?.first else { return nil }
                length |= Int(byte & 0x7F) << shift
                if byte < 0x80 { break }
            }
            return read(length).map { (first, $0) }
        }

        private func read(_ count: Int) -> [UInt8]? {
            let descriptor = socket.withLock { $0 }
            var bytes: [UInt8] = []
            while bytes.count < count {
                var chunk = [UInt8](repeating: 0, count: count - bytes.count)
                let got = Glibc.read(descriptor, &chunk, chunk.count)
                guard got > 0 else { return nil }
                bytes += chunk[..<got]
            }
            return bytes
        }

        func send(_ bytes: [UInt8]) {
            let descriptor = socket.withLock { $0 }
            var done = 0
            while done < bytes.count {
                let sent = bytes.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress! + done, $0.count - done, CInt(MSG_NOSIGNAL))
                }
                guard sent > 0 else { return }
                done += sent
            }
        }

        /// CONNECT in, CONNACK out.
        func welcome(code: UInt8 = 0, properties: [UInt8] = []) {
            _ = packet()
            send([0x20, UInt8(3 + properties.count), 0, code, UInt8(properties.count)] + properties)
        }

        /// Reads and answers nothing until the client hangs up.
        func swallow() { while packet() != nil {} }
    }
}
