import Glibc
public import Model
import Runtime

/// What opening an outbox found and did; each is worth a line in the log.
public enum OpeningNote: Sendable, Equatable, CustomStringConvertible {
    case created
    case continued(Epoch)
    case newEpoch(Epoch, why: String)
    /// The damaged file was moved; so many of its records were saved, so many numbers are reported as lost.
    case setAside(path: String, saved: Int, lost: Int64)

    public var description: String {
        switch self {
        case .created: "a new outbox was created"
        case .continued(let epoch): "epoch \(epoch) continues"
        case .newEpoch(let epoch, let why): "epoch \(epoch) begins: \(why)"
        case .setAside(let path, let saved, let lost):
            "the outbox was damaged and is kept at \(path); \(saved) records were saved, \(lost) are reported as lost"
        }
    }
}

extension Outbox {
    /// Opens the outbox of a folder, or creates it; sets a damaged one aside and saves what is readable.
    ///
    /// Takes as long as SQLite's check of the file takes. Fails if another process uses the folder.
    public static func open(
        _ settings: OutboxSettings, nowMs: Int64
    ) throws(OutboxFailure) -> (outbox: Outbox, notes: [OpeningNote]) {
        do throws(OutboxFailure) {
            return try openOnce(settings, nowMs: nowMs)
        } catch {
            // On a full disk what must be noted at the start goes where the ballast was.
            guard error.kind == .full, Ballast(settings).release() else { throw error }
            return try openOnce(settings, nowMs: nowMs)
        }
    }

    private static func openOnce(
        _ settings: OutboxSettings, nowMs: Int64
    ) throws(OutboxFailure) -> (outbox: Outbox, notes: [OpeningNote]) {
        let lock = try takeFolder(settings)
        let mark = Continuity.readMark(settings.markPath)
        var notes: [OpeningNote] = []
        let isNew = access(settings.databasePath, F_OK) != 0
        let database: Database
        do throws(OutboxFailure) {
            database = try openChecked(settings)
        } catch {
            guard error.kind == .damaged else { throw error }
            let salvage = try Salvage.setAside(settings, mark: mark, nowMs: nowMs)
            notes.append(salvage.note)
            database = salvage.database
        }
        var epochs = try readEpochs(database)
        if let why = try breakInContinuity(database, epochs, mark, settings, isNew: isNew, notes: notes) {
            let next = EpochState(
                life: (epochs.last?.life ?? 0) + 1, epoch: try newEpoch(), nextSequence: 1, receipted: 0,
                chain: 0)
            try insertEpoch(next, reason: why, nowMs: nowMs, into: database)
            notes.append(epochs.isEmpty && mark == nil ? .created : .newEpoch(next.epoch, why: why))
            epochs.append(next)
        } else if let last = epochs.last {
            notes.append(.continued(last.epoch))
        }
        try rememberWitness(Continuity.renewWitness(settings.witnessPath), in: database)
        let outbox = Outbox(
            database: database, settings: settings, lock: lock, mark: try MarkFile(path: settings.markPath),
            epochs: epochs, dropped: try readMeta("dropped", from: database) ?? 0,
            made: try readMeta("made", from: database) ?? 0, layouts: try readLayouts(database))
        outbox.graceBytes = try outbox.receiptedBytes()
        if !notes.contains(where: \.isSetAside) { try outbox.oweWhatIsMissing(mark, nowMs: nowMs) }
        outbox.writeMark()
        return (outbox, notes)
    }

    private static func takeFolder(_ settings: OutboxSettings) throws(OutboxFailure) -> ProcessLock {
        do throws(FileFailure) {
            try Files.ensureFolder(settings.folder, mode: 0o700)
            return try ProcessLock(settings.lockPath)
        } catch {
            let kind: OutboxFailure.Kind = error.code == EWOULDBLOCK ? .locked : .configuration
            throw OutboxFailure(kind, doing: "take the folder \(settings.folder)", detail: "\(error)")
        }
    }

    /// Opens, checks that the file is ours and sound, and creates the tables of a new one.
    static func openChecked(_ settings: OutboxSettings) throws(OutboxFailure) -> Database {
        let path = settings.databasePath
        let database = try Database(path: path, access: .readWrite)
        try Schema.configure(
            database, maxBytes: settings.maxBytes,
            synchronous: Sabotage.isOn(.synchronousNormal) ? "NORMAL" : "FULL")
        let application = try database.integer("PRAGMA application_id") ?? 0
        let version = try database.integer("PRAGMA user_version") ?? 0
        let tables = try database.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        if application == 0 && version == 0 && tables == 0 {
            try database.transaction { () throws(OutboxFailure) in
                try database.execute(Schema.create)
                try database.execute(
                    "PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = \(Schema.version)")
            }
            return database
        }
        guard application == Schema.applicationID else {
            throw OutboxFailure(.configuration, doing: "open \(path)", detail: "this is not an outbox")
        }
        guard version == Schema.version else {
            throw OutboxFailure(
                .configuration, doing: "open \(path)",
                detail: "it has format \(version), this program writes format \(Schema.version); use the newer program")
        }
        var verdict = "no answer"
        try database.query("PRAGMA quick_check(1)") { row in
            verdict = row.text(0)
            return false
        }
        guard verdict == "ok" else { throw OutboxFailure(.damaged, doing: "check \(path)", detail: verdict) }
        return database
    }

