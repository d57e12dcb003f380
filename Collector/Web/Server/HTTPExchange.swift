/// One request on its way through the server, from its first line to the end of its response.
final class HTTPExchange: @unchecked Sendable {
    // Sendable because it is touched on the loop's thread only; a worker carries the reference there and back.
    enum Stage {
        case head
        case receiving
        /// At a worker; libmicrohttpd has suspended the connection.
        case waiting
        case answered
    }

    /// A WebSocket that will begin when the response has been sent.
    struct Upgrade {
        let endpoint: any WebSocketEndpoint
        let subprotocol: String?
    }

    let connection: HTTPConnection
    /// The raw target of the request line.
    let target: [UInt8]
    let startNs: Int64
    /// libmicrohttpd's connection; nil once the exchange is over.
    var handle: OpaquePointer?
    var stage = Stage.head
    var method = ""
    var request: HTTPRequest?
    var body: [UInt8] = []
    /// Why the body is read without being kept.
    var refusal: HTTPProblem?
    var receivedBytes = 0
    var response: PreparedResponse?
    var upgrade: Upgrade?

    init(connection: HTTPConnection, handle: OpaquePointer, target: [UInt8], startNs: Int64) {
        self.connection = connection
        self.handle = handle
        self.target = target
        self.startNs = startNs
    }
}
