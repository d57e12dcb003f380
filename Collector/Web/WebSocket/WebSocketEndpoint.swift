/// What speaks at a WebSocket path. All calls come on the server's own thread, one at a time, and must not wait.
///
/// Sending is by pulling: an endpoint marks a client with `client.wake()` when it has something for it, and is asked
/// for frames while the client's socket takes more. So nothing queues up for a slow client: what it gets is decided
/// when it can be sent.
public protocol WebSocketEndpoint: AnyObject, Sendable {
    /// What it speaks, such as "bellwether.v1.json".
    var subprotocols: [String] { get }

    /// A client has connected. It can be sent to from now on.
    func opened(_ client: WebSocketClient, by request: HTTPRequest)

    /// A whole message has come.
    func received(_ message: WebSocketMessage, from client: WebSocketClient)

    /// The next frame for this client; nil until `client.wake()` is called again.
    func nextFrame(for client: WebSocketClient) -> SharedFrame?

    /// The connection ends: nothing can be sent any more. Called exactly once for each client that was opened.
    func closed(_ client: WebSocketClient, code: WebSocketCloseCode)
}

public struct WebSocketMessage: Sendable, Equatable {
    /// True for text: the bytes are valid UTF-8.
    public let isText: Bool
    public let bytes: [UInt8]
}

/// One connected client. Belongs to the server's own thread, on which every call to an endpoint comes.
public final class WebSocketClient {
    enum State {
        case open
        /// Our close frame is queued or sent, the client's has not come.
        case closing
        /// Both have said all: what is queued is sent, then the connection ends.
        case draining
        case gone
    }

    /// Counts up within one server.
    public let id: UInt64
    /// The client's address without port.
    public let peer: String
    /// What was agreed on; nil if the client asked for none.
    public let subprotocol: String?
    /// The endpoint's own.
    public var context: AnyObject?

    let socket: CInt
    let endpoint: any WebSocketEndpoint
    /// Over TLS.
    let session: SecureSession?
    unowned let hub: WebSocketHub

    var state = State.open
    /// Frames taken from the endpoint and not yet sent whole; `sentBytes` of the first are gone.
    var pending: [SharedFrame] = []
    var sentBytes = 0
    /// A pong or ping, to go between two frames.
    var control: SharedFrame?
    var closeFrame: SharedFrame?
    /// Only while a message is half received.
    var input: WebSocketInput?
    /// In the hub's list of clients to send to.
    var isDirty = false
    /// The socket took no more; epoll will tell.
    var isBlocked = false
    /// In the hub's list of clients to read from.
    var isUnread = false
    /// The client has ended its side, or the connection broke: what is left is read to the end.
    var isEnding = false
    /// The client has sent a proper close frame: nothing comes after it.
    var isOrderly = false
    var unansweredPings: UInt8 = 0
    var frameAllowance: Int
    var allowanceAtMs: Int64
    var nextPingMs: Int64
    /// When a blocked or closing client is cut; `.max` if neither.
    var deadlineMs = Int64.max

    init(
        id: UInt64, peer: String, subprotocol: String?, socket: CInt, endpoint: any WebSocketEndpoint,
        session: SecureSession?, hub: WebSocketHub, nowMs: Int64
    ) {
        self.id = id
        self.peer = peer
        self.subprotocol = subprotocol
        self.socket = socket
        self.endpoint = endpoint
        self.session = session
        self.hub = hub
        frameAllowance = hub.settings.burstFrames
        allowanceAtMs = nowMs
        nextPingMs = nowMs + hub.settings.pingEveryMs
    }

    /// Says that the endpoint has something for this client. Cheap; any number of times.
    public func wake() { hub.wake(self) }

    /// Ends the connection with a close frame, after the frame that is half sent.
    public func close(_ code: WebSocketCloseCode, _ reason: String = "") { hub.close(self, code, reason) }

    public var isOpen: Bool { state == .open }
}
