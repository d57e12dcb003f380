/// How the health of a kind of asset is put together, beyond the weights of its signals.
public struct HealthProfile: Sendable, Equatable {
    /// In the order in which people look at them. Signals that are in none belong to a subsystem named like their group.
    public let subsystems: [Subsystem]
    /// Nil: the status follows from the score.
    public let status: StatusSignal?

    public init(subsystems: [Subsystem] = [], status: StatusSignal? = nil) {
        self.subsystems = subsystems
        self.status = status
    }

    public static let standard = HealthProfile()
}

/// A part of an asset that has a health of its own.
public struct Subsystem: Sendable, Equatable {
    /// lower-kebab-case: "primary-circuit".
    public let name: String
    public let title: String
    public let signals: [String]

    public init(_ name: String, _ title: String, _ signals: [String]) {
        self.name = name
        self.title = title
        self.signals = signals
    }
}

/// A published signal that is the asset's status, by a rule that its people have agreed on.
public struct StatusSignal: Sendable, Equatable {
    public let signal: String
    /// From these values on the status is warning, and critical.
    public let warningFrom: Double
    public let criticalFrom: Double

    public init(_ signal: String, warningFrom: Double, criticalFrom: Double) {
        self.signal = signal
        self.warningFrom = warningFrom
        self.criticalFrom = criticalFrom
    }
}
