import Model

/// The physics of one kind of asset, without its instruments: it moves in fixed steps and draws only on its seed.
protocol Plant: Sendable {
    /// The fixed inner step in milliseconds of the asset's time.
    static var stepMs: Int { get }
    /// The signal table and all that follows from it.
    static var layout: SensorLayout<Self> { get }
    /// How the health of the kind is put together.
    static var health: HealthProfile { get }

    /// A plant in its steady state.
    init(seed: UInt64)

    /// Takes note of the scenarios' strengths, which hold until the next call.
    mutating func disturb(_ disturbances: Disturbances)

    /// Advances by one step.
    mutating func step()

    /// The signal whose instrument a scenario of the plant can stop, so that it repeats its last reading.
    static var stoppable: String? { get }
    var isStopped: Bool { get }

    /// How many scenarios the plant knows; those of its sensors follow.
    static var scenarioCount: Int { get }

    /// Fills in the derived channels of a group from its other readings.
    func derive(group: Int, readings: inout Readings)

    mutating func visitState(_ archive: inout StateArchive)
}

extension Plant {
    static var stepSeconds: Double { Double(stepMs) / 1000 }
    static var health: HealthProfile { .standard }

    static var stoppable: String? { nil }
    var isStopped: Bool { false }

    func derive(group: Int, readings: inout Readings) {}
}

extension AssetKind {
    /// The kind that a plant's signal table describes; the sensor scenarios follow the plant's own.
    init<P: Plant>(
        id: String, title: String, plant: P.Type, scenarios: [Scenario], knowledge: Knowledge = .none,
        makeSimulator: @escaping @Sendable (_ seed: UInt64) -> any Simulator
    ) {
        self.init(
            id: id, title: title, groups: P.layout.groups.map(\.signalGroup),
            scenarios: scenarios + P.layout.faults.scenarios, knowledge: knowledge, makeSimulator: makeSimulator)
        health = P.health
    }
}
