extension Log {
    /// What the section `log: {level: info, format: text}` of a configuration says.
    public struct Settings: Sendable, Equatable {
        public let level: Level
        public let format: Format

        /// Reads the section `log` of `root`; it and each of its keys may be missing.
        public init(_ root: ConfigReader) {
            let section = root.optionalSection("log")
            level = section?.choice("level", default: .info) ?? .info
            format = section?.choice("format", default: .text) ?? .text
        }

        /// Makes every logger of the process follow.
        public func apply() { Log.configure(level: level, format: format) }
    }
}
