import Model

/// What changes about one sensor.
///
/// Its random stream is addressed by time: every scan owns `drawsPerScan` numbers of it, whether they are used or not.
struct SensorState: Sendable {
    private static let drawsPerScan: UInt64 = 8
    private let random: SeededRandom
    /// The output of a lagging element.
    var lagged: Double
    private var wanderValue: Double
    private var wanderScan = 0
    /// The calibration's error at the last full hour and at the next; found again after a restore.
    private var driftHour = -1
    private var driftFrom = 0.0
    private var driftTo = 0.0

    init(seed: UInt64, stream: UInt64, wander: Double, lagged: Double) {
        random = SeededRandom(seed: seed, stream: stream)
        self.lagged = lagged
        wanderValue = 0
        wanderValue = wander * normal(scan: 0, draw: 2)
    }

    /// Standard normal, new at every step.
    func whiteNoise(step: Int) -> Double { normal(scan: step, draw: 0) }

    /// The autoregressive noise at `step`: brought up to date scan by scan, so that it only depends on time.
    mutating func wander(_ probe: Probe, step: Int) -> Double {
        let scan = step / probe.wanderSteps
        // What was long ago has left no trace: nobody waits for the noise of hours that were never read.
        if scan - wanderScan > probe.wanderMemory {
            wanderScan = scan - probe.wanderMemory
            wanderValue = 0
        }
        while wanderScan < scan {
            wanderScan += 1
            wanderValue = probe.wanderDecay * wanderValue + probe.wanderGain * normal(scan: wanderScan, draw: 2)
        }
        return wanderValue
    }

    /// Drift in standard deviations: smooth from one full hour to the next.
    mutating func drift(_ probe: Probe, step: Int) -> Double {
        let hour = step / probe.driftSteps
        if hour != driftHour {
            driftHour = hour
            driftFrom = normal(scan: hour, draw: 4)
            driftTo = normal(scan: hour + 1, draw: 4)
        }
        let part = Double(step % probe.driftSteps) / Double(probe.driftSteps)
        return driftFrom + (driftTo - driftFrom) * part * part * (3 - 2 * part)
    }

    /// Uniform in 0 ..< 1, for faults that strike at random.
    func chance(step: Int) -> Double {
        var numbers = at(scan: step, draw: 6)
        return numbers.unit()
    }

    func coin(step: Int) -> Bool {
        var numbers = at(scan: step, draw: 7)
        return numbers.next() & 1 == 0
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&lagged)
        archive.visit(&wanderValue)
        archive.visit(&wanderScan)
        wanderScan = max(wanderScan, 0)
    }

    private func normal(scan: Int, draw: UInt64) -> Double {
        var numbers = at(scan: scan, draw: draw)
        return numbers.gaussian()
    }

    private func at(scan: Int, draw: UInt64) -> SeededRandom {
        var numbers = random
        numbers.skip(UInt64(truncatingIfNeeded: scan) &* SensorState.drawsPerScan &+ draw)
        return numbers
    }
}
