/// All that is remembered of one channel. Every field is a Double, so that the state can be saved as it lies in memory.
struct ChannelState: Sendable {
    // Validity.
    var value = 0.0
    var count = 0.0
    var missed = 0.0
    /// Readings missed of late: each counts for less by a twentieth with every reading since.
    var missedLately = 0.0
    var missingShare = 0.0
    /// The surprise of readings that are missing, or that do not move any more.
    var invalidity = 0.0
    var repeatRun = 0.0
    var repeatShare = 0.5
    var longestRepeat = 0.0
    /// Steps down since the beginning: what hardly ever goes down is a counter.
    var downs = 0.0

    // Whitened residual.
    var predictor = Predictor()
    /// Mean square of the prediction's error, learned while nothing is wrong.
    var variance = 0.0
    var learned = 0.0
    /// The residual in standard deviations, clipped as it is charted; NaN if the last frame brought none.
    var residual = Double.nan
    /// The one before.
    var residualBefore = 0.0
    /// What neighbours have in common: whether the residual is white.
    var lagProduct = 0.0
    var lagSquare = 0.0

    // Charts of the residual.
    var fastMean = 0.0
    var slowMean = 0.0
    /// What the slow mean's square is in fact, against what it would be of white noise.
    var slowSquare = 1.0
    var rising = 0.0
    var falling = 0.0
    var risingSinceMs = 0.0
    var fallingSinceMs = 0.0
    var dispersion = 0.0
    var usualDispersion = Usual()

    /// The smoothed reading.
    var level = 0.0
    var course = Course()
    var day = DayCourse()

    // What it comes to.
    var surprise = 0.0
    /// The surprise less what the channel has shown of late without its being of interest any more.
    var novelty = 0.0
    var direction = 0.0
    var layer = 0.0
    var quietMs = 0.0
    /// 1 if it has a part in the open finding.
    var involved = 0.0
}

/// What is remembered of one channel in one regime. Every field is a Double.
struct RegimeState: Sendable {
    /// Where the smoothed reading usually is.
    var level = Usual()
    var calibration = Calibration()
}

/// What is the same for every reading of a channel.
struct ChannelRule: Sendable {
    let isCharted: Bool
    let isRelation: Bool
    let low: Double
    let high: Double
    let resolution: Double
    /// How much more it must show than others to begin a finding: what is no part of the asset's health is context.
    let modesty: Double
}

/// What is the same for every channel of a frame.
struct Moment: Sendable {
    let timeMs: Double
    /// The finding's say in what is learned: 1, or less during one.
    let learning: Double
    let hasGap: Bool
    /// True shortly after the asset's regime has changed: what moves then teaches nothing about how it usually moves.
    let isTurning: Bool
    /// True in the first frame after a change.
    let hasTurned: Bool
    /// False in the steady regime.
    let isRoutine: Bool
    /// What is known of levels has no more degrees of freedom than this: the asset has been in this regime so often.
    let mostFreedom: Double
    /// Each visit is a case of its own: what differs between them is no doubt, but what there is to learn.
    var isRevisited: Bool { mostFreedom < 200 }
}
