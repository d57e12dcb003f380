import Glibc
public import Model
import Runtime

/// How the outbox stays within its size, and what gives way when it cannot.
extension Outbox {
    /// Most rows deleted in one transaction: bounds the write-ahead log and the tick.
    private static let chunk: Int64 = 2_000
    /// The same where the disk may be full: a deletion that needs more of the log than there is room for would never
    /// succeed.
    private static let chunkInShortage: Int64 = 100
    /// Rows dropped at a time, so that a full outbox does not pay for every new reading.
    private static let dropChunk = 64

    /// Deletes the oldest receipted records while more than `limit` bytes of them are kept; returns the bytes freed.
    func purge(
        _ states: [EpochState], toBytes limit: Int64, from kept: Int64, most: Int64 = chunk
    ) throws(OutboxFailure) -> Int64 {
        guard kept > limit else { return 0 }
        var freed: Int64 = 0
        for state in states {
            var through: Int64?
            try database.query(
                "SELECT sequence, length(body) FROM record WHERE life = ? AND sequence <= ? ORDER BY sequence LIMIT ?",
                [.integer(Int64(state.life)), .integer(state.receipted), .integer(most)]
            ) { row in
                guard kept - freed > limit else { return false }
                through = row.integer(0)
                freed += row.integer(1)
                return true
            }
            if let through {
                try database.query(
                    "DELETE FROM record WHERE life = ? AND sequence <= ?",
                    [.integer(Int64(state.life)), .integer(through)])
            }
            if kept - freed <= limit { break }
        }
        return freed
    }

    /// After `.full`: frees something. False when nothing more may give way.
    func makeRoom() throws(OutboxFailure) -> Bool {
        if graceBytes > 0 {
            let freed = try database.transaction { () throws(OutboxFailure) -> Int64 in
                try purge(epochs, toBytes: 0, from: graceBytes, most: Outbox.chunkInShortage)
            }
            graceBytes = max(0, graceBytes - freed)
            if freed > 0 { return true }
        }
        guard settings.whenFull == .dropOldest else { return false }
        return try dropOldest()
    }

    private func dropOldest() throws(OutboxFailure) -> Bool {
        var victims: [Place] = []
        try database.query(
            """
            SELECT life, sequence FROM record WHERE layout <> ? AND substr(body, 1, 1) <> ?
            ORDER BY life, sequence LIMIT ?
            """,
            [
                .integer(Int64(Layout.report)), .blob([RecordCoding.noteTag]), .integer(Int64(Outbox.dropChunk)),
            ]
        ) { row in
            victims.append(Place(life: Int(row.integer(0)), sequence: row.integer(1)))
            return true
        }
        guard !victims.isEmpty else { return false }
        let nowMs = Clock.wallMs()
        try database.transaction { () throws(OutboxFailure) in
            for range in victims.contiguousRanges {
                guard let state = epochs.first(where: { $0.life == range.life }) else { continue }
                try database.query(
                    "DELETE FROM record WHERE life = ? AND sequence BETWEEN ? AND ?",
                    [
                        .integer(Int64(range.life)), .integer(range.numbers.lowerBound),
                        .integer(range.numbers.upperBound),
                    ])
                try owe(
                    Report(
                        cause: .outboxFull, epoch: state.epoch, lost: range.numbers, fromMs: nowMs, toMs: nowMs))
            }
            try setMeta("dropped", .integer(dropped + Int64(victims.count)))
        }
        dropped += Int64(victims.count)
        return true
    }

    // MARK: - Owed reports

    /// Notes a report to be sent when somebody is there to receive it; neighbours of one cause become one.
    public func owe(_ report: Report) throws(OutboxFailure) { try Outbox.owe(report, in: database) }

    static func owe(_ report: Report, in database: Database) throws(OutboxFailure) {
        let epochBits = Database.Value.integer(Int64(bitPattern: report.epoch.bits))
        if let lost = report.lost {
            try database.query(
                "UPDATE owed SET last = ?, to_ms = ? WHERE cause = ? AND epoch = ? AND last = ?",
                [
                    .integer(lost.upperBound), .integer(report.toMs), .text(report.cause.rawValue), epochBits,
                    .integer(lost.lowerBound - 1),
                ])
            if database.changes > 0 { return }
        }
        try database.query(
            "INSERT INTO owed(cause, epoch, first, last, from_ms, to_ms, ticks) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                .text(report.cause.rawValue), epochBits, report.lost.map { .integer($0.lowerBound) } ?? .null,
                report.lost.map { .integer($0.upperBound) } ?? .null, .integer(report.fromMs),
                .integer(report.toMs), .integer(report.ticks),
            ])
    }

    /// Notes a record that turned out to be unreadable, and takes it out of the way.
    public func declareDamaged(_ places: [Place], nowMs: Int64) throws(OutboxFailure) {
        try database.transaction { () throws(OutboxFailure) in
            for range in places.contiguousRanges {
                guard let state = epochs.first(where: { $0.life == range.life }) else { continue }
                try database.query(
                    "DELETE FROM record WHERE life = ? AND sequence BETWEEN ? AND ?",
                    [
                        .integer(Int64(range.life)), .integer(range.numbers.lowerBound),
                        .integer(range.numbers.upperBound),
                    ])
                try owe(
                    Report(cause: .damaged, epoch: state.epoch, lost: range.numbers, fromMs: nowMs, toMs: nowMs))
            }
        }
    }

    public func owedReports() throws(OutboxFailure) -> [Report] { try owedRows().map(\.report) }

    func insertOwedReports(into state: inout EpochState) throws(OutboxFailure) -> [StoredRecord] {
        var stored: [StoredRecord] = []
        for (id, report) in try owedRows() {
            stored.append(try insert(.report(report), layout: Layout.report, into: &state))
            try database.query("DELETE FROM owed WHERE id = ?", [.integer(id)])
        }
        return stored
    }

    private func owedRows() throws(OutboxFailure) -> [(id: Int64, report: Report)] {
        var owed: [(Int64, Report)] = []
        try database.query(
            "SELECT id, cause, epoch, first, last, from_ms, to_ms, ticks FROM owed ORDER BY id LIMIT 256"
        ) { row in
            guard let cause = Report.Cause(rawValue: row.text(1)),
                let epoch = Epoch(bits: UInt64(bitPattern: row.integer(2)))
            else { return true }
            let hasRange = !row.isNull(3) && !row.isNull(4) && row.integer(3) <= row.integer(4)
            owed.append(
                (
                    row.integer(0),
                    Report(
                        cause: cause, epoch: epoch, lost: hasRange ? row.integer(3)...row.integer(4) : nil,
                        fromMs: row.integer(5), toMs: row.integer(6), ticks: row.integer(7))
                ))
            return true
        }
        return owed
    }
}

extension [Place] {
    /// Runs of consecutive numbers of one life; the places must be in order.
    var contiguousRanges: [(life: Int, numbers: ClosedRange<Int64>)] {
        var ranges: [(life: Int, numbers: ClosedRange<Int64>)] = []
        for place in self {
            if let last = ranges.last, last.life == place.life, last.numbers.upperBound + 1 == place.sequence {
                ranges[ranges.count - 1].numbers = last.numbers.lowerBound...place.sequence
            } else {
                ranges.append((place.life, place.sequence...place.sequence))
            }
        }
        return ranges
    }
}
