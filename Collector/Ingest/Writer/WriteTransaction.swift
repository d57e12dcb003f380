import Model
import Postgres
import Runtime

/// One batch as one transaction: telemetry, derived rows and the streams' committed ranges, or nothing of it.
struct WriteTransaction {
    /// The batch rests on a lease that is not held any more, or on ranges that somebody else has filled.
    struct Fenced: Error, CustomStringConvertible {
        let description: String
    }

    /// What to tell an agent after the commit; straight from its row.
    struct StreamReceipt {
        let site: String
        let agent: String
        let receipt: Receipt
    }

    private let batch: CommitBatch
    /// PostgreSQL's number of the transaction, once it has begun.
    var number: String?

    init(_ batch: CommitBatch) { self.batch = batch }

    static let telemetryColumns =
        "ts, epoch, seq, chain, agent_ts, asset, health, signal_group, historical, values, quality, texts"

    /// Once for each connection.
    static func prepare(_ connection: PostgresConnection) throws {
        try connection.execute(
            """
            set synchronous_commit = on;
            create temporary table plain_stage (like telemetry including defaults) on commit delete rows;
            """)
    }

    mutating func run(_ connection: PostgresConnection) throws -> [StreamReceipt] {
        var receipts: [StreamReceipt] = []
        var number: String?
        defer { self.number = number }
        try connection.transaction {
            number = try connection.value("select pg_current_xact_id()::text")
            try holdLeases(connection)
            try copyRows(connection)
            receipts = try updateStreams(connection)
            try checkRepeats(connection)
            try insertNotes(connection)
        }
        return receipts
    }

    /// After a commit without an answer: whether it took place; nil if the server cannot tell.
    ///
    /// Where the batch holds numbers, the streams' ranges decide, for a server that has crashed may have given the
    /// transaction's own number to another one since: only numbers that have reached its disk are not used again.
    func wasCommitted(_ connection: PostgresConnection) throws -> Bool? {
        guard let number else { return false }
        while true {
            switch try WriteTransaction.status(number, connection) {
            case "committed": return try holdsNumbers ? areNumbersStored(connection) : true
            case "aborted": return false
            // The old session has not ended yet.
            case "in progress": Clock.sleep(ms: 50)
            default: return try holdsNumbers ? areNumbersStored(connection) : nil
            }
        }
    }

    private static func status(_ number: String, _ connection: PostgresConnection) throws -> String? {
        do throws(PostgresFailure) {
            return try connection.value("select pg_xact_status($1::text::xid8)", [.text(number)])
        } catch {
            // The number is in the future: nothing of the transaction has reached the disk.
            guard error.sqlState == .invalidParameterValue else { throw error }
            return "aborted"
        }
    }

    private var holdsNumbers: Bool { batch.streams.values.contains { !$0.committed.isEmpty } }

    /// All of them are, or none: they were new to their streams.
    private func areNumbersStored(_ connection: PostgresConnection) throws -> Bool {
        let deltas = batch.streams.filter { !$0.value.committed.isEmpty }
        return try connection.value(
            """
            select bool_and(s.committed @> u.committed) from streams s
            join unnest($1::int4[], $2::int8multirange[]) as u(stream, committed) on u.stream = s.stream
            """, [.int4s(deltas.map { Optional($0.key) }), .sequenceSets(deltas.map { $0.value.committed })])
    }

    /// The receipts of a batch that is known to be stored.
    static func receipts(_ connection: PostgresConnection, _ batch: CommitBatch) throws -> [StreamReceipt] {
        let numbers = batch.streams.filter { $0.value.id != nil }.keys.map { Optional($0) }
        return try connection.query(
            "select stream, committed, lost from streams where stream = any($1)", [.int4s(numbers)]
        ).compactMap { try receipt($0, batch) }
    }

    private static func receipt(_ row: PostgresRow, _ batch: CommitBatch) throws -> StreamReceipt? {
        guard let id = batch.streams[try row[0]]?.id else { return nil }
        var settled: SequenceSet = try row[1]
        settled.formUnion(try row[2])
        return StreamReceipt(site: id.site, agent: id.agent, receipt: Receipt(epoch: id.epoch, settled: settled))
    }

    // MARK: - Steps

    private func holdLeases(_ connection: PostgresConnection) throws {
        var sites = Set(batch.streams.values.map(\.site))
        sites.formUnion(batch.quarantine.map(\.site))
        sites.formUnion(batch.events.compactMap(\.site))
        let wanted = try sites.sorted().map { site in
            guard let lease = batch.leases[site] else {
                throw Fenced(description: "the lease of site \(site) was given up")
            }
            return lease
        }
        let held = try Leases.hold(connection, wanted)
        if let gone = wanted.first(where: { !held.contains($0) }) {
            throw Fenced(description: "the lease of site \(gone.site) has expired or was taken over")
        }
    }

