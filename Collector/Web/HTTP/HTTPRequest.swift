/// A complete request, checked and decoded, as handlers get it. A plain value: handlers need no socket to be tested.
public struct HTTPRequest: Sendable {
    /// Counts up within one server; also in its log.
    public let id: UInt64
    public let method: HTTPMethod
    /// Decoded; starts with "/". Never holds "..", a control character, or a slash that was encoded.
    public let path: String
    /// The path's decoded segments; empty for "/".
    public let segments: [String]
    /// In order, repeated names included.
    public let query: [QueryItem]
    /// In order, names in lower case.
    public let headers: [HTTPHeader]
    public internal(set) var body: [UInt8]
    /// The client's address without port, such as "192.0.2.7" or "2001:db8::1".
    public let peer: String
    public let isSecure: Bool
    /// What stood for `{name}` in the route's template; set by `Router`.
    var parameters: [QueryItem] = []

    /// For tests: a request as if it had come over a socket. `target` is the raw path and query.
    public init(
        _ method: HTTPMethod, _ target: String, headers: [HTTPHeader] = [], body: [UInt8] = [], id: UInt64 = 1,
        peer: String = "127.0.0.1", isSecure: Bool = false
    ) throws(HTTPProblem) {
        let fields = headers.map { HTTPHeader($0.name.lowercased(), $0.value) }
        let head = RequestHead(method: method, target: try .parse(Array(target.utf8)), headers: fields, body: .none)
        self.init(head: head, id: id, peer: peer, isSecure: isSecure)
        self.body = body
    }

    init(head: RequestHead, id: UInt64, peer: String, isSecure: Bool) {
        self.id = id
        method = head.method
        path = head.target.path
        segments = head.target.segments
        query = head.target.query
        headers = head.headers
        body = []
        self.peer = peer
        self.isSecure = isSecure
    }

    /// The first header of this name; `name` in lower case.
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// Every header of this name; `name` in lower case.
    public func headers(_ name: String) -> [String] { headers.filter { $0.name == name }.map(\.value) }

    /// The first query item of this name.
    public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// What stands for `{name}` in the path; empty if the route's template has no such name.
    public func parameter(_ name: String) -> String { parameters.first { $0.name == name }?.value ?? "" }

    /// Throws 415 unless the body is of this media type; parameters such as `charset` are allowed.
    public func requireContentType(_ type: String) throws(HTTPProblem) {
        let given = (header("content-type") ?? "").split(separator: ";", maxSplits: 1).first ?? ""
        let bare = given.prefix { $0 != " " && $0 != "\t" }
        guard HTTPToken.equal(bare, type) else {
            let accepted = HTTPHeader(method == .patch ? "Accept-Patch" : "Accept-Post", type)
            throw HTTPProblem(415, "The body must be of type \(type).", headers: [accepted])
        }
    }
}
