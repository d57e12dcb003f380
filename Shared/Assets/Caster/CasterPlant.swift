import Model

/// A slab caster, 1500 x 230 mm, in the middle of a cast. The mould level runs at 10 Hz, the rest once a second.
struct CasterPlant: Plant {
    static let stepMs = 100
    static let scenarioCount = CasterScenario.allCases.count
    private static let stepsPerSecond = 10

    private var random: SeededRandom
    private(set) var weather: Weather
    private(set) var sequence: CasterSequence
    private var level: CasterLevel
    private var cooling: CasterCooling
    private var machine: CasterMachine
    private var sticker = CasterSticker()
    private var levelFaults = CasterLevel.Faults()
    private var steps = 0
    private var faults: [10 of Double] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    private var unscheduledSeconds = 0.0

    init(seed: UInt64) { self.init(seed: seed, settings: CasterSettings()) }

    init(seed: UInt64, settings: CasterSettings) {
        var random = SeededRandom(seed: seed, stream: 1)
        sequence = CasterSequence(seed: seed, settings: settings, random: &random)
        level = CasterLevel(
            seed: seed, speedMPerMin: sequence.speedMPerMin, turbulence: settings.turbulence, random: &random)
        cooling = CasterCooling(
            tundishC: sequence.tundish.steelC, throughputTPerMin: sequence.throughputTPerMin, random: &random)
        machine = CasterMachine(speedMPerMin: sequence.speedMPerMin, random: &random)
        self.random = random
        weather = Weather(
            seed: seed, stream: 2, meanC: settings.airMeanC, swingC: settings.airSwingC,
            secondOfDay: settings.secondOfDay.map { $0 - Double(settings.warmUpSeconds) })
        for _ in 0..<(settings.warmUpSeconds * Self.stepsPerSecond) { stepMachine() }
        steps = 0
        sequence.restartHeat()
    }

    mutating func disturb(_ disturbances: Disturbances) {
        for scenario in CasterScenario.allCases { faults[scenario.rawValue] = disturbances[scenario.rawValue] }
        levelFaults.clogging = fault(.nozzleClogging)
        levelFaults.oscillation = fault(.levelOscillation)
        levelFaults.stuckStopper = fault(.stopperFault)
    }

    private func fault(_ scenario: CasterScenario) -> Double { faults[scenario.rawValue] }

    mutating func step() {
        stepMachine()
    }

    private mutating func stepMachine() {
        steps += 1
        let headShare = (max(sequence.tundish.massT, 0.5) / CasterSequence.tundishT).squareRoot()
        level.step(
            speedMPerMin: sequence.speedMPerMin, headShare: headShare, faults: levelFaults, random: &random)
        sticker.step(
            seconds: Self.stepSeconds, level: fault(.breakoutSticker), speedMPerMin: sequence.speedMPerMin)
        if steps % Self.stepsPerSecond == 0 {
            weather.glide()
            stepSecond()
        }
        if steps % (60 * Self.stepsPerSecond) == 0 { weather.step() }
    }

    private mutating func stepSecond() {
        level.stepSlow(faults: levelFaults, random: &random)
        sequence.step(
            faults: CasterSequence.Faults(
                highSuperheat: fault(.highSuperheat), temperatureDrop: fault(.tundishTemperatureDrop),
                // The operator settles for a level that is the higher, the worse the stopper sticks.
                manualErrorMm: level.isManual
                    ? level.sensedMm - CasterLevel.targetMm - 35 * levelFaults.stuckStopper : nil,
                stopperPercent: level.stopperPercent, isSlowedDown: sticker.isAlarm),
            random: &random)
        cooling.step(
            CasterCooling.Inputs(
                speedMPerMin: sequence.speedMPerMin, throughputTPerMin: sequence.throughputTPerMin,
                tundishC: sequence.outflowC, superheatK: sequence.outflowC - sequence.liquidusC,
                levelMm: level.levelMm, supplyC: supplyC, zoneFailure: fault(.coolingZoneFailure)),
            random: &random)
        machine.step(
            speedMPerMin: sequence.speedMPerMin,
            faults: CasterMachine.Faults(
                oscillation: fault(.oscillationOutOfBand), oscillatorVibration: fault(.oscillatorVibration),
                rollerVibration: fault(.rollerVibration)),
            random: &random)
        sticker.watch(upperC: upperCopperC, lowerRiseK: lowerCopperC - cooling.lowerC)
        let isBroken = max(fault(.rollerVibration), fault(.oscillatorVibration), fault(.stopperFault)) > 0.5
        unscheduledSeconds = isBroken ? unscheduledSeconds + 1 : 0
    }

    func derive(group: Int, readings: inout Readings) {
        guard group == 0 else { return }
        let at = Self.places
        func set(_ place: Int, _ value: Double) {
            readings.values[place] = value.isFinite ? value : Frame.noValue
            readings.qualities[place] = value.isFinite ? .good : .bad
        }
        set(at.superheat, readings.values[at.tundish] - sequence.liquidusC)
        set(at.hertz, readings.values[at.frequency] / 60)
        set(
            at.strip,
            MouldOscillation.negativeStripS(
                frequencyPerMin: readings.values[at.frequency], strokeMm: readings.values[at.stroke],
                speedMPerMin: readings.values[at.speed]))
        // The water's heat balance over the mould's inner faces.
        let flow = readings.values[at.wide] + readings.values[at.narrow]
        let rise = readings.values[at.outlet] - readings.values[at.inlet]
        let area = 2 * (CasterSequence.widthM + CasterSequence.thicknessM) * CasterCooling.mouldLengthM
        set(at.heatFlux, flow / 60 * 0.998 * 4.18 * rise / area)
    }

