import Model

/// From charts to findings.
extension AssetDetector {
    /// Fuses what the channels say after a frame of `group`, and begins, goes on with or ends a finding.
    mutating func judge(_ group: Int, _ timeMs: Int64, into changes: inout [FindingChange]) {
        fuse(group)
        if tracker.open == nil {
            guard asset.novelty >= asset.threshold else { return }
            begin(timeMs, into: &changes)
        } else {
            goOn(group, timeMs, into: &changes)
        }
    }

    /// Notes which channels have a part in the open finding. True if another one has joined it.
    private mutating func join(_ group: Int) -> Bool {
        let place = plan.groups[group]
        let mark = groups[group].threshold + place.cost
        var hasJoined = false
        for index in place.members
        where channels[index].novelty >= mark && channels[index].involved == 0 {
            channels[index].involved = 1
            hasJoined = true
        }
        return hasJoined
    }

    /// The surprise of the most surprising channel, less what so many channels make likely by chance (Sidak).
    private mutating func fuse(_ group: Int) {
        let place = plan.groups[group]
        let isTurningOver = isTurningOver
        var worst = 0.0
        var newest = 0.0
        channels.withUnsafeBufferPointer { channels in
            for index in place.first..<(place.first + place.count) {
                worst = max(worst, channels[index].surprise)
                if !isTurningOver || channels[index].invalidity > 0 { newest = max(newest, channels[index].novelty) }
            }
            for index in place.relations {
                worst = max(worst, channels[index].surprise)
                if !isTurningOver { newest = max(newest, channels[index].novelty) }
            }
        }
        for index in place.blocks {
            worst = max(worst, blocks[index].figures.surprise)
            if !isTurningOver { newest = max(newest, blocks[index].figures.novelty) }
        }
        groups[group].surprise = max(0, worst - place.cost)
        groups[group].novelty = max(0, newest - place.cost)
        if groups[group].intervalMs > 0, groups[group].intervalMs != groups[group].thresholdFor {
            groups[group].thresholdFor = groups[group].intervalMs
            groups[group].threshold = budget.threshold(intervalMs: groups[group].intervalMs)
        }
        // The group that is farthest over its own threshold speaks for the asset.
        var most = -Double.infinity
        asset.surprise = 0
        asset.novelty = 0
        for state in groups {
            asset.novelty = max(asset.novelty, state.novelty)
            guard state.surprise - state.threshold > most else { continue }
            most = state.surprise - state.threshold
            asset.surprise = state.surprise
            asset.threshold = state.threshold
        }
    }

    private mutating func begin(_ timeMs: Int64, into changes: inout [FindingChange]) {
        tracker.begin(timeMs, surprise: asset.surprise)
        for index in channels.indices { channels[index].involved = 0 }
        for group in groups.indices { _ = join(group) }
        let ranking = contributions()
        let finding = Finding(
            number: tracker.lastNumber, sinceMs: onset(timeMs), detectedMs: timeMs, endedMs: nil,
            peakMs: timeMs, surprise: asset.surprise, peakSurprise: asset.surprise,
            level: FindingTracker.level(asset.surprise, threshold: asset.threshold), layer: layer(),
            regime: regimeName, contributions: ranking, brokenRelations: brokenRelations(),
            likelyFaults: likelyFaults())
        tracker.open = finding
        changes.append(FindingChange(phase: .began, finding: finding))
    }

    private mutating func goOn(_ group: Int, _ timeMs: Int64, into changes: inout [FindingChange]) {
        let isSeen = asset.surprise >= asset.threshold - FindingTracker.hysteresis
        guard tracker.goOn(timeMs, surprise: asset.surprise, isSeen: isSeen) else {
            end(into: &changes)
            return
        }
        if join(group) {
            if tracker.framesAlone > FindingTracker.joinFrames {
                end(into: &changes)
                begin(timeMs, into: &changes)
                return
            }
            tracker.framesAlone = 0
        }
        let level = FindingTracker.level(tracker.peakSurprise, threshold: asset.threshold)
        guard tracker.isNotable(level) else { return }
        let parts = contributions()
        let broken = brokenRelations()
        let faults = likelyFaults()
        tracker.tell(level, parts, broken, faults)
        if let open = tracker.open { changes.append(FindingChange(phase: .changed, finding: open)) }
    }

    private mutating func end(into changes: inout [FindingChange]) {
        guard var finding = tracker.open else { return }
        finding.endedMs = tracker.lastSeenMs
        tracker.open = nil
        changes.append(FindingChange(phase: .ended, finding: finding))
    }

    var regimeName: String {
        guard let names = plan.knowledge.regimes?.names, asset.regime >= 0, asset.regime < Double(names.count) else {
            return ""
        }
        return names[Int(asset.regime)]
    }

    /// When the channel that shows it most left its course: the last time it showed nothing.
    private func onset(_ timeMs: Int64) -> Int64 {
        var most = 0.0
        var quiet = Double(timeMs)
        for state in channels where state.surprise > most && state.quietMs > 0 {
            most = state.surprise
            quiet = state.quietMs
        }
        for block in blocks where block.figures.surprise > most && block.figures.quietMs > 0 {
            most = block.figures.surprise
            quiet = block.figures.quietMs
        }
        guard abs(quiet) < 9e15 else { return timeMs }
        return min(Int64(quiet), timeMs)
    }

    private func layer() -> Finding.Layer {
        guard let worst = channels.indices.max(by: { channels[$0].surprise < channels[$1].surprise }) else {
            return .signal
        }
        let together = blocks.reduce(0) { max($0, $1.figures.surprise) }
        if together > channels[worst].surprise { return .multivariate }
        let layer = Finding.Layer(rawValue: Int(channels[worst].layer)) ?? .signal
        return layer == .signal && plan.channels[worst].isRelation ? .relation : layer
    }

    private func brokenRelations() -> [String] {
        (plan.signalCount..<channels.count).filter { channels[$0].surprise >= asset.threshold }.map {
            plan.channels[$0].name
        }
    }
}
