import Model

/// A CANDU 6 unit at full power.
struct CanduPlant: Plant {
    static let stepMs = 100

    private var random: SeededRandom
    private var powerNoise: AutoregressiveNoise
    private var flowNoise: AutoregressiveNoise
    private var pressureNoise: AutoregressiveNoise
    private(set) var weather: Weather
    private var stepsToMinute = 0

    var fluxPerCm2S: Double { 1.25e13 * (1 + powerNoise.value) }
    var logRatePercentS: Double { 0 }
    var powerPercent: Double { 100 * (1 + powerNoise.value) }
    var thermalMW: Double { 2061 * (1 + 0.5 * powerNoise.value) }
    let decayHeatMW = 128.0
    let xenonMk = -28.0
    let zonePercent = 45.0
    let adjusterPercent = 0.0
    let moderatorC = 69.0
    let inletC = 266.0
    var outletSensedC: Double { 311.2 + 7 * pressureNoise.value }
    var pressureMPa: Double { 10.2 + pressureNoise.value }
    var inletHeaderMPa: Double { 11.45 + pressureNoise.value }
    let pressurizerPercent = 60.0
    var flowKgS: Double { 7700 * (1 + flowNoise.value) }
    let feedKgS = 18.0
    let bleedKgS = 18.0
    let tankPercent = 63.0
    let vibrationMmS: [4 of Double] = [1.4, 1.6, 1.5, 1.7]
    let pumpSpeedRpm: [4 of Double] = [1788, 1788, 1788, 1788]
    let steamGeneratorPercent = 50.0
    let steamMPa = 4.7
    var steamKgS: Double { 1030 * (1 + 0.3 * powerNoise.value) }
    var feedwaterKgS: Double { 1030 * (1 + 0.3 * powerNoise.value) }
    let feedwaterC = 187.0
    var generatorMW: Double { 728 * (1 + 0.2 * powerNoise.value) }
    let secondaryActivityBqL = 40.0
    let buildingKPa = 100.9
    let sumpPercent = 5.0
    let buildingUSvH = 8.0
    let tritiumPCiL = 140.0
    let lakeC = 12.0
    let condenserKPa = 4.6
    let isSDS1Tripped = false
    let isSDS2Tripped = false
    let tripCause = TripCause.none
    let pumpsRunning = 4.0
    let isMaintenanceScheduled = false
    let isMaintenanceUnscheduled = false

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: 1)
        let step = Self.stepSeconds
        powerNoise = AutoregressiveNoise(deviation: 0.005, seconds: 6, step: step, random: &random)
        flowNoise = AutoregressiveNoise(deviation: 0.004, seconds: 3, step: step, random: &random)
        pressureNoise = AutoregressiveNoise(deviation: 0.01, seconds: 15, step: step, random: &random)
        self.random = random
        weather = Weather(seed: seed, stream: 2, meanC: 12, swingC: 5)
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

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&random)
        powerNoise.visitState(&archive)
        flowNoise.visitState(&archive)
        pressureNoise.visitState(&archive)
        weather.visitState(&archive)
        archive.visit(&stepsToMinute)
    }
}
