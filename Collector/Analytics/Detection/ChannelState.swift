/// All that is remembered of one channel. Every field is a Double, so that the state can be saved as it lies in memory.
struct ChannelState: Sendable {
    // Validity.
    var value = 0.0
    var count = 0.0
    var missed = 0.0
    var missingRun = 0.0
    var missingShare = 0.0
    var repeatRun = 0.0
    var repeatShare = 0.5
    var longestRepeat = 0.0

    // Whitened residual.
    var predictor = Predictor()
    /// Mean square of the prediction's error, learned while nothing is wrong.
    var variance = 0.0
    var learned = 0.0
    /// The residual in standard deviations, as charted.
    var residual = 0.0
    /// The one before, and what they have in common: whether the residual is white.
    var residualBefore = 0.0
    var lagProduct = 0.0
    var lagSquare = 0.0

    // Charts of the residual.
    var fastMean = 0.0
    var slowMean = 0.0
    var rising = 0.0
    var falling = 0.0
    var risingSinceMs = 0.0
    var fallingSinceMs = 0.0
    var dispersion = 0.0
    /// What the charts' squares are when nothing is wrong.
    var fastSquare = 0.0
    var slowSquare = 0.0
    var dispersionMean = 0.0
    var dispersionSquare = 0.0

    // Level: the smoothed reading against where it usually is.
    var level = 0.0
    var baseline = 0.0
    var baselineVariance = 0.0
    var levelLearned = 0.0

    // What it comes to.
    var surprise = 0.0
    var direction = 0.0
    var quietMs = 0.0
    var surpriseSum = 0.0
    var seenLow = 0.0
    var seenHigh = 0.0
    var trendLevel = 0.0
    var trendSlope = 0.0
    var trendVariance = 0.0
    var trendMs = 0.0
}
