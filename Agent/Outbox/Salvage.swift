import Glibc
import Model
import Runtime

/// Rescues what is readable from a damaged outbox into a new one: damage costs only the damaged rows.
///
/// The old file is moved, never deleted. Records keep their epoch and number, so that whatever the collector has of
/// them already is refused as a duplicate; every number that should be there and is not is owed as a loss report.
enum Salvage {
    struct Result {
        let database: Database
        let note: OpeningNote
    }

    static func setAside(
        _ settings: OutboxSettings, mark: Continuity.Mark?, nowMs: Int64
    ) throws(OutboxFailure) -> Result {
        let path = try moveAside(settings, nowMs: nowMs)
        let database = try Outbox.openChecked(settings)
        var saved = 0
        var lost: Int64 = 0
        // A file whose very header is gone cannot be opened: then only the mark tells what is missing.
        if let old = try? Database(path: path, access: .readOnly) {
            // Or a file that is shorter than it says would be refused as a whole.
            try? old.execute("PRAGMA writable_schema = ON")
            copyLayouts(from: old, to: database)
            for state in knownEpochs(old, mark) {
                let outcome = try copyRecords(of: state, from: old, to: database, nowMs: nowMs)
                saved += outcome.saved
                lost += outcome.lost
            }
        } else if let mark, mark.receipted < mark.newest {
            let state = EpochState(
                life: 1, epoch: mark.epoch, nextSequence: mark.newest + 1, receipted: mark.receipted, chain: 0)
            try Outbox.insertEpoch(state, reason: "set aside", nowMs: nowMs, into: database)
            try owe(SequenceSet(mark.receipted + 1...mark.newest), of: mark.epoch, nowMs: nowMs, to: database)
            lost = mark.newest - mark.receipted
        }
        return Result(database: database, note: .setAside(path: path, saved: saved, lost: lost))
    }

    private static func moveAside(_ settings: OutboxSettings, nowMs: Int64) throws(OutboxFailure) -> String {
        do {
            try Files.ensureFolder(settings.setAsideFolder, mode: 0o700)
        } catch {
            throw OutboxFailure(.configuration, doing: "prepare \(settings.setAsideFolder)", detail: "\(error)")
        }
        let target = "\(settings.setAsideFolder)/outbox-\(nowMs).db"
        // The log belongs to the file: it may hold the newest commits.
        for suffix in ["", "-wal", "-shm"] where access(settings.databasePath + suffix, F_OK) == 0 {
            guard rename(settings.databasePath + suffix, target + suffix) == 0 else {
                throw Continuity.systemFailure("move \(settings.databasePath + suffix) to \(target + suffix)")
            }
        }
        return target
    }

    private static func knownEpochs(_ old: Database, _ mark: Continuity.Mark?) -> [EpochState] {
        var epochs = (try? Outbox.readEpochs(old)) ?? []
        guard let mark else { return epochs }
        if let index = epochs.firstIndex(where: { $0.epoch == mark.epoch }) {
            epochs[index].nextSequence = max(epochs[index].nextSequence, mark.newest + 1)
        } else {
            let life = (epochs.last?.life ?? 0) + 1
            epochs.append(
                EpochState(
                    life: life, epoch: mark.epoch, nextSequence: mark.newest + 1, receipted: mark.receipted, chain: 0))
        }
        return epochs
    }

    private static func copyLayouts(from old: Database, to new: Database) {
        guard let layouts = try? Outbox.readLayouts(old) else { return }
        for layout in layouts {
            // A layout that cannot be copied is made again from the configuration, in the same order.
            try? new.query(
                "INSERT INTO layout(id, asset, kind, signal_group, signals) VALUES (?, ?, ?, ?, ?)",
                [
                    .integer(Int64(layout.id)), .text(layout.asset), .text(layout.kind),
                    .integer(Int64(layout.group)), .text(layout.signals.joined(separator: "\n")),
                ])
        }
    }

    /// One look-up per number: a broken page then costs the rows on it and no others.
    private static func copyRecords(
        of state: EpochState, from old: Database, to new: Database, nowMs: Int64
    ) throws(OutboxFailure) -> (saved: Int, lost: Int64) {
        try Outbox.insertEpoch(state, reason: "set aside", nowMs: nowMs, into: new)
        var saved = 0
        var missing = SequenceSet()
        var next = state.receipted + 1
        while next <= state.newest {
            let chunk = next...min(next + 999, state.newest)
            next = chunk.upperBound + 1
            try new.transaction { () throws(OutboxFailure) in
                for number in chunk {
                    if let record = readable(number, of: state, in: old) {
                        try Outbox.insertRow(record, into: new)
                        saved += 1
                    } else {
                        missing.insert(number)
                    }
                }
            }
        }
        try owe(missing, of: state.epoch, nowMs: nowMs, to: new)
        return (saved, missing.count)
    }

    private static func readable(_ number: Int64, of state: EpochState, in old: Database) -> StoredRecord? {
        var found: OutboxReader.Item?
        // An error here is the damage itself: the number counts as missing.
        try? old.query(
            "SELECT sequence, layout, crc, chain, body FROM record WHERE life = ? AND sequence = ?",
            [.integer(Int64(state.life)), .integer(number)]
        ) { row in
            found = OutboxReader.item(row, state)
            return false
        }
        guard case .record(let record) = found, (try? RecordCoding.decode(record.body)) != nil else { return nil }
        return record
    }

    private static func owe(
        _ missing: SequenceSet, of epoch: Epoch, nowMs: Int64, to database: Database
    ) throws(OutboxFailure) {
        try database.transaction { () throws(OutboxFailure) in
            for range in missing.ranges {
                try Outbox.owe(
                    Report(cause: .damaged, epoch: epoch, lost: range, fromMs: nowMs, toMs: nowMs), in: database)
            }
        }
    }
}
