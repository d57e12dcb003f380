/// Writes what happens to stderr, one line per event, each in one write(2).
///
///     private let log = Log("mqtt")
///     log.info("connected", ["host": host, "port": port])
///
/// The message is constant text; what varies goes into fields, so that lines can be searched and counted. Logging
/// never throws, never traps and never waits for more than the write itself; any thread may log.
///
/// A line that repeats (same component, level, message and fields) is written once, and so are at most ten lines of
/// one message with different fields in ten seconds; then one line says how many more there were (`repeated`).
public struct Log: Sendable {
    public enum Level: String, Sendable, CaseIterable, Comparable {
        case debug, info, warning, error

        var rank: UInt8 {
            switch self {
            case .debug: 0
            case .info: 1
            case .warning: 2
            case .error: 3
            }
        }

        public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
    }

    public enum Format: String, Sendable, CaseIterable {
        /// `2026-11-21T09:08:07.123Z info mqtt: connected host=127.0.0.1 port=1883`
        case text
        /// `{"ts":"2026-11-21T09:08:07.123Z","level":"info","component":"mqtt","msg":"connected",…}`
        case json
    }

    /// Pairs in the order in which they are written.
    public typealias Fields = KeyValuePairs<String, any LogField>

    /// The part of the program that speaks.
    public let component: String
    private let sink: LogSink

    public init(_ component: String) { self.init(component, sink: .process) }

    init(_ component: String, sink: LogSink) {
        self.component = component
        self.sink = sink
    }

    /// Sets what is written by every logger of the process, and how. Before: level info, format text.
    public static func configure(level: Level, format: Format) {
        LogSink.process.configure(level: level, format: format)
    }

    /// Writes what is still to be said about repeated lines: call it before the program ends.
    public static func flush() { LogSink.process.flush() }

    // The arguments are not evaluated when the level is not written.

    public func debug(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:]) {
        if sink.isEnabled(.debug) { sink.log(.debug, component, message(), fields()) }
    }

    public func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:]) {
        if sink.isEnabled(.info) { sink.log(.info, component, message(), fields()) }
    }

    public func warning(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:]) {
        if sink.isEnabled(.warning) { sink.log(.warning, component, message(), fields()) }
    }

    public func error(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:]) {
        if sink.isEnabled(.error) { sink.log(.error, component, message(), fields()) }
    }
}
