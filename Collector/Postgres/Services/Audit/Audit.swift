import Model
import Runtime

/// Checks that what agents have made is stored exactly once, or declared as lost: by the numbers, by the hash chain,
/// and by an agent's own journal where there is one. Reads one consistent state of the database, and changes nothing.
public enum Audit {
    /// Which streams; nil = all.
    public struct Choice: Sendable, Equatable {
        public var site: String?
        public var agent: String?

        public init(site: String? = nil, agent: String? = nil) {
            self.site = site
            self.agent = agent
        }
    }

    /// Audits the streams. A journal is one agent's: with it, only the streams of its epochs are audited.
    /// Throws `PostgresFailure` or `FileFailure`. May take hours on a large database; `memory` does not grow with it.
    public static func run(
        _ connection: PostgresConnection, _ choice: Choice = Choice(), journal: AuditJournal? = nil
    ) throws -> AuditReport {
        try connection.withoutStatementLimit {
            try connection.transaction(.repeatableReadOnly) {
                try connection.execute("set local work_mem = '64MB'")
                var report = AuditReport()
                report.unreadableLines = journal?.unreadableLines ?? 0
                var unknown = journal?.counts ?? [:]
                for (record, counters) in try streams(connection, choice) {
                    if let journal {
                        guard let epoch = record.epoch, journal.counts[epoch] != nil else { continue }
                        unknown[epoch] = nil
                    }
                    report.streams.append(try audit(connection, record, counters, journal))
                }
                report.unknownEpochs = unknown
                return report
            }
        }
    }

    private struct Counters {
        let refusedDuplicates: Int64
        let conflicts: Int64
    }

    private static func streams(
        _ connection: PostgresConnection, _ choice: Choice
    ) throws -> [(StreamRecord, Counters)] {
        try connection.query(
            """
            select \(StreamRecord.columns), duplicates_refused, conflicts from streams
            where ($1 is null or site = $1) and ($2 is null or agent = $2) order by site, agent, created_at, stream
            """, [.text(choice.site), .text(choice.agent)]
        ).map { row in
            let next = StreamRecord.columnCount
            return (
                try StreamRecord(row), Counters(refusedDuplicates: try row[next], conflicts: try row[next + 1])
            )
        }
    }

    private static func audit(
        _ connection: PostgresConnection, _ stream: StreamRecord, _ counters: Counters, _ journal: AuditJournal?
    ) throws -> StreamAudit {
        var audit = StreamAudit(site: stream.site, agent: stream.agent, epoch: stream.epoch)
        audit.refusedDuplicates = counters.refusedDuplicates
        audit.conflicts = counters.conflicts
        audit.lost = stream.lost
        audit.expired = stream.expired
        let key: [PostgresParameter] = [.text(stream.site), .text(stream.agent), .int8(stream.epoch?.stored ?? 0)]
        guard let epoch = stream.epoch else {
            let row = try connection.query(countQuery, key)[0]
            audit.storedFrames = try row[0]
            audit.firstMs = try row[1]
            audit.lastMs = try row[2]
            return audit
        }
        audit.quarantined = try connection.value(quarantinedQuery, key)
        let declared = try connection.query(declaredQuery, key)[0]
        audit.declaredLosses = try declared[0]
        audit.unsampledTicks = try declared[1]
        var walk = try RecordWalk(epoch, journal: journal?.cursor(epoch))
        try connection.forEachRow(recordsQuery, key) { row in
            let record = try StoredRecord(row)
            if record.isReport { audit.storedReports += 1 } else { audit.storedFrames += 1 }
            if let timeMs = record.storedTimeMs {
                audit.firstMs = min(audit.firstMs ?? timeMs, timeMs)
                audit.lastMs = max(audit.lastMs ?? timeMs, timeMs)
            }
            try walk.see(record.sequence, record.bytes, chain: record.chain)
        }
        try walk.finish()
        judge(&audit, stream, walk, hasJournal: journal != nil)
        return audit
    }

    /// Puts together what was seen and what the stream's row claims.
    private static func judge(
        _ audit: inout StreamAudit, _ stream: StreamRecord, _ walk: RecordWalk, hasJournal: Bool
    ) {
        var accounted = stream.lost
        accounted.formUnion(stream.expired)
        accounted.formUnion(audit.quarantined)
        var known = accounted
        known.formUnion(walk.present)
        audit.expected = [stream.made, stream.settled.max ?? 0, walk.present.max ?? 0].max() ?? 0
        audit.vanished = stream.committed
        audit.vanished.subtract(known)
        audit.unrecorded = walk.present
        audit.unrecorded.subtract(stream.committed)
        if audit.expected > 0 {
            audit.open = SequenceSet(1...audit.expected)
            audit.open.subtract(known)
            audit.open.subtract(stream.committed)
        }
        audit.doubled = walk.doubled
        audit.verifiedLinks = walk.verifiedLinks
        audit.unverifiableLinks = walk.unverifiableLinks
        audit.brokenLinks = walk.brokenLinks
        guard hasJournal else { return }
        var comparison = walk.comparison
        comparison.missing = walk.absent
        comparison.missing.subtract(accounted)
        comparison.accounted = walk.absent.count - comparison.missing.count
        comparison.open = comparison.missing
        comparison.open.subtract(stream.committed)
        comparison.missing.subtract(comparison.open)
        audit.journal = comparison
    }

