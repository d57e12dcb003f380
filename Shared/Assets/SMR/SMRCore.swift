import Model

/// The core of an integral reactor of 160 MW: six delayed groups, a prompt lifetime of 20 us, strongly negative
/// feedback of fuel and coolant. Operating point: 258 / 310 Cel, 587 kg/s, 12.76 MPa (published NuScale figures; the
/// balance closes within 0.3 % with IAPWS-IF97).
struct SMRCore: Sendable {
    static let ratedMW = 160.0
    static let ratedFlowKgS = 587.0
    static let inletC = 258.0
    static let outletC = 310.0
    /// Light water between 258 and 310 Cel.
    static let heatMJPerKgK = ratedMW / (ratedFlowKgS * (outletC - inletC))
    static let lumps = LumpedCore.Parameters(fuelMJPerK: 3, coolantMJPerK: 12, transferMWPerK: 0.5)
    static let kinetics = KineticsParameters.uranium235.scaled(toBeta: 0.0062)
    private static let stepS = SMRPlant.stepSeconds
    private static let table = KineticsTable(kinetics, stepS: stepS, stages: 3)
    private static let fuelFluxPerCm2S = 3e13
    private static let xenonAtFullPcm = 2600.0
    private static let fullXenon = XenonIodine(equilibriumAt: 1, fluxPerCm2S: fuelFluxPerCm2S).xenon

    /// Reactivity per kelvin of fuel and of coolant, and per share of the core voided.
    private static let fuelPerK = -2.5e-5
    private static let coolantPerK = -2.0e-4
    private static let fullVoid = -0.12
    private static let evaporationMJPerKg = 1.17
    /// Of the start-up source, in shares of full power: keeps 1e-8 of it when shut down.
    private static let sourcePerS = 3e-5

    private var state = KineticsState(power: 1, groups: SMRCore.kinetics.groups.count)
    private var decay = DecayHeat(power: SMRCore.ratedMW, operation: 365.25 * 86_400)
    private var poison = XenonIodine(equilibriumAt: 1, fluxPerCm2S: SMRCore.fuelFluxPerCm2S)
    private var thermal: LumpedCore
    private var reactivity = 0.0
    private(set) var decayMW: Double
    private let promptShare: Double
    private let restFuelC: Double
    private let restCoolantC: Double
    private var stepsToPoison = 0
    private(set) var outletVoid = 0.0
    /// ln n per second, filtered.
    private(set) var logRatePerS = 0.0

    init() {
        thermal = LumpedCore(
            SMRCore.lumps, steadyAt: SMRCore.ratedMW, inletC: SMRCore.inletC, flowMWPerK: SMRCore.flowMWPerK(1))
        decayMW = decay.heat
        promptShare = 1 - decay.heat / SMRCore.ratedMW
        restFuelC = thermal.fuelC
        restCoolantC = thermal.coolantC
    }

    var fission: Double { state.power }
    var heatMW: Double { thermal.heatToCoolantMW }
    var coolantC: Double { thermal.coolantC }
    var xenonPcm: Double { -SMRCore.xenonAtFullPcm * poison.xenon / SMRCore.fullXenon }

    static func flowMWPerK(_ flowFraction: Double) -> Double {
        2 * ratedFlowKgS * heatMJPerKgK * max(flowFraction, 0.005)
    }

    func outletC(inletC: Double) -> Double { thermal.outletC(inletC: inletC) }

    /// One step. `control` is the reactivity of rods, boron and disturbances at its end.
    mutating func step(control: Double, flowFraction: Double, inletC: Double, saturationC: Double) {
        let feedback =
            SMRCore.fuelPerK * (thermal.fuelC - restFuelC) + SMRCore.coolantPerK * (thermal.coolantC - restCoolantC)
            + SMRCore.fullVoid * 0.2 * outletVoid
        let next = control + feedback + (xenonPcm + SMRCore.xenonAtFullPcm) * 1e-5
        let before = state.power
        state.step(
            SMRCore.table,
            KineticsDrive(
                reactivity: reactivity, reactivityEnd: next, source: SMRCore.sourcePerS, sourceEnd: SMRCore.sourcePerS))
        reactivity = next
        logRatePerS += ((state.power - before) / (SMRCore.stepS * max(before, 1e-12)) - logRatePerS) * 0.1
        let heatBefore = before * promptShare * SMRCore.ratedMW + decayMW
        decay.advance(seconds: SMRCore.stepS, power: state.power * SMRCore.ratedMW)
        decayMW = decay.heat
        thermal.advance(
            seconds: SMRCore.stepS, powerMW: heatBefore, to: state.power * promptShare * SMRCore.ratedMW + decayMW,
            inletC: inletC, flowMWPerK: SMRCore.flowMWPerK(flowFraction))
        let quality = min(
            SMRCore.heatMJPerKgK * (thermal.outletC(inletC: inletC) - saturationC) / SMRCore.evaporationMJPerKg, 1)
        outletVoid = quality > 0 ? quality / (quality + (1 - quality) * 0.15) : 0
        stepsToPoison += 1
        if stepsToPoison == 100 {
            stepsToPoison = 0
            poison.advance(
                seconds: 100 * SMRCore.stepS, fissionRate: state.power,
                fluxPerCm2S: SMRCore.fuelFluxPerCm2S * state.power)
        }
    }

    mutating func visitState(_ archive: inout StateArchive) {
        state.visitState(&archive)
        decay.visitState(&archive)
        archive.visit(&poison.iodine)
        archive.visit(&poison.xenon)
        archive.visit(&thermal.fuelC)
        archive.visit(&thermal.coolantC)
        archive.visit(&reactivity)
        archive.visit(&decayMW)
        archive.visit(&stepsToPoison)
        archive.visit(&outletVoid)
        archive.visit(&logRatePerS)
    }
}
