public import Model

/// What a message that carries a record says besides the record.
public struct DataEnvelope: Sendable, Equatable {
    public var epoch: Epoch
    public var sequence: Int64
    /// The hash chain's value at this record.
    public var chain: UInt64
    /// The session's message number.
    public var seq: UInt8
    /// Time of sending, milliseconds since 1970-01-01 UTC.
    public var sentMs: Int64
    /// True on the backlog lane: every metric of the message is marked.
    public var isHistorical: Bool

    public init(
        epoch: Epoch, sequence: Int64, chain: UInt64, seq: UInt8, sentMs: Int64, isHistorical: Bool
    ) {
        self.epoch = epoch
        self.sequence = sequence
        self.chain = chain
        self.seq = seq
        self.sentMs = sentMs
        self.isHistorical = isHistorical
    }
}
