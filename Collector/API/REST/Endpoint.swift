import Postgres
import Runtime
import Web

/// One operation of the API: what it does and what it is, in one place, so that the description cannot drift away.
struct Endpoint: Sendable {
    let method: HTTPMethod
    let path: String
    /// Unique, for generated clients.
    let id: String
    let summary: String
    let parameters: [Parameter]
    let answer: Schema
    /// A query is not looked at: some tools add one of their own to whatever they ask for.
    let ignoresQuery: Bool
    /// Shape of the request's body; nil for none.
    let body: Schema?
    /// It may be left out.
    let isBodyOptional: Bool
    let contentType: String
    /// Status of the answer where nothing is wrong.
    let status: Int
    /// Headers that it asks for.
    let headers: [Header]
    /// Problems of its own, besides those that follow from its form.
    let moreProblems: [Int]
    /// What a 503 says beside what every problem does; nil where there can be none.
    let unavailable: Schema?
    let handle: @Sendable (HTTPRequest, Query) throws -> HTTPResponse

    init(
        _ method: HTTPMethod, _ path: String, id: String, _ summary: String, parameters: [Parameter] = [],
        ignoresQuery: Bool = false, headers: [Header] = [], body: Schema? = nil, isBodyOptional: Bool = false,
        answer: Schema, contentType: String = "application/json", status: Int = 200, moreProblems: [Int] = [],
        unavailable: Schema? = .named("Problem"),
        handle: @escaping @Sendable (HTTPRequest, Query) throws -> HTTPResponse
    ) {
        self.method = method
        self.path = path
        self.id = id
        self.summary = summary
        self.parameters = parameters
        self.ignoresQuery = ignoresQuery
        self.body = body
        self.isBodyOptional = isBodyOptional
        self.answer = answer
        self.contentType = contentType
        self.status = status
        self.headers = headers
        self.moreProblems = moreProblems
        self.unavailable = unavailable
        self.handle = handle
    }

    /// A header that a request must have.
    struct Header: Sendable {
        let name: String
        let meaning: String
    }

    /// The names that stand in the path for a segment.
    var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// The problems that it answers besides what any server may (405, 408, 414, 431, 500).
    var problems: [Int] {
        ((ignoresQuery ? [] : [400]) + (pathParameters.isEmpty ? [] : [404])
            + (body == nil ? [] : [411, 413, 415, 422]) + moreProblems).sorted()
    }

    func add(to router: inout Router) {
        let (parameters, ignoresQuery, handle) = (parameters, ignoresQuery, handle)
        router.add(method, path) { request in
            do {
                return try handle(request, ignoresQuery ? Query() : try Query(request, parameters))
            } catch let failure as PostgresFailure {
                throw Endpoint.problem(failure)
            }
        }
    }

    /// What a client may know of trouble with the database.
    static func problem(_ failure: PostgresFailure) -> HTTPProblem {
        switch failure.disposition {
        case .retryLater, .connectionLost, .commitUnknown, .configuration:
            HTTPProblem(
                503, "The database cannot answer now; see /-/ready.", headers: [HTTPHeader("Retry-After", "2")])
        case .refused: HTTPProblem(400, "The database refused the request's values.")
        case .bug: HTTPProblem(500, "The request could not be answered; the log says why.")
        }
    }
}
