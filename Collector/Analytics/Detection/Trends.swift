/// Where a signal is heading.
public struct Trend: Sendable, Equatable {
    public let signal: String
    /// In the signal's unit per hour, with its standard error.
    public let slopePerHour: Double
    public let standardError: Double
    /// How sure it is that there is a slope at all, 0...1.
    public let confidence: Double
    /// Hours until the signal reaches its alarm limit at this slope; nil where there is none, or none in sight.
    public let hoursToLimit: Double?
}

extension AssetDetector {
    /// The signals that have a slope worth telling, the steepest against their noise first.
    public func trends() -> [Trend] { [] }
}
