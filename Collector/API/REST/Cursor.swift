import Web

/// Where an answer ended: numbers in text that is opaque to clients, and checked when it comes back.
struct Cursor {
    let numbers: [Int64]

    init(_ numbers: [Int64]) { self.numbers = numbers }

    /// Nil for no text; throws for one that no answer has given.
    init?(_ text: String?, count: Int) throws(HTTPProblem) {
        guard let text else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.dropFirst().compactMap { Int64($0, radix: 36) }
        guard parts.first == "c", numbers.count == count, Cursor(numbers).text == text else {
            throw HTTPProblem(
                400, "The query is not valid.", fields: [.init("?cursor", "is not a cursor that this API has given")])
        }
        self.numbers = numbers
    }

    var text: String { (["c"] + numbers.map { String($0, radix: 36) }).joined(separator: ".") }
}
