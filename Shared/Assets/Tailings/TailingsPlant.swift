import Model

/// A tailings facility in fair weather.
struct TailingsPlant: Plant {
    static let stepMs = 1000
    static let scenarioCount = TailingsScenario.allCases.count

    private var random: SeededRandom
    private var levelNoise: AutoregressiveNoise
    private(set) var weather: Weather
    private var stepsToMinute = 0

    var pondM: Double { 26 + 0.004 * levelNoise.value }
    let beachM = 150.0
    let rainMmH = 0.0
    let rain24hMm = 0.0
    let slurryM3H = 600.0
    let slurryTM3 = 1.4
    let decantM3H = 350.0
    let seepageLS = 6.0
    let turbidityNTU = 4.0
    let porePressureKPa: [6 of Double] = [180, 150, 120, 85, 50, 20]
    let settlementMm: [3 of Double] = [310, 280, 190]
    let displacementMm: [3 of Double] = [24, 31, 15]
    let displacementRateMmD = 0.06
    let tiltDeg = 0.01
    let windMS = 4.0
    let evaporationMmD = 4.0
    let pondC = 16.0
    let pondPH = 8.1
    let seepagePH = 7.4
    let conductivityUSCm = 1650.0
    let oxygenMgL = 8.5
    let sulfateMgL = 620.0
    let arsenicUgL = 2.2
    let groundwaterUSCm = 420.0
    let dustUgM3 = 24.0
    let insarPass = 0
    let insarPhaseRad = 0.0
    let insarDisplacementMm = 0.0
    let isDischarging = true
    let isDecanting = true
    let isMaintenanceScheduled = false
    let isMaintenanceUnscheduled = false

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: 1)
        levelNoise = AutoregressiveNoise(deviation: 1, seconds: 600, step: Self.stepSeconds, random: &random)
        self.random = random
        weather = Weather(seed: seed, stream: 2, meanC: 16, swingC: 7)
    }

    mutating func disturb(_ disturbances: Disturbances) {}

    mutating func step() {
        levelNoise.step(&random)
        stepsToMinute += 1
        if stepsToMinute == 60 {
            stepsToMinute = 0
            weather.step()
        }
    }

    func derive(group: Int, readings: inout Readings) {
        guard group == 0 else { return }
        let values: [(String, Double)] = [
            ("freeboard", 30 - 0.3 - readings.values[0]), ("phreatic_level", 16), ("factor_of_safety", 1.72),
            ("tarp_level", 0),
        ]
        for (name, value) in values {
            let place = Self.layout.position(of: name)
            readings.values[place] = value
            readings.qualities[place] = .good
        }
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&random)
        levelNoise.visitState(&archive)
        weather.visitState(&archive)
        archive.visit(&stepsToMinute)
    }
}
