import Model

/// The scenarios of a CANDU unit; the order is part of the storage format.
enum CanduScenario: Int, CaseIterable {
    case coolantLeak, pumpFailure, lossOfFlow, steamGeneratorTubeLeak, loadChange, xenonTransient

    var scenario: Scenario {
        switch self {
        case .coolantLeak:
            Scenario(
                "coolant-leak", "Coolant leak from the heat transport system",
                effects: [
                    .init("building_radiation", .up), .init("primary_pressure", .down),
                    .init("pressurizer_level", .down), .init("building_pressure", .up), .init("neutron_flux", .up),
                ])
        case .pumpFailure:
            Scenario(
                "pump-failure", "Primary pump 1 fails: bearing, then trip",
                effects: [
                    .init("pump_1_vibration", .up), .init("pump_1_speed", .down), .init("coolant_flow", .down),
                ])
        case .lossOfFlow:
            Scenario(
                "loss-of-flow", "Loss of power to the primary pumps",
                effects: [
                    .init("pump_1_speed", .down), .init("pump_2_speed", .down), .init("pump_3_speed", .down),
                    .init("pump_4_speed", .down), .init("coolant_flow", .down), .init("primary_pressure", .up),
                ])
        case .steamGeneratorTubeLeak:
            Scenario(
                "steam-generator-tube-leak", "Steam generator tube leak",
                effects: [
                    .init("secondary_activity", .up), .init("pressurizer_level", .down),
                    .init("storage_tank_level", .down),
                ])
        case .loadChange:
            Scenario(
                "load-change", "Load reduction to 60 %",
                effects: [
                    .init("reactor_power", .down), .init("neutron_flux", .down), .init("neutron_flux_b", .down),
                    .init("neutron_flux_c", .down), .init("generator_power", .down),
                ])
        case .xenonTransient:
            Scenario(
                "xenon-transient", "Fast setback, and the xenon that builds up after it",
                effects: [
                    .init("reactor_power", .down), .init("neutron_flux", .down), .init("neutron_flux_b", .down),
                    .init("neutron_flux_c", .down), .init("xenon_reactivity", .down),
                ])
        }
    }
}

extension AssetKind {
    static let candu = AssetKind(
        id: "candu", title: "CANDU reactor", plant: CanduPlant.self,
        scenarios: CanduScenario.allCases.map(\.scenario), knowledge: .candu
    ) { CanduSimulator(seed: $0) }
}

private struct CanduSimulator: Simulator {
    private var base: PlantSimulator<CanduPlant>

    init(seed: UInt64) { base = PlantSimulator(seed: seed) }

    mutating func advance(seconds: Double, under disturbances: Disturbances) {
        base.advance(seconds: seconds, under: disturbances)
    }
    mutating func read(group: Int, into readings: inout Readings) { base.read(group: group, into: &readings) }
    mutating func visitState(_ archive: inout StateArchive) { base.visitState(&archive) }
}
