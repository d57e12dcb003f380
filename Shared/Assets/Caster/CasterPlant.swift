import Model

/// A slab caster in the middle of a cast.
struct CasterPlant: Plant {
    static let stepMs = 100
    static let scenarioCount = CasterScenario.allCases.count

    struct Heat: Sendable {
        var grade = 0
        var composition = SteelComposition(carbon: 0.05)
        var cleanliness = 88.0
        var superheatAimK = 25.0
    }

    private var random: SeededRandom
    private var speedNoise: AutoregressiveNoise
    private var levelNoise: AutoregressiveNoise
    private(set) var weather: Weather
    private var stepsToMinute = 0
    private var heatSeconds = 0.0
    private(set) var heat: Heat
    private(set) var heatNumber = 1
    let castNumber = 1
    private(set) var castLengthM = 0.0

    var speedMPerMin: Double { 1.2 * (1 + speedNoise.value) }
    var liquidusC: Double {
        let c = heat.composition
        let sum = 88 * c.carbon + 8 * c.silicon + 5 * c.manganese + 30 * c.phosphorus + 25 * c.sulfur
        return ((1537 - sum) * 1e4).rounded() / 1e4
    }
    var tundishC: Double { liquidusC + 27 - 4 * heatSeconds / 2700 }
    let tundishT = 30.0
    var stopperPercent: Double { 42 + 2 * levelNoise.value }
    var mouldSteelC: Double { tundishC - 8 }
    var levelMm: Double { 100 + 1.2 * levelNoise.value }
    let levelTargetMm = 100.0
    let levelFluctuationMm = 1.2
    var oscillationPerMin: Double { 110 * speedMPerMin }
    var strokeMm: Double { 6 * speedMPerMin / 1.2 }
    let upperCopperC = 140.0
    let lowerCopperC = 115.0
    let stirringA = 400.0
    let stirringHz = 3.0
    let mouldWaterWideLMin = 7000.0
    let mouldWaterNarrowLMin = 1000.0
    let mouldWaterInletC = 30.0
    var mouldWaterOutletC: Double { 30 + 5.6 * speedMPerMin.squareRoot() }
    var zoneFlowLMin: [6 of Double] {
        let f = speedMPerMin / 1.2
        return [620 * f, 1250 * f, 1100 * f, 900 * f, 680 * f, 420 * f]
    }
    let zoneReturnC: [6 of Double] = [48, 50, 49, 47, 45, 42]
    let strandSurfaceC = 960.0
    let oscillatorVibrationMmS = 1.8
    let rollerVibrationMmS: [3 of Double] = [1.2, 1.4, 1.3]
    let oscillatorHydraulicMPa = 18.0
    let segmentHydraulicMPa = 20.5
    let withdrawalA: [2 of Double] = [82, 88]
    let oscillatorA = 55.0
    var bayC: Double { weather.airC + 10 }
    let supplyC = 27.0
    let supplyMPa = 0.85
    let widthM = 1.5
    let thicknessM = 0.23
    let speedAimMPerMin = 1.2
    let state = 0
    let isBreakoutAlarm = false
    let isLevelControlManual = false
    let isMaintenanceScheduled = false
    let isMaintenanceUnscheduled = false

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: 1)
        let step = Self.stepSeconds
        speedNoise = AutoregressiveNoise(deviation: 0.008, seconds: 10, step: step, random: &random)
        levelNoise = AutoregressiveNoise(deviation: 1, seconds: 2, step: step, random: &random)
        weather = Weather(seed: seed, stream: 2, meanC: 15, swingC: 6)
        heat = Self.nextHeat(&random)
        self.random = random
    }

    private static func nextHeat(_ random: inout SeededRandom) -> Heat {
        func rounded(_ value: Double, _ scale: Double) -> Double { (value * scale).rounded() / scale }
        var heat = Heat()
        heat.composition = SteelComposition(
            carbon: rounded(0.05 + 0.006 * random.normal(), 1e4), silicon: rounded(0.02 + 0.003 * random.normal(), 1e3),
            manganese: rounded(0.25 + 0.02 * random.normal(), 1e3),
            phosphorus: rounded(0.010 + 0.001 * random.normal(), 1e4),
            sulfur: rounded(0.008 + 0.001 * random.normal(), 1e4))
        heat.cleanliness = rounded(88 + 3 * random.normal(), 10)
        return heat
    }

    mutating func disturb(_ disturbances: Disturbances) {}

    mutating func step() {
        speedNoise.step(&random)
        levelNoise.step(&random)
        castLengthM += speedMPerMin / 60 * Self.stepSeconds
        heatSeconds += Self.stepSeconds
        if heatSeconds >= 2700 {
            heatSeconds = 0
            heatNumber += 1
            heat = Self.nextHeat(&random)
        }
        stepsToMinute += 1
        if stepsToMinute == 600 {
            stepsToMinute = 0
            weather.step()
        }
    }

    func derive(group: Int, readings: inout Readings) {
        guard group == 0 else { return }
        let at = Self.places
        func set(_ place: Int, _ value: Double) {
            readings.values[place] = value
            readings.qualities[place] = value.isFinite ? .good : .bad
        }
        set(at.superheat, readings.values[at.tundish] - liquidusC)
        set(at.hertz, readings.values[at.frequency] / 60)
        let v = readings.values[at.speed]
        let f = readings.values[at.frequency]
        let s = readings.values[at.stroke]
        set(at.strip, 60 / (.pi * f) * Maths.acos(min(1000 * v / (.pi * f * s), 1)))
        let flow = readings.values[at.wide] + readings.values[at.narrow]
        set(at.heatFlux, flow / 60 * 4.186 * (readings.values[at.outlet] - readings.values[at.inlet]) / 2.768)
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
        speedNoise.visitState(&archive)
        levelNoise.visitState(&archive)
        weather.visitState(&archive)
        archive.visit(&stepsToMinute)
        archive.visit(&heatSeconds)
        archive.visit(&heatNumber)
        archive.visit(&castLengthM)
        archive.visit(&heat.composition.carbon)
        archive.visit(&heat.composition.silicon)
        archive.visit(&heat.composition.manganese)
        archive.visit(&heat.composition.phosphorus)
        archive.visit(&heat.composition.sulfur)
        archive.visit(&heat.cleanliness)
    }
}
