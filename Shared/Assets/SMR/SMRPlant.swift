import Model

/// An integral small modular reactor: everything in one vessel, driven round by its own heat. Starts in equilibrium at
/// full power.
struct SMRPlant: Plant {
    static let stepMs = 100
    static let scenarioCount = SMRScenario.allCases.count
    private static let dt = stepSeconds
    static let pressureMPa = 12.76
    private static let meanC = (SMRCore.design.inletC + SMRCore.outletC) / 2

    private var random: SeededRandom
    private var reactivityNoise: AutoregressiveNoise
    private var flowNoise: AutoregressiveNoise
    private var pressureNoise: AutoregressiveNoise
    private var feedNoise: AutoregressiveNoise
    private var vibrationNoise: AutoregressiveNoise
    private var slowNoise: AutoregressiveNoise
    private(set) var weather: Weather

    private var core: ReactorCore
    private var control = SMRControl()
    private var steam = SMRSteam()
    private var pressurizer: Pressurizer
    private var containment: SMRContainment
    private var protection = Protection(delaySteps: 3, dropSeconds: 2, liftSeconds: 200)

    private var hotC = SMRCore.outletC
    private var coldC = SMRCore.design.inletC
    private var flowFraction = 1.0
    private(set) var saturationC: Double
    private(set) var makeupKgS = 1.2
    private(set) var letdownKgS = 1.2
    private(set) var outletSensedC = SMRCore.outletC
    private(set) var inletSensedC = SMRCore.design.inletC
    private(set) var isDecayHeatRemovalOpen = false
    private(set) var isContainmentIsolated = false
    private var load = 1.0
    private var isRestarting = false
    private var burnup = 0.0
    private var steps = 0
    private var calmSeconds = 0.0
    private(set) var levels: [6 of Double] = [0, 0, 0, 0, 0, 0]

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: 1)
        func noise(_ deviation: Double, _ seconds: Double) -> AutoregressiveNoise {
            AutoregressiveNoise(deviation: deviation, seconds: seconds, step: Self.dt, random: &random)
        }
        reactivityNoise = noise(3.5e-5, 4)
        flowNoise = noise(0.006, 5)
        pressureNoise = noise(0.006, 12)
        feedNoise = noise(0.008, 5)
        vibrationNoise = noise(0.08, 5)
        slowNoise = noise(0.03, 40)
        containment = SMRContainment(random: &random)
        self.random = random
        weather = Weather(seed: seed, stream: 2, meanC: 14, swingC: 7)
        saturationC = Self.saturationTable.celsius(pressureMPa: Self.pressureMPa)
        core = SMRCore.make(saturationC: saturationC)
        pressurizer = Pressurizer(
            .init(
                volumeM3: 12, setMPa: Self.pressureMPa, surgeMPaPerPercent: 0.03, heaterMPaPerS: 0.003,
                reliefMPaPerS: 0.03),
            levelPercent: 60)
    }

    mutating func disturb(_ disturbances: Disturbances) {
        for scenario in SMRScenario.allCases { levels[scenario.rawValue] = disturbances[scenario.rawValue] }
    }

    private func level(_ scenario: SMRScenario) -> Double { levels[scenario.rawValue] }
    private var leakKgS: Double { 40 * level(.coolantLeak) * (pressureMPa / Self.pressureMPa).squareRoot() }
    private var tubeLeakKgS: Double { 1.5 * level(.steamGeneratorTubeLeak) }

    mutating func step() {
        steps += 1
        stepNoise()
        stepControl()
        let (voidBefore, warmBefore) = (core.outletVoid, (core.coolantC + hotC + coldC) / 3)
        core.step(
            control: control.reactivity + burnup + reactivityNoise.value * min(core.fission, 1),
            flowFraction: flow, inletC: coldC, saturationC: saturationC)
        stepLoop(voidBefore: voidBefore, warmBefore: warmBefore)
        let isBlocked = core.logRatePerS > 0.02
        protection.step(seconds: Self.dt, passed: passed, isBlocked: isBlocked)
        if steps % 10 == 0 { stepOperator(seconds: 1) }
        if steps % 100 == 0 { containment.mix(leakKgS: leakKgS, random: &random) }
        if steps % 10 == 0 { weather.glide() }
        if steps % 600 == 0 { weather.step() }
    }

    private mutating func stepNoise() {
        reactivityNoise.step(&random)
        flowNoise.step(&random)
        pressureNoise.step(&random)
        feedNoise.step(&random)
        vibrationNoise.step(&random)
        slowNoise.step(&random)
    }

    private var flow: Double { max(flowFraction * (1 + flowNoise.value), 0.005) }

    private mutating func stepControl() {
        let target = 1 - max(0.4 * level(.loadChange), 0.45 * level(.xenonTransient))
        let rate = level(.xenonTransient) > 0 ? 0.008 : 0.002
        load += min(max(target - load, -rate * Self.dt), rate * Self.dt)
        let excess = (hotC + coldC) / 2 - Self.meanC
        // Feedwater is shut off after a trip, holds the temperature during a restart, and follows the load else.
        if isRestarting, core.fission > 0.9 * load { isRestarting = false }
        let standby = min(load, max(core.heatMW / SMRCore.design.ratedMW + 0.01 * excess, 0))
        steam.step(
            seconds: Self.dt, load: protection.isTripped ? 0 : isRestarting ? standby : load,
            hotC: min(hotC, saturationC), feedNoise: feedNoise.value, wearing: level(.pumpFailure))
        // Rods hold the temperature; during a restart they raise the power.
        control.step(
            seconds: Self.dt, excessK: isRestarting ? -2 : excess, isScrammed: protection.isTripped,
            isBlocked: core.logRatePerS > 0.01 || core.fission > 1.03)
        // Fuel burns away; the operator dilutes boron every twelve hours.
        burnup -= 6e-5 / 86_400 * Self.dt * min(core.fission, 1)
        if burnup < -3e-5 { burnup = min(burnup + 1e-7 * Self.dt, 0) }
    }

    /// Natural circulation, coils, passive cooling, inventory and pressure.
    private mutating func stepLoop(voidBefore: Double, warmBefore: Double) {
        let flow = self.flow
        hotC += (core.outletC(inletC: coldC) - hotC) * min(Self.dt * flow / 22, 1)
        // Passive cooling is throttled so as to hold about 230 Cel.
        let opening = isDecayHeatRemovalOpen ? min(max((hotC - 215) / 40, 0), 1) : 0
        let passiveMW = 0.06 * SMRCore.design.ratedMW * opening * max(hotC - containment.poolC, 0) / 273
        let capacity = SMRCore.design.flowMWPerK(flow) / 2
        let cooled = max(hotC - (steam.heatMW + passiveMW) / capacity, 20)
        coldC += (cooled - coldC) * min(Self.dt * flow / 30, 1)
        // Buoyancy of the hot riser against the cold downcomer; friction grows with the square of the flow.
        let buoyancy = max(hotC - coldC, 0) / (SMRCore.outletC - SMRCore.design.inletC)
        let resistance = 1 + 8 * level(.lossOfFlow)
        flowFraction = max(flowFraction + (buoyancy - resistance * flowFraction * flowFraction) * Self.dt / 8, 0.005)
        containment.step(
            seconds: Self.dt, leakKgS: leakKgS, tubeLeakKgS: tubeLeakKgS, poolHeatMW: passiveMW)

        let error = 60 - pressurizer.levelPercent
        let isOpen = !isContainmentIsolated
        makeupKgS += ((isOpen ? min(max(1.2 + 0.08 * error, 0.3), 8) : 0) - makeupKgS) * Self.dt / 6
        letdownKgS += ((isOpen ? min(max(1.2 - 0.06 * error, 0.3), 3) : 0) - letdownKgS) * Self.dt / 6
        let warm = (core.coolantC + hotC + coldC) / 3
        let swell = (min(warm, saturationC) - min(warmBefore, saturationC)) * 0.15
        let lost = makeupKgS - letdownKgS - leakKgS - tubeLeakKgS
        pressurizer.step(
            seconds: Self.dt, surgeM3: lost / 700 * Self.dt + swell + (core.outletVoid - voidBefore) * 4,
            hotSaturationMPa: Self.saturationTable.pressureMPa(celsius: min(hotC, saturationC) - 1))
        saturationC = Self.saturationTable.celsius(pressureMPa: pressureMPa)
        outletSensedC += (min(hotC, saturationC) - outletSensedC) * Self.dt / 4
        outletSensedC = min(outletSensedC, saturationC + 0.1)
        inletSensedC += (min(coldC, saturationC) - inletSensedC) * Self.dt / 4
        inletSensedC = min(inletSensedC, saturationC + 0.1)
    }

    private var passed: TripCause {
        if core.fission > 1.15 { return .highFlux }
        if core.logRatePerS > 0.115 { return .highLogRate }
        if pressureMPa > 13.8 { return .highPressure }
        if containment.pressureKPa > 65 { return .buildingPressure }
        guard core.fission > 0.1 else { return .none }
        if pressureMPa < 11.7 { return .lowPressure }
        if pressurizer.levelPercent < 30 { return .lowLevel }
        if hotC > 321 { return .highTemperature }
        if flowFraction < 0.35 { return .lowFlow }
        if !isRestarting, steam.feedwaterKgS < 0.25 * SMRSteam.ratedKgS { return .lowFeedwater }
        return .none
    }

    /// Once a second: isolation and passive cooling after a trip, and the way back when nothing is wrong any more.
    private mutating func stepOperator(seconds: Double) {
        if protection.isTripped { isDecayHeatRemovalOpen = true }
        if containment.pressureKPa > 65 { isContainmentIsolated = true }
        let isCalm = level(.coolantLeak) == 0 && level(.pumpFailure) == 0 && level(.lossOfFlow) == 0
        calmSeconds = isCalm ? calmSeconds + seconds : 0
        guard calmSeconds > 120 else { return }
        if !steam.isPumpRunning { steam.restartPump() }
        if isContainmentIsolated, containment.pressureKPa < 20 { isContainmentIsolated = false }
        guard protection.isTripped, calmSeconds > 300, pressureMPa > 12.3, pressurizer.levelPercent > 40 else { return }
        protection.reset()
        isRestarting = true
        isDecayHeatRemovalOpen = false
    }

    func derive(group: Int, readings: inout Readings) {
        guard group == 0 else { return }
        let places = Self.places
        let pressure = readings.values[places.pressure]
        let margin = Self.saturationTable.celsius(pressureMPa: pressure) - readings.values[places.outlet]
        let isKnown = margin.isFinite && pressure > 0
        let rounded = (margin * 100).rounded() / 100
        readings.values[places.margin] = isKnown ? rounded : Frame.noValue
        readings.qualities[places.margin] = isKnown ? .good : .bad
    }

    private struct Places: Sendable {
        let margin = layout.position(of: "subcooling_margin")
        let outlet = layout.position(of: "core_outlet_temperature")
        let pressure = layout.position(of: "primary_pressure")
    }
    private static let places = Places()
    private static let saturationTable = SaturationTable(.lightWater, from: 0.05, to: 18)

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&random)
        reactivityNoise.visitState(&archive)
        flowNoise.visitState(&archive)
        pressureNoise.visitState(&archive)
        feedNoise.visitState(&archive)
        vibrationNoise.visitState(&archive)
        slowNoise.visitState(&archive)
        weather.visitState(&archive)
        core.visitState(&archive)
        control.visitState(&archive)
        steam.visitState(&archive)
        pressurizer.visitState(&archive)
        containment.visitState(&archive)
        protection.visitState(&archive)
        archive.visit(&hotC)
        archive.visit(&coldC)
        archive.visit(&flowFraction)
        archive.visit(&saturationC)
        archive.visit(&makeupKgS)
        archive.visit(&letdownKgS)
        archive.visit(&outletSensedC)
        archive.visit(&inletSensedC)
        archive.visit(&isDecayHeatRemovalOpen)
        archive.visit(&isContainmentIsolated)
        archive.visit(&load)
        archive.visit(&isRestarting)
        archive.visit(&burnup)
        archive.visit(&steps)
        archive.visit(&calmSeconds)
        for index in 0..<6 { archive.visit(&levels[index]) }
    }
}

