/// The head of a request after every check that needs no knowledge of routes: what passes can be framed in one way
/// only, so that nothing can be smuggled past a proxy in front of us.
struct RequestHead: Sendable {
    enum Body: Sendable, Equatable { case none, length(Int), chunked }

    struct Limits: Sendable {
        var maxTargetBytes = 4096
        var maxHeaderBytes = 8192
        var maxHeaders = 64
        var maxBodyBytes = 1 << 20
    }

    let method: HTTPMethod
    let target: RequestTarget
    /// In the order of arrival, names in lower case.
    let headers: [HTTPHeader]
    let body: Body

    /// `target` and `fields` are the raw bytes of the head, without surrounding white space.
    static func parse(
        method: String, target: [UInt8], version: String, fields: [(name: [UInt8], value: [UInt8])], limits: Limits
    ) throws(HTTPProblem) -> RequestHead {
        guard version == "HTTP/1.1" || version == "HTTP/1.0" else {
            throw .closing(505, "This server speaks HTTP/1.1.")
        }
        guard target.count <= limits.maxTargetBytes else {
            throw .closing(414, "The request target is longer than \(limits.maxTargetBytes) bytes.")
        }
        let headers = try headers(of: fields, limits: limits)
        let body = try framing(headers, isHTTP10: version == "HTTP/1.0", limits: limits)
        try checkHost(headers, isHTTP10: version == "HTTP/1.0")
        try checkExpectation(headers)
        let known = try known(method)
        guard body != .none || !known.needsBody else {
            throw HTTPProblem(411, "\(method) needs a Content-Length, be it 0.")
        }
        let parsed = try RequestTarget.parse(target)
        guard parsed.path != "*" || known == .options else {
            throw HTTPProblem(400, "The target * is for OPTIONS only.")
        }
        return RequestHead(method: known, target: parsed, headers: headers, body: body)
    }

    private static func known(_ method: String) throws(HTTPProblem) -> HTTPMethod {
        if let known = HTTPMethod(rawValue: method) { return known }
        let allow = HTTPHeader("Allow", HTTPMethod.allCases.map(\.rawValue).joined(separator: ", "))
        if method == "TRACE" || method == "CONNECT" {
            throw .closing(405, "\(method) is not offered.", headers: [allow])
        }
        throw .closing(501, "The request's method is not known.", headers: [allow])
    }

    private static func headers(
        of fields: [(name: [UInt8], value: [UInt8])], limits: Limits
    ) throws(HTTPProblem) -> [HTTPHeader] {
        guard fields.count <= limits.maxHeaders else {
            throw .closing(431, "The request has more than \(limits.maxHeaders) header fields.")
        }
        guard fields.reduce(0, { $0 + $1.name.count + $1.value.count + 4 }) <= limits.maxHeaderBytes else {
            throw .closing(431, "The request's header fields are larger than \(limits.maxHeaderBytes) bytes.")
        }
        var headers: [HTTPHeader] = []
        headers.reserveCapacity(fields.count)
        for (name, value) in fields {
            guard HTTPToken.isToken(name), !value.contains(where: { ($0 < 0x20 && $0 != 9) || $0 == 0x7F }),
                let text = String(validating: value, as: UTF8.self)
            else { throw .closing(400, "A header field has a character that is not allowed.") }
            headers.append(HTTPHeader(String(decoding: name, as: UTF8.self).lowercased(), text))
        }
        return headers
    }

    /// How the body ends. Whatever two readers could understand differently is refused, and the connection closed.
    private static func framing(
        _ headers: [HTTPHeader], isHTTP10: Bool, limits: Limits
    ) throws(HTTPProblem) -> Body {
        let lengths = headers.filter { $0.name == "content-length" }
        let codings = headers.filter { $0.name == "transfer-encoding" }
        if let coding = codings.first {
            guard codings.count == 1, lengths.isEmpty, !isHTTP10 else {
                throw .closing(400, "The request states the length of its body in two ways.")
            }
            guard HTTPToken.equal(coding.value, "chunked") else {
                throw .closing(501, "The only transfer coding understood is chunked.")
            }
            return .chunked
        }
        guard let length = lengths.first else { return .none }
        guard lengths.count == 1 else {
            throw .closing(400, "The request states the length of its body twice.")
        }
        let digits = length.value.utf8
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else {
            throw .closing(400, "Content-Length is not a number.")
        }
        guard let count = Int(length.value), count <= limits.maxBodyBytes else {
            throw .closing(413, "The body is larger than \(limits.maxBodyBytes) bytes.")
        }
        return .length(count)
    }

    private static func checkHost(_ headers: [HTTPHeader], isHTTP10: Bool) throws(HTTPProblem) {
        let hosts = headers.filter { $0.name == "host" }
        guard hosts.count <= 1, isHTTP10 || hosts.count == 1 else {
            throw .closing(400, "The request needs exactly one Host header.")
        }
        guard hosts.allSatisfy({ HTTPToken.isAuthority($0.value) }) else {
            throw .closing(400, "The Host header is not a host name with an optional port.")
        }
    }

    private static func checkExpectation(_ headers: [HTTPHeader]) throws(HTTPProblem) {
        for header in headers where header.name == "expect" && !HTTPToken.equal(header.value, "100-continue") {
            throw .closing(417, "The only expectation understood is 100-continue.")
        }
    }
}
