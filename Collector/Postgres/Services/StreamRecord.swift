public import Model

/// What is settled of a stream.
public struct StreamRecord: Sendable, Equatable {
    public let stream: Int32
    public let site: String
    public let agent: String
    /// Nil for a plain Sparkplug node, which gives no sequence numbers of its own.
    public let epoch: Epoch?
    /// Stored, recorded as reports, or in quarantine.
    public let committed: SequenceSet
    /// Declared as never to come.
    public let lost: SequenceSet
    /// The part of `committed` that retention has removed.
    public let expired: SequenceSet
    /// Highest number that the agent has told of.
    public let made: Int64
    public let storedFrames: Int64

    /// Every number that a receipt covers.
    public var settled: SequenceSet {
        var set = committed
        set.formUnion(lost)
        return set
    }

    static let columns = "stream, site, agent, epoch, committed, lost, expired, made, stored_frames"
    static let columnCount = 9

    init(_ row: PostgresRow) throws(PostgresFailure) {
        stream = try row[0]
        site = try row[1]
        agent = try row[2]
        let bits: Int64 = try row[3]
        epoch = Epoch(bits: UInt64(bitPattern: bits))
        committed = try row[4]
        lost = try row[5]
        expired = try row[6]
        made = try row[7]
        storedFrames = try row[8]
    }
}

extension Epoch {
    /// The form in which an epoch stands in the database.
    public var stored: Int64 { Int64(bitPattern: bits) }
}

extension Catalogue {
    /// Registers a stream; epoch nil for a plain Sparkplug node.
    public static func registerStream(
        _ connection: PostgresConnection, site: String, agent: String, epoch: Epoch?
    ) throws -> StreamRecord {
        let key: [PostgresParameter] = [.text(site), .text(agent), .int8(epoch?.stored ?? 0)]
        func find() throws -> StreamRecord? {
            try connection.query(
                "select \(StreamRecord.columns) from streams where site = $1 and agent = $2 and epoch = $3", key,
                isRepeated: true
            ).first.map(StreamRecord.init)
        }
        func make() throws -> StreamRecord? {
            try connection.query(
                """
                \(withSite)
                insert into streams (site, agent, epoch) values ($1, $2, $3)
                on conflict do nothing returning \(StreamRecord.columns)
                """, key, isRepeated: true
            ).first.map(StreamRecord.init)
        }
        if let found = try findOrMake(find: find, make: make) { return found }
        throw PostgresFailure(.bug, "the stream of \(agent) can neither be found nor made")
    }

    /// Every stream of a site, or of all; ordered by number.
    public static func streams(_ connection: PostgresConnection, site: String? = nil) throws -> [StreamRecord] {
        try connection.query(
            "select \(StreamRecord.columns) from streams where $1 is null or site = $1 order by stream", [.text(site)]
        ).map(StreamRecord.init)
    }
}
