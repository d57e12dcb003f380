/// Makes episodes of what the charts show: one finding from when it begins until it has been quiet for a while.
struct FindingTracker: Sendable, Equatable {
    /// So many frames without anything to see end a finding.
    static let calmFrames = 30.0
    /// A finding is still seen while the surprise is not this far under where it began.
    static let hysteresis = 1.5
    /// A change worth telling: this much more than the last peak that was told.
    static let notable = 2.0

    /// So many frames into a finding nothing is learned; what has not ended by then is slowly taken for the usual.
    static let patience = 2_000.0
    static let slowLearning = 0.1

    var open: Finding?
    /// Frames since it began.
    var frames = 0.0
    var lastNumber: Int64 = 0
    var calm = 0.0
    var toldSurprise = 0.0
    var lastSeenMs: Int64 = 0

    /// How much is learned from a frame.
    var learning: Double { open == nil ? 1 : frames < FindingTracker.patience ? 0 : FindingTracker.slowLearning }

    var isStillSeen: Bool { calm == 0 }

    static func level(_ surprise: Double, threshold: Double) -> Finding.Level {
        if surprise >= threshold + 4 { return .critical }
        return surprise >= threshold + 2 ? .warning : .notice
    }
}
