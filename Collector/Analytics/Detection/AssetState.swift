/// What is remembered of the asset as a whole. Every field is a Double.
struct AssetState: Sendable {
    var surprise = 0.0
    /// The surprise less what the asset has shown of late.
    var novelty = 0.0
    var threshold = 4.0
    var regime = 0.0
    /// Frames since the regime changed, and when.
    var regimeFrames = 1e9
    var regimeMs = -1e15
    var nowMs = 0.0
    /// How often each regime that baselines are kept for has been entered.
    var visits: [17 of Double] = .init(repeating: 0)
    /// The regime of the last frame that baselines were kept for, and when it began.
    var baseline = -1.0
    var baselineMs = -1e15
}

/// What is remembered of one group as a whole. Every field is a Double.
struct GroupState: Sendable {
    var lastMs = 0.0
    var frames = 0.0
    /// The usual time between two frames.
    var intervalMs = 0.0
    var surprise = 0.0
    var novelty = 0.0
    /// The regime at its last frame.
    var regime = 0.0
    var threshold = 4.0
    /// The interval that the threshold was found for.
    var thresholdFor = 0.0
    /// 1 if the frame is not the one after the last: after a pause, or back in time.
    var gap = 0.0

    var hasGap: Bool { gap > 0 }

    /// Counts a frame, and learns how often they come.
    mutating func beat(_ now: Double) {
        frames += 1
        let step = now - lastMs
        lastMs = now
        guard frames > 1 else { return }
        if intervalMs == 0 {
            if step > 0 { intervalMs = step }
            return
        }
        gap = step <= 0 || step > 5 * intervalMs ? 1 : 0
        guard step > 0 else { return }
        // Towards the usual step by a share of it: a pause moves it no more than a step that is a little long.
        let off = min(max(step / intervalMs - 1, -0.5), 0.5)
        intervalMs *= 1 + off * max(0.01, 1 / (frames + 1))
    }
}
