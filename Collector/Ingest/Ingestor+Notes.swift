import Analytics
import Model
import Postgres
import Runtime
import Sparkplug

/// An asset and how it is doing, as far as notes tell of it.
struct AssetWord {
    /// Its number in all tables.
    let number: Int32
    let id: String
    let score: Double
    let status: HealthStatus

    init(number: Int32, id: String, score: Double, status: HealthStatus) {
        self.number = number
        self.id = id
        self.score = score
        self.status = status
    }

    init(_ asset: AssetState) {
        self.init(
            number: asset.info.number, id: asset.info.id, score: asset.health.score, status: asset.health.status)
    }
}

/// What the ingest thread notes beside the readings: events, health, quarantine.
extension Ingestor {
    func note(
        _ kind: String, _ severity: EventEntry.Severity, _ node: Node, _ asset: AssetState?, occurredMs: Int64,
        _ message: String
    ) {
        note(
            kind, severity, site: node.site, agent: node.agent, asset: asset.map(AssetWord.init),
            occurredMs: occurredMs, message)
    }

    func note(
        _ kind: String, _ severity: EventEntry.Severity, site: String, agent: String, asset: AssetWord? = nil,
        occurredMs: Int64, _ message: String, detail: String = "{}", isAboutHealth: Bool = false
    ) {
        guard eventBudget.allows("\(site)/\(agent)", nowMs: nowMs) else {
            counters.overLimit.add(1)
            return
        }
        batch.add(
            EventEntry(
                kind: kind, severity: severity, site: site, agent: agent, asset: asset?.number,
                occurredMs: occurredMs, message: message, detail: detail),
            CommittedAlert(
                kind: kind, severity: severity.rawValue, site: site, agent: agent, asset: asset?.id,
                occurredMs: occurredMs, message: message, detail: detail,
                health: isAboutHealth ? asset?.score : nil, status: isAboutHealth ? asset?.status : nil))
    }

    /// Writes the asset's health into its history and, at a change of status, tells everybody.
    func noteHealth(_ asset: AssetState, atMs timeMs: Int64, isStatusNew: Bool, why: String?) {
        let explanation = asset.health.explanation
        let word = AssetWord(asset)
        let reasons = explanation.reasonsJSON
        writeHealth(word, atMs: timeMs, reasons: reasons, detail: explanation.detailJSON)
        guard isStatusNew else { return }
        noteStatus(
            word, site: asset.info.site, agent: asset.info.agent, atMs: timeMs,
            why: why ?? explanation.contributions.first.flatMap { $0.words }, reasons: reasons)
    }

    func writeHealth(_ asset: AssetWord, atMs timeMs: Int64, reasons: String = "[]", detail: String = "{}") {
        batch.health.row { row in
            row.put(timestampMs: timeMs)
            row.put(asset.number)
            row.put(Float(asset.score))
            row.put(asset.status.rawValue)
            row.put(json: reasons)
            row.put(json: detail)
        }
    }

    /// Tells everybody of a new status. `reasons` is a JSON array.
    func noteStatus(
        _ asset: AssetWord, site: String, agent: String, atMs timeMs: Int64, why: String?, reasons: String = "[]"
    ) {
        let status = asset.status
        let severity: EventEntry.Severity =
            switch status {
            case .healthy, .maintenance: .info
            case .warning, .offline: .warning
            case .critical: .critical
            }
        note(
            "status", severity, site: site, agent: agent, asset: asset, occurredMs: timeMs,
            "\(asset.id) is \(status.rawValue)" + (why.map { ": \($0)" } ?? ""),
            detail: "{\"status\":\"\(status.rawValue)\",\"reasons\":\(reasons)}", isAboutHealth: true)
    }

    /// A message that cannot be understood at all: kept for whoever wants to know, if there is room for it.
    func setAside(
        _ node: Node, _ device: Device?, _ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer,
        reason: String
    ) {
        counters.quarantined.add(1)
        log.warning("a message was set aside", ["site": node.site, "agent": node.agent, "reason": reason])
        guard quarantineBudget.allows("\(node.site)/\(node.agent)", nowMs: nowMs) else { return }
        batch.add(entry(node, device, nil, nil, topic, payload, reason))
    }

    /// A numbered record that cannot be accepted: set aside and receipted, so that it blocks nothing.
    func setAsideNumbered(
        _ node: Node, _ device: Device?, _ stream: StreamState, _ sequence: Int64, _ topic: UnsafeRawBufferPointer,
        _ payload: UnsafeRawBufferPointer, reason: String
    ) {
        counters.quarantined.add(1)
        log.warning("a record was set aside", ["stream": stream.id, "sequence": sequence, "reason": reason])
        guard quarantineBudget.allows("\(node.site)/\(node.agent)", nowMs: nowMs) else {
            // Not stored, so not claimed: the gap stays visible.
            stream.claimed.remove(sequence...sequence)
            return
        }
        batch.add(entry(node, device, stream, sequence, topic, payload, reason))
        change(stream) { delta in
            delta.committed.insert(sequence)
            delta.quarantined += 1
        }
    }

    private func entry(
        _ node: Node, _ device: Device?, _ stream: StreamState?, _ sequence: Int64?, _ topic: UnsafeRawBufferPointer,
        _ payload: UnsafeRawBufferPointer, _ reason: String
    ) -> QuarantineEntry {
        QuarantineEntry(
            settledIn: stream?.number, site: node.site, agent: node.agent, device: device?.name,
            epoch: stream?.id.epoch, sequence: sequence, timeMs: receivedMs, reason: reason,
            topic: String(decoding: topic, as: UTF8.self),
            payload: Array(payload.prefix(QuarantineEntry.longestPayload)))
    }
}
