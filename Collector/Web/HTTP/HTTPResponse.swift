/// What a handler answers. The server adds length, date, security headers, and leaves the body out for HEAD and 304.
public struct HTTPResponse: Sendable, Equatable {
    /// 200 to 599.
    public var status: Int
    /// Without those the server adds. Values with line breaks are refused: the client gets a 500.
    public var headers: [HTTPHeader]
    public var body: [UInt8]

    public init(status: Int = 200, headers: [HTTPHeader] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON document. Not to be stored by caches unless `etag` lets them ask whether it changed.
    public static func json(
        _ body: [UInt8], status: Int = 200, etag: String? = nil, headers: [HTTPHeader] = []
    ) -> HTTPResponse {
        bytes(body, type: "application/json", status: status, etag: etag, headers: headers)
    }

    public static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        bytes(Array(text.utf8), type: "text/plain; charset=utf-8", status: status)
    }

    /// Any body. `etag` is the bare tag without quotes; with it, a client that has this version is answered 304.
    public static func bytes(
        _ body: [UInt8], type: String, status: Int = 200, etag: String? = nil, headers: [HTTPHeader] = []
    ) -> HTTPResponse {
        var all = [HTTPHeader("Content-Type", type)]
        all.append(HTTPHeader("Cache-Control", etag == nil ? "no-store" : "no-cache"))
        if let etag { all.append(HTTPHeader("ETag", "\"\(etag)\"")) }
        return HTTPResponse(status: status, headers: all + headers, body: body)
    }

    public static func noContent() -> HTTPResponse { HTTPResponse(status: 204) }

    /// A refusal as RFC 9457 has it; `instance` is the request's path.
    public static func problem(_ problem: HTTPProblem, instance: String) -> HTTPResponse {
        var response = bytes(
            problem.json(instance: instance), type: "application/problem+json", status: problem.status,
            headers: problem.headers)
        if problem.closesConnection { response.headers.append(HTTPHeader("Connection", "close")) }
        return response
    }

    /// The first header of this name, in any case.
    public func header(_ name: String) -> String? { headers.first { HTTPToken.equal($0.name, name) }?.value }

    /// This response, or 304 if the request says that the client has it already (RFC 9110, 13.1.2).
    func conditional(on request: HTTPRequest) -> HTTPResponse {
        guard status == 200, request.method == .get || request.method == .head, let tag = header("ETag") else {
            return self
        }
        let known = HTTPToken.list(request.headers("if-none-match"))
        guard known.contains(where: { $0 == "*" || $0 == tag || $0 == "W/\(tag)" }) else { return self }
        let kept = headers.filter { !HTTPToken.equal($0.name, "Content-Type") }
        return HTTPResponse(status: 304, headers: kept)
    }
}
