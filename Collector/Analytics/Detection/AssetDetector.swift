public import Model

/// Watches one asset: takes its frames in the order of the stream, one at a time, and says what is out of the ordinary.
///
/// A value: no clock, no I/O, no randomness. What it says of a frame depends on this frame and those before it, and on
/// nothing else; saved by `encoded` and restored at any frame, it goes on bit for bit. It learns what is normal from
/// the stream itself, and stops learning during a finding. Memory does not grow.
public struct AssetDetector: Sendable {
    public let plan: DetectorPlan
    public let budget: AlarmBudget

    var channels: [ChannelState]
    var groups: [GroupState]
    var blocks: [Block]
    var asset = AssetState()
    var tracker = FindingTracker()
    /// The newest good value of every signal, NaN before the first.
    var newest: [Double]
    /// Room for the inputs of a relation, so that no frame allocates.
    private var inputs: [Double]

    public init(plan: DetectorPlan, budget: AlarmBudget = .standard) {
        self.plan = plan
        self.budget = budget
        channels = Array(repeating: ChannelState(), count: plan.channels.count)
        groups = Array(repeating: GroupState(), count: plan.groups.count)
        blocks = plan.blocks.map { Block(members: $0) }
        newest = Array(repeating: .nan, count: plan.signalCount)
        let most = plan.relationInputs.map(\.count).max() ?? 0
        inputs = Array(repeating: 0, count: max(most, plan.regimeInputs.count, 1))
    }

    /// -log10 of the probability that a sound asset looks like this: 0 is normal.
    public var surprise: Double { asset.surprise }

    /// The surprise at which findings begin, by the budget and by how often the asset is read.
    public var threshold: Double { asset.threshold }

    /// The finding that has begun and not ended.
    public var openFinding: Finding? { tracker.open }

    /// True while a finding is open and its cause is still to be seen.
    public var isAnomalous: Bool { tracker.open != nil && tracker.isStillSeen }

    /// The surprise of one channel now: all signals of all groups in order, then the relations.
    public func signalSurprise(_ channel: Int) -> Double {
        channels.indices.contains(channel) ? channels[channel].surprise : 0
    }

    /// Takes one frame. `quality` is empty when all readings are good. What began, changed notably or ended is appended
    /// to `changes`. A group that the plan does not have, or a frame of another length, is left out.
    public mutating func take(
        group: Int, timeMs: Int64, values: Span<Double>, quality: [Quality], into changes: inout [FindingChange]
    ) {
        guard plan.groups.indices.contains(group), values.count == plan.groups[group].count,
            quality.isEmpty || quality.count == values.count
        else { return }
        let now = Double(timeMs)
        groups[group].beat(now)
        let learning = tracker.learning
        takeSignals(group, now, values, quality, learning)
        takeRelations(group, now, learning)
        newest.withUnsafeBufferPointer { newest in
            for block in plan.groups[group].blocks { blocks[block].take(newest, timeMs: now, learning: learning) }
        }
        judge(group, timeMs, into: &changes)
    }

    public mutating func take(_ frame: Frame, into changes: inout [FindingChange]) {
        take(
            group: Int(frame.group), timeMs: frame.timeMs, values: frame.values.span, quality: frame.qualities,
            into: &changes)
    }

    private mutating func takeSignals(
        _ group: Int, _ now: Double, _ values: Span<Double>, _ quality: [Quality], _ learning: Double
    ) {
        let first = plan.groups[group].first
        let hasGap = groups[group].hasGap
        for index in 0..<values.count {
            let number = first + index
            let value = values[index]
            let isGood = (quality.isEmpty || quality[index] == .good) && abs(value) < 1e300
            guard isGood else {
                channels[number].miss(timeMs: now, learning: learning)
                continue
            }
            newest[number] = value
            takeValue(number, value, now, learning, hasGap)
        }
    }

    @inline(__always)
    private mutating func takeValue(
        _ number: Int, _ value: Double, _ now: Double, _ learning: Double, _ hasGap: Bool
    ) {
        if hasGap { channels[number].predictor.pause() }
        guard plan.channels[number].isCharted else {
            channels[number].count += 1
            channels[number].value = value
            channels[number].surprise = 0
            return
        }
        channels[number].take(value, timeMs: now, resolution: plan.channels[number].resolution, learning: learning)
        if value < plan.channels[number].low || value > plan.channels[number].high {
            channels[number].surprise = ChannelState.certain
            channels[number].layer = Double(Finding.Layer.validity.rawValue)
        }
    }

    private mutating func takeRelations(_ group: Int, _ now: Double, _ learning: Double) {
        for number in plan.groups[group].relations {
            let relation = number - plan.signalCount
            let sources = plan.relationInputs[relation]
            for (place, source) in sources.enumerated() { inputs[place] = newest[source] }
            // A relation between readings that are not there says nothing, and that is already known.
            let residual = inputs.withUnsafeBufferPointer { room in
                room.baseAddress.map { plan.knowledge.relations[relation].residual($0) } ?? .nan
            }
            guard abs(residual) < 1e300 else {
                channels[number].predictor.pause()
                channels[number].surprise = 0
                continue
            }
            takeValue(number, residual, now, learning, groups[group].hasGap)
        }
    }
}
