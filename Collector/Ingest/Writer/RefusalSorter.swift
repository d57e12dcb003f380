import Model
import Postgres

/// What a piecewise transaction has left out of its batch.
struct Refusals {
    /// Of the batch's frames, by place: not stored.
    var frames: Set<Int> = []
    /// Numbers that are neither stored nor set aside: the agents send them again.
    var unsettled: [StreamID: SequenceSet] = [:]
    /// Records and messages that were set aside.
    var setAside = 0
    /// Notes that were dropped, each with the reason.
    var dropped: [String] = []
    /// What is told about it.
    var events: [EventEntry] = []
}

/// Takes what PostgreSQL refuses out of a batch: what is to be set aside, what stays open, and how that changes the
/// streams' rows.
struct RefusalSorter {
    private let batch: CommitBatch
    private(set) var deltas: [Int32: StreamDelta]
    private(set) var refusals = Refusals()
    /// Rows that are there already.
    private(set) var repeats: [RepeatedRecord] = []
    /// What is to be set aside.
    private(set) var poison: [QuarantineEntry] = []

    init(_ batch: CommitBatch, deltas: [Int32: StreamDelta]) {
        self.batch = batch
        self.deltas = deltas
    }

    /// A row that is refused; without a reason it is left for another batch.
    mutating func take(row: RowOrigin, _ failure: PostgresFailure?) {
        let frame = batch.frames[row.frame]
        refusals.frames.insert(row.frame)
        if row.sequence != nil {
            deltas[row.stream]?.frames -= 1
            deltas[row.stream]?.readings -= Int64(frame.values.count)
        }
        guard let failure else { return leave(row.stream, row.sequence) }
        let id = row.sequence == nil ? nil : deltas[row.stream]?.id
        let (topic, payload) = batch.message(row.message)
        if let id, let sequence = row.sequence, failure.sqlState == .uniqueViolation {
            deltas[row.stream]?.duplicates += 1
            repeats.append(
                RepeatedRecord(
                    stream: row.stream, asset: frame.asset.number, timeMs: frame.timeMs, epoch: id.epoch,
                    sequence: sequence, chain: row.chain, site: id.site, agent: id.agent,
                    device: RefusalSorter.device(topic), topic: topic, payload: payload))
            return
        }
        poison.append(
            QuarantineEntry(
                settledIn: id == nil ? nil : row.stream, site: frame.asset.site, agent: frame.asset.agent,
                device: RefusalSorter.device(topic), epoch: id?.epoch, sequence: row.sequence, timeMs: frame.timeMs,
                reason: "\(failure)", topic: topic, payload: payload))
    }

    /// A report that is refused.
    mutating func take(report: RecordOrigin, _ failure: PostgresFailure, of loss: LossEntry) {
        deltas[report.stream]?.reports -= 1
        poison.append(entry(report, failure, site: loss.site, agent: loss.agent, device: nil, timeMs: loss.toMs))
    }

    /// A note that is refused.
    mutating func take(_ note: NoteEntry, _ failure: PostgresFailure) {
        poison.append(
            entry(
                note.origin, failure, site: note.site, agent: note.agent, device: note.device, timeMs: note.timeMs))
    }

    private func entry(
        _ record: RecordOrigin, _ failure: PostgresFailure, site: String, agent: String, device: String?,
        timeMs: Int64
    ) -> QuarantineEntry {
        let (topic, payload) = batch.message(record.message)
        return QuarantineEntry(
            settledIn: record.stream, site: site, agent: agent, device: device, epoch: record.epoch,
            sequence: record.sequence, timeMs: timeMs, reason: "\(failure)", topic: topic, payload: payload)
    }

    /// The entry is in quarantine now.
    mutating func wasSetAside(_ entry: QuarantineEntry) {
        refusals.setAside += 1
        if let stream = entry.settledIn { deltas[stream]?.quarantined += 1 }
    }

    /// The entry could not be set aside; `wasCounted`: the batch says that it was.
    mutating func leave(_ entry: QuarantineEntry, wasCounted: Bool = false) {
        guard let stream = entry.settledIn else { return }
        if wasCounted { deltas[stream]?.quarantined -= 1 }
        leave(stream, entry.sequence)
    }

    private mutating func leave(_ stream: Int32, _ sequence: Int64?) {
        guard let sequence, let id = deltas[stream]?.id else { return }
        deltas[stream]?.committed.remove(sequence...sequence)
        refusals.unsettled[id, default: SequenceSet()].insert(sequence)
    }

    mutating func add(_ event: EventEntry) { refusals.events.append(event) }

    mutating func drop(_ what: String, _ failure: PostgresFailure?) {
        refusals.dropped.append("\(what): \(failure.map { "\($0)" } ?? "too many are refused")")
    }

    /// Nil for a topic of the node itself.
    private static func device(_ topic: String) -> String? {
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
        return levels.count == 5 ? String(levels[4]) : nil
    }
}
