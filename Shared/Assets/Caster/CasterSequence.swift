import Model

/// Ladles, tundish and casting speed: heat after heat in a cast, cast after cast. A ladle empties in about an hour;
/// while it is changed the tundish feeds the mould alone, and the next ladle fills it up again. After eight heats the
/// tundish is exchanged, and another grade may follow.
struct CasterSequence: Sendable {
    static let widthM = 1.5
    static let thicknessM = 0.23
    static let densityTPerM3 = 7.4
    static let tundishT = 30.0
    private static let heatsPerCast = 8
    private static let lossKW = 300.0
    /// Cooling of the steel in the ladle, K/min.
    private static let ladleCoolingKPerMin = 0.25

    private let settings: CasterSettings
    private(set) var heat: Heat
    private(set) var liquidusC: Double
    private(set) var castNumber = 1
    private(set) var heatNumber = 1
    private(set) var castLengthM = 0.0
    private(set) var tundish: Tundish
    /// As the continuous thermocouple shows it: its sheath lags by twenty seconds.
    private(set) var sensedC: Double
    private(set) var speedMPerMin: Double
    private(set) var speedAimMPerMin: Double
    /// Seconds of ladle change left.
    private(set) var changeSeconds = 0.0
    private(set) var secondsInCast: Double
    private var ladleC: Double
    private var ladleT: Double
    private var coldSpotK = 0.0
    private var pace: AutoregressiveNoise
    private var ripple: AutoregressiveNoise
    private var slowdown = 1.0
    /// Deals out ladles.
    private var lottery: SeededRandom

    init(seed: UInt64, settings: CasterSettings, random: inout SeededRandom) {
        self.settings = settings
        var lottery = SeededRandom(seed: seed, stream: 3)
        let grades = settings.grades
        heat = settings.firstHeat ?? Heat.draw(grade: Heat.drawGrade(from: grades, &lottery), from: grades, &lottery)
        liquidusC = heat.liquidusC
        speedAimMPerMin = settings.speedAimMPerMin ?? CasterSequence.aim(grades[heat.grade], &lottery)
        self.lottery = lottery
        speedMPerMin = speedAimMPerMin
        secondsInCast = settings.secondsInCast - Double(settings.warmUpSeconds)
        ladleT = settings.ladleT
        tundish = Tundish(massT: CasterSequence.tundishT, steelC: 0)
        pace = AutoregressiveNoise(deviation: 0.018, seconds: 400, step: 1, random: &random)
        ripple = AutoregressiveNoise(deviation: 0.003, seconds: 6, step: 1, random: &random)
        ladleC = 0
        sensedC = 0
        openLadle()
        tundish.steelC = liquidusC + heat.superheatAimK + 2
        sensedC = tundish.steelC
    }

    private static func aim(_ grade: Heat.Grade, _ random: inout SeededRandom) -> Double {
        let speed = grade.speedMPerMin + 0.05 * (random.unit() - 0.5)
        return (speed * 100).rounded() / 100
    }

    var throughputTPerMin: Double {
        CasterSequence.widthM * CasterSequence.thicknessM * speedMPerMin * CasterSequence.densityTPerM3
    }

    /// Of the steel on its way into the mould: most of a cold slug goes along.
    var outflowC: Double { tundish.steelC - 0.7 * coldSpotK }

    /// What the tundish loses on the way is added when the heat is tapped.
    private mutating func openLadle() {
        let drop = Tundish.steadyDropK(
            lossKW: CasterSequence.lossKW, inflowTPerMin: throughputTPerMin, heatKJPerKgK: tundish.heatKJPerKgK)
        ladleC = liquidusC + heat.superheatAimK + drop + 6
        ladleT = settings.ladleT
    }

    struct Faults: Sendable {
        var highSuperheat = 0.0
        var temperatureDrop = 0.0
        /// Level above what the operator settles for while the stopper is stuck, mm; he steers with the speed.
        var manualErrorMm: Double?
        var stopperPercent = 42.0
        var isSlowedDown = false
    }

