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

    // Whitened residual.
    var predictor = Predictor()
    /// Mean square of the prediction's error, learned while nothing is wrong.
    var variance = 0.0
    var learned = 0.0
    /// The residual in standard deviations, clipped as it is charted.
    var residual = 0.0
    /// What neighbours have in common: whether the residual is white.
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
    var usualDispersion = Usual()

    // The smoothed reading, and where it usually is.
    var level = 0.0
    var usualLevel = Usual()

    // What it comes to.
    var calibration = Calibration()
    var surprise = 0.0
    var direction = 0.0
    var layer = 0.0
    var quietMs = 0.0
}
