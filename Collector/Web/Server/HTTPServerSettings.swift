/// Everything about a server that is fixed when it starts. The defaults are safe on an open network.
public struct HTTPServerSettings: Sendable {
    /// PEM files. The key must not be readable by others.
    public struct TLS: Sendable {
        public var certificateFile: String
        public var keyFile: String

        public init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// An IP address, or "localhost"; "::" listens on IPv6 and IPv4, "0.0.0.0" on IPv4 only.
    public var listen = "127.0.0.1"
    /// 0 = any free port; `HTTPServer.port` tells which.
    public var port: UInt16 = 0
    public var tls: TLS?

    /// Threads that run handlers.
    public var workers = 2
    /// Requests that wait for a worker; more are answered 503.
    public var maxQueuedRequests = 512

    public var maxBodyBytes = 1 << 20
    public var maxTargetBytes = 4096
    public var maxHeaderBytes = 8192
    /// Request bodies that the whole server holds at a time; more are answered 503.
    public var maxBufferedBytes = 64 << 20
    /// Connections that speak HTTP; beyond it idle ones are closed, then new ones wait in the kernel's queue.
    public var maxConnections = 1024
    /// Connections of one address, WebSockets included; 0 = no limit.
    public var maxConnectionsPerAddress = 0
    public var maxWebSockets = 20_000

    /// From the connection (or the first line of a later request) to the end of a request's head.
    public var headTimeoutMs: Int64 = 10_000
    /// From the end of the head to the end of the body.
    public var bodyTimeoutMs: Int64 = 30_000
    /// A connection without a request.
    public var idleTimeoutMs: Int64 = 30_000
    /// A response must be taken in this time, plus a second for every 16 kB.
    public var sendTimeoutMs: Int64 = 30_000

    public var webSocket = WebSocketSettings()

    /// Called on the server's own thread after every request: must only count.
    public var onAccess: (@Sendable (HTTPAccess) -> Void)?

    public init() {}
}

/// Limits of WebSocket connections.
public struct WebSocketSettings: Sendable {
    /// Longest message from a client; longer ones are answered with close code 1009.
    public var maxMessageBytes = 65_536
    /// A client is pinged this often, and closed when it has not answered the last two.
    public var pingEveryMs: Int64 = 20_000
    /// From our close frame to the client's.
    public var closeTimeoutMs: Int64 = 5_000
    /// A client that takes nothing for so long is cut.
    public var stuckTimeoutMs: Int64 = 30_000
    /// Frames that a client may send: at once, and every second after that. Beyond it: close code 1008.
    public var burstFrames = 256
    public var framesPerSecond = 64
    /// Pages of other hosts that may connect, as browsers send it: "https://scada.example". Pages of our own host and
    /// clients that send no Origin always may.
    public var allowedOrigins: [String] = []

    public init() {}
}

/// One answered request, for metrics.
public struct HTTPAccess: Sendable {
    /// The template that matched, such as "/api/v1/assets/{id}"; "" if none did.
    public let route: String
    public let method: String
    public let status: Int
    /// From the first line of the request to the end of the response.
    public let seconds: Double
    public let requestBytes: Int
    public let responseBytes: Int
}

/// What a server holds and has refused, for metrics.
public struct HTTPStatistics: Sendable, Equatable {
    public var connections = 0
    public var webSockets = 0
    public var requests: UInt64 = 0
    /// Requests that were answered 503 because workers or memory were short.
    public var overloads: UInt64 = 0
    /// Connections that could not be accepted, or were closed at once by a limit.
    public var refusedConnections: UInt64 = 0
    /// Connections cut because a head, a body or a response took too long.
    public var timeouts: UInt64 = 0

    public init() {}
}
