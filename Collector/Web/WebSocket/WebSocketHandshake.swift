/// The opening handshake (RFC 6455, 4.2), and who may connect at all.
enum WebSocketHandshake {
    struct Accepted: Equatable {
        /// The value of `Sec-WebSocket-Accept`.
        let key: String
        let subprotocol: String?
    }

    /// `subprotocols`: what the endpoint speaks. A client that names none gets the first without being told.
    static func check(
        _ request: HTTPRequest, version: String, subprotocols: [String], allowedOrigins: [String]
    ) throws(HTTPProblem) -> Accepted {
        let upgrade = HTTPHeader("Upgrade", "websocket")
        guard HTTPToken.list(request.headers("upgrade")).contains(where: { HTTPToken.equal($0, "websocket") }) else {
            throw HTTPProblem(426, "This path is for WebSocket connections.", headers: [upgrade])
        }
        guard version == "HTTP/1.1",
            HTTPToken.list(request.headers("connection")).contains(where: { HTTPToken.equal($0, "upgrade") })
        else { throw HTTPProblem(400, "A WebSocket connection needs HTTP/1.1 and Connection: Upgrade.") }
        guard request.headers("sec-websocket-version") == ["13"] else {
            let supported = HTTPHeader("Sec-WebSocket-Version", "13")
            throw HTTPProblem(426, "The only WebSocket version understood is 13.", headers: [upgrade, supported])
        }
        let keys = request.headers("sec-websocket-key")
        guard let key = keys.first, keys.count == 1, key.utf8.count == 24, Base64.decode(key)?.count == 16 else {
            throw HTTPProblem(400, "Sec-WebSocket-Key must be 16 bytes in base64.")
        }
        guard request.header("transfer-encoding") == nil, (request.header("content-length") ?? "0") == "0" else {
            throw .closing(400, "A WebSocket handshake has no body.")
        }
        try checkOrigin(request, allowed: allowedOrigins)
        return Accepted(key: accept(key), subprotocol: try choose(request, from: subprotocols))
    }

    static func accept(_ key: String) -> String {
        Base64.encode(SHA1.digest(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }

    /// Browsers always say which page connects; a page of another site must not read a user's data through them.
    private static func checkOrigin(_ request: HTTPRequest, allowed: [String]) throws(HTTPProblem) {
        let origins = request.headers("origin")
        guard let origin = origins.first else { return }
        guard origins.count == 1,
            isSameHost(origin, request) || allowed.contains(where: { HTTPToken.equal($0, origin) })
        else { throw HTTPProblem(403, "Pages of this origin may not connect.") }
    }

    private static func isSameHost(_ origin: String, _ request: HTTPRequest) -> Bool {
        guard let host = request.header("host"), !host.isEmpty else { return false }
        return HTTPToken.equal(origin, (request.isSecure ? "https://" : "http://") + host)
    }

    private static func choose(_ request: HTTPRequest, from known: [String]) throws(HTTPProblem) -> String? {
        let offered = HTTPToken.list(request.headers("sec-websocket-protocol"))
        guard !offered.isEmpty else { return nil }
        guard let chosen = offered.first(where: { known.contains(String($0)) }) else {
            throw HTTPProblem(400, "This path speaks \(known.joined(separator: ", ")), none of the protocols offered.")
        }
        return String(chosen)
    }
}
