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
    /// Per channel, one for each regime.
    var regimes: [RegimeState]
    /// Per charted channel, the means of the day's quarters of an hour.
    var quarters: [Double]
    /// So many frames after a change of regime, nothing is learned.
    static let turningFrames = 20.0
    /// So long after it has come back to the steady regime, an asset is still settling.
    static let settlingMs = 1_200_000.0
    /// So long its charts are still full of where it comes from.
    static let returnMs = 180_000.0
    var blocks: [Block]
    var asset = AssetState()
    var tracker = FindingTracker()
    /// The newest good value of every signal, NaN before the first.
    var newest: [Double]
    /// The same for the blocks, which leave counters out.
    var together: [Double]
    /// Room for the inputs of a relation, so that no frame allocates.
    private var inputs: [Double]

    public init(plan: DetectorPlan, budget: AlarmBudget = .standard) {
        self.plan = plan
        self.budget = budget
        channels = Array(repeating: ChannelState(), count: plan.channels.count)
        regimes = Array(repeating: RegimeState(), count: plan.channels.count * plan.regimeCount)
        quarters = Array(repeating: .nan, count: plan.channels.count * DayCourse.slots)
        groups = Array(repeating: GroupState(), count: plan.groups.count)
        blocks = plan.blocks.map { Block(members: $0, regimes: plan.regimeCount) }
        newest = Array(repeating: .nan, count: plan.signalCount)
        together = newest
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
    /// to `changes`. A group that the plan does not have is left out; of a frame from an older or a newer agent, the
    /// signals that both know are taken.
    public mutating func take(
        group: Int, timeMs: Int64, values: Span<Double>, quality: [Quality], into changes: inout [FindingChange]
    ) {
        guard plan.groups.indices.contains(group), quality.isEmpty || quality.count == values.count else { return }
        let values = values.extracting(0..<min(values.count, plan.groups[group].count))
        let now = Double(timeMs)
        groups[group].beat(now)
        let first = plan.groups[group].first
        for index in 0..<values.count where isGood(index, values[index], quality) {
            newest[first + index] = values[index]
        }
        asset.nowMs = now
        findRegime()
        let regime = regimeIndex
        if Double(regime) != asset.baseline {
            asset.baseline = Double(regime)
            asset.baselineMs = now
            asset.visits[min(regime, 16)] += 1
        }
        let moment = Moment(
            timeMs: now, learning: tracker.learning, hasGap: groups[group].hasGap,
            isTurning: asset.regimeFrames < AssetDetector.turningFrames,
            hasTurned: groups[group].regime != Double(regime), isRoutine: regime > 0,
            mostFreedom: asset.visits[min(regime, 16)] > 1 ? asset.visits[min(regime, 16)] - 1 : 200)
        groups[group].regime = Double(regime)
        takeSignals(group, values, quality, moment)
        takeRelations(group, moment)
        takeBlocks(group, moment)
        judge(group, timeMs, into: &changes)
    }

    public mutating func take(_ frame: Frame, into changes: inout [FindingChange]) {
        take(
            group: Int(frame.group), timeMs: frame.timeMs, values: frame.values.span, quality: frame.qualities,
            into: &changes)
    }

    @inline(__always)
    private func isGood(_ index: Int, _ value: Double, _ quality: [Quality]) -> Bool {
        (quality.isEmpty || quality[index] == .good) && abs(value) < 1e300
    }

    /// Which regime the asset is in, by the kind's own rule.
    private mutating func findRegime() {
        asset.regimeFrames += 1
        guard plan.regimeCount > 1, let regimes = plan.knowledge.regimes else { return }
        for (place, source) in plan.regimeInputs.enumerated() {
            guard !newest[source].isNaN else { return }
            inputs[place] = newest[source]
        }
        let found = inputs.withUnsafeBufferPointer { room in
            room.baseAddress.map { regimes.classify($0) } ?? 0
        }
        let regime = Double(min(max(found, 0), plan.regimeCount - 2))
        guard regime != asset.regime else { return }
        asset.regime = regime
        asset.regimeFrames = 0
        asset.regimeMs = asset.nowMs
    }

    private mutating func takeSignals(
        _ group: Int, _ values: Span<Double>, _ quality: [Quality], _ moment: Moment
    ) {
        let first = plan.groups[group].first
        let regime = regimeIndex
        let regimeCount = plan.regimeCount
        quarters.withUnsafeMutableBufferPointer { quarters in
            guard let quarters = quarters.baseAddress else { return }
            let rules = plan.rules
            channels.withUnsafeMutableBufferPointer { channels in
                regimes.withUnsafeMutableBufferPointer { regimes in
                    for index in 0..<values.count {
                        let number = first + index
                        guard (quality.isEmpty || quality[index] == .good) && abs(values[index]) < 1e300 else {
                            channels[number].miss(timeMs: moment.timeMs, learning: moment.learning)
                            continue
                        }
                        together[number] = channels[number].isCounter ? .nan : values[index]
                        AssetDetector.take(
                            values[index], rules[number], &channels[number], &regimes[number * regimeCount + regime],
                            quarters + number * DayCourse.slots, moment)
                    }
                }
            }
        }
    }

    /// True while what moves is the asset's own business: on entering a regime other than the steady one, and the first
    /// time it settles after one. Validity goes on being judged.
    var isTurningOver: Bool {
        let regime = regimeIndex
        guard regime > 0, asset.nowMs - asset.baselineMs < AssetDetector.settlingMs else { return false }
        return regime < plan.regimeCount - 1 || asset.visits[min(regime, 16)] <= 1
            || asset.nowMs - asset.baselineMs < AssetDetector.returnMs
    }

    /// The regime that baselines are kept for: the asset's own, or the last while it settles after having come back.
    var regimeIndex: Int {
        let last = plan.regimeCount - 1
        if last > 0, asset.regime == 0, asset.nowMs - asset.regimeMs < AssetDetector.settlingMs { return last }
        return Int(min(max(asset.regime, 0), Double(last)))
    }

    @inline(__always)
    private static func take(
        _ value: Double, _ rule: ChannelRule, _ channel: inout ChannelState, _ regime: inout RegimeState,
        _ quarters: UnsafeMutablePointer<Double>, _ moment: Moment
    ) {
        guard rule.isCharted else {
            channel.count += 1
            channel.value = value
            channel.calm()
            return
        }
        channel.take(value, rule, &regime, quarters, moment)
        if value < rule.low || value > rule.high {
            channel.surprise = ChannelState.certain
            channel.novelty = ChannelState.certain
            channel.layer = Double(Finding.Layer.validity.rawValue)
        }
    }

    private mutating func takeRelations(_ group: Int, _ moment: Moment) {
        for number in plan.groups[group].relations {
            let relation = number - plan.signalCount
            for (place, source) in plan.relationInputs[relation].enumerated() { inputs[place] = newest[source] }
            let residual = inputs.withUnsafeBufferPointer { room in
                room.baseAddress.map { plan.knowledge.relations[relation].residual($0) } ?? .nan
            }
            // A relation between readings that are not there says nothing, and that is already known.
            guard abs(residual) < 1e300 else {
                channels[number].predictor.pause()
                channels[number].calm()
                continue
            }
            let slot = number * plan.regimeCount + regimeIndex
            quarters.withUnsafeMutableBufferPointer { quarters in
                guard let quarters = quarters.baseAddress else { return }
                AssetDetector.take(
                    residual, plan.rules[number], &channels[number], &regimes[slot],
                    quarters + number * DayCourse.slots, moment)
            }
        }
    }

    private mutating func takeBlocks(_ group: Int, _ moment: Moment) {
        let regime = regimeIndex
        together.withUnsafeBufferPointer { newest in
            for block in plan.groups[group].blocks { blocks[block].take(newest, regime: regime, moment) }
        }
    }
}
