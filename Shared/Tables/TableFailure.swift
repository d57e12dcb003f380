public import Runtime

/// A table that could not be written or read: which file, why, and what to do about it.
public struct TableFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let path: String
    /// Words without the path: "ends in the middle of page 3".
    public let problem: String
    /// The errno, or 0 if the system had nothing to say.
    public let code: CInt

    public init(_ path: String, _ problem: String, code: CInt = 0) {
        self.path = path
        self.problem = problem
        self.code = code
    }

    public init(_ failure: FileFailure) { self.init(failure.path, failure.problem, code: failure.code) }

    public var description: String { "\(Text.escaped(path, maxCharacters: 300)): \(problem)" }
}
