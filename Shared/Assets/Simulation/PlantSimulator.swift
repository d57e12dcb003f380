import Model

/// Drives a plant and its instruments at the plant's own step, however the caller cuts up time.
///
/// Each kind wraps it in a simulator of its own, which is not generic: behind `any Simulator` the compiler would run a
/// generic one unspecialised, at several times the cost.
struct PlantSimulator<P: Plant>: Sendable {
    private(set) var plant: P
    private var sensors: SensorBank<P>
    /// Steps made since the start; the time base of everything, the sensors' noise included.
    private var steps = 0
    /// Time asked for but not yet stepped, in nanoseconds, so that rounding never accumulates.
    private var pendingNs = 0

    init(seed: UInt64) { self.init(seed: seed, plant: P(seed: seed)) }

    /// Around a plant that was made with more than its seed.
    init(seed: UInt64, plant: P) {
        self.plant = plant
        sensors = SensorBank(seed: seed, plant: &self.plant)
    }

    /// Longest time accepted in one call: a year. What goes beyond it is cut off.
    static var maxSeconds: Double { 366 * 86_400 }

    mutating func advance(seconds: Double, under disturbances: Disturbances) {
        plant.disturb(disturbances)
        sensors.disturb(disturbances, from: P.scenarioCount, step: steps, plant: &plant)
        guard seconds > 0 else { return }
        pendingNs += Int((min(seconds, Self.maxSeconds) * 1e9).rounded())
        let stepNs = P.stepMs * 1_000_000
        while pendingNs >= stepNs {
            pendingNs -= stepNs
            steps += 1
            plant.step()
            sensors.follow(&plant, step: steps)
        }
    }

    mutating func read(group: Int, into readings: inout Readings) {
        sensors.read(group: group, plant: &plant, step: steps, into: &readings)
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&steps)
        archive.visit(&pendingNs)
        // What was saved may have been damaged since.
        steps = max(steps, 0)
        pendingNs = min(max(pendingNs, 0), P.stepMs * 1_000_000)
        plant.visitState(&archive)
        sensors.visitState(&archive)
    }
}
