import Model

/// The instruments of one plant. Their noise is a function of the seed and of the plant's time, not of how often
/// they are read: reading at 1 Hz or at 10 Hz, or twice, gives the same values at the same instants.
struct SensorBank<P: Plant>: Sendable {
    private let layout: SensorLayout<P>
    private var states: [SensorState]
    private var faults = SensorFaultState()

    init(seed: UInt64, plant: inout P) {
        layout = P.layout
        states = []
        for (probe, truth) in zip(layout.probes, layout.truths) {
            states.append(
                SensorState(
                    seed: seed, stream: probe.stream, wander: probe.wander,
                    lagged: probe.lagGain > 0 ? truth.value(&plant) : 0
                ))
        }
    }

    /// Takes note of the sensor scenarios' strengths before the plant moves on from `step`.
    mutating func disturb(_ disturbances: Disturbances, from first: Int, step: Int, plant: inout P) {
        for kind in SensorFaults.Kind.allCases {
            let level = disturbances[first + kind.rawValue]
            if kind == .stuck, level > 0, !faults.isStuck {
                let index = layout.faulty[kind.rawValue]
                faults.held = healthy(index, layout.probes[index], layout.truths[index], plant: &plant, step: step)
            }
            faults.levels[kind.rawValue] = level
        }
        if let index = layout.stoppable, plant.isStopped, !faults.isStopped {
            faults.lastReading = healthy(index, layout.probes[index], layout.truths[index], plant: &plant, step: step)
        }
        faults.isStopped = plant.isStopped
        if faults.levels[SensorFaults.Kind.drift.rawValue] == 0 { faults.drifted = 0 }
    }

    /// Lets slow elements and drifting ones follow one step of the plant; lagging elements once a second.
    mutating func follow(_ plant: inout P, step: Int) {
        if step % layout.stepsPerSecond == 0 {
            for index in layout.lagging {
                let truth = layout.truths[index].value(&plant)
                states[index].lagged += layout.probes[index].lagGain * (truth - states[index].lagged)
            }
        }
        let drift = faults.levels[SensorFaults.Kind.drift.rawValue]
        if drift > 0 { faults.drifted += drift * layout.faults.drift.amount * P.stepSeconds / 3600 }
    }

    mutating func read(group: Int, plant: inout P, step: Int, into readings: inout Readings) {
        guard layout.ranges.indices.contains(group) else { return }
        let range = layout.ranges[group]
        guard readings.values.count == range.count, readings.qualities.count == range.count else { return }
        let probes = layout.probes
        let truths = layout.truths
        for index in range {
            let value = healthy(index, probes[index], truths[index], plant: &plant, step: step)
            readings.values[index - range.lowerBound] = value
            readings.qualities[index - range.lowerBound] = .good
        }
        if faults.isStopped, let index = layout.stoppable, range.contains(index) {
            readings.values[index - range.lowerBound] = faults.lastReading
        }
        if faults.isAny { spoil(range, step: step, readings: &readings) }
        plant.derive(group: group, readings: &readings)
        for index in layout.derived[group] {
            let position = index - range.lowerBound
            if probes[index].quality(readings.values[position]) == .bad { readings.qualities[position] = .bad }
        }
    }

    /// What the instrument shows as long as nothing is wrong with it.
    private mutating func healthy(
        _ index: Int, _ probe: Probe, _ truth: Truth<P>, plant: inout P, step: Int
    ) -> Double {
        var value = probe.lagGain > 0 ? states[index].lagged : truth.value(&plant)
        let noise = probe.noise + probe.relativeNoise * abs(value)
        if noise > 0 { value += noise * states[index].whiteNoise(step: step) }
        if probe.wander > 0 { value += states[index].wander(probe, step: step) }
        if probe.drift > 0 { value += probe.drift * states[index].drift(probe, step: step) }
        return probe.saturated(probe.rounded(value))
    }

    private func spoil(_ range: Range<Int>, step: Int, readings: inout Readings) {
        for kind in SensorFaults.Kind.allCases {
            let index = layout.faulty[kind.rawValue]
            let level = faults.levels[kind.rawValue]
            guard level > 0, range.contains(index) else { continue }
            let position = index - range.lowerBound
            let probe = layout.probes[index]
            let amount = layout.faults[kind].amount
            var value = readings.values[position]
            switch kind {
            case .drift: value = probe.rounded(value + faults.drifted)
            case .stuck: value = faults.held
            case .bias: value = probe.rounded(value + level * amount)
            case .spike:
                if states[index].chance(step: step) < level * SensorFaults.spikeShare {
                    value = probe.rounded(value + (states[index].coin(step: step) ? amount : -amount))
                }
            case .dropout:
                if states[index].chance(step: step) < level * SensorFaults.dropoutShare { value = Frame.noValue }
            }
            readings.values[position] = value
            readings.qualities[position] = probe.quality(value)
        }
    }

    mutating func visitState(_ archive: inout StateArchive) {
        for index in states.indices { states[index].visitState(&archive) }
        faults.visitState(&archive)
    }
}

/// What the sensor scenarios have done so far.
private struct SensorFaultState: Sendable {
    var levels = Array(repeating: 0.0, count: SensorFaults.Kind.allCases.count)
    var drifted = 0.0
    var held = 0.0
    var isStopped = false
    var lastReading = 0.0

    var isStuck: Bool { levels[SensorFaults.Kind.stuck.rawValue] > 0 }
    var isAny: Bool {
        for level in levels.indices where levels[level] > 0 { return true }
        return false
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&levels)
        archive.visit(&drifted)
        archive.visit(&held)
        archive.visit(&isStopped)
        archive.visit(&lastReading)
    }
}
