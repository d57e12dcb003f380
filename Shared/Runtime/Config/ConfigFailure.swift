/// Everything that is wrong with a configuration file, in the order of its lines.
public struct ConfigFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public struct Problem: Equatable, Sendable, CustomStringConvertible {
        public let file: String
        /// Counted from 1; 0 when the problem is the file as a whole.
        public let line: Int
        public let column: Int
        public let message: String

        public var description: String {
            let file = Text.escaped(file, maxCharacters: 300)
            return line == 0 ? "\(file): \(message)" : "\(file):\(line):\(column): \(message)"
        }
    }

    public let problems: [Problem]

    /// What several files have wrong together.
    public init(problems: [Problem]) { self.problems = problems }

    /// One problem a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
