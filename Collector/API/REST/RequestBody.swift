import Model
import Postgres
import Runtime
import Web

/// The body of a request, read member by member; everything that is wrong is told at once.
struct RequestBody {
    private let members: [String: JSON]
    private var wrong: [HTTPProblem.Field] = []

    init(_ request: HTTPRequest, members known: [String]) throws {
        try request.requireContentType("application/json")
        guard let members = (try? JSON(request.body, limits: .init(bytes: 65_536, depth: 4, values: 500)))?.object
        else { throw HTTPProblem(422, "The body must be a JSON object.") }
        self.members = members
        for name in members.keys.sorted() where !known.contains(name) {
            wrong.append(.init("/\(name)", "is not a member of this body\(NearestName.hint(for: name, in: known))"))
        }
    }

    func finish() throws(HTTPProblem) {
        guard wrong.isEmpty else { throw HTTPProblem(422, "The request is not valid.", fields: wrong) }
    }

    private func given(_ name: String) -> JSON? { members[name].flatMap { $0.isNull ? nil : $0 } }

    private static func isGood(_ text: String, longest: Int) -> Bool {
        text.utf8.count <= longest && !text.utf8.contains(0) && text.contains { !$0.isWhitespace }
    }

    mutating func text(_ name: String, isRequired: Bool, longest: Int) -> String {
        guard let value = given(name) else {
            if isRequired { wrong.append(.init("/\(name)", "is missing")) }
            return ""
        }
        guard let text = value.string, RequestBody.isGood(text, longest: longest) else {
            wrong.append(.init("/\(name)", "must be a text of 1 to \(longest) bytes"))
            return ""
        }
        return text
    }

    mutating func choice(_ name: String, of words: [String], default fallback: String) -> String {
        guard let value = given(name) else { return fallback }
        guard let word = value.string, words.contains(word) else {
            wrong.append(.init("/\(name)", "must be one of \(words.joined(separator: ", "))"))
            return fallback
        }
        return word
    }

    /// As a JSON array.
    mutating func texts(_ name: String) -> String {
        guard let value = given(name) else { return "[]" }
        let texts = (value.array ?? []).compactMap(\.string).filter { RequestBody.isGood($0, longest: 500) }
        guard let array = value.array, array.count <= 50, texts.count == array.count else {
            wrong.append(.init("/\(name)", "must be a list of at most 50 texts of 1 to 500 bytes"))
            return "[]"
        }
        var json = JSONWriter()
        json.array { json in for text in texts { json.string(text) } }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    mutating func time(_ name: String) -> Int64? {
        guard let value = given(name) else { return nil }
        guard let timeMs = value.string.flatMap({ RFC3339.parse($0) }), PostgresTime.clamped(timeMs) == timeMs else {
            wrong.append(.init("/\(name)", "must be an instant such as 2026-11-21T09:08:07Z"))
            return nil
        }
        return timeMs
    }

    mutating func integers(_ name: String) -> [Int64] {
        let numbers = (given(name)?.array ?? []).compactMap(\.int)
        guard let array = given(name)?.array, (1...100).contains(array.count), numbers.count == array.count else {
            wrong.append(.init("/\(name)", "must be a list of 1 to 100 whole numbers"))
            return []
        }
        return numbers
    }
}
