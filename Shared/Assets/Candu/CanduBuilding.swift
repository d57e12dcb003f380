import Model

/// The reactor building and the ways by which activity leaves: what a leak does around the reactor.
struct CanduBuilding: Sendable {
    private(set) var overpressureKPa = 0.0
    private(set) var sumpPercent = 5.0
    private(set) var doseUSvH = 8.0
    /// Tritium in the service-water effluent, pCi/L, and its slowly changing background.
    private var effluent: StirredTank
    private var background: AutoregressiveNoise
    private let meanLog: Double
    private var blowdown = StirredTank(concentration: 40)

    /// Effluent passes through a delay tank in about an hour and a half.
    private static let effluentLPerS = 20.0
    private static let effluentL = 1.1e5
    static let stepSeconds = 10.0

    init(random: inout SeededRandom) {
        // Log-normal background of 50 to 300 pCi/L.
        meanLog = Maths.log(120) + 0.25 * random.gaussian()
        background = AutoregressiveNoise(
            deviation: 0.18, seconds: 6 * 3600, step: CanduBuilding.stepSeconds, random: &random)
        effluent = StirredTank(concentration: Maths.exp(meanLog + background.value))
    }

    var tritiumPCiL: Double { effluent.concentration }
    var blowdownBqL: Double { blowdown.concentration }

    /// One plant step with `leakKgS` of hot heavy water flashing into the building.
    mutating func step(seconds: Double, leakKgS: Double) {
        // A third flashes to steam: 430 Pa/s per 120 kg/s in 48 000 m3, less what coolers and walls condense.
        let rise = leakKgS / 3 * 0.0036
        overpressureKPa += (rise - overpressureKPa / 90) * seconds
        sumpPercent = min(sumpPercent + leakKgS * 0.66 / 2500 * seconds, 100)
        if leakKgS == 0, sumpPercent > 5 { sumpPercent -= 0.02 * seconds }
        let target = 8 + leakKgS * 60
        doseUSvH += (target - doseUSvH) * seconds / (target > doseUSvH ? 25 : 900)
    }

    /// Every `stepSeconds`: the slow mixing of activity.
    mutating func mix(leakKgS: Double, tubeLeakKgS: Double, random: inout SeededRandom) {
        background.step(&random)
        let usual = Maths.exp(meanLog + background.value) * CanduBuilding.effluentLPerS
        // Of the coolant lost, three parts in 1e9 find their way into service water: 2 Ci/kg is 2e12 pCi/kg.
        let feed = usual + leakKgS * 3e-9 * 2e12
        effluent.advance(
            seconds: CanduBuilding.stepSeconds, feed: feed, flow: CanduBuilding.effluentLPerS,
            volume: CanduBuilding.effluentL)
        // Coolant of 2e5 Bq/kg into 160 m3 of boiler water, blown down at 5 kg/s; one gram a second always leaks.
        blowdown.advance(
            seconds: CanduBuilding.stepSeconds, feed: (0.001 + tubeLeakKgS) * 2e5, flow: 5, volume: 1.6e5)
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&overpressureKPa)
        archive.visit(&sumpPercent)
        archive.visit(&doseUSvH)
        archive.visit(&effluent.concentration)
        background.visitState(&archive)
        archive.visit(&blowdown.concentration)
    }
}
