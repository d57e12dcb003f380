/// The `log` section of a configuration: `{level: info, format: text}`.
public struct LogSettings: Sendable, Equatable {
    public var level: Log.Level
    public var format: Log.Format

    /// `section` is nil if the configuration has none.
    public init(_ section: ConfigReader?) {
        level = section?.choice("level", default: Log.Level.info) ?? .info
        format = section?.choice("format", default: Log.Format.text) ?? .text
    }

    /// Makes it so for the whole process.
    public func apply() { Log.configure(level: level, format: format) }
}
