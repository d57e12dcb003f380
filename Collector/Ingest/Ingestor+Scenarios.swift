import Model
import Postgres
import Runtime
import Scenarios

/// Notes of our agents, each exactly once: what has become of scenarios.
extension Ingestor {
    func take(_ note: Note, of asset: AssetState, _ device: String, _ stream: StreamState, _ sequence: Int64) {
        if stream.lost.contains(sequence) { stream.lost.remove(sequence...sequence) }
        change(stream) { delta in
            delta.committed.insert(sequence)
            delta.made = max(delta.made, sequence)
        }
        let scenario = ScenarioNote(note.text)
        batch.add(
            NoteEntry(
                asset: asset.info.number, site: stream.id.site, agent: stream.id.agent, device: device,
                timeMs: PostgresTime.clamped(note.timeMs), text: note.text, scenario: scenario,
                origin: RecordOrigin(
                    stream: stream.number, epoch: stream.id.epoch, sequence: sequence, chain: reading.head.chain,
                    message: batch.place(of: source))))
        if let scenario { tell(scenario, note, asset, stream) }
    }

    /// As an event, in the transaction of the note itself: exactly as often, and not bounded by the hour.
    private func tell(_ scenario: ScenarioNote, _ note: Note, _ asset: AssetState, _ stream: StreamState) {
        let what = "\(scenario.title) (severity \(Ingestor.short(scenario.severity)))"
        var occurredMs = note.timeMs
        let message: String
        switch scenario.phase {
        case .accepted: message = "\(what) will begin on \(asset.info.id), started by \(scenario.by)"
        case .onset:
            occurredMs = scenario.onsetMs ?? occurredMs
            message = "\(what) begins on \(asset.info.id), started by \(scenario.by)"
        case .stopped:
            occurredMs = scenario.stoppedMs ?? occurredMs
            message = "\(what) on \(asset.info.id) is stopped by \(scenario.stoppedBy ?? "somebody")"
        case .ended:
            occurredMs = scenario.endedMs ?? occurredMs
            message = "\(what) on \(asset.info.id) is over" + (scenario.reason.map { ": \($0)" } ?? "")
        case .refused: message = "\(what) was refused on \(asset.info.id): \(scenario.reason ?? "no reason given")"
        case .reset: message = "all scenarios on \(asset.info.id) are over: \(scenario.reason ?? "no reason given")"
        }
        let kind = "scenario_\(scenario.phase.rawValue)"
        let severity: EventEntry.Severity = [.refused, .reset].contains(scenario.phase) ? .warning : .info
        let timeMs = plausible(occurredMs) ? occurredMs : receivedMs
        batch.add(
            EventEntry(
                kind: kind, severity: severity, site: stream.id.site, agent: stream.id.agent, asset: asset.info.number,
                occurredMs: timeMs, message: message, detail: note.text),
            CommittedAlert(
                kind: kind, severity: severity.rawValue, site: stream.id.site, agent: stream.id.agent,
                asset: asset.info.id, occurredMs: timeMs, message: message, detail: note.text, health: nil, status: nil)
        )
    }

    private static func short(_ number: Double) -> String {
        var json = JSONWriter()
        json.double((number * 1000).rounded() / 1000)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
