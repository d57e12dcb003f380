import CSQLite
import Glibc
public import Model
import Runtime

/// The agent's store of accepted readings: a record is in it from the moment it is accepted until its receipt.
///
/// One thread owns it. Each commit is one durable transaction; after `commit` returns, a power cut loses nothing.
/// Another thread may read through an `OutboxReader`.
public final class Outbox {
    let database: Database
    let settings: OutboxSettings
    private let lock: ProcessLock
    private var mark: MarkFile?
    private let ballast: Ballast
    /// The most pages that SQLite may give the file at present.
    private var pageLimit: Int64

    /// Every epoch that still has records, oldest first; the last one numbers new records.
    public internal(set) var epochs: [EpochState]
    /// Bytes of receipted records that are still kept.
    var graceBytes: Int64 = 0
    /// Records dropped by the policy since the outbox was created.
    public internal(set) var dropped: Int64
    /// Records accepted since the outbox was created.
    public private(set) var made: Int64
    var layouts: [Layout]

    public var current: EpochState { epochs[epochs.count - 1] }

    init(
        database: Database, settings: OutboxSettings, lock: ProcessLock, mark: MarkFile, epochs: [EpochState],
        dropped: Int64, made: Int64, layouts: [Layout]
    ) {
        self.database = database
        self.settings = settings
        self.lock = lock
        self.mark = mark
        self.epochs = epochs
        self.dropped = dropped
        self.made = made
        self.layouts = layouts
        ballast = Ballast(settings)
        ballast.refill()
        pageLimit = settings.maxBytes / Schema.pageBytes
    }

    // MARK: - Committing

    /// What one tick wants to be durable, all or nothing.
    public struct Tick: Sendable {
        public var records: [(layout: Int, record: Record)] = []
        /// Receipts to apply: everything of that life up to that number.
        public var receipted: [Place] = []
        /// Reports to be sent as soon as somebody is there to receive them.
        public var owed: [Report] = []
        /// The tick these records are of.
        public var mark: TickMark?
        /// The simulator's state after this tick, if it is to be saved now.
        public var checkpoint: Checkpoint?
        /// Turns owed reports into records: set while somebody is there to receive them.
        public var sendsOwedReports = false
        public init() {}
    }

    /// Commits a tick and returns its records with their numbers, reports included.
    ///
    /// On failure nothing of the tick's records is stored and no number is used up. `.full` has already tried
    /// everything that the policy allows.
    public func commit(_ tick: Tick) throws(OutboxFailure) -> [StoredRecord] {
        do throws(OutboxFailure) {
            try limitGrowth()
            let stored = try attempt(tick)
            ballast.refill()
            return stored
        } catch {
            guard error.kind == .full else { throw error }
            return try commitInShortage(tick, error)
        }
    }

    /// Receipts first, for they make room; then whatever the policy lets go.
    private func commitInShortage(
        _ tick: Tick, _ shortage: OutboxFailure
    ) throws(OutboxFailure) -> [StoredRecord] {
        var rest = tick
        if !tick.receipted.isEmpty {
            var receipts = Tick()
            receipts.receipted = tick.receipted
            _ = try withBallast { () throws(OutboxFailure) in try attempt(receipts) }
            rest.receipted = []
        }
        // Each round frees at least one record or gives up.
        while try withBallast({ () throws(OutboxFailure) in try makeRoom() }) {
            do throws(OutboxFailure) {
                return try attempt(rest)
            } catch {
                guard error.kind == .full else { throw error }
            }
        }
        throw shortage
    }

    /// Lets the file grow only while the disk has room to spare. Beyond that SQLite refuses a new page before it writes
    /// anything; a write that fails for want of room would leave the log in the way of everything else.
    private func limitGrowth() throws(OutboxFailure) {
        let most = settings.maxBytes / Schema.pageBytes
        var limit = most
        // No commit grows the file by so much.
        if let roughly = ballast.growth(databaseBytes: 0), roughly < 64 << 20 {
            let pages = try database.integer("PRAGMA page_count") ?? 0
            let growth = ballast.growth(databaseBytes: pages * Schema.pageBytes) ?? 0
            limit = min(most, max(1, pages + growth / Schema.pageBytes))
        }
        guard limit != pageLimit else { return }
        try database.execute("PRAGMA max_page_count = \(limit)")
        pageLimit = limit
    }

    /// On a disk without a free block even a deletion fails, for it must be logged first: then the ballast gives way.
    private func withBallast<T>(_ body: () throws(OutboxFailure) -> T) throws(OutboxFailure) -> T {
        do throws(OutboxFailure) {
            return try body()
        } catch {
            guard error.kind == .full, ballast.release() else { throw error }
            return try body()
        }
    }

