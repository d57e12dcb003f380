import Runtime
import Web

/// One query parameter of an endpoint: how it is checked, and how it is described.
struct Parameter: Sendable {
    enum Kind: Sendable {
        case text
        case time
        case integer(ClosedRange<Int>, default: Int)
        case choice([String], default: String)
        /// Comma separated.
        case list
        /// "10s", "5m", "1h", or a number of seconds.
        case interval
        /// Given by the answer before.
        case cursor
    }

    let name: String
    let kind: Kind
    let meaning: String

    init(_ name: String, _ kind: Kind, _ meaning: String) {
        self.name = name
        self.kind = kind
        self.meaning = meaning
    }

    static func limit(_ most: Int, default fallback: Int) -> Parameter {
        Parameter("limit", .integer(1...most, default: fallback), "Most items in the answer.")
    }
    static let cursor = Parameter("cursor", .cursor, "Continues where the answer with this `next` ended.")
    static let from = Parameter("from", .time, "From this instant (RFC 3339), inclusive.")
    static let to = Parameter("to", .time, "Up to this instant (RFC 3339), exclusive.")

    func describe(_ json: inout JSONWriter) {
        json.object { json in
            json.field("name", name)
            json.field("in", "query")
            json.field("required", false)
            json.field("description", meaning)
            json.field(
                "schema",
                object: { json in
                    switch kind {
                    case .text, .list, .cursor: json.field("type", "string")
                    case .interval:
                        json.field("type", "string")
                        json.field("pattern", "^[0-9]+[smhd]?$")
                    case .time:
                        json.field("type", "string")
                        json.field("format", "date-time")
                    case .integer(let range, let fallback):
                        json.field("type", "integer")
                        json.field("minimum", range.lowerBound)
                        json.field("maximum", range.upperBound)
                        json.field("default", fallback)
                    case .choice(let words, let fallback):
                        json.field("type", "string")
                        json.list("enum") { json in for word in words { json.string(word) } }
                        if !fallback.isEmpty { json.field("default", fallback) }
                    }
                })
        }
    }
}

/// The checked query parameters of a request.
struct Query {
    private let items: [QueryItem]
    private let parameters: [Parameter]

    /// Nothing.
    init() { (items, parameters) = ([], []) }

    /// Throws everything that is wrong with the request's query at once.
    init(_ request: HTTPRequest, _ parameters: [Parameter]) throws(HTTPProblem) {
        items = request.query
        self.parameters = parameters
        var wrong: [HTTPProblem.Field] = []
        var seen: Set<String> = []
        for item in items {
            guard let parameter = parameters.first(where: { $0.name == item.name }) else {
                let hint = NearestName.hint(for: item.name, in: parameters.map(\.name))
                wrong.append(.init("?\(item.name)", "is not a parameter of this path\(hint)"))
                continue
            }
            if !seen.insert(item.name).inserted { wrong.append(.init("?\(item.name)", "is given twice")) }
            if let problem = Query.problem(item.value, parameter.kind) { wrong.append(.init("?\(item.name)", problem)) }
        }
        if wrong.isEmpty, let fromMs = timeMs("from"), let toMs = timeMs("to"), fromMs >= toMs {
            wrong.append(.init("?from", "must be before `to`"))
        }
        guard wrong.isEmpty else { throw HTTPProblem(400, "The query is not valid.", fields: wrong) }
    }

    func text(_ name: String) -> String? { items.first { $0.name == name }?.value }
    func timeMs(_ name: String) -> Int64? { text(name).flatMap { RFC3339.parse($0) } }
    func list(_ name: String) -> [String]? { text(name)?.split(separator: ",").map(String.init) }
    func intervalS(_ name: String) -> Int? { text(name).flatMap(Query.seconds) }

    func int(_ name: String) -> Int {
        guard case .integer(_, let fallback)? = parameters.first(where: { $0.name == name })?.kind else { return 0 }
        return text(name).flatMap(Int.init) ?? fallback
    }

    func choice(_ name: String) -> String {
        guard case .choice(_, let fallback)? = parameters.first(where: { $0.name == name })?.kind else { return "" }
        return text(name) ?? fallback
    }

    private static func problem(_ value: String, _ kind: Parameter.Kind) -> String? {
        if value.utf8.count > 4_096 || value.contains("\0") { return "is too long, or holds a NUL" }
        switch kind {
        case .text, .cursor: return value.isEmpty ? "must not be empty" : nil
        case .list:
            let hasEmpty = value.split(separator: ",", omittingEmptySubsequences: false).contains("")
            return hasEmpty ? "must be names, separated by single commas" : nil
        case .time:
            return RFC3339.parse(value) == nil ? "must be an instant such as 2026-11-21T09:08:07Z" : nil
        case .integer(let range, _):
            guard let number = Int(value), range.contains(number) else {
                return "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            }
            return nil
        case .choice(let words, _):
            return words.contains(value) ? nil : "must be one of \(words.joined(separator: ", "))"
        case .interval:
            return seconds(value) == nil ? "must be 1s to 31d, such as 10s, 5m, 1h" : nil
        }
    }

    private static func seconds(_ text: String) -> Int? {
        let units = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        let unit = text.last.flatMap { units[String($0)] }
        guard let count = Int(unit == nil ? text[...] : text.dropLast()), count >= 1, count <= 2_678_400 else {
            return nil
        }
        let seconds = count * (unit ?? 1)
        return seconds <= 2_678_400 ? seconds : nil
    }
}
