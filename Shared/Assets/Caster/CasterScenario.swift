import Model

/// The scenarios of a caster; the order is part of the storage format.
enum CasterScenario: Int, CaseIterable {
    case breakoutSticker, nozzleClogging, levelOscillation, stopperFault, oscillationOutOfBand, coolingZoneFailure,
        highSuperheat, rollerVibration, oscillatorVibration, tundishTemperatureDrop

    var scenario: Scenario {
        switch self {
        case .breakoutSticker:
            Scenario(
                "breakout-sticker", "Sticker travelling down the mould",
                effects: [.init("mold_thermocouple_upper", .up), .init("mold_thermocouple_lower", .up)])
        case .nozzleClogging:
            Scenario(
                "nozzle-clogging", "Submerged entry nozzle clogs",
                effects: [.init("stopper_position", .up), .init("mold_level_fluctuation", .up)])
        case .levelOscillation:
            Scenario(
                "level-oscillation", "Mould level oscillates",
                effects: [.init("mold_level", .spread), .init("mold_level_fluctuation", .up)])
        case .stopperFault:
            Scenario(
                "stopper-fault", "Stopper rod sticks open",
                effects: [
                    .init("casting_speed", .down), .init("mold_level", .up), .init("mold_level_fluctuation", .up),
                ])
        case .oscillationOutOfBand:
            Scenario(
                "oscillation-out-of-band", "Oscillation frequency runs out of its band",
                effects: [.init("mold_oscillation_frequency", .up), .init("oscillator_motor_current", .up)])
        case .coolingZoneFailure:
            Scenario(
                "cooling-zone-failure", "Spray nozzles of zone 3 clog",
                effects: [.init("zone_3_water_flow", .down), .init("strand_surface_temperature", .up)])
        case .highSuperheat:
            Scenario(
                "high-superheat", "Ladle arrives too hot",
                effects: [.init("tundish_temperature", .up), .init("superheat", .up)])
        case .rollerVibration:
            Scenario(
                "roller-vibration", "Roller bearing of segment 2 fails",
                effects: [.init("roller_vibration_2", .up), .init("withdrawal_current_1", .up)])
        case .oscillatorVibration:
            Scenario(
                "oscillator-vibration", "Oscillator bearing wears",
                effects: [.init("oscillator_vibration", .up), .init("oscillator_motor_current", .up)])
        case .tundishTemperatureDrop:
            Scenario(
                "tundish-temperature-drop", "Tundish temperature drops",
                effects: [.init("tundish_temperature", .down), .init("superheat", .down)])
        }
    }
}

extension AssetKind {
    static let caster = AssetKind(
        id: "caster", title: "Continuous slab caster", plant: CasterPlant.self,
        scenarios: CasterScenario.allCases.map(\.scenario), knowledge: .caster
    ) { CasterSimulator(seed: $0, settings: CasterSettings()) }
}

struct CasterSimulator: Simulator {
    private var base: PlantSimulator<CasterPlant>

    init(seed: UInt64, settings: CasterSettings) {
        base = PlantSimulator(seed: seed, plant: CasterPlant(seed: seed, settings: settings))
    }

    mutating func advance(seconds: Double, under disturbances: Disturbances) {
        base.advance(seconds: seconds, under: disturbances)
    }
    mutating func read(group: Int, into readings: inout Readings) { base.read(group: group, into: &readings) }
    mutating func visitState(_ archive: inout StateArchive) { base.visitState(&archive) }
}
