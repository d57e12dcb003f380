import Runtime

/// Why something could not be evaluated: where, and what is wrong there.
public struct EvaluationFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    /// About a line of a file, counted from 1.
    init(_ path: String, line: Int, _ problem: String) {
        self.init("\(Text.escaped(path, maxCharacters: 300)):\(line): \(problem)")
    }

    /// About a file or a folder.
    init(_ path: String, _ problem: String) {
        self.init("\(Text.escaped(path, maxCharacters: 300)): \(problem)")
    }
}
