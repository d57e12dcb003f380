/// What is known of a kind beyond its signals: how its signals hang together, in which regimes it runs, how faults show.
public struct Knowledge: Sendable {
    public let relations: [Relation]
    public let regimes: Regimes?
    public let signatures: [FaultSignature]
    /// Signals whose shape is worth a detector of its own.
    public let keySignals: [String]

    public init(
        relations: [Relation] = [], regimes: Regimes? = nil, signatures: [FaultSignature] = [],
        keySignals: [String] = []
    ) {
        self.relations = relations
        self.regimes = regimes
        self.signatures = signatures
        self.keySignals = keySignals
    }

    /// Nothing is known: every signal is judged by itself.
    public static let none = Knowledge()
}

/// A physical relation between signals: nearly constant, whatever the plant does, while instruments and plant are sound.
///
/// It is evaluated with each frame of the first signal's group; signals of other groups take part with their newest
/// good value. A plant of the same kind with somewhat other parameters has another offset and another scale: the
/// detector learns both.
public struct Relation: Sendable {
    /// lower-kebab-case: "energy-balance".
    public let name: String
    public let title: String
    public let unit: String
    public let signals: [String]
    /// Takes the signals' values in the order of `signals`, and gives the residual in `unit`; NaN where it cannot be
    /// judged in the plant's present state.
    public let residual: @Sendable (_ inputs: UnsafePointer<Double>) -> Double
    /// Of each signal: +1 if it moves the residual up when it reads too high, -1 if down. Tells the guilty sensor.
    public let signs: [Double]

    public init(
        _ name: String, _ title: String, unit: String, signals: [String], signs: [Double],
        residual: @escaping @Sendable (_ inputs: UnsafePointer<Double>) -> Double
    ) {
        self.name = name
        self.title = title
        self.unit = unit
        self.signals = signals
        self.signs = signs
        self.residual = residual
    }
}

/// The ways in which an asset runs; a detector keeps a baseline for each, and adapts none of them during a change.
public struct Regimes: Sendable {
    /// The first is the steady state.
    public let names: [String]
    public let signals: [String]
    /// Takes the signals' newest values in the order of `signals`, and gives an index into `names`.
    public let classify: @Sendable (_ inputs: UnsafePointer<Double>) -> Int

    public init(
        names: [String], signals: [String], classify: @escaping @Sendable (_ inputs: UnsafePointer<Double>) -> Int
    ) {
        self.names = names
        self.signals = signals
        self.classify = classify
    }
}

/// How a fault shows in signals and relations, and what to do about it.
public struct FaultSignature: Sendable {
    /// lower-kebab-case: "coolant-leak".
    public let name: String
    public let title: String
    public let response: String
    public let evidence: [Evidence]

    public init(_ name: String, _ title: String, response: String, evidence: [Evidence]) {
        self.name = name
        self.title = title
        self.response = response
        self.evidence = evidence
    }
}

/// One thing that a fault moves.
public struct Evidence: Sendable {
    /// The name of a signal or of a relation.
    public let of: String
    public let direction: Scenario.Direction
    /// How much it counts against the fault's other evidence; > 0.
    public let weight: Double

    public init(_ of: String, _ direction: Scenario.Direction, weight: Double = 1) {
        self.of = of
        self.direction = direction
        self.weight = weight
    }
}
