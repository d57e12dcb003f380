import Model

/// The scenarios of the small modular reactor; the order is part of the storage format.
enum SMRScenario: Int, CaseIterable {
    case coolantLeak, pumpFailure, lossOfFlow, steamGeneratorTubeLeak, loadChange, xenonTransient

    var scenario: Scenario {
        switch self {
        case .coolantLeak:
            Scenario(
                "coolant-leak", "Coolant leak into the containment",
                effects: [
                    .init("containment_radiation", .up), .init("containment_pressure", .up),
                    .init("primary_pressure", .down), .init("pressurizer_level", .down),
                ])
        case .pumpFailure:
            Scenario(
                "pump-failure", "Feedwater pump fails: bearing, then trip",
                effects: [
                    .init("feedwater_pump_vibration", .up), .init("feedwater_pump_speed", .down),
                    .init("feedwater_flow", .down),
                ])
        case .lossOfFlow:
            Scenario(
                "loss-of-flow", "Flow obstruction in the primary loop",
                effects: [.init("coolant_flow", .down), .init("core_outlet_temperature", .up)])
        case .steamGeneratorTubeLeak:
            Scenario(
                "steam-generator-tube-leak", "Steam generator tube leak",
                effects: [
                    .init("secondary_activity", .up), .init("pressurizer_level", .down), .init("makeup_flow", .up),
                ])
        case .loadChange:
            Scenario(
                "load-change", "Load reduction to 60 %",
                effects: [
                    .init("feedwater_pump_speed", .down), .init("feedwater_flow", .down),
                    .init("generator_power", .down), .init("neutron_flux", .down),
                ])
        case .xenonTransient:
            Scenario(
                "xenon-transient", "Fast setback, and the xenon that builds up after it",
                effects: [
                    .init("feedwater_pump_speed", .down), .init("feedwater_flow", .down),
                    .init("generator_power", .down), .init("neutron_flux", .down), .init("xenon_reactivity", .down),
                ])
        }
    }
}

extension AssetKind {
    static let smr = AssetKind(
        id: "smr", title: "Small modular reactor", plant: SMRPlant.self,
        scenarios: SMRScenario.allCases.map(\.scenario), knowledge: .smr
    ) { SMRSimulator(seed: $0) }
}

private struct SMRSimulator: Simulator {
    private var base: PlantSimulator<SMRPlant>

    init(seed: UInt64) { base = PlantSimulator(seed: seed) }

    mutating func advance(seconds: Double, under disturbances: Disturbances) {
        base.advance(seconds: seconds, under: disturbances)
    }
    mutating func read(group: Int, into readings: inout Readings) { base.read(group: group, into: &readings) }
    mutating func visitState(_ archive: inout StateArchive) { base.visitState(&archive) }
}