    private static let countQuery = """
        select count(*), min(t.ts), max(t.ts) from telemetry t join assets a on a.asset = t.asset
        where a.site = $1 and a.agent = $2 and t.epoch = $3
        """

    /// Not by the quarantine itself: that also keeps records under numbers that another record settles.
    private static let quarantinedQuery = """
        select coalesce(range_agg(int8range(first_seq, last_seq, '[]')), '{}') from losses
        where site = $1 and agent = $2 and epoch = $3 and cause = 'quarantined' and last_seq < \(Int64.max)
        """

    private static let declaredQuery = """
        select count(*) filter (where cause <> 'not_sampled'), least(coalesce(sum(ticks), 0), \(Int64.max))::int8
        from losses where site = $1 and agent = $2 and epoch = $3
        """

    /// Frames, reports and notes, in the order of their numbers. Times in microseconds, so that a change of less than the
    /// millisecond that we store is seen too.
    private static let recordsQuery = """
        select t.seq, t.chain, t.ts, \(microseconds("coalesce(t.agent_ts, t.ts)")) as from_us, t.signal_group,
            t.values, t.quality, null::text as cause, null::int8 as epoch, null::int8 as first_seq,
            null::int8 as last_seq, null::int8 as to_us, null::int8 as ticks, null::text as note
        from telemetry t join assets a on a.asset = t.asset
        where a.site = $1 and a.agent = $2 and t.epoch = $3
        union all
        select report_seq, report_chain, null, \(microseconds("from_ts")), null, null, null, cause, epoch, first_seq,
            last_seq, \(microseconds("to_ts")), ticks, null
        from losses where site = $1 and agent = $2 and report_epoch = $3
        union all
        select seq, chain, null, \(microseconds("told_at")), null, null, null, null, null, null, null, null, null, text
        from notes where site = $1 and agent = $2 and epoch = $3
        order by 1
        """

    private static func microseconds(_ time: String) -> String {
        "case when isfinite(\(time)) then (extract(epoch from \(time)) * 1000000)::int8 end"
    }
}

/// A record as it was made, put together again from what is stored.
private struct StoredRecord {
    let sequence: Int64
    let chain: UInt64?
    /// Nil for a report or a note.
    let storedTimeMs: Int64?
    /// Or a note.
    let isReport: Bool
    /// Nil when what is stored cannot have been a record.
    let bytes: [UInt8]?

    init(_ row: PostgresRow) throws(PostgresFailure) {
        sequence = try row[0]
        chain = (try row[1] as Int64?).map { UInt64(bitPattern: $0) }
        storedTimeMs = try row[2]
        let cause: String? = try row[7]
        let note: String? = try row[13]
        isReport = cause != nil || note != nil
        let record: Record? =
            if let cause {
                try StoredRecord.report(row, cause).map(Record.report)
            } else if let note {
                StoredRecord.wholeMs(try row[3]).map { .note(Note(timeMs: $0, text: note)) }
            } else {
                try StoredRecord.frame(row)
            }
        bytes = record.map(RecordCoding.encode)
    }

    private static func frame(_ row: PostgresRow) throws(PostgresFailure) -> Record? {
        let (group, values, raw): (Int16, [Double?], [UInt8]?) = (try row[4], try row[5], try row[6])
        let qualities = (raw ?? []).compactMap(Quality.init)
        guard let timeMs = wholeMs(try row[3]), let group = UInt8(exactly: group), qualities.count == raw?.count ?? 0,
            values.count <= RecordCoding.maxSignals
        else { return nil }
        let present = values.compactMap { $0 }
        let frame = Frame(group: group, timeMs: timeMs, values: present, qualities: qualities)
        // Anything else than the one form of a frame was not stored by us.
        let isSame = zip(frame.values, present).allSatisfy { $0.bitPattern == $1.bitPattern }
        guard present.count == values.count, isSame, frame.qualities == qualities else { return nil }
        return .frame(frame)
    }

    private static func report(_ row: PostgresRow, _ word: String) throws(PostgresFailure) -> Report? {
        let (bits, first, last, ticks): (Int64, Int64?, Int64?, Int64) = (
            try row[8], try row[9], try row[10], try row[12]
        )
        guard let cause = Report.Cause(rawValue: word), let epoch = Epoch(bits: UInt64(bitPattern: bits)),
            let fromMs = wholeMs(try row[3]), let toMs = wholeMs(try row[11])
        else { return nil }
        var lost: ClosedRange<Int64>?
        if let first {
            guard let last, first <= last else { return nil }
            lost = first...last
        }
        return Report(cause: cause, epoch: epoch, lost: lost, fromMs: fromMs, toMs: toMs, ticks: ticks)
    }

    private static func wholeMs(_ microseconds: Int64?) -> Int64? {
        guard let microseconds, microseconds % 1000 == 0 else { return nil }
        return microseconds / 1000
    }
}
