/// Finds the handler of a request by method and path template.
///
///     var router = Router()
///     router.add(.get, "/api/v1/assets/{id}/telemetry") { request in .json(telemetry(of: request.parameter("id"))) }
///
/// HEAD is answered by the GET handler, OPTIONS and unknown methods by the table itself. A literal segment is
/// preferred to a parameter. A parameter matches one non-empty segment.
public struct Router: Sendable {
    public typealias Handler = @Sendable (HTTPRequest) throws -> HTTPResponse

    /// One line of the table, for the API's description.
    public struct Route: Sendable, Equatable {
        public let method: HTTPMethod
        public let template: String
    }

    /// A response and the template that matched ("" if none did), for metrics.
    public struct Answer: Sendable {
        public let response: HTTPResponse
        public let route: String
        /// What a handler threw that is not an `HTTPProblem`; the client sees a 500 without detail.
        public let failure: (any Error)?
    }

    private struct Node: Sendable {
        var literals: [String: Node] = [:]
        /// At most one: the child for any segment.
        var parameter: [Node] = []
        var parameterName = ""
        var template = ""
        var handlers: [HTTPMethod: Handler] = [:]
    }

    private var root = Node()
    /// In the order of addition.
    public private(set) var routes: [Route] = []

    public init() {}

    /// Adds a route. Templates start with "/"; a segment is a literal or `{name}`. Adding the same method and template
    /// twice, or two names for the same parameter, is a mistake in the program.
    public mutating func add(_ method: HTTPMethod, _ template: String, _ handler: @escaping Handler) {
        precondition(template.hasPrefix("/"), "a route's template starts with /: \(template)")
        let parts = template == "/" ? [] : template.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        Self.insert(into: &root, parts[...], method: method, template: template, handler: handler)
        routes.append(Route(method: method, template: template))
    }

    private static func insert(
        into node: inout Node, _ parts: ArraySlice<Substring>, method: HTTPMethod, template: String,
        handler: @escaping Handler
    ) {
        guard let part = parts.first else {
            precondition(node.handlers[method] == nil, "\(method.rawValue) \(template) is routed twice")
            node.handlers[method] = handler
            node.template = template
            return
        }
        if part.hasPrefix("{"), part.hasSuffix("}") {
            let name = String(part.dropFirst().dropLast())
            if node.parameter.isEmpty {
                node.parameter = [Node()]
                node.parameterName = name
            }
            precondition(node.parameterName == name, "\(template) renames a parameter of another route")
            insert(into: &node.parameter[0], parts.dropFirst(), method: method, template: template, handler: handler)
        } else {
            insert(
                into: &node.literals[String(part), default: Node()], parts.dropFirst(), method: method,
                template: template, handler: handler)
        }
    }

    /// Answers every request, with a problem if need be. Runs the handler on the calling thread.
    public func answer(_ request: HTTPRequest) -> Answer {
        if request.path == "*" { return Answer(response: Self.options(HTTPMethod.allCases), route: "*", failure: nil) }
        var parameters: [QueryItem] = []
        guard let node = Self.find(root, request.segments[...], &parameters) else {
            return refuse(HTTPProblem(404, "There is nothing at this path."), request, route: "")
        }
        let allowed = Self.allowed(node)
        guard let handler = node.handlers[request.method == .head ? .get : request.method] else {
            guard request.method != .options else {
                return Answer(response: Self.options(allowed), route: node.template, failure: nil)
            }
            let allow = HTTPHeader("Allow", allowed.map(\.rawValue).joined(separator: ", "))
            let problem = HTTPProblem(405, "This path does not answer \(request.method.rawValue).", headers: [allow])
            return refuse(problem, request, route: node.template)
        }
        var routed = request
        routed.parameters = parameters
        do {
            let response = try handler(routed).conditional(on: request)
            return Answer(response: response, route: node.template, failure: nil)
        } catch let problem as HTTPProblem {
            return refuse(problem, request, route: node.template)
        } catch {
            let problem = HTTPProblem(500, "The request could not be answered; see the server's log.")
            return refuse(problem, request, route: node.template, failure: error)
        }
    }

    private func refuse(
        _ problem: HTTPProblem, _ request: HTTPRequest, route: String, failure: (any Error)? = nil
    ) -> Answer {
        Answer(response: .problem(problem, instance: request.path), route: route, failure: failure)
    }

    private static func find(
        _ node: Node, _ segments: ArraySlice<String>, _ parameters: inout [QueryItem]
    ) -> Node? {
        guard let segment = segments.first else { return node.handlers.isEmpty ? nil : node }
        if let next = node.literals[segment], let found = find(next, segments.dropFirst(), &parameters) {
            return found
        }
        guard let next = node.parameter.first, !segment.isEmpty else { return nil }
        parameters.append(QueryItem(name: node.parameterName, value: segment))
        if let found = find(next, segments.dropFirst(), &parameters) { return found }
        parameters.removeLast()
        return nil
    }

    private static func allowed(_ node: Node) -> [HTTPMethod] {
        HTTPMethod.allCases.filter { method in
            switch method {
            case .options: true
            case .head: node.handlers[.get] != nil
            default: node.handlers[method] != nil
            }
        }
    }

    private static func options(_ allowed: [HTTPMethod]) -> HTTPResponse {
        HTTPResponse(status: 204, headers: [HTTPHeader("Allow", allowed.map(\.rawValue).joined(separator: ", "))])
    }
}
