public import Model

/// What an agent says about its delivery and its outbox, in births and, when it changes, in data.
public struct AgentStatus: Sendable, Equatable {
    public var epoch: Epoch
    /// Highest number given; 0 before the first.
    public var sequence: Int64
    /// The hash chain's value at that number.
    public var chain: UInt64
    /// Oldest number still held; 0 if none is.
    public var first: Int64
    /// Every number up to this one has a receipt.
    public var receipted: Int64
    /// Records without a receipt.
    public var pending: Int64
    /// Records that were dropped because the outbox was full, in the whole life of the outbox.
    public var dropped: Int64
    public var outboxBytes: Int64
    public var outboxCapacityBytes: Int64
    /// How long the outbox would last without a link; nil if it does not grow.
    public var outboxDaysLeft: Double?

    public init(
        epoch: Epoch, sequence: Int64 = 0, chain: UInt64 = 0, first: Int64 = 0, receipted: Int64 = 0,
        pending: Int64 = 0, dropped: Int64 = 0, outboxBytes: Int64 = 0, outboxCapacityBytes: Int64 = 0,
        outboxDaysLeft: Double? = nil
    ) {
        self.epoch = epoch
        self.sequence = sequence
        self.chain = chain
        self.first = first
        self.receipted = receipted
        self.pending = pending
        self.dropped = dropped
        self.outboxBytes = outboxBytes
        self.outboxCapacityBytes = outboxCapacityBytes
        self.outboxDaysLeft = outboxDaysLeft
    }
}
