import Model

/// Which signals are to blame for a finding, and which fault would explain them.
extension AssetDetector {
    /// Surprise from which a channel has a part in a finding.
    static let part = 1.0
    /// How sharply one signature is preferred to another, and what "none of them" is worth.
    static let preference = 6.0
    static let unknown = 0.35

    /// The signals by their part: their own surprise, what they explain of a block's shift, and of a broken relation.
    func contributions() -> [Finding.Contribution] {
        let weights = blame()
        let order = weights.indices.filter { weights[$0] > 0 }.sorted { (weights[$0], $1) > (weights[$1], $0) }
        let most = order.prefix(Finding.mostContributions)
        let sum = most.reduce(0) { $0 + weights[$1] }
        return most.map { index in
            let way = direction(index)
            return Finding.Contribution(
                signal: plan.channels[index].name, share: weights[index] / sum, direction: way,
                expected: expected(index), seen: way == .missing ? .nan : channels[index].value)
        }
    }

    /// Per signal, how much of what is seen it is to blame for.
    private func blame() -> [Double] {
        var weights = [Double](repeating: 0, count: plan.signalCount)
        for index in 0..<plan.signalCount where channels[index].surprise > AssetDetector.part {
            weights[index] = channels[index].surprise
        }
        for block in blocks where block.figures.surprise > AssetDetector.part {
            let parts = block.blame()
            let whole = parts.reduce(1e-9) { $0 + abs($1) }
            for (place, index) in block.members.enumerated() {
                weights[index] += block.figures.surprise * abs(parts[place]) / whole
            }
        }
        for (number, sources) in plan.relationInputs.enumerated() {
            let surprise = channels[plan.signalCount + number].surprise
            guard surprise > AssetDetector.part, !sources.isEmpty else { continue }
            // What a signal shows of its own tells it from the others, if it went the way that moves the relation so.
            let signs = plan.knowledge.relations[number].signs
            let way = deviation(plan.signalCount + number) < 0 ? -1.0 : 1.0
            let shown = sources.indices.map { place in
                let far = deviation(sources[place])
                return 0.1 + (place < signs.count ? max(0, far * way * signs[place]) : abs(far))
            }
            let whole = shown.reduce(0, +)
            for (place, index) in sources.enumerated() { weights[index] += surprise * shown[place] / whole }
        }
        return weights
    }

    /// How far the smoothed reading is from where it usually is in this regime, in standard deviations.
    func deviation(_ channel: Int) -> Double {
        let usual = usualLevel(channel)
        guard usual.count > 1, usual.variance > 0 else { return 0 }
        let off = (channels[channel].level - usual.mean) / usual.variance.squareRoot()
        let fast = channels[channel].fastMean * 3
        let far = abs(off) > abs(fast) ? off : fast
        return min(max(far, -20), 20)
    }

    func usualLevel(_ channel: Int) -> Usual { regimes[channel * plan.regimeCount + regimeIndex].level }

    private func expected(_ channel: Int) -> Double {
        let usual = usualLevel(channel)
        return usual.count > 0 ? usual.mean : channels[channel].level
    }

    private func direction(_ channel: Int) -> Finding.Direction {
        let state = channels[channel]
        let told = Finding.Direction(rawValue: Int(min(max(state.direction, 0), 10))) ?? .up
        if state.surprise > AssetDetector.part || told == .missing || told == .frozen { return told }
        return deviation(channel) < 0 ? .down : .up
    }

    /// The kind's signatures by how well they agree with what is seen: evidence found, and the rest of what is seen
    /// that they leave unexplained.
    func likelyFaults() -> [Finding.LikelyFault] {
        let signatures = plan.knowledge.signatures
        guard !signatures.isEmpty else { return [] }
        let weights = blame()
        let seen = weights.reduce(1e-9, +)
        var scores: [Double] = []
        for signature in signatures {
            var found = 0.0
            var asked = 1e-9
            var explained = 0.0
            for evidence in signature.evidence {
                guard let channel = plan.channelNumbers[evidence.of] else { continue }
                asked += evidence.weight
                found += evidence.weight * agreement(channel, evidence.direction)
                if channel < plan.signalCount { explained += weights[channel] }
            }
            scores.append(0.7 * found / asked + 0.3 * min(explained / seen, 1))
        }
        let best = max(scores.max() ?? 0, AssetDetector.unknown)
        let odds = scores.map { Tails.exp(AssetDetector.preference * ($0 - best)) }
        let whole = odds.reduce(Tails.exp(AssetDetector.preference * (AssetDetector.unknown - best)), +)
        return signatures.indices.map {
            Finding.LikelyFault(name: signatures[$0].name, probability: odds[$0] / whole)
        }.filter { $0.probability >= 0.05 }.sorted { ($0.probability, $1.name) > ($1.probability, $0.name) }
    }

    /// -1 (the opposite is seen) to 1 (plainly seen).
    private func agreement(_ channel: Int, _ direction: Scenario.Direction) -> Double {
        let state = channels[channel]
        let size = min(state.surprise / max(asset.threshold, 1), 1)
        let way = Finding.Direction(rawValue: Int(min(max(state.direction, 0), 10))) ?? .up
        switch direction {
        case .up, .down:
            if way == .missing || way == .frozen { return 0 }
            let far = deviation(channel)
            let plain = min(abs(far) / 4, 1) * max(size, 0.3)
            return (far > 0) == (direction == .up) ? plain : -plain
        case .spread: return way == .spread || state.dispersion > 2 ? size : 0
        case .frozen: return way == .frozen ? size : 0
        case .missing: return way == .missing ? size : 0
        }
    }
}
