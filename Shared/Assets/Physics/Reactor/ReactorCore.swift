import Model

/// A core in motion: point kinetics, decay heat, xenon, fuel and coolant lumps, a coolant that may boil at the outlet, and
/// the feedback of all of them. What differs between reactors is the design.
struct ReactorCore: Sendable {
    struct Design: Sendable {
        var kinetics: KineticsParameters
        var ratedMW: Double
        var ratedFlowKgS: Double
        var inletC: Double
        /// Of the coolant between inlet and outlet; from saturated water to steam.
        var heatMJPerKgK: Double
        var evaporationMJPerKg: Double
        var lumps: LumpedCore.Parameters
        /// Reactivity per kelvin of fuel and of coolant, and of voiding the whole core.
        var fuelPerK: Double
        var coolantPerK: Double
        var fullVoid: Double
        /// Share of the core that the outlet's void stands for, and slip between steam and water.
        var boilingShare: Double
        var slippedDensityRatio: Double
        /// In the fuel, which is where xenon burns; and what equilibrium xenon at full power takes away.
        var fuelFluxPerCm2S: Double
        var xenonAtFull: Double
        /// Start-up source in shares of full power per second.
        var sourcePerS = 0.0
    }

    /// Kinetics move by single steps of this length.
    static let stepS = 0.1
    private static let stepsPerPoisoning = 100

    private let design: Design
    private let table: KineticsTable
    private let fullXenon: Double
    private var kinetics: KineticsState
    private var decay: DecayHeat
    private var poison: XenonIodine
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

    /// In equilibrium at full power, which has lasted a year. `table`: of the design's kinetics, three stages of `stepS`.
    init(_ design: Design, table: KineticsTable, saturationC: Double) {
        self.design = design
        self.table = table
        kinetics = KineticsState(power: 1, groups: design.kinetics.groups.count)
        decay = DecayHeat(power: design.ratedMW, operation: 365.25 * 86_400)
        poison = XenonIodine(equilibriumAt: 1, fluxPerCm2S: design.fuelFluxPerCm2S)
        fullXenon = poison.xenon
        thermal = LumpedCore(
            design.lumps, steadyAt: design.ratedMW, inletC: design.inletC, flowMWPerK: design.flowMWPerK(1))
        decayMW = decay.heat
        promptShare = 1 - decay.heat / design.ratedMW
        outletVoid = design.void(outletC: thermal.outletC(inletC: design.inletC), saturationC: saturationC)
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
    var xenonReactivity: Double { -design.xenonAtFull * poison.xenon / fullXenon }

    /// The temperature that water of the outlet's enthalpy would have if it could not boil.
    func outletC(inletC: Double) -> Double { thermal.outletC(inletC: inletC) }

    /// One step. `control` is the reactivity of all devices and disturbances at its end.
    mutating func step(control: Double, flowFraction: Double, inletC: Double, saturationC: Double) {
        let feedback =
            design.fuelPerK * (thermal.fuelC - restFuelC) + design.coolantPerK * (thermal.coolantC - restCoolantC)
            + design.fullVoid * design.boilingShare * (outletVoid - restVoid)
        let next = control + feedback + xenonReactivity + design.xenonAtFull
        let before = kinetics.power
        kinetics.step(
            table,
            LinearDrive(
                reactivity: reactivity, reactivityEnd: next, source: design.sourcePerS, sourceEnd: design.sourcePerS))
        reactivity = next
        let rate = (kinetics.power - before) / (ReactorCore.stepS * max(before, 1e-12))
        logRatePerS += (rate - logRatePerS) * 0.1
        let heatBefore = before * promptShare * design.ratedMW + decayMW
        decay.advance(seconds: ReactorCore.stepS, power: kinetics.power * design.ratedMW)
        decayMW = decay.heat
        thermal.advance(
            seconds: ReactorCore.stepS, powerMW: heatBefore,
            to: kinetics.power * promptShare * design.ratedMW + decayMW, inletC: inletC,
            flowMWPerK: design.flowMWPerK(flowFraction))
        outletVoid = design.void(outletC: thermal.outletC(inletC: inletC), saturationC: saturationC)
        stepsToPoison += 1
        if stepsToPoison >= ReactorCore.stepsPerPoisoning {
            stepsToPoison = 0
            poison.advance(
                seconds: Double(ReactorCore.stepsPerPoisoning) * ReactorCore.stepS, fissionRate: kinetics.power,
                fluxPerCm2S: design.fuelFluxPerCm2S * kinetics.power)
        }
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

extension ReactorCore.Design {
    /// Twice the flow's heat capacity rate.
    func flowMWPerK(_ flowFraction: Double) -> Double { 2 * ratedFlowKgS * heatMJPerKgK * max(flowFraction, 0.005) }

    /// Steam by volume, for water heated beyond saturation (homogeneous flow with slip).
    func void(outletC: Double, saturationC: Double) -> Double {
        let quality = min(heatMJPerKgK * (outletC - saturationC) / evaporationMJPerKg, 1)
        return quality > 0 ? quality / (quality + (1 - quality) * slippedDensityRatio) : 0
    }
}
