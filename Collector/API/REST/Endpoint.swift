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
    /// Shape of the request's body; nil for none.
    let body: Schema?
    let contentType: String
    let handle: @Sendable (HTTPRequest, Query) throws -> HTTPResponse

    init(
        _ method: HTTPMethod, _ path: String, id: String, _ summary: String, parameters: [Parameter] = [],
        body: Schema? = nil, answer: Schema, contentType: String = "application/json",
        handle: @escaping @Sendable (HTTPRequest, Query) throws -> HTTPResponse
    ) {
        self.method = method
        self.path = path
        self.id = id
        self.summary = summary
        self.parameters = parameters
        self.body = body
        self.answer = answer
        self.contentType = contentType
        self.handle = handle
    }

    func add(to router: inout Router) {
        let (parameters, handle) = (parameters, handle)
        router.add(method, path) { request in
            do {
                return try handle(request, try Query(request, parameters))
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
