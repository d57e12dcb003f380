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
    /// The same at the steepest slope that is still likely, and at the flattest; nil if it may never get there.
    public let earliestHours: Double?
    public let latestHours: Double?
}

extension AssetDetector {
    /// A trend is told from this confidence on.
    static let surelySloping = 0.99
    /// The standard errors between which a slope lies nineteen times in twenty.
    static let likelyErrors = 1.96
    /// A forecast further ahead than this says nothing.
    static let farthestHours = 24.0 * 365

    /// The signals that have a slope worth telling, the steepest against its error first.
    public func trends() -> [Trend] {
        var found: [(Double, Trend)] = []
        for index in 0..<plan.signalCount where plan.rules[index].isCharted {
            let state = channels[index]
            // Residuals are white; readings are not: their noise hangs together as the level does.
            let usual = usualLevel(index)
            guard let line = state.course.slope(together: max(usual.together / 20, 1)), line.error > 0 else { continue }
            let far = abs(line.perHour) / line.error
            let confidence = 1 - Tails.exp(-Tails.surprise(far) * Tails.ln10)
            guard confidence >= AssetDetector.surelySloping else { continue }
            let slack = AssetDetector.likelyErrors * line.error
            let limit = plan.channels[index].limits.map { line.perHour > 0 ? $0.upperBound : $0.lowerBound }
            func hours(_ slope: Double) -> Double? {
                guard let limit, slope != 0, (slope > 0) == (line.perHour > 0) else { return nil }
                let hours = (limit - line.value) / slope
                return hours >= 0 && hours < AssetDetector.farthestHours ? hours : nil
            }
            let steep = line.perHour > 0 ? slack : -slack
            found.append(
                (
                    far,
                    Trend(
                        signal: plan.channels[index].name, slopePerHour: line.perHour, standardError: line.error,
                        confidence: confidence, hoursToLimit: hours(line.perHour),
                        earliestHours: hours(line.perHour + steep), latestHours: hours(line.perHour - steep))
                ))
        }
        return found.sorted { ($0.0, $1.1.signal) > ($1.0, $0.1.signal) }.map(\.1)
    }
}
