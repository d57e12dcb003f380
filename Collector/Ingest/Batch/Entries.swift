import Model
import Scenarios

struct LossEntry {
    var site: String
    var agent: String
    var epoch: Epoch
    var numbers: ClosedRange<Int64>?
    var cause: String
    var fromMs: Int64
    var toMs: Int64
    var ticks: Int64
    /// The record that says so; nil when the collector itself has noted the loss.
    var report: RecordOrigin?
}

/// The record from which an entry comes.
struct RecordOrigin {
    let stream: Int32
    let epoch: Epoch
    let sequence: Int64
    let chain: UInt64?
    let message: MessagePlace
}

/// A note of an agent.
struct NoteEntry {
    let asset: Int32
    let site: String
    let agent: String
    let device: String
    let timeMs: Int64
    let text: String
    /// What it says, where it is about a scenario.
    let scenario: ScenarioNote?
    let origin: RecordOrigin
}

struct QuarantineEntry {
    /// The stream in which the record's number is settled by being here; nil for everything else.
    var settledIn: Int32?
    var site: String
    var agent: String
    var device: String?
    var epoch: Epoch?
    var sequence: Int64?
    /// The record's own time.
    var timeMs: Int64
    var reason: String
    var topic: String
    var payload: [UInt8]

    /// Longer payloads are cut: the reason and the beginning tell what it was.
    static let longestPayload = 1 << 16

    /// A record that came and could not be stored: its readings are not there, though its message is kept.
    var loss: LossEntry? {
        guard settledIn != nil, let epoch, let sequence else { return nil }
        return LossEntry(
            site: site, agent: agent, epoch: epoch, numbers: sequence...sequence, cause: "quarantined",
            fromMs: timeMs, toMs: timeMs, ticks: 0, report: nil)
    }
}

struct EventEntry {
    enum Severity: String { case info, warning, critical }

    var kind: String
    var severity: Severity
    var site: String?
    var agent: String?
    var asset: Int32?
    var occurredMs: Int64
    var message: String
    /// A JSON object.
    var detail: String = "{}"

    /// For the feed, where it is not about an asset's health.
    var alert: CommittedAlert {
        CommittedAlert(
            kind: kind, severity: severity.rawValue, site: site, agent: agent, asset: nil, occurredMs: occurredMs,
            message: message, detail: detail, health: nil, status: nil)
    }
}

/// A record whose number was taken already.
struct RepeatedRecord {
    let stream: Int32
    /// Nil for a report.
    let asset: Int32?
    let timeMs: Int64
    let epoch: Epoch
    let sequence: Int64
    let chain: UInt64?
    let site: String
    let agent: String
    let device: String?
    let topic: String
    let payload: [UInt8]
}
