import Model

/// Oscillator, rollers, drives and hydraulics.
struct CasterMachine: Sendable {
    private(set) var frequencyPerMin: Double
    private(set) var strokeMm: Double
    private(set) var oscillatorMmS = 1.8
    private(set) var rollerMmS: [3 of Double] = [1.2, 1.4, 1.3]
    private(set) var oscillatorMPa = 18.0
    private(set) var segmentMPa = 20.5
    private(set) var withdrawalA: [2 of Double] = [82, 88]
    private(set) var oscillatorA = 55.0
    private(set) var stirringA: Double
    private(set) var stirringHz: Double

    private var servo: AutoregressiveNoise
    private var shake: [4 of AutoregressiveNoise]
    private var pressure: [2 of AutoregressiveNoise]
    private var torque: [2 of AutoregressiveNoise]
    private let stirringAimA: Double

    init(speedMPerMin: Double, random: inout SeededRandom) {
        func noise(_ deviation: Double, _ seconds: Double) -> AutoregressiveNoise {
            AutoregressiveNoise(deviation: deviation, seconds: seconds, step: 1, random: &random)
        }
        servo = noise(0.004, 6)
        shake = [noise(0.06, 5), noise(0.06, 5), noise(0.06, 5), noise(0.06, 5)]
        pressure = [noise(0.008, 12), noise(0.006, 15)]
        torque = [noise(0.02, 8), noise(0.02, 8)]
        stirringAimA = 380 + 40 * random.unit()
        stirringA = stirringAimA
        stirringHz = 3 + 0.4 * (random.unit() - 0.5)
        frequencyPerMin = CasterMachine.frequency(speedMPerMin)
        strokeMm = CasterMachine.stroke(speedMPerMin)
    }

    /// Frequency and stroke follow the speed, so that the negative strip time stays near 0.15 s.
    private static func frequency(_ speedMPerMin: Double) -> Double { 90 + 35 * speedMPerMin }
    private static func stroke(_ speedMPerMin: Double) -> Double { 3.5 + 2 * speedMPerMin }

    struct Faults: Sendable {
        var oscillation = 0.0
        var oscillatorVibration = 0.0
        var rollerVibration = 0.0
    }

    /// Once a second.
    mutating func step(speedMPerMin: Double, faults: Faults, random: inout SeededRandom) {
        servo.step(&random)
        for index in 0..<4 { shake[index].step(&random) }
        for index in 0..<2 {
            pressure[index].step(&random)
            torque[index].step(&random)
        }
        let aim = CasterMachine.frequency(speedMPerMin)
        let driven = aim + faults.oscillation * (222 - aim)
        frequencyPerMin += (driven * (1 + servo.value) - frequencyPerMin) / 4
        strokeMm += (CasterMachine.stroke(speedMPerMin) * (1 + 0.5 * servo.value) - strokeMm) / 4
        let effort = frequencyPerMin * strokeMm / (132 * 5.9)
        // Failing bearings knock: broadband that comes in bursts.
        let knock = 1 + 0.5 * abs(shake[3].value) / 0.06
        oscillatorMmS = 1.8 * (0.3 + 0.7 * effort) * (1 + shake[0].value) + 7.5 * faults.oscillatorVibration * knock
        for roller in 0..<3 {
            let base = (1.2 + 0.12 * Double(roller)) * (0.5 + 0.5 * speedMPerMin / 1.2) * (1 + shake[1 + roller].value)
            rollerMmS[roller] = base + (roller == 1 ? 7.0 * faults.rollerVibration * knock : 0)
        }
        oscillatorMPa += (18 * (0.85 + 0.15 * effort) * (1 + pressure[0].value) - oscillatorMPa) / 3
        segmentMPa += (20.5 * (1 + pressure[1].value) - segmentMPa) / 3
        let drag = 0.6 + 0.4 * speedMPerMin / 1.2
        withdrawalA[0] = 82 * drag * (1 + torque[0].value + 0.25 * faults.rollerVibration)
        withdrawalA[1] = 88 * drag * (1 + torque[1].value)
        oscillatorA = 55 * (0.4 + 0.6 * effort) * (1 + 0.5 * pressure[0].value + 0.3 * faults.oscillatorVibration)
        stirringA = stirringAimA * (1 + 0.15 * torque[0].value)
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&frequencyPerMin)
        archive.visit(&strokeMm)
        archive.visit(&oscillatorMmS)
        for roller in 0..<3 { archive.visit(&rollerMmS[roller]) }
        archive.visit(&oscillatorMPa)
        archive.visit(&segmentMPa)
        for index in 0..<2 {
            archive.visit(&withdrawalA[index])
            pressure[index].visitState(&archive)
            torque[index].visitState(&archive)
        }
        for index in 0..<4 { shake[index].visitState(&archive) }
        archive.visit(&oscillatorA)
        archive.visit(&stirringA)
        archive.visit(&stirringHz)
        servo.visitState(&archive)
    }
}
