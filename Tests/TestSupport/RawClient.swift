import Glibc

/// A TCP client of plain system calls, so that tests can send what no library would. Every wait ends within a limit.
public final class RawClient: @unchecked Sendable {
    // Used by one thread at a time.
    public let socket: CInt
    public private(set) var buffer: [UInt8] = []
    public private(set) var isAtEnd = false

    public init(port: UInt16, receiveBytes: CInt? = nil, limitSeconds: Int = 20) throws {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw SupportFailure("socket: \(errno)") }
        if var bytes = receiveBytes { setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, 4) }
        var limit = timeval(tv_sec: limitSeconds, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var one: CInt = 1
        setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw SupportFailure("connect to \(port): errno \(errno)") }
    }

    /// Over a descriptor that is connected already, such as a tunnel's.
    public init(descriptor: CInt, limitSeconds: Int = 20) {
        socket = descriptor
        var limit = timeval(tv_sec: limitSeconds, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    /// False when the peer takes no more.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    @discardableResult
    public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    public func endSending() { shutdown(socket, CInt(SHUT_WR)) }

    /// Reads what comes next into the buffer; false at the end of the stream. Throws when nothing comes in time.
    public func more() throws -> Bool {
        if isAtEnd { return false }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(socket, &chunk, chunk.count, 0)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { throw SupportFailure("nothing came; so far: \(text(buffer))") }
            // A reset is an end too: the peer may close while we still send.
            guard count > 0 else {
                isAtEnd = true
                return false
            }
            buffer += chunk[..<count]
            return true
        }
    }

    public func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try more() else { throw SupportFailure("the stream ended early: \(text(buffer))") }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    /// Everything up to the end of the stream.
    public func takeAll() throws -> [UInt8] {
        while try more() {}
        defer { buffer = [] }
        return buffer
    }

    public struct Response: Equatable, Sendable {
        public var status: Int
        public var headers: [String: String]
        public var body: [UInt8]
        public var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// Reads one response; `isHead` if it answers a HEAD request. Interim responses (1xx but 101) are skipped.
    public func response(isHead: Bool = false) throws -> Response {
        while true {
            var end: Int?
            while end == nil {
                end = headEnd()
                if end == nil, try !more() { throw SupportFailure("no response; the stream ended: \(text(buffer))") }
            }
            let head = String(decoding: try take(end ?? 0), as: UTF8.self).split(separator: "\r\n")
            guard let first = head.first, let status = Int(first.split(separator: " ")[1]) else {
                throw SupportFailure("not a response: \(head)")
            }
            if status == 100 { continue }
            var headers: [String: String] = [:]
            for line in head.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                headers[parts[0].lowercased()] = String(parts.last ?? "").trimmed
            }
            var body: [UInt8] = []
            if !isHead, status >= 200, status != 204, status != 304 {
                if let count = headers["content-length"].flatMap({ Int($0) }) {
                    body = try take(count)
                } else {
                    body = try takeAll()
                }
            }
            return Response(status: status, headers: headers, body: body)
        }
    }

    private func headEnd() -> Int? {
        guard buffer.count >= 4 else { return nil }
        for at in 0...(buffer.count - 4) where buffer[at..<at + 4].elementsEqual([13, 10, 13, 10]) { return at + 4 }
        return nil
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(300), as: UTF8.self) }
}

extension String {
    fileprivate var trimmed: String {
        var rest = Substring(self)
        while let first = rest.first, first == " " { rest.removeFirst() }
        while let last = rest.last, last == " " { rest.removeLast() }
        return String(rest)
    }
}
