import Model

/// The core of a CANDU 6: fifteen delayed groups, decay heat, xenon, fuel and coolant lumps, and a coolant that boils
/// a little at the outlet, which adds reactivity. Operating point: 2061 MW to the coolant, 266 Cel in, about 7700 kg/s,
/// 3 % steam at the outlet header (CANDU 6 design data; the balance closes with D2O properties).
struct CanduCore: Sendable {
    static let ratedMW = 2061.0
    static let ratedFlowKgS = 7700.0
    static let inletC = 266.0
    /// Heavy water between 266 and 310 Cel.
    static let heatKJPerKgK = 5.147
    static let evaporationKJPerKg = 1180.0
    static let lumps = LumpedCore.Parameters(fuelMJPerK: 32, coolantMJPerK: 44, transferMWPerK: 5.15)
    private static let stepS = CanduPlant.stepSeconds
    private static let table = KineticsTable(.candu15, stepS: stepS, stages: 3)
    /// In the fuel; the chambers outside see 1.25e13.
    private static let fuelFluxPerCm2S = 9e13
    private static let xenonAtFullMk = 28.0
    private static let fullXenon = XenonIodine(equilibriumAt: 1, fluxPerCm2S: fuelFluxPerCm2S).xenon

    /// Reactivity per kelvin of fuel and of coolant, and of voiding the whole core.
    private static let fuelPerK = -4e-6
    private static let coolantPerK = 2e-5
    private static let fullVoid = 14e-3
    /// Share of the core that the outlet's void stands for, and slip between steam and water.
    private static let boilingShare = 0.22
    private static let slippedDensityRatio = 0.13

    private var kinetics = KineticsState(power: 1, groups: KineticsParameters.candu15.groups.count)
    private var decay = DecayHeat(power: CanduCore.ratedMW, operation: 365.25 * 86_400)
    private var poison = XenonIodine(equilibriumAt: 1, fluxPerCm2S: CanduCore.fuelFluxPerCm2S)
    private var thermal: LumpedCore
    private var reactivity = 0.0
    private(set) var decayMW: Double
    /// Share of the rated power that fission gives at once.
    private let promptShare: Double
    /// Fraction of the outlet's volume that is steam.
    private(set) var outletVoid: Double
    private let restVoid: Double
    private let restFuelC: Double
    private let restCoolantC: Double
    private var stepsToPoison = 0
    /// ln n per second, filtered.
    private(set) var logRatePerS = 0.0

    init(saturationC: Double) {
        let flow = CanduCore.flowMWPerK(1)
        thermal = LumpedCore(
            CanduCore.lumps, steadyAt: CanduCore.ratedMW, inletC: CanduCore.inletC, flowMWPerK: flow)
        decayMW = decay.heat
        promptShare = 1 - decay.heat / CanduCore.ratedMW
        outletVoid = CanduCore.void(outletC: thermal.outletC(inletC: CanduCore.inletC), saturationC: saturationC)
        restVoid = outletVoid
        restFuelC = thermal.fuelC
        restCoolantC = thermal.coolantC
    }

    /// Fission power as a share of full power.
    var fission: Double { kinetics.power }
    /// Heat to the coolant now.
    var heatMW: Double { thermal.heatToCoolantMW }
    var fuelC: Double { thermal.fuelC }
    var coolantC: Double { thermal.coolantC }
    var xenonMk: Double { -CanduCore.xenonAtFullMk * poison.xenon / CanduCore.fullXenon }
    var averageVoid: Double { CanduCore.boilingShare * outletVoid }

    /// Twice the flow's heat capacity rate.
    static func flowMWPerK(_ flowFraction: Double) -> Double {
        2 * ratedFlowKgS * heatKJPerKgK / 1000 * max(flowFraction, 0.005)
    }

    /// The temperature that water of the outlet's enthalpy would have if it could not boil.
    func outletC(inletC: Double) -> Double { thermal.outletC(inletC: inletC) }

    /// One step. `control` is the reactivity of all devices and disturbances at its end.
    mutating func step(control: Double, flowFraction: Double, inletC: Double, saturationC: Double) {
        let feedback =
            CanduCore.fuelPerK * (thermal.fuelC - restFuelC) + CanduCore.coolantPerK * (thermal.coolantC - restCoolantC)
            + CanduCore.fullVoid * CanduCore.boilingShare * (outletVoid - restVoid)
        let next = control + feedback + (xenonMk + CanduCore.xenonAtFullMk) * 1e-3
        let before = kinetics.power
        kinetics.step(CanduCore.table, KineticsDrive(reactivity: reactivity, reactivityEnd: next))
        reactivity = next
        let rate = (kinetics.power - before) / (CanduCore.stepS * max(before, 1e-12))
        logRatePerS += (rate - logRatePerS) * 0.1
        let promptBefore = before * promptShare * CanduCore.ratedMW + decayMW
        decay.advance(seconds: CanduCore.stepS, power: kinetics.power * CanduCore.ratedMW)
        decayMW = decay.heat
        let prompt = kinetics.power * promptShare * CanduCore.ratedMW + decayMW
        thermal.advance(
            seconds: CanduCore.stepS, powerMW: promptBefore, to: prompt, inletC: inletC,
            flowMWPerK: CanduCore.flowMWPerK(flowFraction))
        outletVoid = CanduCore.void(outletC: thermal.outletC(inletC: inletC), saturationC: saturationC)
        stepsToPoison += 1
        if stepsToPoison == 100 {
            stepsToPoison = 0
            poison.advance(
                seconds: 100 * CanduCore.stepS, fissionRate: kinetics.power,
                fluxPerCm2S: CanduCore.fuelFluxPerCm2S * kinetics.power)
        }
    }

    /// Steam by volume, for water heated beyond saturation (homogeneous flow with slip).
    private static func void(outletC: Double, saturationC: Double) -> Double {
        let quality = min(heatKJPerKgK * (outletC - saturationC) / evaporationKJPerKg, 1)
        return quality > 0 ? quality / (quality + (1 - quality) * slippedDensityRatio) : 0
    }

    mutating func visitState(_ archive: inout StateArchive) {
        kinetics.visitState(&archive)
        decay.visitState(&archive)
        archive.visit(&poison.iodine)
        archive.visit(&poison.xenon)
        archive.visit(&thermal.fuelC)
        archive.visit(&thermal.coolantC)
        archive.visit(&reactivity)
        archive.visit(&decayMW)
        archive.visit(&outletVoid)
        archive.visit(&stepsToPoison)
        archive.visit(&logRatePerS)
    }
}