    /// Why the current epoch may not go on; nil if it may.
    private static func breakInContinuity(
        _ database: Database, _ epochs: [EpochState], _ mark: Continuity.Mark?, _ settings: OutboxSettings, isNew: Bool,
        notes: [OpeningNote]
    ) throws(OutboxFailure) -> String? {
        guard let last = epochs.last else {
            return mark == nil ? "a new outbox" : "the outbox file was gone"
        }
        if Sabotage.isOn(.noEpoch) { return nil }
        if notes.contains(where: \.isSetAside) { return "the outbox was damaged" }
        guard let mark else { return "the mark of the last commit was gone" }
        guard mark.epoch == last.epoch, mark.newest <= last.newest else {
            return "the outbox file is older than the last commit"
        }
        let remembered = try readWitness(database)
        guard let found = Continuity.readWitness(settings.witnessPath), found == remembered else {
            return "the outbox was copied or restored"
        }
        return nil
    }

    /// With the guard broken on purpose, a wiped outbox goes on under its old identity.
    private static func newEpoch() throws(OutboxFailure) -> Epoch {
        if Sabotage.isOn(.noEpoch), let constant = Epoch(bits: 1) { return constant }
        return try randomEpoch()
    }

    static func randomEpoch() throws(OutboxFailure) -> Epoch {
        do throws(SystemFailure) {
            return try Epoch.random()
        } catch {
            throw OutboxFailure(.configuration, doing: "draw a random epoch", detail: "\(error)")
        }
    }

    /// Reports the numbers that were given and that this file does not know: exactly if the mark is newer than the
    /// file, else, after a restored copy, as "whatever followed": only the collector can know how far that went.
    private func oweWhatIsMissing(_ mark: Continuity.Mark?, nowMs: Int64) throws(OutboxFailure) {
        guard !Sabotage.isOn(.noEpoch) else { return }
        var lost: (epoch: Epoch, numbers: ClosedRange<Int64>)?
        let known = mark.flatMap { mark in epochs.first { $0.epoch == mark.epoch } }
        if let mark, mark.newest > (known?.newest ?? 0) {
            let first = max(known?.newest ?? 0, mark.receipted) + 1
            if first <= mark.newest { lost = (mark.epoch, first...mark.newest) }
        } else if current.newest == 0, epochs.count > 1 {
            let last = epochs[epochs.count - 2]
            lost = (last.epoch, last.nextSequence...Int64.max)
        }
        guard let lost else { return }
        try owe(Report(cause: .setAside, epoch: lost.epoch, lost: lost.numbers, fromMs: nowMs, toMs: nowMs))
    }

    // MARK: - Reading the file's own tables

    static func readEpochs(_ database: Database) throws(OutboxFailure) -> [EpochState] {
        var epochs: [EpochState] = []
        try database.query("SELECT life, bits, next_sequence, receipted, chain FROM epoch ORDER BY life") {
            (row) throws(OutboxFailure) in
            let next = row.integer(2)
            guard let epoch = Epoch(bits: UInt64(bitPattern: row.integer(1))), row.integer(0) >= 1, next >= 1,
                row.integer(3) >= 0, row.integer(3) < next
            else {
                throw OutboxFailure(
                    .damaged, doing: "read the epochs", detail: "impossible values in life \(row.integer(0))")
            }
            epochs.append(
                EpochState(
                    life: Int(row.integer(0)), epoch: epoch, nextSequence: next, receipted: row.integer(3),
                    chain: UInt64(bitPattern: row.integer(4))))
            return true
        }
        return epochs
    }

    static func readLayouts(_ database: Database) throws(OutboxFailure) -> [Layout] {
        var layouts: [Layout] = []
        try database.query("SELECT id, asset, kind, signal_group, signals FROM layout ORDER BY id") { row in
            layouts.append(
                Layout(
                    id: Int(row.integer(0)), asset: row.text(1), kind: row.text(2), group: Int(row.integer(3)),
                    signals: row.text(4).split(separator: "\n").map(String.init)))
            return true
        }
        return layouts
    }

    func receiptedBytes() throws(OutboxFailure) -> Int64 {
        var bytes: Int64 = 0
        for state in epochs {
            bytes +=
                try database.integer(
                    "SELECT coalesce(sum(length(body)), 0) FROM record WHERE life = ? AND sequence <= ?",
                    [.integer(Int64(state.life)), .integer(state.receipted)]) ?? 0
        }
        return bytes
    }

    private static func readWitness(_ database: Database) throws(OutboxFailure) -> Continuity.Witness? {
        var text: String?
        try database.query("SELECT value FROM meta WHERE name = 'witness'") { row in
            text = row.text(0)
            return false
        }
        guard let text, let time = try readMeta("witness_change_time_ns", from: database) else { return nil }
        return .init(text: text, changeTimeNs: time)
    }

    private static func rememberWitness(
        _ witness: Continuity.Witness, in database: Database
    ) throws(OutboxFailure) {
        try database.transaction { () throws(OutboxFailure) in
            try writeMeta("witness", .text(witness.text), to: database)
            try writeMeta("witness_change_time_ns", .integer(witness.changeTimeNs), to: database)
        }
    }
}

extension OpeningNote {
    fileprivate var isSetAside: Bool { if case .setAside = self { true } else { false } }
}
