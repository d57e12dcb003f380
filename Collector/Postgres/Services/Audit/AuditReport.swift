public import Model

/// What an audit has found: every stream, and the word on all of them.
public struct AuditReport: Sendable, Equatable {
    public var streams: [StreamAudit] = []
    /// Epochs in the agent's journal of which the database knows nothing, with the number of records in each.
    public var unknownEpochs: [Epoch: Int64] = [:]
    /// Lines of the journal that could not be read or were out of order.
    public var unreadableLines: Int64 = 0

    public init() {}

    public enum Verdict: String, Sendable, Comparable {
        /// Everything is there, once.
        case whole
        /// As whole, but for losses that were declared with their causes.
        case wholeWithLosses = "whole_with_losses"
        /// Nothing is wrong, but numbers are missing that may still come.
        case open
        /// Something is missing, doubled or changed without a word.
        case broken

        private var rank: Int {
            switch self {
            case .whole: 0
            case .wholeWithLosses: 1
            case .open: 2
            case .broken: 3
            }
        }

        public static func < (left: Verdict, right: Verdict) -> Bool { left.rank < right.rank }
    }

    /// The worst of all streams.
    public var verdict: Verdict {
        let worst = streams.map(\.verdict).max() ?? .whole
        return unknownEpochs.isEmpty && unreadableLines == 0 ? worst : .broken
    }
}

/// What an audit has found in one stream. Sets hold sequence numbers.
public struct StreamAudit: Sendable, Equatable {
    public let site: String
    public let agent: String
    /// Nil for a plain node, of which nothing is promised: its frames are only counted.
    public let epoch: Epoch?

    /// The highest number that the agent has told of, or that came.
    public var expected: Int64 = 0
    /// Rows of telemetry.
    public var storedFrames: Int64 = 0
    /// Loss reports and notes that came as records of the stream.
    public var storedReports: Int64 = 0
    /// Records set aside in quarantine.
    public var quarantined = SequenceSet()
    /// Of the rows: the earliest and the latest time, milliseconds since 1970; nil without rows.
    public var firstMs: Int64?
    public var lastMs: Int64?

    /// Entries in losses that speak of records of this epoch.
    public var declaredLosses: Int64 = 0
    /// Declared as never to come.
    public var lost = SequenceSet()
    /// Ticks at which the agent has taken no reading, by its word. What was never accepted is not lost.
    public var unsampledTicks: Int64 = 0
    /// Stored once, and removed by retention.
    public var expired = SequenceSet()
    /// Neither here nor declared, but not committed either: it may still come.
    public var open = SequenceSet()

    /// Committed, but no longer here and not expired.
    public var vanished = SequenceSet()
    /// Here, but not committed.
    public var unrecorded = SequenceSet()
    /// Here more than once.
    public var doubled = SequenceSet()
    /// Frames that came again and were refused: the proof that refusing works.
    public var refusedDuplicates: Int64 = 0
    /// Frames that came again with another content and were refused.
    public var conflicts: Int64 = 0

    /// Records whose link of the hash chain was computed anew and is right.
    public var verifiedLinks: Int64 = 0
    /// Records that follow a number which is not here, so that their link cannot be computed.
    public var unverifiableLinks: Int64 = 0
    /// Records whose link is wrong: they, or the link before, were changed.
    public var brokenLinks = SequenceSet()

    /// The comparison with the agent's journal; nil without one.
    public var journal: JournalAudit?

    init(site: String, agent: String, epoch: Epoch?) {
        self.site = site
        self.agent = agent
        self.epoch = epoch
    }

    public var verdict: AuditReport.Verdict {
        let faults = [vanished, unrecorded, doubled, brokenLinks]
        guard faults.allSatisfy(\.isEmpty), journal?.isClean ?? true else { return .broken }
        if !open.isEmpty || journal?.open.isEmpty == false { return .open }
        return lost.isEmpty && declaredLosses == 0 ? .whole : .wholeWithLosses
    }
}

/// What the agent's journal says of one stream against what is stored.
public struct JournalAudit: Sendable, Equatable {
    public var records: Int64 = 0
    /// Stored, with the journal's checksum.
    public var matched: Int64 = 0
    /// Accounted for as lost, expired or in quarantine.
    public var accounted: Int64 = 0
    /// Not settled: may still come.
    public var open = SequenceSet()
    /// Settled, but not here.
    public var missing = SequenceSet()
    /// Here with another content.
    public var different = SequenceSet()
    /// Here, but not in the journal: an agent that is killed between its commit and its journal leaves such a record.
    public var unknown = SequenceSet()

    public var isClean: Bool { missing.isEmpty && different.isEmpty }
}
