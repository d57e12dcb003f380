import Model
import Postgres
import Sparkplug

/// Everything that one transaction stores, and what follows from its commit.
///
/// Handed from the ingest thread to the writer as a whole: only one of them has it at a time.
final class CommitBatch: @unchecked Sendable {
    var telemetry = CopyBuffer(capacity: 1 << 16)
    /// Rows of plain nodes: they may be there already.
    var plainTelemetry = CopyBuffer(capacity: 0)
    var health = CopyBuffer(capacity: 0)
    var days: Set<Day> = []
    var minutes: Set<Rollups.Minute> = []
    /// By stream number.
    var streams: [Int32: StreamDelta] = [:]
    /// The conditions of assets' alarms, by asset number.
    var alarmStates: [Int32: AlarmStateEntry] = [:]
    private(set) var alarms: [AlarmNews] = []
    private(set) var faults: [FaultEntry] = []
    private(set) var losses: [LossEntry] = []
    private(set) var notes: [NoteEntry] = []
    private(set) var quarantine: [QuarantineEntry] = []
    private(set) var events: [EventEntry] = []
    private(set) var anomalies: [AnomalyEntry] = []
    private(set) var analyses: [AnalysisEntry] = []
    /// Records that came again: the writer compares them with what is stored.
    private(set) var repeats: [RepeatedRecord] = []
    /// The leases on which all of this rests.
    var leases: [String: Leases.Lease] = [:]
    /// For the feed, in order.
    private(set) var frames: [CommittedFrame] = []
    private(set) var alerts: [CommittedAlert] = []
    /// Where each row of `telemetry` and of `plainTelemetry` comes from, in the order of the rows.
    private(set) var telemetryRows: [RowOrigin] = []
    private(set) var plainRows: [RowOrigin] = []
    private(set) var extraBytes = 0
    private var sources: [MessageBatch] = []
    private var newestSource = 0

    /// About what it holds in memory.
    var bytes: Int { telemetry.count + plainTelemetry.count + health.count + extraBytes + streams.count * 512 }

    var isEmpty: Bool {
        telemetry.rowCount == 0 && plainTelemetry.rowCount == 0 && health.rowCount == 0 && streams.isEmpty
            && anomalies.isEmpty && analyses.isEmpty && alarms.isEmpty && alarmStates.isEmpty && faults.isEmpty
            && losses.isEmpty
            && notes.isEmpty && quarantine.isEmpty && events.isEmpty && repeats.isEmpty
    }

    func add(_ fault: FaultEntry) {
        faults.append(fault)
        extraBytes += 2_048
    }

    func add(_ news: AlarmNews) {
        alarms.append(news)
        extraBytes += 512
    }

    func add(_ loss: LossEntry) {
        losses.append(loss)
        extraBytes += 256
    }

    func add(_ note: NoteEntry) {
        notes.append(note)
        extraBytes += 512 + note.text.utf8.count
    }

    func add(_ event: EventEntry, _ alert: CommittedAlert) {
        events.append(event)
        alerts.append(alert)
        extraBytes += 512 + event.message.utf8.count + event.detail.utf8.count
    }

    func add(_ anomaly: AnomalyEntry) {
        anomalies.append(anomaly)
        extraBytes += 512 + anomaly.detail.utf8.count
    }

    func add(_ entry: AnalysisEntry) {
        analyses.append(entry)
        extraBytes += 128 + (entry.state?.count ?? 0)
    }

    func add(_ entry: QuarantineEntry) {
        quarantine.append(entry)
        extraBytes += entry.payload.count + 512
    }

    /// After its row: the frame for the feed, and where both come from.
    func add(_ frame: CommittedFrame, of stream: Int32, chain: UInt64?, _ source: MessageSource) {
        let origin = RowOrigin(
            stream: stream, sequence: frame.epochBits == 0 ? nil : frame.sequence, chain: chain, frame: frames.count,
            message: place(of: source))
        if frame.epochBits == 0 { plainRows.append(origin) } else { telemetryRows.append(origin) }
        frames.append(frame)
        extraBytes += 64 + frame.values.count * 8 + MemoryLayout<RowOrigin>.stride
    }

    /// Keeps the message, together with those that it came with, until the batch is stored.
    func place(of source: MessageSource) -> MessagePlace {
        if source.number != newestSource {
            sources.append(source.messages)
            newestSource = source.number
            extraBytes += source.messages.bytes.count
        }
        return MessagePlace(source: sources.count - 1, entry: source.entry)
    }

    func message(_ place: MessagePlace) -> (topic: String, payload: [UInt8]) {
        guard sources.indices.contains(place.source) else { return ("", []) }
        return sources[place.source].message(place.entry)
    }

    func add(_ record: RepeatedRecord) {
        repeats.append(record)
        extraBytes += record.payload.count + 512
    }
}
