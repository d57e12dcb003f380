import Model

/// The evacuated containment in its pool, passive removal of decay heat, and the ways by which activity leaves.
struct SMRContainment: Sendable {
    private(set) var pressureKPa = 0.6
    private(set) var doseUSvH = 6.0
    private(set) var poolC = 37.0
    private(set) var poolM = 21.0
    private(set) var lineActivityBqL = 4.0
    private var effluent: StirredTank
    private var background: AutoregressiveNoise
    private let meanLog: Double
    static let stepSeconds = 10.0
    private static let restKPa = 0.6
    private static let effluentLPerS = 20.0
    private static let effluentL = 1.1e5

    init(random: inout SeededRandom) {
        // An order of magnitude below heavy water.
        meanLog = Maths.log(13) + 0.25 * random.gaussian()
        background = AutoregressiveNoise(
            deviation: 0.18, seconds: 6 * 3600, step: SMRContainment.stepSeconds, random: &random)
        effluent = StirredTank(concentration: Maths.exp(meanLog + background.value))
    }

    var tritiumPCiL: Double { effluent.concentration }

    mutating func step(seconds: Double, leakKgS: Double, tubeLeakKgS: Double, poolHeatMW: Double) {
        // A third flashes: 1.08 kPa per kilogram of steam in 180 m3; the cold vessel wall condenses it.
        pressureKPa += (leakKgS * 0.36 - (pressureKPa - SMRContainment.restKPa) / 60) * seconds
        let target = 6 + 400 * leakKgS
        doseUSvH += (target - doseUSvH) * seconds / (target > doseUSvH ? 25 : 900)
        // A pool of 16 000 t, cooled back to 37 Cel.
        poolC += (poolHeatMW / 6.7e4 - (poolC - 37) / 3e5) * seconds
        // Coolant of 2e5 Bq/kg in the steam; a gram a second always leaks.
        let activity = (0.001_36 + tubeLeakKgS) * 2e5 / 68
        lineActivityBqL += (activity - lineActivityBqL) * seconds / 60
    }

    /// Every `stepSeconds`: the slow mixing of activity and the make-up of the pool.
    mutating func mix(leakKgS: Double, random: inout SeededRandom) {
        background.step(&random)
        let usual = Maths.exp(meanLog + background.value) * SMRContainment.effluentLPerS
        effluent.advance(
            seconds: SMRContainment.stepSeconds, feed: usual + leakKgS * 3e-9 * 1e9,
            flow: SMRContainment.effluentLPerS, volume: SMRContainment.effluentL)
        // Evaporation of 3 mm a day, made up in one go.
        poolM -= 0.003 / 86_400 * SMRContainment.stepSeconds
        if poolM < 20.99 { poolM = 21.0 }
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&pressureKPa)
        archive.visit(&doseUSvH)
        archive.visit(&poolC)
        archive.visit(&poolM)
        archive.visit(&lineActivityBqL)
        archive.visit(&effluent.concentration)
        background.visitState(&archive)
    }
}
