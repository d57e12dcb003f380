import Model

/// Air at the site: a daily course with slow random departures. Drawn for each minute of the asset's time, and gliding
/// from one to the next, second by second: air does not jump.
struct Weather: Sendable {
    private(set) var airC: Double
    private(set) var humidityPercent: Double
    private(set) var pressureKPa: Double
    private let meanC: Double
    private let swingC: Double
    /// Seconds since local midnight.
    private(set) var secondOfDay: Double
    private var airNoise: AutoregressiveNoise
    private var humidityNoise: AutoregressiveNoise
    private var pressureNoise: AutoregressiveNoise
    private var random: SeededRandom
    /// Per second, on the way to the next minute.
    private var airSlope = 0.0
    private var humiditySlope = 0.0
    private var pressureSlope = 0.0

    static let stepSeconds = 60.0

    /// The dew point lies a kelvin lower for every 5 % that are missing, the wet bulb a third of the way to it.
    var wetBulbC: Double { airC - (100 - humidityPercent) / 15 }

    /// Begins at a local time, or at one that is drawn.
    init(seed: UInt64, stream: UInt64, meanC: Double, swingC: Double, secondOfDay begin: Double? = nil) {
        var random = SeededRandom(seed: seed, stream: stream)
        self.meanC = meanC
        self.swingC = swingC
        let drawn = random.unit() * 86_400
        secondOfDay = begin.map { ($0 + 86_400).truncatingRemainder(dividingBy: 86_400) } ?? drawn
        airNoise = AutoregressiveNoise(deviation: 1.2, seconds: 7200, step: Self.stepSeconds, random: &random)
        humidityNoise = AutoregressiveNoise(deviation: 4, seconds: 7200, step: Self.stepSeconds, random: &random)
        pressureNoise = AutoregressiveNoise(deviation: 0.6, seconds: 43_200, step: Self.stepSeconds, random: &random)
        self.random = random
        (airC, humidityPercent, pressureKPa) = (meanC, 60, 101.3)
        (airC, humidityPercent, pressureKPa) = self.drawn
    }

    /// Once a minute, after its last second.
    mutating func step() {
        secondOfDay += Self.stepSeconds
        if secondOfDay >= 86_400 { secondOfDay -= 86_400 }
        airNoise.step(&random)
        humidityNoise.step(&random)
        pressureNoise.step(&random)
        let next = drawn
        airSlope = (next.airC - airC) / Self.stepSeconds
        humiditySlope = (next.humidityPercent - humidityPercent) / Self.stepSeconds
        pressureSlope = (next.pressureKPa - pressureKPa) / Self.stepSeconds
    }

    /// Once a second.
    mutating func glide() {
        airC += airSlope
        humidityPercent += humiditySlope
        pressureKPa += pressureSlope
    }

    /// What the minute is to come to.
    private var drawn: (airC: Double, humidityPercent: Double, pressureKPa: Double) {
        // Warmest at 15 h; relative humidity runs against it.
        let course = Maths.cos((secondOfDay - 54_000) / 86_400 * 2 * .pi)
        return (
            meanC + swingC * course + airNoise.value, min(max(62 - 14 * course + humidityNoise.value, 12), 99),
            101.3 + pressureNoise.value
        )
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&secondOfDay)
        archive.visit(&airC)
        archive.visit(&humidityPercent)
        archive.visit(&pressureKPa)
        airNoise.visitState(&archive)
        humidityNoise.visitState(&archive)
        pressureNoise.visitState(&archive)
        archive.visit(&random)
        archive.visit(&airSlope)
        archive.visit(&humiditySlope)
        archive.visit(&pressureSlope)
    }
}
