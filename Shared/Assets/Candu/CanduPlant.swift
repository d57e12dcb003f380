import Model

/// A CANDU 6 unit: core, heat transport, pumps, steam side, building, regulation, two shutdown systems, and operators
/// who bring it back. Starts in equilibrium at full power.
struct CanduPlant: Plant {
    static let stepMs = 100
    static let scenarioCount = CanduScenario.allCases.count
    private static let dt = stepSeconds
    static let pressureMPa = 10.2

    private var random: SeededRandom
    private var reactivityNoise: AutoregressiveNoise
    private var flowNoise: AutoregressiveNoise
    private var pressureNoise: AutoregressiveNoise
    private var feedNoise: AutoregressiveNoise
    private var vibrationNoise: [4 of AutoregressiveNoise]
    private(set) var weather: Weather

    private var core: ReactorCore
    private var regulation = CanduRegulation()
    private var pumps = CanduPumps()
    private var steam = CanduSteam()
    private var pressurizer: Pressurizer
    private var building: CanduBuilding
    private var sds1 = Protection(delaySteps: 3, dropSeconds: 2, liftSeconds: 200)
    private var sds2 = Protection(delaySteps: 3, dropSeconds: 1.5, liftSeconds: 600)

    /// Enthalpy-equivalent temperatures of the legs.
    private var hotC: Double
    private var coldC = CanduCore.design.inletC
    private(set) var saturationC: Double
    private(set) var feedKgS = 18.0
    private(set) var bleedKgS = 18.0
    private(set) var tankPercent = 63.0
    private(set) var outletSensedC: Double
    private(set) var inletSensedC = CanduCore.design.inletC
    private(set) var moderatorC = 69.0
    private var steamyLeak = 0.0
    /// Fuel burns away and is replaced while the reactor runs.
    private var burnup = 0.0
    private var refuelSeconds: Double
    private var steps = 0
    private var calmSeconds = 0.0