    private struct Places: Sendable {
        let superheat = layout.position(of: "superheat")
        let tundish = layout.position(of: "tundish_temperature")
        let hertz = layout.position(of: "mold_oscillation_hz")
        let frequency = layout.position(of: "mold_oscillation_frequency")
        let stroke = layout.position(of: "mold_oscillation_stroke")
        let strip = layout.position(of: "negative_strip_time")
        let speed = layout.position(of: "casting_speed")
        let wide = layout.position(of: "mold_water_flow_wide")
        let narrow = layout.position(of: "mold_water_flow_narrow")
        let inlet = layout.position(of: "mold_water_inlet_temperature")
        let outlet = layout.position(of: "mold_water_outlet_temperature")
        let heatFlux = layout.position(of: "mold_heat_flux")
    }
    private static let places = Places()

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&random)
        weather.visitState(&archive)
        sequence.visitState(&archive)
        level.visitState(&archive)
        cooling.visitState(&archive)
        machine.visitState(&archive)
        sticker.visitState(&archive)
        archive.visit(&levelFaults.clogging)
        archive.visit(&levelFaults.oscillation)
        archive.visit(&levelFaults.stuckStopper)
        archive.visit(&steps)
        for index in 0..<10 { archive.visit(&faults[index]) }
        archive.visit(&unscheduledSeconds)
    }
}

/// What the instruments look at.
extension CasterPlant {
    var heat: Heat { sequence.heat }
    var heatNumber: Int { sequence.heatNumber }
    var castNumber: Int { sequence.castNumber }
    var castLengthM: Double { sequence.castLengthM }
    var liquidusC: Double { sequence.liquidusC }
    var speedMPerMin: Double { sequence.speedMPerMin }
    var speedAimMPerMin: Double { sequence.speedAimMPerMin }
    var tundishC: Double { sequence.sensedC }
    var tundishT: Double { sequence.tundish.massT }
    var stopperPercent: Double { level.stopperPercent }
    var mouldSteelC: Double { cooling.mouldSteelC }
    var levelMm: Double { level.sensedMm }
    var levelTargetMm: Double { CasterLevel.targetMm }
    var levelFluctuationMm: Double { level.fluctuationMm }
    var oscillationPerMin: Double { machine.frequencyPerMin }
    var strokeMm: Double { machine.strokeMm }
    var upperCopperC: Double { cooling.upperC + sticker.excessK(rowM: CasterCooling.upperRowM) }
    var lowerCopperC: Double {
        cooling.lowerC + sticker.excessK(rowM: CasterCooling.upperRowM + CasterCooling.rowDistanceM)
    }
    var stirringA: Double { machine.stirringA }
    var stirringHz: Double { machine.stirringHz }
    var mouldWaterWideLMin: Double { CasterCooling.wideLMin * cooling.mouldFlowShare }
    var mouldWaterNarrowLMin: Double { CasterCooling.narrowLMin * cooling.mouldFlowShare }
    var mouldWaterInletC: Double { cooling.mouldInletC }
    var mouldWaterOutletC: Double { cooling.mouldOutletC }
    func zoneFlowLMin(_ zone: Int) -> Double { cooling.zoneLMin[zone] }
    func zoneReturnC(_ zone: Int) -> Double { cooling.zoneReturnC[zone] }
    var strandSurfaceC: Double { cooling.pyrometerC }
    var oscillatorVibrationMmS: Double { machine.oscillatorMmS }
    func rollerVibrationMmS(_ roller: Int) -> Double { machine.rollerMmS[roller] }
    var oscillatorHydraulicMPa: Double { machine.oscillatorMPa }
    var segmentHydraulicMPa: Double { machine.segmentMPa }
    func withdrawalA(_ group: Int) -> Double { machine.withdrawalA[group] }
    var oscillatorA: Double { machine.oscillatorA }
    var bayC: Double { weather.airC + 10 }
    /// Cooling towers come near the wet bulb: humid air cools less.
    var supplyC: Double { 21.9 + 0.35 * weather.wetBulbC }
    var supplyMPa: Double { cooling.supplyMPa }
    var widthM: Double { CasterSequence.widthM }
    var thicknessM: Double { CasterSequence.thicknessM }
    var state: Int { sequence.changeSeconds > 0 ? 1 : sequence.secondsInCast < 900 ? 2 : 0 }
    var isBreakoutAlarm: Bool { sticker.isAlarm }
    var isLevelControlManual: Bool { level.isManual }
    /// Rollers and sprays are inspected while a new cast runs up.
    var isMaintenanceScheduled: Bool { sequence.secondsInCast < 600 }
    var isMaintenanceUnscheduled: Bool { unscheduledSeconds > 300 }
}
