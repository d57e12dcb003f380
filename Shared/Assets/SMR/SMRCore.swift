/// The core of an integral reactor of 160 MW: six delayed groups, a prompt lifetime of 20 us, strongly negative feedback
/// of fuel and coolant. Operating point: 258 / 310 Cel, 587 kg/s, 12.76 MPa (published NuScale figures; the balance closes
/// within 0.3 % with IAPWS-IF97).
enum SMRCore {
    static let outletC = 310.0

    static let design = ReactorCore.Design(
        kinetics: KineticsParameters.uranium235.scaled(toBeta: 0.0062), ratedMW: 160, ratedFlowKgS: 587, inletC: 258,
        // Light water between 258 and 310 Cel.
        heatMJPerKgK: 160 / (587 * (outletC - 258)), evaporationMJPerKg: 1.17,
        lumps: LumpedCore.Parameters(fuelMJPerK: 3, coolantMJPerK: 12, transferMWPerK: 0.5), fuelPerK: -2.5e-5,
        coolantPerK: -2.0e-4, fullVoid: -0.12, boilingShare: 0.2, slippedDensityRatio: 0.15, fuelFluxPerCm2S: 3e13,
        xenonAtFull: 2600e-5,
        // Keeps 1e-8 of full power when shut down.
        sourcePerS: 3e-5)

    static let table = KineticsTable(design.kinetics, stepS: ReactorCore.stepS, stages: 3)

    static func make(saturationC: Double) -> ReactorCore {
        ReactorCore(design, table: table, saturationC: saturationC)
    }
}
