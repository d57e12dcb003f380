import Model

/// A plant's signal table, prepared for reading: one probe per channel, groups one after the other.
final class SensorLayout<P: Plant>: Sendable {
    let groups: [ChannelGroup<P>]
    let faults: SensorFaults
    let probes: [Probe]
    /// What each probe looks at.
    let truths: [Truth<P>]
    /// The probes of each group.
    let ranges: [Range<Int>]
    let stepsPerSecond = max(1, 1000 / P.stepMs)
    /// Probes whose element lags.
    let lagging: [Int]
    /// Derived probes of each group.
    let derived: [[Int]]
    /// The probe that each kind of sensor fault concerns, in the order of `SensorFaults.Kind`.
    let faulty: [Int]
    /// The probe that a scenario of the plant can stop.
    let stoppable: Int?

    init(_ groups: [ChannelGroup<P>], faults: SensorFaults) {
        self.groups = groups
        self.faults = faults
        var probes: [Probe] = []
        var truths: [Truth<P>] = []
        var ranges: [Range<Int>] = []
        var names: [String] = []
        var derived: [[Int]] = []
        for group in groups {
            let start = probes.count
            derived.append(group.channels.indices.filter { group.channels[$0].isDerived }.map { start + $0 })
            for channel in group.channels {
                let (instrument, truth) = channel.instrumentAndTruth
                probes.append(Probe(channel.signal, instrument, cadence: group.cadence, stepMs: P.stepMs))
                truths.append(Truth(value: truth))
                names.append(channel.signal.name)
            }
            ranges.append(start..<probes.count)
        }
        self.probes = probes
        self.truths = truths
        self.ranges = ranges
        self.derived = derived
        lagging = probes.indices.filter { probes[$0].lagGain > 0 }
        faulty = SensorFaults.Kind.allCases.map { kind in
            guard let index = names.firstIndex(of: faults[kind].signal) else {
                preconditionFailure("sensor fault for a signal that does not exist: \(faults[kind].signal)")
            }
            return index
        }
        stoppable = P.stoppable.flatMap { names.firstIndex(of: $0) }
    }

    /// A signal's place among the readings of its group. For tables that are built once: the name must exist.
    func position(of name: String) -> Int {
        for group in groups {
            if let index = group.channels.firstIndex(where: { $0.signal.name == name }) { return index }
        }
        preconditionFailure("no signal named \(name)")
    }
}

/// A closure in a structure of its own: bare in an array it would be called through a thunk.
struct Truth<P: Plant>: Sendable {
    let value: @Sendable (inout P) -> Double
}

/// What never changes about one sensor; plain numbers, so that reading it costs no reference counting.
struct Probe: Sendable {
    let noise: Double
    /// Noise as a share of the reading.
    let relativeNoise: Double
    let wander: Double
    let wanderDecay: Double
    let wanderGain: Double
    /// Steps between two values of the autoregressive noise.
    let wanderSteps: Int
    /// Scans after which forty time constants have passed, and less than 1e-17 of a value is left.
    let wanderMemory: Int
    let drift: Double
    let driftSteps: Int
    let lagGain: Double
    /// Rounding is to multiples of `multiple / parts`.
    private let parts: Double
    private let multiple: Double
    private let perMultiple: Double
    let low: Double
    let high: Double
    /// Names the sensor's own random stream, so that adding a sensor changes no other one.
    let stream: UInt64

    init(_ signal: Signal, _ instrument: Instrument, cadence: SignalGroup.Cadence, stepMs: Int) {
        var scanSeconds = 1.0
        if case .every(let seconds) = cadence { scanSeconds = max(seconds, 1) }
        let stepsPerSecond = 1000 / Double(stepMs)
        noise = instrument.noise
        relativeNoise = instrument.relativeNoise
        wander = instrument.wander
        wanderDecay = Maths.exp(-scanSeconds / instrument.wanderSeconds)
        wanderGain = wander * (1 - wanderDecay * wanderDecay).squareRoot()
        wanderMemory = Int((40 * instrument.wanderSeconds / scanSeconds).rounded(.up)) + 1
        wanderSteps = max(1, Int((scanSeconds * stepsPerSecond).rounded()))
        drift = instrument.drift
        driftSteps = max(1, Int(3600 * stepsPerSecond))
        lagGain = instrument.lagSeconds > 0 ? 1 - Maths.exp(-max(Double(stepMs) / 1000, 1) / instrument.lagSeconds) : 0
        parts = (0..<max(signal.decimals, 0)).reduce(1.0) { scale, _ in scale * 10 }
        multiple = instrument.resolution ?? 1
        perMultiple = parts / multiple
        low = signal.physical?.lowerBound ?? -.infinity
        high = signal.physical?.upperBound ?? .infinity
        stream = signal.name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }  // FNV-1a
    }

    /// To the nearest step of the instrument, ties to even.
    func rounded(_ value: Double) -> Double {
        // Adding and taking away 1.5 * 2^52 rounds to a whole number without a call into libm.
        let whole = (value * perMultiple + 0x1.8p52) - 0x1.8p52
        return whole * multiple / parts
    }

    /// An instrument shows the end of its range when it is asked for more.
    func saturated(_ value: Double) -> Double { min(max(value, low), high) }

    func quality(_ value: Double) -> Quality { value >= low && value <= high ? .good : .bad }
}