/// What the instruments look at.
extension SMRPlant {
    var fluxPerCm2S: Double { 1.25e13 * core.fission }
    /// Decades per minute.
    var startupRateDPM: Double { core.logRatePerS * 60 / 2.302_585_093 }
    var powerPercent: Double { 100 * core.fission }
    var thermalMW: Double { core.heatMW }
    var decayHeatMW: Double { core.decayMW }
    var xenonPcm: Double { 1e5 * core.xenonReactivity }
    var regulatingPercent: Double { control.regulatingPercent }
    var shutdownPercent: Double { control.shutdownPercent }
    var boronPpm: Double { control.boronPpm }
    var pressureMPa: Double { pressurizer.pressureMPa + pressureNoise.value }
    var pressurizerPercent: Double { pressurizer.levelPercent }
    var flowKgS: Double { SMRCore.design.ratedFlowKgS * flow }
    var riserVibrationMmS: Double {
        let boiling = 2 * core.outletVoid
        return (0.5 * flowFraction * flowFraction + boiling) * (1 + vibrationNoise.value)
    }
    var steamMPa: Double { steam.steamMPa * (1 + 0.04 * slowNoise.value) }
    var steamC: Double { steam.steamC }
    var steamKgS: Double { steam.steamKgS }
    var feedwaterKgS: Double { steam.feedwaterKgS }
    var feedwaterC: Double { steam.feedwaterC }
    var feedPumpVibrationMmS: Double { steam.pumpVibrationMmS * (1 + vibrationNoise.value) }
    var feedPumpSpeedRpm: Double { SMRSteam.ratedRpm * steam.pumpSpeed }
    var generatorMW: Double { steam.generatorMW }
    var secondaryActivityBqL: Double { containment.lineActivityBqL }
    var containmentKPa: Double { containment.pressureKPa * (1 + slowNoise.value) }
    var containmentUSvH: Double { containment.doseUSvH }
    var poolC: Double { containment.poolC }
    var poolM: Double { containment.poolM }
    var tritiumPCiL: Double { containment.tritiumPCiL }
    var basinC: Double { 14 + 0.35 * weather.airC }
    var condenserKPa: Double { 3.2 + 0.07 * basinC + 0.8 * steam.steamKgS / SMRSteam.ratedKgS }
    var isScrammed: Bool { protection.isTripped }
    var tripCause: TripCause { protection.cause }
    var isMaintenanceScheduled: Bool { false }
    var isMaintenanceUnscheduled: Bool { !steam.isPumpRunning }
}
