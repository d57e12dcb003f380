import Model

/// Steel level in the mould: what the stopper lets in against what the strand takes away, under PI control with dead
/// time and lag, disturbed by turbulence in the nozzle, bulging of the strand between rolls, and waves.
struct CasterLevel: Sendable {
    static let targetMm = 100.0
    static let dt = CasterPlant.stepSeconds
    /// Opening below which nothing flows, and opening at rated flow.
    private static let closedPercent = 8.0
    private static let ratedPercent = 42.0
    private static let ratedSpeedMmS = 20.0
    private static let rollPitchM = 0.25

    private(set) var levelMm = CasterLevel.targetMm
    /// As the eddy-current sensor gives it, with surface waves smoothed.
    private(set) var sensedMm = CasterLevel.targetMm
    private(set) var stopperPercent: Double
    /// Standard deviation over about half a minute.
    private(set) var fluctuationMm = 1.0
    /// Share of the nozzle that is clogged.
    private(set) var clog = 0.0
    private(set) var isManual = false

    private var controller: PIController
    /// Commands on their way: a dead time of two steps.
    private var command1: Double
    private var command2: Double
    private var turbulence: AutoregressiveNoise
    private var wave: AutoregressiveNoise
    private var bulging: AutoregressiveNoise
    private var phase = 0.0
    private var meanMm = CasterLevel.targetMm
    private var variance = 1.0
    private var heldPercent = 0.0
    /// For what only a fault makes happen, so that it leaves everything else as it was.
    private var lottery: SeededRandom

    init(seed: UInt64, speedMPerMin: Double, turbulence strength: Double, random: inout SeededRandom) {
        lottery = SeededRandom(seed: seed, stream: 4)
        let opening =
            CasterLevel.closedPercent
            + (CasterLevel.ratedPercent - CasterLevel.closedPercent) * speedMPerMin * 1000 / 60
            / CasterLevel.ratedSpeedMmS
        stopperPercent = opening
        command1 = opening
        command2 = opening
        controller = PIController(proportional: 1.1, integral: 0.16, low: 0, high: 100, held: opening)
        turbulence = AutoregressiveNoise(
            deviation: 0.017 * strength, seconds: 1.5, step: CasterLevel.dt, random: &random)
        wave = AutoregressiveNoise(deviation: 0.35, seconds: 0.4, step: CasterLevel.dt, random: &random)
        bulging = AutoregressiveNoise(deviation: 0.25, seconds: 90, step: 1, random: &random)
    }

    struct Faults: Sendable {
        var clogging = 0.0
        var oscillation = 0.0
        var stuckStopper = 0.0
    }

    /// One step of the fast loop; `headShare` is the square root of the tundish level against its usual one.
    mutating func step(speedMPerMin: Double, headShare: Double, faults: Faults, random: inout SeededRandom) {
        turbulence.step(&random)
        wave.step(&random)
        let wanted = controller.output(error: CasterLevel.targetMm - sensedMm, seconds: CasterLevel.dt)
        if faults.stuckStopper > 0 {
            if !isManual { heldPercent = stopperPercent }
            isManual = true
            let stuck = heldPercent + 1.2 * faults.stuckStopper
            stopperPercent += (stuck - stopperPercent) * CasterLevel.dt / 2
            controller.held = stopperPercent
            command1 = stopperPercent
            command2 = stopperPercent
        } else {
            isManual = false
            stopperPercent += (command2 - stopperPercent) * CasterLevel.dt / 0.3
            command2 = command1
            command1 = wanted
        }
        let opening =
            max(stopperPercent - CasterLevel.closedPercent, 0) / (CasterLevel.ratedPercent - CasterLevel.closedPercent)
        let inflow = CasterLevel.ratedSpeedMmS * opening * headShare * (1 - clog) * (1 + turbulence.value)
        phase +=
            2 * .pi * Bulging.frequencyHz(speedMPerMin: speedMPerMin, rollPitchM: CasterLevel.rollPitchM)
            * CasterLevel.dt
        if phase > 2 * .pi { phase -= 2 * .pi }
        // In phase with the rolls, its strength wandering; a worn support makes it grow.
        let strength = 0.8 + bulging.value + 16 * faults.oscillation
        let squeeze = strength * Maths.sin(phase)
        levelMm += (inflow - speedMPerMin * 1000 / 60 + squeeze) * CasterLevel.dt
        levelMm = min(max(levelMm, 0), 250)
        sensedMm += (levelMm + wave.value - sensedMm) * CasterLevel.dt / 0.5
        sensedMm = min(max(sensedMm, 0), 250)
        let off = sensedMm - meanMm
        meanMm += off * CasterLevel.dt / 30
        variance += (off * off - variance) * CasterLevel.dt / 30
    }

    /// Once a second: what changes slowly.
    mutating func stepSlow(faults: Faults, random: inout SeededRandom) {
        bulging.step(&random)
        fluctuationMm = max(variance, 0).squareRoot()
        if faults.clogging > 0 {
            clog = min(clog + faults.clogging * 0.0012, 0.75 * faults.clogging)
            // Deposits break off now and then, and the steel rushes in.
            if lottery.unit() < 0.006 * faults.clogging { clog *= 0.8 }
        } else if clog > 0 {
            clog = clog < 1e-4 ? 0 : clog * (1 - 1.0 / 120)
        }
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&levelMm)
        archive.visit(&sensedMm)
        archive.visit(&stopperPercent)
        archive.visit(&fluctuationMm)
        archive.visit(&clog)
        archive.visit(&isManual)
        archive.visit(&controller.held)
        archive.visit(&command1)
        archive.visit(&command2)
        turbulence.visitState(&archive)
        wave.visitState(&archive)
        bulging.visitState(&archive)
        archive.visit(&phase)
        archive.visit(&meanMm)
        archive.visit(&variance)
        archive.visit(&heldPercent)
        archive.visit(&lottery)
    }
}
