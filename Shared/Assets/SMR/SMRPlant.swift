import Model

/// An integral small modular reactor at full power.
struct SMRPlant: Plant {
    static let stepMs = 100

    private var random: SeededRandom
    private var powerNoise: AutoregressiveNoise
    private var flowNoise: AutoregressiveNoise
    private var pressureNoise: AutoregressiveNoise
    private(set) var weather: Weather
    private var stepsToMinute = 0

    var fluxPerCm2S: Double { 1.25e13 * (1 + powerNoise.value) }
    let startupRateDPM = 0.0
    var powerPercent: Double { 100 * (1 + powerNoise.value) }
    var thermalMW: Double { 160 * (1 + 0.5 * powerNoise.value) }
    let decayHeatMW = 10.2
    let xenonPcm = -2600.0
    let regulatingPercent = 85.0
    let shutdownPercent = 100.0
    let boronPpm = 800.0
    let inletC = 258.0
    var outletSensedC: Double { 310 + 10 * powerNoise.value }
    var pressureMPa: Double { 12.76 + pressureNoise.value }
    let pressurizerPercent = 60.0
    var flowKgS: Double { 587 * (1 + flowNoise.value) }
    var riserVibrationMmS: Double { 0.5 * (1 + 3 * flowNoise.value) }
    let makeupKgS = 1.2
    let letdownKgS = 1.2
    let steamMPa = 3.5
    let steamC = 300.0
    var steamKgS: Double { 67 * (1 + 0.3 * powerNoise.value) }
    var feedwaterKgS: Double { 67 * (1 + 0.3 * powerNoise.value) }
    let feedwaterC = 149.0
    let feedPumpVibrationMmS = 1.3
    let feedPumpSpeedRpm = 3450.0
    var generatorMW: Double { 50 * (1 + 0.2 * powerNoise.value) }
    let secondaryActivityBqL = 4.0
    let containmentKPa = 0.6
    let containmentUSvH = 6.0
    let poolC = 37.0
    let poolM = 21.0
    let tritiumPCiL = 14.0
    let basinC = 20.0
    let condenserKPa = 5.2
    let isScrammed = false
    let tripCause = TripCause.none
    let isDecayHeatRemovalOpen = false
    let isContainmentIsolated = false
    let isMaintenanceScheduled = false
    let isMaintenanceUnscheduled = false

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: 1)
        let step = Self.stepSeconds
        powerNoise = AutoregressiveNoise(deviation: 0.004, seconds: 4, step: step, random: &random)
        flowNoise = AutoregressiveNoise(deviation: 0.006, seconds: 8, step: step, random: &random)
        pressureNoise = AutoregressiveNoise(deviation: 0.008, seconds: 20, step: step, random: &random)
        self.random = random
        weather = Weather(seed: seed, stream: 2, meanC: 14, swingC: 7)
    }

    mutating func disturb(_ disturbances: Disturbances) {}

    mutating func step() {
        powerNoise.step(&random)
        flowNoise.step(&random)
        pressureNoise.step(&random)
        stepsToMinute += 1
        if stepsToMinute == 600 {
            stepsToMinute = 0
            weather.step()
        }
    }

    func derive(group: Int, readings: inout Readings) {
        guard group == 0 else { return }
        readings.values[Self.marginIndex] = 329.2 - readings.values[Self.outletIndex]
        readings.qualities[Self.marginIndex] = readings.qualities[Self.outletIndex]
    }

    private static let marginIndex = layout.position(of: "subcooling_margin")
    private static let outletIndex = layout.position(of: "core_outlet_temperature")

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&random)
        powerNoise.visitState(&archive)
        flowNoise.visitState(&archive)
        pressureNoise.visitState(&archive)
        weather.visitState(&archive)
        archive.visit(&stepsToMinute)
    }
}
