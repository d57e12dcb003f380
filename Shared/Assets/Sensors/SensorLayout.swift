import Model

/// A plant's signal table, prepared for reading: one probe per channel, groups one after the other.
final class SensorLayout<P: Plant>: Sendable {
    let groups: [ChannelGroup<P>]
    let faults: SensorFaults
    let probes: [Probe<P>]
    /// The probes of each group.
    let ranges: [Range<Int>]
    /// Probes whose element lags.
    let lagging: [Int]
    /// The probe that each kind of sensor fault concerns, in the order of `SensorFaults.Kind`.
    let faulty: [Int]

    init(_ groups: [ChannelGroup<P>], faults: SensorFaults) {
        self.groups = groups
        self.faults = faults
        var probes: [Probe<P>] = []
        var ranges: [Range<Int>] = []
        for group in groups {
            let start = probes.count
            for channel in group.channels { probes.append(Probe(channel, cadence: group.cadence)) }
            ranges.append(start..<probes.count)
        }
        self.probes = probes
        self.ranges = ranges
        lagging = probes.indices.filter { probes[$0].lagGain > 0 }
        faulty = SensorFaults.Kind.allCases.map { kind in
            guard let index = probes.firstIndex(where: { $0.name == faults[kind].signal }) else {
                preconditionFailure("sensor fault for a signal that does not exist: \(faults[kind].signal)")
            }
            return index
        }
    }

    /// A signal's place among the readings of its group. For tables that are built once: the name must exist.
    func position(of name: String) -> Int {
        for group in groups {
            if let index = group.channels.firstIndex(where: { $0.signal.name == name }) { return index }
        }
        preconditionFailure("no signal named \(name)")
    }
}

/// What never changes about one sensor.
struct Probe<P: Plant>: Sendable {
    let name: String
    let value: (@Sendable (P) -> Double)?
    let noise: Double
    let wanderDecay: Double
    let wanderGain: Double
    let wander: Double
    /// Steps between two values of the autoregressive noise.
    let wanderSteps: Int
    let drift: Double
    let driftSteps: Int
    let lagGain: Double
    /// Rounding is to multiples of `multiple / parts`.
    let parts: Double
    let multiple: Double
    let low: Double
    let high: Double
    /// Names the sensor's own random stream, so that adding a sensor changes no other one.
    let stream: UInt64

    init(_ channel: Channel<P>, cadence: SignalGroup.Cadence) {
        let signal = channel.signal
        name = signal.name
        let instrument: Instrument
        switch channel.source {
        case .measured(let used, let value): (instrument, self.value) = (used, value)
        case .known(let value): (instrument, self.value) = (Instrument(), value)
        case .derived: (instrument, value) = (Instrument(), nil)
        }
        var scanSeconds = 1.0
        if case .every(let seconds) = cadence { scanSeconds = max(seconds, 1) }
        let stepsPerSecond = 1000 / Double(P.stepMs)
        noise = instrument.noise
        wander = instrument.wander
        wanderDecay = Maths.exp(-scanSeconds / instrument.wanderSeconds)
        wanderGain = wander * (1 - wanderDecay * wanderDecay).squareRoot()
        wanderSteps = max(1, Int((scanSeconds * stepsPerSecond).rounded()))
        drift = instrument.drift
        driftSteps = max(1, Int(3600 * stepsPerSecond))
        lagGain = instrument.lagSeconds > 0 ? 1 - Maths.exp(-P.stepSeconds / instrument.lagSeconds) : 0
        if let resolution = instrument.resolution {
            parts = 1
            multiple = resolution
        } else {
            parts = (0..<max(signal.decimals, 0)).reduce(1.0) { scale, _ in scale * 10 }
            multiple = 1
        }
        low = signal.physical?.lowerBound ?? -.infinity
        high = signal.physical?.upperBound ?? .infinity
        stream = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }  // FNV-1a
    }

    /// To the nearest step of the instrument, ties to even.
    func rounded(_ value: Double) -> Double {
        // Adding and taking away 1.5 * 2^52 rounds to a whole number without a call into libm.
        let whole = (value * (parts / multiple) + 0x1.8p52) - 0x1.8p52
        return whole * multiple / parts
    }
}
