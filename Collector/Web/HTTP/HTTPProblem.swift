import Runtime

/// A refusal, as RFC 9457 tells it to clients: `application/problem+json`. Handlers throw it.
public struct HTTPProblem: Error, Sendable, Equatable {
    /// One field of the request that is wrong.
    public struct Field: Sendable, Equatable {
        /// A JSON pointer into the body ("/record_count") or the name of a query item ("?limit").
        public let pointer: String
        /// What is wrong and what is allowed.
        public let detail: String

        public init(_ pointer: String, _ detail: String) {
            self.pointer = pointer
            self.detail = detail
        }
    }

    /// 400 to 599.
    public let status: Int
    /// What happened this time, for the person who has to act on it. Never holds a secret.
    public let detail: String
    public let fields: [Field]
    /// Added to the response, such as `Allow` or `Retry-After`.
    public var headers: [HTTPHeader]
    /// True if the rest of the connection cannot be trusted or is not worth reading.
    var closesConnection = false

    public init(_ status: Int, _ detail: String, fields: [Field] = [], headers: [HTTPHeader] = []) {
        self.status = (400...599).contains(status) ? status : 500
        self.detail = detail
        self.fields = fields
        self.headers = headers
    }

    /// A refusal after which the connection is closed.
    static func closing(_ status: Int, _ detail: String, headers: [HTTPHeader] = []) -> HTTPProblem {
        var problem = HTTPProblem(status, detail, headers: headers)
        problem.closesConnection = true
        return problem
    }

    /// The server cannot take the request now; the client may try again.
    static func overloaded(_ detail: String, retryAfterSeconds: Int = 1) -> HTTPProblem {
        HTTPProblem(503, detail, headers: [HTTPHeader("Retry-After", String(retryAfterSeconds))])
    }

    /// The document of RFC 9457; `instance` is the request's path.
    public func json(instance: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("type", "about:blank")
        writer.field("title", HTTPStatus.title(status))
        writer.field("status", status)
        if !detail.isEmpty { writer.field("detail", detail) }
        if !instance.isEmpty { writer.field("instance", instance) }
        if !fields.isEmpty {
            writer.key("errors")
            writer.beginArray()
            for field in fields {
                writer.beginObject()
                writer.field("pointer", field.pointer)
                writer.field("detail", field.detail)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }
}

/// One header of a request (its name in lower case) or of a response.
public struct HTTPHeader: Sendable, Equatable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

enum HTTPStatus {
    /// The reason phrase of RFC 9110, which is also the problem's title.
    static func title(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: status < 500 ? "Request Refused" : "Server Error"
        }
    }
}
