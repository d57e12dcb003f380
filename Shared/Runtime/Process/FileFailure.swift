import Glibc

/// A file that could not be read, written or used: which, why, and what to do about it.
public struct FileFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let path: String
    /// Words without the path: "is a folder".
    public let problem: String
    /// The errno, or 0 if the system had nothing to say.
    public let code: CInt

    public init(_ path: String, _ problem: String, code: CInt = 0) {
        self.path = path
        self.problem = problem
        self.code = code
    }

    /// Takes the reason from errno as it is now: `FileFailure(path, whenTo: "open")`.
    init(_ path: String, whenTo what: String) {
        let code = errno
        self.init(path, "cannot \(what): \(SystemFailure.text(of: code))", code: code)
    }

    public var description: String { "\(Text.escaped(path, maxCharacters: 300)): \(problem)" }
}

extension FileFailure: LogField {}
