import Model

/// The scenarios of a tailings facility; the order is part of the storage format.
enum TailingsScenario: Int, CaseIterable {
    case heavyRain, pondRise, piezometerBlockage, seepageIncrease, creepToFailure, brittleFailure, linerLeak

    var scenario: Scenario {
        switch self {
        case .heavyRain:
            Scenario(
                "heavy-rain", "Heavy rain",
                effects: [
                    .init("rainfall_intensity", .up), .init("rainfall_24h", .up), .init("pond_level", .up),
                    .init("freeboard", .down),
                ])
        case .pondRise:
            Scenario(
                "pond-rise", "Decant fails and the pond rises",
                effects: [.init("decant_flow", .down), .init("pond_level", .up), .init("freeboard", .down)])
        case .piezometerBlockage:
            Scenario("piezometer-blockage", "Piezometer 3 blocked", effects: [.init("piezometer_3", .frozen)])
        case .seepageIncrease:
            Scenario(
                "seepage-increase", "Internal erosion raises the seepage",
                effects: [.init("seepage_rate", .up), .init("seepage_turbidity", .up)])
        case .creepToFailure:
            Scenario(
                "creep-to-failure", "Slow creep accelerating to failure",
                effects: [.init("displacement_rate", .up), .init("displacement_2", .up), .init("tarp_level", .up)])
        case .brittleFailure:
            Scenario(
                "brittle-failure", "Static liquefaction without warning from the piezometers",
                effects: [.init("displacement_rate", .up), .init("displacement_2", .up)])
        case .linerLeak:
            Scenario(
                "liner-leak", "Leak through the liner",
                effects: [.init("groundwater_conductivity", .up), .init("arsenic", .up)])
        }
    }
}

extension AssetKind {
    static let tailings = AssetKind(
        id: "tailings", title: "Tailings storage facility", plant: TailingsPlant.self,
        scenarios: TailingsScenario.allCases.map(\.scenario), knowledge: .tailings
    ) { TailingsSimulator(seed: $0) }
}

struct TailingsSimulator: Simulator {
    private var base: PlantSimulator<TailingsPlant>

    init(seed: UInt64, design: TailingsDesign = .standard) {
        base = PlantSimulator(seed: seed, plant: TailingsPlant(seed: seed, design: design))
    }

    mutating func advance(seconds: Double, under disturbances: Disturbances) {
        base.advance(seconds: seconds, under: disturbances)
    }
    mutating func read(group: Int, into readings: inout Readings) { base.read(group: group, into: &readings) }
    mutating func visitState(_ archive: inout StateArchive) { base.visitState(&archive) }
}
