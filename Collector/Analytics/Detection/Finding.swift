/// What a detector has found: since when, how sure, in which signals, and what it looks like.
public struct Finding: Sendable, Equatable {
    /// How much it matters, by its surprise: 4, 6 and 8 above certainty of nothing.
    public enum Level: Int, Sendable, Comparable, CaseIterable {
        case notice = 1, warning, critical
        public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    /// The layer of the detector that began it.
    public enum Layer: Int, Sendable, CaseIterable {
        case validity, relation, signal, multivariate, shape
    }

    /// Which way a signal went.
    public enum Direction: Int, Sendable, CaseIterable {
        case up, down, spread, frozen, missing, shape
    }

    /// One signal's part in a finding.
    public struct Contribution: Sendable, Equatable {
        public let signal: String
        /// Of the whole, 0 to 1; all of a finding add up to 1.
        public let share: Double
        public let direction: Direction
        /// What the detector expected, and what it saw; NaN where there is no value.
        public let expected: Double
        public let seen: Double
    }

    /// A fault that would explain it.
    public struct LikelyFault: Sendable, Equatable {
        public let name: String
        public let probability: Double
    }

    /// Per asset, counting from 1.
    public var number: Int64
    /// When it is estimated to have begun, and when it was noticed.
    public var sinceMs: Int64
    public var detectedMs: Int64
    /// When it was last seen, once it has ended.
    public var endedMs: Int64?
    public var peakMs: Int64
    /// -log10 of the probability that a sound asset shows as much.
    public var surprise: Double
    public var peakSurprise: Double
    public var level: Level
    public var layer: Layer
    /// The asset's regime when it was noticed; empty where the kind knows none.
    public var regime: String
    /// The largest first, at most `mostContributions`.
    public var contributions: [Contribution]
    public var brokenRelations: [String]
    /// The likeliest first.
    public var likelyFaults: [LikelyFault]

    public static let mostContributions = 8
}

/// A finding that began, changed notably or ended.
public struct FindingChange: Sendable, Equatable {
    public enum Phase: String, Sendable { case began, changed, ended }
    public let phase: Phase
    public let finding: Finding
}