    private(set) var levels: [6 of Double] = [0, 0, 0, 0, 0, 0]

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: 1)
        func noise(_ deviation: Double, _ seconds: Double) -> AutoregressiveNoise {
            AutoregressiveNoise(deviation: deviation, seconds: seconds, step: Self.dt, random: &random)
        }
        reactivityNoise = noise(5e-5, 4)
        flowNoise = noise(0.004, 3)
        pressureNoise = noise(0.006, 12)
        feedNoise = noise(0.006, 6)
        vibrationNoise = [noise(0.05, 6), noise(0.05, 6), noise(0.05, 6), noise(0.05, 6)]
        building = CanduBuilding(random: &random)
        refuelSeconds = 43_200 * random.unit()
        self.random = random
        weather = Weather(seed: seed, stream: 2, meanC: 12, swingC: 5)
        let saturationC = Self.saturation(Self.pressureMPa)
        self.saturationC = saturationC
        core = CanduCore.make(saturationC: saturationC)
        hotC = core.outletC(inletC: CanduCore.design.inletC)
        outletSensedC = min(hotC, saturationC)
        pressurizer = Pressurizer(
            .init(
                volumeM3: 45, setMPa: Self.pressureMPa, surgeMPaPerPercent: 0.045, heaterMPaPerS: 0.004,
                reliefMPaPerS: 0.04),
            levelPercent: 60)
        steam.start()
    }

    mutating func disturb(_ disturbances: Disturbances) {
        for scenario in CanduScenario.allCases { levels[scenario.rawValue] = disturbances[scenario.rawValue] }
    }

    private func level(_ scenario: CanduScenario) -> Double { levels[scenario.rawValue] }
    private var leakKgS: Double { 300 * level(.coolantLeak) * (pressureMPa / Self.pressureMPa).squareRoot() }
    private var tubeLeakKgS: Double { 6 * level(.steamGeneratorTubeLeak) }

    mutating func step() {
        steps += 1
        stepNoise()
        let flow = max(pumps.flowFraction * (1 + flowNoise.value * pumps.flowFraction), 0.005)
        stepControl()
        let (voidBefore, warmBefore) = (core.outletVoid, (core.coolantC + hotC + coldC) / 3)
        core.step(control: control, flowFraction: flow, inletC: coldC, saturationC: saturationC)
        stepLegs(flow: flow, voidBefore: voidBefore, warmBefore: warmBefore)
        pumps.step(
            seconds: Self.dt, wearing: level(.pumpFailure), powerLoss: level(.lossOfFlow),
            heatFraction: core.heatMW / CanduCore.design.ratedMW)
        building.step(seconds: Self.dt, leakKgS: leakKgS)
        stepProtection()
        if steps % 10 == 0 { stepOperator(seconds: 1) }
        if steps % 100 == 0 {
            building.mix(leakKgS: leakKgS, tubeLeakKgS: tubeLeakKgS, random: &random)
        }
        if steps % 10 == 0 { weather.glide() }
        if steps % 600 == 0 { weather.step() }
    }

    private mutating func stepNoise() {
        reactivityNoise.step(&random)
        flowNoise.step(&random)
        pressureNoise.step(&random)
        feedNoise.step(&random)
        if steps % 10 == 0 { for pump in 0..<4 { vibrationNoise[pump].step(&random) } }
    }

    /// Reactivity of devices and disturbances against the resting state.
    private var control: Double {
        regulation.reactivity + burnup + 4e-4 * steamyLeak - 0.080 * sds1.worth - 0.300 * sds2.worth
            + reactivityNoise.value * min(core.fission, 1)
    }

    private mutating func stepControl() {
        let reduced = max(0.4 * level(.loadChange), 0.45 * level(.xenonTransient))
        regulation.step(
            seconds: Self.dt, fission: core.fission, logRatePerS: core.logRatePerS, target: 1 - reduced,
            ratePerS: level(.xenonTransient) > 0 ? 0.008 : 0.002, isTripped: isTripped)
        // A leak voids the channels next to it before it is felt anywhere else.
        steamyLeak += (level(.coolantLeak) - steamyLeak) * Self.dt / 4
        // 0.5 mk a day are burnt; twice a day a channel is refuelled within twenty minutes.
        burnup -= 0.5e-3 / 86_400 * Self.dt * min(core.fission, 1)
        refuelSeconds += Self.dt
        if refuelSeconds >= 43_200 { refuelSeconds = 0 }
        if refuelSeconds < 1200 { burnup += 0.25e-3 / 1200 * Self.dt * min(core.fission, 1) }
    }

    /// Heat transport: legs, steam generators, inventory, pressure.
    private mutating func stepLegs(flow: Double, voidBefore: Double, warmBefore: Double) {
        let legS = 5 / flow
        hotC += (core.outletC(inletC: coldC) - hotC) * min(Self.dt / legS, 1)
        let cooled = steam.coldC(hotC: hotC, flowFraction: flow)
        let heatMW = CanduCore.design.flowMWPerK(flow) / 2 * (hotC - cooled)
        coldC += (cooled - coldC) * min(Self.dt / (9 / flow), 1)
        steam.step(seconds: Self.dt, heatMW: heatMW, feedNoise: feedNoise.value, tubeLeakKgS: tubeLeakKgS)

        // Feed and bleed hold the inventory; the tank takes up the difference.
        let error = 60 - pressurizer.levelPercent
        feedKgS += (min(max(18 + 1.2 * error, 5), 50) - feedKgS) * Self.dt / 6
        bleedKgS += (min(max(18 - 0.5 * error, 5), 40) - bleedKgS) * Self.dt / 6
        tankPercent = min(max(tankPercent + (bleedKgS - feedKgS) / 2500 * Self.dt, 0), 100)
        let warm = (core.coolantC + hotC + coldC) / 3
        let lost = feedKgS - bleedKgS - leakKgS - tubeLeakKgS
        // 128 m3 swell by 2.4e-3 per kelvin while liquid; steam in the core and above it pushes water out.
        let swell = (min(warm, saturationC + 4) - min(warmBefore, saturationC + 4)) * 0.31
        let steamM3 = (core.outletVoid - voidBefore) * 8
        pressurizer.step(
            seconds: Self.dt, surgeM3: lost / 690 * Self.dt + swell + steamM3,
            hotSaturationMPa: Self.pressure(min(hotC, saturationC) - 1))
        saturationC = Self.saturation(pressureMPa)
        // Thermowells lag by four seconds; one that is hotter than its boiling surroundings is cooled at once.
        outletSensedC += (min(hotC, saturationC) - outletSensedC) * Self.dt / 4
        outletSensedC = min(outletSensedC, saturationC + 0.1)
        inletSensedC += (min(coldC, saturationC) - inletSensedC) * Self.dt / 4
        inletSensedC = min(inletSensedC, saturationC + 0.1)
        moderatorC += (57 + 12 * core.fission - moderatorC) * Self.dt / 400
    }

    private mutating func stepProtection() {
        sds1.step(seconds: Self.dt, passed: passed(margin: 0))
        sds2.step(seconds: Self.dt, passed: passed(margin: 1))
    }

    /// The first limit that is passed; the second system's limits lie a little further out.
    private func passed(margin: Double) -> TripCause {
        if core.fission > 1.13 + 0.03 * margin { return .highFlux }
        if core.logRatePerS > 0.10 + 0.04 * margin { return .highLogRate }
        // Below a tenth of full power the process trips are conditioned out.
        guard core.fission > 0.1 else { return .none }
        if pressureMPa < 9.1 - 0.15 * margin { return .lowPressure }
        if pressureMPa > 10.75 + 0.15 * margin { return .highPressure }
        if pumps.flowFraction < 0.75 - 0.04 * margin { return .lowFlow }
        if pressurizer.levelPercent < 15 - 3 * margin { return .lowLevel }
        if building.overpressureKPa > 3.45 + 0.5 * margin { return .buildingPressure }
        return .none
    }

    /// Once a second: when nothing is wrong any more, pumps are started, the trip is reset, and power comes back.
    private mutating func stepOperator(seconds: Double) {
        let isCalm = level(.coolantLeak) == 0 && level(.pumpFailure) == 0 && level(.lossOfFlow) == 0
        calmSeconds = isCalm ? calmSeconds + seconds : 0
        guard calmSeconds > 120 else { return }
        if pumps.running < 4 { pumps.restart() }
        guard isTripped, calmSeconds > 300, pressureMPa > 9.8, pressurizer.levelPercent > 30, pumps.flowFraction > 0.95
        else { return }
        sds1.reset()
        sds2.reset()
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&random)
        reactivityNoise.visitState(&archive)
        flowNoise.visitState(&archive)
        pressureNoise.visitState(&archive)
        feedNoise.visitState(&archive)
        for pump in 0..<4 { vibrationNoise[pump].visitState(&archive) }
        weather.visitState(&archive)
        core.visitState(&archive)
        regulation.visitState(&archive)
        pumps.visitState(&archive)
        steam.visitState(&archive)
        pressurizer.visitState(&archive)
        building.visitState(&archive)
        sds1.visitState(&archive)
        sds2.visitState(&archive)
        archive.visit(&hotC)
        archive.visit(&coldC)
        archive.visit(&saturationC)
        archive.visit(&feedKgS)
        archive.visit(&bleedKgS)
        archive.visit(&tankPercent)
        archive.visit(&outletSensedC)
        archive.visit(&inletSensedC)
        archive.visit(&moderatorC)
        archive.visit(&steamyLeak)
        archive.visit(&burnup)
        archive.visit(&refuelSeconds)
        archive.visit(&steps)
        archive.visit(&calmSeconds)
        for index in 0..<6 { archive.visit(&levels[index]) }
    }
}

