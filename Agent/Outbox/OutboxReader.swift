import Model
import Runtime

/// Reads the records of an outbox beside its owner, for the backlog; confined to one thread.
public final class OutboxReader {
    public enum Item: Sendable, Equatable {
        case record(StoredRecord)
        /// The row is there, but its checksum does not match.
        case damaged(Place)
    }

    private let database: Database

    public init(folder: String) throws(OutboxFailure) {
        database = try Database(path: OutboxSettings(folder: folder).databasePath, access: .readOnly)
        try database.execute("PRAGMA cache_size = -256; PRAGMA mmap_size = 0;")
    }

    /// Up to `limit` records of one epoch within `numbers`, in order. Numbers that are not there are skipped.
    public func records(
        of state: EpochState, _ numbers: ClosedRange<Int64>, limit: Int
    ) throws(OutboxFailure) -> [Item] {
        var items: [Item] = []
        items.reserveCapacity(limit)
        try database.query(
            """
            SELECT sequence, layout, crc, chain, body FROM record
            WHERE life = ? AND sequence BETWEEN ? AND ? ORDER BY sequence LIMIT ?
            """,
            [
                .integer(Int64(state.life)), .integer(numbers.lowerBound), .integer(numbers.upperBound),
                .integer(Int64(limit)),
            ]
        ) { row in
            items.append(OutboxReader.item(row, state))
            return true
        }
        return items
    }

    static func item(_ row: Database.Row, _ state: EpochState) -> Item {
        let place = Place(life: state.life, sequence: row.integer(0))
        let body = row.blob(4)
        guard
            row.integer(2) == Int64(CRC32C.ofRecord(epoch: state.epoch, sequence: place.sequence, bytes: body)),
            row.integer(1) >= 0, row.integer(1) <= 1 << 30
        else { return .damaged(place) }
        return .record(
            StoredRecord(
                place: place, epoch: state.epoch, layout: Int(row.integer(1)),
                chain: UInt64(bitPattern: row.integer(3)), body: body))
    }

    /// The lowest number of an epoch that is still in the file.
    public func firstHeld(of state: EpochState) throws(OutboxFailure) -> Int64? {
        try database.integer(
            "SELECT sequence FROM record WHERE life = ? ORDER BY sequence LIMIT 1", [.integer(Int64(state.life))])
    }

    /// The layouts that records refer to.
    public func layouts() throws(OutboxFailure) -> [Layout] { try Outbox.readLayouts(database) }

    /// Every epoch that still has records, oldest first.
    public func epochs() throws(OutboxFailure) -> [EpochState] { try Outbox.readEpochs(database) }
}