    private func copyRows(_ connection: PostgresConnection) throws {
        if batch.telemetry.rowCount > 0 {
            try connection.copyIn(
                "copy telemetry (\(WriteTransaction.telemetryColumns)) from stdin (format binary)"
            ) { try $0.append(batch.telemetry) }
        }
        if batch.plainTelemetry.rowCount > 0 {
            try connection.copyIn(
                "copy plain_stage (\(WriteTransaction.telemetryColumns)) from stdin (format binary)"
            ) { try $0.append(batch.plainTelemetry) }
            try connection.execute("insert into telemetry select * from plain_stage on conflict do nothing")
        }
        if batch.health.rowCount > 0 {
            // Two entries of one asset at one instant: the later one says how it ended.
            try connection.execute(
                "create temporary table if not exists health_stage (like health including defaults) on commit delete rows"
            )
            try connection.copyIn("copy health_stage (ts, asset, score, status, reasons) from stdin (format binary)") {
                try $0.append(batch.health)
            }
            try connection.execute(
                """
                insert into health select distinct on (asset, ts) * from health_stage order by asset, ts, ctid desc
                on conflict (asset, ts) do update
                set score = excluded.score, status = excluded.status, reasons = excluded.reasons
                """)
        }
        try Rollups.mark(connection, batch.minutes)
    }

    private func updateStreams(_ connection: PostgresConnection) throws -> [StreamReceipt] {
        guard !batch.streams.isEmpty else { return [] }
        // In one order everywhere: two collectors must not wait for each other.
        let deltas = batch.streams.sorted { $0.key < $1.key }
        func ints(_ value: (StreamDelta) -> Int64?) -> PostgresParameter { .int8s(deltas.map { value($0.value) }) }
        let rows = try connection.query(
            """
            update streams s set
                committed = s.committed + u.committed,
                lost = (s.lost + u.lost) - u.committed,
                made = greatest(s.made, u.made),
                received_frames = s.received_frames + u.received,
                stored_frames = s.stored_frames + u.frames,
                stored_readings = s.stored_readings + u.readings,
                duplicates_refused = s.duplicates_refused + u.duplicates,
                quarantined = s.quarantined + u.quarantined,
                reports = s.reports + u.reports,
                first_held = coalesce(u.first, s.first_held),
                receipted = coalesce(u.receipted, s.receipted),
                pending = coalesce(u.pending, s.pending),
                dropped = coalesce(u.dropped, s.dropped),
                outbox_bytes = coalesce(u.outbox_bytes, s.outbox_bytes),
                outbox_capacity_bytes = coalesce(u.outbox_capacity, s.outbox_capacity_bytes),
                outbox_days_left = coalesce(u.days_left, s.outbox_days_left),
                clock_offset_ms = coalesce(u.clock_offset, s.clock_offset_ms),
                online = coalesce(u.online, s.online),
                last_commit_at = case when u.frames > 0 then clock_timestamp() else s.last_commit_at end,
                last_seen_at = clock_timestamp()
            from unnest($1::int4[], $2::int8multirange[], $3::int8multirange[], $4::int8[], $5::int8[], $6::int8[],
                $7::int8[], $8::int8[], $9::int8[], $10::int8[], $11::int8[], $12::int8[], $13::int8[], $14::int8[],
                $15::int8[], $16::int8[], $17::float8[], $18::int8[], $19::bool[])
                as u(stream, committed, lost, made, received, frames, readings, duplicates, quarantined, reports,
                first, receipted, pending, dropped, outbox_bytes, outbox_capacity, days_left, clock_offset, online)
            where s.stream = u.stream and not s.committed && u.committed
            returning s.stream, s.committed, s.lost
            """,
            [
                .int4s(deltas.map { Optional($0.key) }), .sequenceSets(deltas.map { $0.value.committed }),
                .sequenceSets(deltas.map { $0.value.lost }), ints { $0.made }, ints { $0.received },
                ints { $0.frames }, ints { $0.readings }, ints { $0.duplicates }, ints { $0.quarantined },
                ints { $0.reports }, ints { $0.status.first }, ints { $0.status.receipted },
                ints { $0.status.pending }, ints { $0.status.dropped }, ints { $0.status.outboxBytes },
                ints { $0.status.outboxCapacityBytes }, .float8s(deltas.map { $0.value.status.outboxDaysLeft }),
                ints { $0.status.clockOffsetMs }, .bools(deltas.map { $0.value.isOnline }),
            ])
        guard rows.count == deltas.count else {
            throw Fenced(description: "numbers of \(deltas.count - rows.count) streams were stored already")
        }
        return try rows.compactMap { try WriteTransaction.receipt($0, batch) }
    }

