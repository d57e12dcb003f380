public import Model

/// Where the analysis of an asset stands, and what is needed to go on from there.
public struct AnalysisRecord: Sendable {
    public let epoch: Epoch
    /// Every frame up to this number is in the state.
    public let sequence: Int64
    /// Time of the last reading in the state.
    public let timeMs: Int64
    /// Digest of what the detectors are built from.
    public let plan: UInt64
    /// The last anomaly before those that the state counts from 1.
    public let numberBefore: Int64
    /// Nil: nothing was analysed yet.
    public let state: [UInt8]?
}

/// A frame that is read again to be analysed.
public struct StoredFrame: Sendable {
    public let sequence: Int64
    public let timeMs: Int64
    public let group: Int
    public let isHistorical: Bool
    public let values: [Double]
    /// Empty if all are good.
    public let qualities: [Quality]
}

/// The analysis of assets as the database keeps it.
public enum Analysis {
    public static func record(_ connection: PostgresConnection, asset: Int32) throws -> AnalysisRecord? {
        try connection.query(
            "select epoch, seq, ts, plan, number_before, state from analysis where asset = $1", [.int4(asset)],
            isRepeated: true
        ).first.flatMap { row throws(PostgresFailure) in
            guard let epoch = Epoch(bits: UInt64(bitPattern: try row[0])) else { return nil }
            return AnalysisRecord(
                epoch: epoch, sequence: try row[1], timeMs: try row[2], plan: UInt64(bitPattern: try row[3] as Int64),
                numberBefore: try row[4], state: try row[5])
        }
    }

    /// The highest number that any anomaly of the asset was given; 0 = none. And in each epoch, the last frame that has
    /// changed an anomaly.
    public static func told(
        _ connection: PostgresConnection, asset: Int32
    ) throws -> (lastNumber: Int64, sequences: [Epoch: Int64]) {
        var last: Int64 = 0
        var sequences: [Epoch: Int64] = [:]
        for row in try connection.query(
            "select epoch, max(seq), max(number) from anomalies where asset = $1 group by epoch", [.int4(asset)],
            isRepeated: true)
        {
            last = max(last, try row[2])
            if let epoch = Epoch(bits: UInt64(bitPattern: try row[0])) { sequences[epoch] = try row[1] }
        }
        return (last, sequences)
    }

    /// The asset's frames after a number, in order, as far as nothing is missing before them.
    ///
    /// - Parameter sinceMs: no frame after that number is older; spares looking into old days.
    /// - Returns: at most `limit` frames, and the number up to which there are no others.
    public static func frames(
        _ connection: PostgresConnection, stream: Int32, asset: Int32, epoch: Epoch, after: Int64, sinceMs: Int64,
        limit: Int
    ) throws -> (frames: [StoredFrame], through: Int64) {
        guard
            let settled = try connection.query(
                "select committed, lost from streams where stream = $1", [.int4(stream)], isRepeated: true
            ).first
        else { return ([], after) }
        var set: SequenceSet = try settled[0]
        set.formUnion(try settled[1])
        let through = max(after, set.contiguousFromOne)
        let rows = try connection.query(
            """
            select seq, ts, signal_group, historical, values, quality from telemetry
            where asset = $1 and epoch = $2 and seq > $3 and seq <= $4 and ts >= $5 order by seq limit $6
            """,
            [
                .int4(asset), .int8(epoch.stored), .int8(after), .int8(through),
                .timestampMs(PostgresTime.clamped(sinceMs)), .int8(Int64(limit)),
            ], isRepeated: true)
        let frames = try rows.map { row throws(PostgresFailure) in
            StoredFrame(
                sequence: try row[0], timeMs: try row[1], group: Int(try row[2] as Int16), isHistorical: try row[3],
                values: try row[4],
                qualities: (try row[5] as [UInt8]? ?? []).map { Quality(rawValue: $0) ?? .bad })
        }
        return (frames, frames.count < limit ? through : frames[frames.count - 1].sequence)
    }
}
