/// Everything the product knows about one kind of asset. Tables, views, API, dashboard and datasets follow from it.
public struct AssetKind: Sendable {
    /// Lower case, used in configuration, topics, tables and URLs: "candu", "smr", "caster", "tailings".
    public let id: String
    public let title: String
    /// At most 32; the index of a group is part of the storage format.
    public let groups: [SignalGroup]
    public let scenarios: [Scenario]
    public let knowledge: Knowledge
    public var health = HealthProfile.standard
    /// A fresh asset in its steady state. The same seed gives the same readings, bit for bit.
    public let makeSimulator: @Sendable (_ seed: UInt64) -> any Simulator

    public init(
        id: String, title: String, groups: [SignalGroup], scenarios: [Scenario], knowledge: Knowledge = .none,
        makeSimulator: @escaping @Sendable (_ seed: UInt64) -> any Simulator
    ) {
        self.id = id
        self.title = title
        self.groups = groups
        self.scenarios = scenarios
        self.knowledge = knowledge
        self.makeSimulator = makeSimulator
    }

    public var signalCount: Int { groups.reduce(0) { $0 + $1.signals.count } }
}

/// A course of events that can be injected into a simulator; its place in `AssetKind.scenarios` is its index.
public struct Scenario: Sendable, Equatable {
    /// Which way a signal goes: its mean, its dispersion (more, or none at all), or that it is no longer there.
    public enum Direction: Sendable, Equatable { case up, down, spread, frozen, missing }
    /// What the scenario is expected to move, the earliest first.
    public struct Effect: Sendable, Equatable {
        public let signal: String
        public let direction: Direction
        public init(_ signal: String, _ direction: Direction) {
            self.signal = signal
            self.direction = direction
        }
    }

    /// lower-kebab-case: "coolant-leak".
    public let id: String
    public let title: String
    public let effects: [Effect]

    public init(_ id: String, _ title: String, effects: [Effect]) {
        self.id = id
        self.title = title
        self.effects = effects
    }
}

/// The strength of each scenario of a kind at one instant: 0 = absent, 1 = full severity.
public struct Disturbances: Sendable, Equatable {
    public private(set) var levels: [Double]

    public init(count: Int) { levels = Array(repeating: 0, count: count) }

    public subscript(index: Int) -> Double {
        get { levels.indices.contains(index) ? levels[index] : 0 }
        set { if levels.indices.contains(index) { levels[index] = min(max(newValue, 0), 1) } }
    }
}

/// The physics of one asset: a value that only moves when told to.
///
/// No clock, no I/O, no randomness but what the seed determines. Physics advances in the simulator's own fixed
/// inner steps, so that readings do not depend on how often they are taken.
public protocol Simulator: Sendable {
    /// Advances the physics by `seconds` (> 0) of the asset's time under the given disturbances.
    mutating func advance(seconds: Double, under disturbances: Disturbances)

    /// Reads the sensors of one group, in the order of the group's signals, into `readings` (same count).
    /// Reading advances only the sensors' own noise.
    mutating func read(group: Int, into readings: inout Readings)

    /// Visits every field of the state, to save or to restore it. A simulator made with the same seed and then restored
    /// continues bit for bit.
    mutating func visitState(_ archive: inout StateArchive)
}

/// One reading per signal of a group.
public struct Readings: Sendable, Equatable {
    public var values: [Double]
    public var qualities: [Quality]

    public init(count: Int) {
        values = Array(repeating: 0, count: count)
        qualities = Array(repeating: .good, count: count)
    }
}
