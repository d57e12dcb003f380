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
    /// What joins a finding that has stood still for so many frames is another one.
    static let joinFrames = 300.0

    var open: Finding?
    /// Frames since it began.
    var frames = 0.0
    /// Frames since a signal joined it.
    var framesAlone = 0.0
    var lastNumber: Int64 = 0
    /// Frames since it was last seen.
    var calm = 0.0
    var toldSurprise = 0.0
    var lastSeenMs: Int64 = 0

    /// How much is learned from a frame.
    var learning: Double { open == nil ? 1 : frames < FindingTracker.patience ? 0 : FindingTracker.slowLearning }

    var isStillSeen: Bool { calm == 0 }

    var peakSurprise: Double { open?.peakSurprise ?? 0 }

    static func level(_ surprise: Double, threshold: Double) -> Finding.Level {
        if surprise >= threshold + 4 { return .critical }
        return surprise >= threshold + 2 ? .warning : .notice
    }

    mutating func begin(_ timeMs: Int64, surprise: Double) {
        lastNumber += 1
        frames = 0
        framesAlone = 0
        calm = 0
        lastSeenMs = timeMs
        toldSurprise = surprise
    }

    /// Takes a frame of an open finding. False when it has been quiet for long enough.
    mutating func goOn(_ timeMs: Int64, surprise: Double, isSeen: Bool) -> Bool {
        frames += 1
        framesAlone += 1
        open?.surprise = surprise
        if surprise > peakSurprise {
            open?.peakSurprise = surprise
            open?.peakMs = timeMs
        }
        if isSeen {
            calm = 0
            lastSeenMs = timeMs
        } else {
            calm += 1
        }
        return calm < FindingTracker.calmFrames
    }

    /// Whether it has grown enough to be told again.
    func isNotable(_ level: Finding.Level) -> Bool {
        guard let open else { return false }
        return level > open.level || open.peakSurprise >= max(toldSurprise + FindingTracker.notable, toldSurprise * 1.3)
    }

    mutating func tell(
        _ level: Finding.Level, _ parts: [Finding.Contribution], _ broken: [String], _ faults: [Finding.LikelyFault]
    ) {
        toldSurprise = peakSurprise
        guard var finding = open else { return }
        finding.level = max(level, finding.level)
        finding.contributions = parts
        finding.brokenRelations = broken
        finding.likelyFaults = faults
        open = finding
    }
}
