/// The session's message number: 0 in NBIRTH, one more in each message of the node and its devices, 255 before 0.
public struct SequenceCounter: Sendable, Equatable {
    private var upcoming: UInt8 = 0

    public init() {}

    /// Call when an NBIRTH is about to be sent.
    public mutating func restart() { upcoming = 0 }

    public mutating func next() -> UInt8 {
        defer { upcoming &+= 1 }
        return upcoming
    }
}

/// The number that ties an NDEATH to its NBIRTH: one per CONNECT, 0 … 255 and again.
/// It is to be stored before the connection is attempted.
public enum BirthDeathSequence {
    /// `previous` is that of the last CONNECT; nil before the first.
    public static func following(_ previous: UInt8?) -> UInt8 { previous.map { $0 &+ 1 } ?? 0 }
}

extension Payload {
    /// The value of `bdSeq` in a birth or death, whatever integer type it has; nil if there is none.
    public var bdSeq: Int64? { metrics.first { $0.name == MetricName.bdSeq }?.integer() }
}
