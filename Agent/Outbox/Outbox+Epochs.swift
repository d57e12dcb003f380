public import Model

extension Outbox {
    /// Ends the current epoch and begins another one. Records of the old one keep their numbers.
    public func beginEpoch(reason: String, nowMs: Int64) throws(OutboxFailure) {
        let next = EpochState(
            life: current.life + 1, epoch: try Outbox.randomEpoch(), nextSequence: 1, receipted: 0, chain: 0)
        try Outbox.insertEpoch(next, reason: reason, nowMs: nowMs, into: database)
        epochs.append(next)
        writeMark()
    }

    static func insertEpoch(
        _ state: EpochState, reason: String, nowMs: Int64, into database: Database
    ) throws(OutboxFailure) {
        try database.query(
            """
            INSERT INTO epoch(life, bits, next_sequence, receipted, chain, started_ms, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(Int64(state.life)), .integer(Int64(bitPattern: state.epoch.bits)),
                .integer(state.nextSequence), .integer(state.receipted), .integer(Int64(bitPattern: state.chain)),
                .integer(nowMs), .text(reason),
            ])
    }

    /// Moves records that were never published from the current epoch into a fresh one, renumbered.
    ///
    /// For the case that another life of this outbox (a restored machine) has used the same numbers. Only what no
    /// one can have seen under its old number may move; anything else could be stored twice. What moved goes to
    /// `moved` under its new numbers, in portions, once it is durable; the old numbers are owed as a report.
    public func rebase(
        unpublishedAfter sequence: Int64, except published: SequenceSet, nowMs: Int64,
        moved: ([StoredRecord]) -> Void = { _ in }
    ) throws(OutboxFailure) {
        let old = current
        try beginEpoch(reason: "another life of this outbox used the same numbers", nowMs: nowMs)
        guard sequence < old.newest else { return }
        var after = sequence
        while let last = try rebaseChunk(from: old, after: after, except: published, nowMs, moved) { after = last }
        writeMark()
    }

    /// Moves up to a thousand records; the last number looked at, nil when there was none.
    private func rebaseChunk(
        from old: EpochState, after: Int64, except published: SequenceSet, _ nowMs: Int64,
        _ moved: ([StoredRecord]) -> Void
    ) throws(OutboxFailure) -> Int64? {
        var last: Int64?
        var moving: [(sequence: Int64, layout: Int, record: Record)] = []
        try database.query(
            "SELECT sequence, layout, body FROM record WHERE life = ? AND sequence > ? ORDER BY sequence LIMIT 1000",
            [.integer(Int64(old.life)), .integer(after)]
        ) { row in
            last = row.integer(0)
            // A damaged record stays where it is, to be found and reported by the reader.
            if !published.contains(row.integer(0)), let record = try? RecordCoding.decode(row.blob(2)) {
                moving.append((row.integer(0), Int(row.integer(1)), record))
            }
            return true
        }
        var state = current
        var stored: [StoredRecord] = []
        try database.transaction { () throws(OutboxFailure) -> Void in
            for (sequence, layout, record) in moving {
                stored.append(try insert(record, layout: layout, into: &state))
                try database.query(
                    "DELETE FROM record WHERE life = ? AND sequence = ?",
                    [.integer(Int64(old.life)), .integer(sequence)])
            }
            for range in SequenceSet(moving.map { $0.sequence...$0.sequence }).ranges {
                try owe(Report(cause: .renumbered, epoch: old.epoch, lost: range, fromMs: nowMs, toMs: nowMs))
            }
            try save(state)
        }
        epochs[epochs.count - 1] = state
        moved(stored)
        return last
    }
}
