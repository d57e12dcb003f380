import Model

@testable import Assets

// docs/adding-an-asset-kind.md shows this file, and a test compares them: what the page says compiles and runs.

/// The physics: an electric kettle in steps of a second.
struct KettlePlant: Plant {
    static let stepMs = 1000
    static let scenarioCount = 1

    private(set) var waterC: Double
    private var scale = 0.0
    private var random: SeededRandom
    private var draught: AutoregressiveNoise

    init(seed: UInt64) {
        random = SeededRandom(seed: seed, stream: 1)
        draught = AutoregressiveNoise(deviation: 0.02, seconds: 20, step: 1, random: &random)
        waterC = 60
    }

    mutating func disturb(_ disturbances: Disturbances) { scale = disturbances[0] }

    mutating func step() {
        draught.step(&random)
        // 1.5 kg of water at 4.18 kJ/kgK; what it loses to the room goes with the difference.
        let powerKW = 0.4 * (1 - 0.6 * scale)
        let lossKW = 0.01 * (waterC - 20) * (1 + draught.value)
        waterC = min(waterC + (powerKW - lossKW) / (1.5 * 4.18), 100)
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&waterC)
        archive.visit(&scale)
        archive.visit(&random)
        draught.visitState(&archive)
    }
}

/// The signal table.
extension KettlePlant {
    static let layout = SensorLayout<KettlePlant>(
        [
            ChannelGroup(
                "process", .everyTick,
                [
                    Channel.measured(
                        "water_temperature", "Water temperature", "Cel", normal: 55...65, alarm: 40...95,
                        physical: 0...110, weight: 1, Instrument(noise: 0.05, wander: 0.05, lag: 2)
                    ) { $0.waterC },
                    Channel.measured(
                        "water_temperature_b", "Water temperature, second probe", "Cel", normal: 55...65,
                        physical: 0...110, Instrument(noise: 0.05, wander: 0.05, lag: 2)
                    ) { $0.waterC },
                ])
        ],
        faults: SensorFaults(
            drift: .init("water_temperature", by: 5), stuck: .init("water_temperature"),
            spike: .init("water_temperature", by: 10), dropout: .init("water_temperature_b"),
            bias: .init("water_temperature_b", by: 4)))
}

/// The kind, as it stands in the catalogue.
extension AssetKind {
    static let kettle = AssetKind(
        id: "kettle", title: "Electric kettle", plant: KettlePlant.self,
        scenarios: [
            Scenario("limescale", "Limescale on the element", effects: [.init("water_temperature", .down)])
        ]
    ) { KettleSimulator(seed: $0) }
}

/// Not generic, so that the compiler specialises what is behind it.
private struct KettleSimulator: Simulator {
    private var base: PlantSimulator<KettlePlant>

    init(seed: UInt64) { base = PlantSimulator(seed: seed) }

    mutating func advance(seconds: Double, under disturbances: Disturbances) {
        base.advance(seconds: seconds, under: disturbances)
    }
    mutating func read(group: Int, into readings: inout Readings) { base.read(group: group, into: &readings) }
    mutating func visitState(_ archive: inout StateArchive) { base.visitState(&archive) }
}
