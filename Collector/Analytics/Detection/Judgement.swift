import Model

/// From charts to findings.
extension AssetDetector {
    /// Fuses what the channels say after a frame of `group`, and begins, goes on with or ends a finding.
    mutating func judge(_ group: Int, _ timeMs: Int64, into changes: inout [FindingChange]) {
        fuse(group)
        if tracker.open == nil {
            guard asset.surprise >= asset.threshold else { return }
            begin(timeMs, into: &changes)
        } else {
            goOn(timeMs, into: &changes)
        }
    }

    /// The surprise of the most surprising channel, less what so many channels make likely by chance.
    private mutating func fuse(_ group: Int) {
        let place = plan.groups[group]
        var worst = 0.0
        for index in place.first..<(place.first + place.count) { worst = max(worst, channels[index].surprise) }
        for index in place.relations { worst = max(worst, channels[index].surprise) }
        for index in place.blocks { worst = max(worst, blocks[index].figures.surprise) }
        let cost = Tails.log10(Double(max(place.count + place.relations.count, 1)))
        groups[group].surprise = max(0, worst - cost)
        if groups[group].intervalMs > 0 {
            asset.threshold = budget.threshold(intervalMs: groups[group].intervalMs)
        }
        asset.surprise = groups.reduce(0) { max($0, $1.surprise) }
    }

    private mutating func begin(_ timeMs: Int64, into changes: inout [FindingChange]) {
        tracker.lastNumber += 1
        tracker.frames = 0
        tracker.calm = 0
        tracker.lastSeenMs = timeMs
        tracker.toldSurprise = asset.surprise
        let ranking = contributions()
        let finding = Finding(
            number: tracker.lastNumber, sinceMs: min(onset(timeMs), timeMs), detectedMs: timeMs, endedMs: nil,
            peakMs: timeMs, surprise: asset.surprise, peakSurprise: asset.surprise,
            level: FindingTracker.level(asset.surprise, threshold: asset.threshold), layer: layer(),
            regime: regimeName, contributions: ranking, brokenRelations: brokenRelations(), likelyFaults: [])
        tracker.open = finding
        changes.append(FindingChange(phase: .began, finding: finding))
    }

    private mutating func goOn(_ timeMs: Int64, into changes: inout [FindingChange]) {
        guard var finding = tracker.open else { return }
        tracker.frames += 1
        finding.surprise = asset.surprise
        if asset.surprise > finding.peakSurprise {
            finding.peakSurprise = asset.surprise
            finding.peakMs = timeMs
        }
        if asset.surprise >= asset.threshold - FindingTracker.hysteresis {
            tracker.calm = 0
            tracker.lastSeenMs = timeMs
        } else {
            tracker.calm += 1
        }
        if tracker.calm >= FindingTracker.calmFrames {
            finding.endedMs = tracker.lastSeenMs
            tracker.open = nil
            changes.append(FindingChange(phase: .ended, finding: finding))
            return
        }
        let level = FindingTracker.level(finding.peakSurprise, threshold: asset.threshold)
        if finding.peakSurprise >= tracker.toldSurprise + FindingTracker.notable || level > finding.level {
            tracker.toldSurprise = finding.peakSurprise
            finding.level = max(level, finding.level)
            finding.contributions = contributions()
            finding.brokenRelations = brokenRelations()
            changes.append(FindingChange(phase: .changed, finding: finding))
        }
        tracker.open = finding
    }

    var regimeName: String {
        guard let names = plan.knowledge.regimes?.names, asset.regime >= 0 else { return "" }
        let index = Int(min(asset.regime, 1e6))
        return names.indices.contains(index) ? names[index] : ""
    }

    /// The most surprising channel's estimate of when it left its course.
    private func onset(_ timeMs: Int64) -> Int64 {
        guard let worst = channels.indices.max(by: { channels[$0].surprise < channels[$1].surprise }) else {
            return timeMs
        }
        let state = channels[worst]
        let quiet = state.quietMs > 0 ? state.quietMs : Double(timeMs)
        guard abs(quiet) < 9e15 else { return timeMs }
        return Int64(quiet)
    }

    private func layer() -> Finding.Layer {
        guard let worst = channels.indices.max(by: { channels[$0].surprise < channels[$1].surprise }) else {
            return .signal
        }
        let together = blocks.max { $0.figures.surprise < $1.figures.surprise }
        if let together, together.figures.surprise > channels[worst].surprise { return .multivariate }
        let layer = Finding.Layer(rawValue: Int(channels[worst].layer)) ?? .signal
        return layer == .signal && plan.channels[worst].isRelation ? .relation : layer
    }

    private func brokenRelations() -> [String] {
        (plan.signalCount..<channels.count).filter { channels[$0].surprise >= asset.threshold - 1 }.map {
            plan.channels[$0].name
        }
    }

    /// The channels by what they add: signals only, relations point to theirs.
    func contributions() -> [Finding.Contribution] {
        var weights = [Double](repeating: 0, count: plan.signalCount)
        for index in 0..<plan.signalCount where channels[index].surprise > 1 {
            weights[index] = channels[index].surprise
        }
        for block in blocks where block.figures.surprise > 2 {
            let blame = block.blame()
            let whole = blame.reduce(1e-9) { $0 + abs($1) }
            for (place, index) in block.members.enumerated() {
                weights[index] += block.figures.surprise * abs(blame[place]) / whole
            }
        }
        let total = weights.reduce(0, +)
        guard total > 0 else { return [] }
        let order = weights.indices.filter { weights[$0] > 0 }.sorted {
            (weights[$0], $1) > (weights[$1], $0)
        }
        let most = order.prefix(Finding.mostContributions)
        let sum = most.reduce(0) { $0 + weights[$1] }
        return most.map { index in
            let state = channels[index]
            return Finding.Contribution(
                signal: plan.channels[index].name, share: weights[index] / sum,
                direction: Finding.Direction(rawValue: Int(state.direction)) ?? .up, expected: state.usualLevel.mean,
                seen: Int(state.direction) == Finding.Direction.missing.rawValue ? .nan : state.value)
        }
    }
}
