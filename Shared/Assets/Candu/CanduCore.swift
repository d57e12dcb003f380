/// The core of a CANDU 6: fifteen delayed groups, and a coolant that boils a little at the outlet, which adds reactivity.
/// Operating point: 2061 MW to the coolant, 266 Cel in, about 7700 kg/s, 3 % steam at the outlet header (CANDU 6 design
/// data; the balance closes with D2O properties).
enum CanduCore {
    static let design = ReactorCore.Design(
        kinetics: .candu15, ratedMW: 2061, ratedFlowKgS: 7700, inletC: 266,
        // Heavy water between 266 and 310 Cel.
        heatMJPerKgK: 5.147e-3, evaporationMJPerKg: 1.180,
        lumps: LumpedCore.Parameters(fuelMJPerK: 32, coolantMJPerK: 44, transferMWPerK: 5.15), fuelPerK: -4e-6,
        coolantPerK: 2e-5, fullVoid: 14e-3, boilingShare: 0.22, slippedDensityRatio: 0.13,
        // The chambers outside see 1.25e13.
        fuelFluxPerCm2S: 9e13, xenonAtFull: 28e-3)

    static let table = KineticsTable(design.kinetics, stepS: ReactorCore.stepS, stages: 3)

    static func make(saturationC: Double) -> ReactorCore {
        ReactorCore(design, table: table, saturationC: saturationC)
    }
}