    /// Once a second.
    mutating func step(faults: Faults, random: inout SeededRandom) {
        pace.step(&random)
        ripple.step(&random)
        secondsInCast += 1
        stepSpeed(faults)
        castLengthM += speedMPerMin / 60
        let outflow = throughputTPerMin
        var inflow = 0.0
        if changeSeconds > 0 {
            changeSeconds -= 1
            if changeSeconds <= 0 { nextHeat() }
        } else {
            inflow = min(max(outflow + 0.8 * (CasterSequence.tundishT - tundish.massT), 0), 2.2 * outflow)
            ladleT -= inflow / 60
            ladleC -= CasterSequence.ladleCoolingKPerMin / 60
            if ladleT <= 0 { changeSeconds = 120 + (60 * lottery.unit()).rounded() }
        }
        tundish.advance(
            seconds: 1, inflowTPerMin: inflow, inflowC: ladleC + 32 * faults.highSuperheat, outflowTPerMin: outflow,
            lossKW: CasterSequence.lossKW + 4000 * faults.temperatureDrop * (tundish.steelC > liquidusC + 4 ? 1 : 0))
        // A cold slug where the thermocouple sits; the bulk follows far more slowly.
        coldSpotK += (80 * faults.temperatureDrop - coldSpotK) / (faults.temperatureDrop > 0 ? 5 : 90)
        sensedC += (tundish.steelC - coldSpotK - sensedC) / 20
    }

    private mutating func stepSpeed(_ faults: Faults) {
        // A stopper that is nearly open, or the breakout prevention, slows the machine down.
        let floor = faults.isSlowedDown ? 0.4 : faults.stopperPercent > 88 ? 0.35 : 1.0
        slowdown += min(max(floor - slowdown, -0.01), 0.002)
        // A new cast starts at 85 % and speeds up within a quarter of an hour.
        let start = min(0.85 + 0.15 * max(secondsInCast, 0) / 900, 1)
        var wanted = speedAimMPerMin * start * (1 + pace.value) * slowdown
        if let error = faults.manualErrorMm { wanted += min(max(0.012 * error, -0.5), 0.5) }
        wanted = max(wanted, 0.1)
        speedMPerMin += min(max(wanted - speedMPerMin, -0.02), 0.01) + speedAimMPerMin * 0.2 * ripple.value
        speedMPerMin = max(speedMPerMin, 0.05)
    }

    private mutating func nextHeat() {
        changeSeconds = 0
        if heatNumber >= CasterSequence.heatsPerCast {
            castNumber += 1
            heatNumber = 1
            castLengthM = 0
            secondsInCast = 0
            let grade = Heat.drawGrade(from: settings.grades, &lottery)
            heat = Heat.draw(grade: grade, from: settings.grades, &lottery)
            liquidusC = heat.liquidusC
            speedAimMPerMin = CasterSequence.aim(settings.grades[grade], &lottery)
            openLadle()
            // A fresh tundish, preheated, with its own thermocouple; the flying change keeps the level.
            tundish.steelC = liquidusC + heat.superheatAimK + 2
            sensedC = tundish.steelC
        } else {
            heatNumber += 1
            heat = Heat.draw(grade: heat.grade, from: settings.grades, &lottery)
            liquidusC = heat.liquidusC
            openLadle()
        }
    }

    /// Begins the first heat anew, as a cast that is looked at from its start.
    mutating func restartHeat() {
        castLengthM = 0
        openLadle()
    }

    mutating func visitState(_ archive: inout StateArchive) {
        heat.visitState(&archive, grades: settings.grades.count)
        archive.visit(&liquidusC)
        archive.visit(&castNumber)
        archive.visit(&heatNumber)
        archive.visit(&castLengthM)
        archive.visit(&tundish.massT)
        archive.visit(&tundish.steelC)
        archive.visit(&sensedC)
        archive.visit(&speedMPerMin)
        archive.visit(&speedAimMPerMin)
        archive.visit(&changeSeconds)
        archive.visit(&secondsInCast)
        archive.visit(&ladleC)
        archive.visit(&ladleT)
        archive.visit(&coldSpotK)
        pace.visitState(&archive)
        ripple.visitState(&archive)
        archive.visit(&slowdown)
        archive.visit(&lottery)
    }
}