    private func attempt(_ tick: Tick) throws(OutboxFailure) -> [StoredRecord] {
        var states = epochs
        var grace = graceBytes
        let stored = try database.transaction { () throws(OutboxFailure) in
            for receipt in tick.receipted { grace += try apply(receipt, to: &states) }
            let latest = states.count - 1
            var stored: [StoredRecord] = []
            for (layout, record) in tick.records {
                stored.append(try insert(record, layout: layout, into: &states[latest]))
            }
            for report in tick.owed { try owe(report) }
            if tick.sendsOwedReports { stored += try insertOwedReports(into: &states[latest]) }
            if !stored.isEmpty {
                try save(states[latest])
                try setMeta("made", .integer(made + Int64(stored.count)))
            }
            if let mark = tick.mark { try save(mark) }
            if let checkpoint = tick.checkpoint { try save(checkpoint) }
            grace -= try purge(states, toBytes: settings.graceBytes, from: grace)
            states = try forgetFinished(states)
            return stored
        }
        epochs = states
        made += Int64(stored.count)
        graceBytes = grace
        writeMark()
        return stored
    }

    func insert(
        _ record: Record, layout: Int, into state: inout EpochState
    ) throws(OutboxFailure) -> StoredRecord {
        let body = RecordCoding.encode(record)
        let sequence = state.nextSequence
        let chain = ChainHash.next(after: state.chain, epoch: state.epoch, sequence: sequence, record: body)
        let stored = StoredRecord(
            place: Place(life: state.life, sequence: sequence), epoch: state.epoch, layout: layout, chain: chain,
            body: body)
        try Outbox.insertRow(stored, into: database)
        state.nextSequence = sequence + 1
        state.chain = chain
        return stored
    }

    static func insertRow(_ stored: StoredRecord, into database: Database) throws(OutboxFailure) {
        let crc = CRC32C.ofRecord(epoch: stored.epoch, sequence: stored.sequence, bytes: stored.body)
        try database.query(
            "INSERT INTO record(life, sequence, layout, crc, chain, body) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .integer(Int64(stored.place.life)), .integer(stored.sequence), .integer(Int64(stored.layout)),
                .integer(Int64(crc)), .integer(Int64(bitPattern: stored.chain)), .blob(stored.body),
            ])
    }

    func save(_ state: EpochState) throws(OutboxFailure) {
        try database.query(
            "UPDATE epoch SET next_sequence = ?, receipted = ?, chain = ? WHERE life = ?",
            [
                .integer(state.nextSequence), .integer(state.receipted), .integer(Int64(bitPattern: state.chain)),
                .integer(Int64(state.life)),
            ])
    }

    /// Moves the receipted mark and returns the bytes that have thereby become dispensable.
    private func apply(_ receipt: Place, to states: inout [EpochState]) throws(OutboxFailure) -> Int64 {
        guard let index = states.firstIndex(where: { $0.life == receipt.life }) else { return 0 }
        let through = min(receipt.sequence, states[index].newest)
        guard through > states[index].receipted else { return 0 }
        let bytes = try database.integer(
            "SELECT coalesce(sum(length(body)), 0) FROM record WHERE life = ? AND sequence > ? AND sequence <= ?",
            [.integer(Int64(receipt.life)), .integer(states[index].receipted), .integer(through)])
        states[index].receipted = through
        try save(states[index])
        return bytes ?? 0
    }

    /// An old epoch whose every record has a receipt, and is purged, is of no more use.
    private func forgetFinished(_ states: [EpochState]) throws(OutboxFailure) -> [EpochState] {
        var kept: [EpochState] = []
        for state in states {
            let isCurrent = state.life == states[states.count - 1].life
            let isEmpty = try firstHeld(of: state) == nil
            if !isCurrent && isEmpty && state.receipted >= state.newest {
                try database.query("DELETE FROM epoch WHERE life = ?", [.integer(Int64(state.life))])
            } else {
                kept.append(state)
            }
        }
        return kept
    }

    func writeMark() {
        do throws(OutboxFailure) {
            try mark?.write(
                .init(epoch: current.epoch, newest: current.newest, receipted: current.receipted))
        } catch {
            // Without a mark the next start begins a new epoch, which is always safe; an outdated one might not be.
            mark = nil
            unlink(settings.markPath)
        }
    }

    /// The collector has lost what it had from this place on: it counts as unreceipted again.
    public func withdrawReceipts(from place: Place) throws(OutboxFailure) {
        guard let index = epochs.firstIndex(where: { $0.life == place.life }), place.sequence >= 1,
            epochs[index].receipted >= place.sequence
        else { return }
        var state = epochs[index]
        state.receipted = place.sequence - 1
        try save(state)
        epochs[index] = state
        graceBytes = try receiptedBytes()
        writeMark()
    }

    // MARK: - What is held

    /// The lowest number of an epoch that is still in the file.
    public func firstHeld(of state: EpochState) throws(OutboxFailure) -> Int64? {
        try database.integer(
            "SELECT sequence FROM record WHERE life = ? ORDER BY sequence LIMIT 1", [.integer(Int64(state.life))])
    }

    /// Whether everything accepted has its receipt, and nothing is left to be reported.
    public func isSettled() throws(OutboxFailure) -> Bool {
        guard epochs.allSatisfy({ $0.receipted >= $0.newest }) else { return false }
        return try owedReports().isEmpty
    }

    /// Bytes of the file in use, free pages not counted.
    public func usedBytes() throws(OutboxFailure) -> Int64 {
        let pages = try database.integer("PRAGMA page_count") ?? 0
        let free = try database.integer("PRAGMA freelist_count") ?? 0
        return (pages - free) * Schema.pageBytes
    }
}