/// What the instruments look at.
extension CanduPlant {
    var fluxPerCm2S: Double { 1.25e13 * core.fission }
    var logRatePercentS: Double { 100 * core.logRatePerS }
    var powerPercent: Double { 100 * core.fission }
    var thermalMW: Double { core.heatMW }
    var decayHeatMW: Double { core.decayMW }
    var xenonMk: Double { 1e3 * core.xenonReactivity }
    var zonePercent: Double { regulation.zonePercent }
    var adjusterPercent: Double { regulation.adjusterPercent }
    var pressureMPa: Double { pressurizer.pressureMPa + pressureNoise.value }
    var inletHeaderMPa: Double { pressureMPa + 1.25 * pumps.flowFraction * pumps.flowFraction }
    var pressurizerPercent: Double { pressurizer.levelPercent }
    var flowKgS: Double { CanduCore.design.ratedFlowKgS * pumps.flowFraction * (1 + flowNoise.value) }
    func pumpSpeedRpm(_ pump: Int) -> Double { CanduPumps.ratedRpm * pumps.speeds[pump] }
    func vibrationMmS(_ pump: Int) -> Double {
        // Suction water within 25 K of boiling makes the pumps cavitate.
        let cavitation = min(max((25 - (saturationC - coldC)) / 25, 0), 1)
        return pumps.vibrationMmS(pump, cavitation: cavitation) * (1 + vibrationNoise[pump].value)
    }
    var steamGeneratorPercent: Double { steam.levelPercent }
    var steamMPa: Double { steam.pressureMPa }
    var steamKgS: Double { steam.steamKgS }
    var feedwaterKgS: Double { steam.feedwaterKgS }
    var feedwaterC: Double { steam.feedwaterC }
    var generatorMW: Double { steam.generatorMW }
    var secondaryActivityBqL: Double { building.blowdownBqL }
    var buildingKPa: Double { weather.pressureKPa - 0.5 + building.overpressureKPa }
    var sumpPercent: Double { building.sumpPercent }
    var buildingUSvH: Double { building.doseUSvH }
    var tritiumPCiL: Double { building.tritiumPCiL }
    var lakeC: Double { 9 + 0.25 * weather.airC }
    var condenserKPa: Double { 3.4 + 0.05 * lakeC + 0.7 * steam.steamKgS / CanduSteam.ratedSteamKgS }
    var isSDS1Tripped: Bool { sds1.isTripped }
    var isSDS2Tripped: Bool { sds2.isTripped }
    var isTripped: Bool { sds1.isTripped || sds2.isTripped || sds1.insertion > 0 || sds2.insertion > 0 }
    var tripCause: TripCause { sds1.isTripped ? sds1.cause : sds2.cause }
    var pumpsRunning: Double { pumps.running }
    /// Tuesday mornings would be usual; the simulated unit is serviced when it is down.
    var isMaintenanceScheduled: Bool { false }
    var isMaintenanceUnscheduled: Bool { pumps.running < 4 && level(.lossOfFlow) == 0 }

    private static func saturation(_ pressureMPa: Double) -> Double {
        saturationTable.celsius(pressureMPa: pressureMPa)
    }
    private static func pressure(_ celsius: Double) -> Double { saturationTable.pressureMPa(celsius: celsius) }
    private static let saturationTable = SaturationTable(.heavyWater, from: 0.05, to: 18)
}
