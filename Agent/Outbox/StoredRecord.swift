public import Model

/// A record as the outbox holds it.
public struct StoredRecord: Sendable, Equatable {
    public let place: Place
    public let epoch: Epoch
    /// Which layout the frame's values follow; `Layout.report` for reports.
    public let layout: Int
    /// The stream's hash chain up to and including this record.
    public let chain: UInt64
    /// The record in the form of `RecordCoding`.
    public let body: [UInt8]

    public var sequence: Int64 { place.sequence }

    public init(place: Place, epoch: Epoch, layout: Int, chain: UInt64, body: [UInt8]) {
        self.place = place
        self.epoch = epoch
        self.layout = layout
        self.chain = chain
        self.body = body
    }
}

/// Where a record stands in the outbox: epochs in the order of their lives, then by number.
public struct Place: Sendable, Hashable, Comparable {
    /// 1 for the outbox's first epoch, and so on.
    public let life: Int
    public let sequence: Int64

    public init(life: Int, sequence: Int64) {
        self.life = life
        self.sequence = sequence
    }

    public static func < (left: Place, right: Place) -> Bool {
        (left.life, left.sequence) < (right.life, right.sequence)
    }
}

/// Which signals a frame's values stand for. Kept with the frames, so that a changed configuration
/// cannot change the meaning of what waits to be delivered.
public struct Layout: Sendable, Equatable {
    /// The layout number of reports.
    public static let report = 0

    public let id: Int
    public let asset: String
    public let kind: String
    public let group: Int
    public let signals: [String]
}

/// One epoch as the outbox knows it.
public struct EpochState: Sendable, Equatable {
    public let life: Int
    public let epoch: Epoch
    /// The number the next record gets.
    public var nextSequence: Int64
    /// Everything up to here has a receipt.
    public var receipted: Int64
    /// The chain's last link.
    public var chain: UInt64

    public init(life: Int, epoch: Epoch, nextSequence: Int64, receipted: Int64, chain: UInt64) {
        self.life = life
        self.epoch = epoch
        self.nextSequence = nextSequence
        self.receipted = receipted
        self.chain = chain
    }

    /// The highest number given; 0 if none.
    public var newest: Int64 { nextSequence - 1 }
}