    /// Frames that came a second time are dropped, unless they are not the frames that are stored.
    private func checkRepeats(_ connection: PostgresConnection) throws {
        guard !batch.repeats.isEmpty else { return }
        let repeats = batch.repeats
        let rows = try connection.query(
            """
            select r.place from unnest($1::int4[], $2::timestamptz[], $3::int8[], $4::int8[], $5::int8[])
                with ordinality as r(asset, ts, epoch, seq, chain, place)
            where not exists (
                select from telemetry t where t.asset = r.asset and t.ts = r.ts and t.epoch = r.epoch
                and t.seq = r.seq and t.chain is not distinct from r.chain)
            and not exists (select from quarantine q where q.epoch = r.epoch and q.seq = r.seq)
            and not exists (
                select from streams s where s.epoch = r.epoch and s.expired @> r.seq)
            """,
            [
                .int4s(repeats.map { $0.asset }), .timestampsMs(repeats.map { $0.timeMs }),
                .int8s(repeats.map { $0.epoch.stored }), .int8s(repeats.map { $0.sequence }),
                .int8s(repeats.map { $0.chain.map { Int64(bitPattern: $0) } }),
            ])
        for row in rows {
            let place: Int64 = try row[0]
            guard place >= 1, place <= Int64(repeats.count) else { continue }
            try setAside(connection, repeats[Int(place) - 1])
        }
    }

    private func setAside(_ connection: PostgresConnection, _ frame: RepeatedFrame) throws {
        let reason = "another record is stored under this number: two outboxes have used it, or the record was changed"
        try connection.execute(
            """
            insert into quarantine (site, agent, device, epoch, seq, reason, topic, payload)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .text(frame.site), .text(frame.agent), .text(frame.device), .int8(frame.epoch.stored),
                .int8(frame.sequence), .text(reason), .text(frame.topic), .bytes(frame.payload),
            ])
        try connection.execute("update streams set conflicts = conflicts + 1 where stream = $1", [.int4(frame.stream)])
        try connection.execute(
            """
            insert into events (kind, severity, site, agent, asset, occurred_at, message)
            values ('conflict', 'critical', $1, $2, $3, clock_timestamp(), $4)
            """,
            [
                .text(frame.site), .text(frame.agent), .int4(frame.asset),
                .text("record \(frame.sequence) of epoch \(frame.epoch) came again with another content"),
            ])
    }

    private func insertNotes(_ connection: PostgresConnection) throws {
        for loss in batch.losses {
            try connection.execute(
                """
                insert into losses (site, agent, epoch, first_seq, last_seq, cause, from_ts, to_ts, ticks, noted_by,
                    report_epoch, report_seq, report_chain)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                """,
                [
                    .text(loss.site), .text(loss.agent), .int8(loss.epoch.stored), .int8(loss.numbers?.lowerBound),
                    .int8(loss.numbers?.upperBound), .text(loss.cause), .timestampMs(loss.fromMs),
                    .timestampMs(loss.toMs), .int8(loss.ticks), .text(loss.report == nil ? "collector" : "agent"),
                    .int8(loss.report?.epoch.stored), .int8(loss.report?.sequence),
                    .int8(loss.report?.chain.map { Int64(bitPattern: $0) }),
                ])
        }
        for entry in batch.quarantine {
            try connection.execute(
                """
                insert into quarantine (site, agent, device, epoch, seq, reason, topic, payload)
                values ($1, $2, $3, $4, $5, $6, $7, $8)
                """,
                [
                    .text(entry.site), .text(entry.agent), .text(entry.device), .int8(entry.epoch?.stored),
                    .int8(entry.sequence), .text(entry.reason), .text(entry.topic), .bytes(entry.payload),
                ])
        }
        for event in batch.events {
            try connection.execute(
                """
                insert into events (kind, severity, site, agent, asset, occurred_at, message, detail)
                values ($1, $2, $3, $4, $5, $6, $7, $8)
                """,
                [
                    .text(event.kind), .text(event.severity.rawValue), .text(event.site), .text(event.agent),
                    .int4(event.asset), .timestampMs(event.occurredMs), .text(event.message), .jsonb(event.detail),
                ])
        }
        for change in batch.maintenance {
            try connection.execute(
                "update assets set maintenance = $2 where asset = $1", [.int4(change.asset), .bool(change.isOn)])
        }
    }
}
