/// Why an asset's score is what it is.
public struct HealthExplanation: Sendable, Equatable {
    public enum Cause: String, Sendable, CaseIterable {
        /// Outside of its normal range.
        case range
        /// The detectors find it out of the ordinary.
        case finding
        /// Not any more: what it has cost fades.
        case fading
    }

    /// The points that one signal costs; those of all signals add up to the loss.
    public struct Contribution: Sendable, Equatable {
        public let signal: String
        public let subsystem: String
        /// Its last good reading; nil before the first.
        public let value: Double?
        /// The limit that it has left; nil when it has left none.
        public let limit: Double?
        public let cause: Cause
        public let points: Double
        /// The score if this signal cost nothing.
        public let without: Double
    }

    /// A subsystem's own score, 0 to 100.
    public struct Part: Sendable, Equatable {
        public let name: String
        public let title: String
        public let score: Double
    }

    /// A signal that counts and of which nothing is known: bad, or stale.
    public struct Unseen: Sendable, Equatable {
        public let signal: String
        public let isStale: Bool
    }

    public enum Trend: String, Sendable, CaseIterable { case falling, steady, rising }

    public let score: Double
    /// The points that unseen signals may cost.
    public let uncertainty: Double
    public let ratePerHour: Double
    public let subsystems: [Part]
    /// The costliest first.
    public let contributions: [Contribution]
    public let unseen: [Unseen]

    public var trend: Trend {
        ratePerHour < -HealthRate.steadyPerHour ? .falling : ratePerHour > HealthRate.steadyPerHour ? .rising : .steady
    }
}
