import Model
import Postgres
import Runtime

/// The streams' own rows, and what came again.
extension WriteTransaction {
    func updateStreams(
        _ connection: PostgresConnection, _ changes: [Int32: StreamDelta]
    ) throws -> [StreamReceipt] {
        guard !changes.isEmpty else { return [] }
        // In one order everywhere: two collectors must not wait for each other.
        let deltas = changes.sorted { $0.key < $1.key }
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
            ], isRepeated: true)
        guard rows.count == deltas.count else {
            throw Fenced(description: "numbers of \(deltas.count - rows.count) streams were stored already")
        }
        return try rows.compactMap { try WriteTransaction.receipt($0, batch) }
    }

    /// Records that came a second time are dropped, unless they are not what is stored. Gives back the others.
    func conflicts(
        _ connection: PostgresConnection, among repeats: [RepeatedRecord]
    ) throws -> [RepeatedRecord] {
        guard !repeats.isEmpty else { return [] }
        let rows = try connection.query(
            """
            select r.place
            from unnest($1::int4[], $2::timestamptz[], $3::int8[], $4::int8[], $5::int8[], $6::int4[])
                with ordinality as r(asset, ts, epoch, seq, chain, stream, place)
            join streams s on s.stream = r.stream and s.committed @> r.seq and not s.expired @> r.seq
            where not exists (
                select from telemetry t where t.asset = r.asset and t.ts = r.ts and t.epoch = r.epoch
                and t.seq = r.seq and t.chain is not distinct from r.chain)
            and not exists (
                select from losses l where l.site = s.site and l.agent = s.agent and l.report_epoch = r.epoch
                and l.report_seq = r.seq and l.report_chain is not distinct from r.chain)
            and not exists (
                select from notes n where n.site = s.site and n.agent = s.agent and n.epoch = r.epoch
                and n.seq = r.seq and n.chain is not distinct from r.chain)
            and not exists (select from quarantine q where q.epoch = r.epoch and q.seq = r.seq)
            """,
            [
                .int4s(repeats.map { $0.asset }), .timestampsMs(repeats.map { $0.timeMs }),
                .int8s(repeats.map { $0.epoch.stored }), .int8s(repeats.map { $0.sequence }),
                .int8s(repeats.map { $0.chain.map { Int64(bitPattern: $0) } }), .int4s(repeats.map { $0.stream }),
            ])
        return try rows.compactMap { row in
            let place: Int64 = try row[0]
            guard place >= 1, place <= Int64(repeats.count) else { return nil }
            let record = repeats[Int(place) - 1]
            return try isRepaired(connection, record) ? nil : record
        }
    }

    /// Whether it is stored under the time of its arrival, because its own was not plausible then.
    private func isRepaired(_ connection: PostgresConnection, _ record: RepeatedRecord) throws -> Bool {
        try connection.value(
            """
            select exists (
                select from telemetry where asset = $1 and epoch = $2 and seq = $3 and agent_ts = $4
                and chain is not distinct from $5 and ts between $4 - interval '8 days' and $4)
            """,
            [
                .int4(record.asset), .int8(record.epoch.stored), .int8(record.sequence), .timestampMs(record.timeMs),
                .int8(record.chain.map { Int64(bitPattern: $0) }),
            ])
    }

    func setAside(_ connection: PostgresConnection, _ conflicts: [RepeatedRecord]) throws -> [EventEntry] {
        try conflicts.map { record in
            try insert(
                connection,
                QuarantineEntry(
                    settledIn: nil, site: record.site, agent: record.agent, device: record.device, epoch: record.epoch,
                    sequence: record.sequence, timeMs: record.timeMs,
                    reason:
                        "another record is stored under this number: two outboxes have used it, or it was changed",
                    topic: record.topic, payload: record.payload))
            try connection.execute(
                "update streams set conflicts = conflicts + 1 where stream = $1", [.int4(record.stream)])
            let event = EventEntry(
                kind: "conflict", severity: .critical, site: record.site, agent: record.agent, asset: record.asset,
                occurredMs: Clock.wallMs(),
                message: "record \(record.sequence) of epoch \(record.epoch) came again with another content")
            try insert(connection, event)
            return event
        }
    }
}
