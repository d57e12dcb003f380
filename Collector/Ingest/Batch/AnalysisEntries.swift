import Analytics
import Model
import Postgres
import Runtime

/// Where an asset's detectors stand.
struct AnalysisEntry {
    let asset: Int32
    let epoch: Epoch
    let sequence: Int64
    let timeMs: Int64
    let plan: UInt64
    let numberBefore: Int64
    /// Nil: nothing was analysed yet.
    let state: [UInt8]?
}

/// An anomaly as it is after a frame has begun, changed or ended it.
struct AnomalyEntry {
    let asset: Int32
    let number: Int64
    let epoch: Epoch
    /// Of the frame.
    let sequence: Int64
    /// The frame came late, from a backlog: it says nothing about now.
    let isLate: Bool
    let finding: Finding
    let eventKind: String
    let severity: EventEntry.Severity
    let occurredMs: Int64
    let message: String
    /// JSON: what the row and the event tell beyond their columns.
    let detail: String

    init(
        asset: AssetInfo, number: Int64, epoch: Epoch, sequence: Int64, isLate: Bool, change: FindingChange
    ) {
        let finding = change.finding
        self.asset = asset.number
        self.number = number
        self.epoch = epoch
        self.sequence = sequence
        self.isLate = isLate
        self.finding = finding
        eventKind = "anomaly_\(change.phase.rawValue)"
        switch (change.phase, finding.level) {
        case (.ended, _), (_, .notice): severity = .info
        case (_, .warning): severity = .warning
        case (_, .critical): severity = .critical
        }
        occurredMs =
            switch change.phase {
            case .began: finding.detectedMs
            case .changed: finding.peakMs
            case .ended: finding.endedMs ?? finding.peakMs
            }
        detail = AnomalyEntry.detail(number, finding, isLate: isLate)
        let guilty = finding.contributions.first?.signal ?? "several signals"
        let fault = finding.likelyFaults.first.map { ", likely \($0.name)" } ?? ""
        message =
            switch change.phase {
            case .began: "\(asset.id): anomaly \(number), first of all in \(guilty)\(fault)"
            case .changed: "\(asset.id): anomaly \(number) is now \(finding.level), first of all in \(guilty)\(fault)"
            case .ended: "\(asset.id): anomaly \(number) has ended"
            }
    }

    private static func detail(_ number: Int64, _ finding: Finding, isLate: Bool) -> String {
        var json = JSONWriter()
        json.object { json in
            json.field("anomaly", number)
            json.field("level", "\(finding.level)")
            json.field("surprise", finding.surprise)
            json.field("late", isLate)
            json.key("contributions")
            json.array { json in
                for part in finding.contributions {
                    json.object { json in
                        json.field("signal", part.signal)
                        json.field("share", part.share)
                        json.field("direction", "\(part.direction)")
                        json.field("expected", part.expected)
                        json.field("seen", part.seen)
                    }
                }
            }
            json.key("broken_relations")
            json.array { json in for relation in finding.brokenRelations { json.string(relation) } }
            json.key("likely_faults")
            json.array { json in
                for fault in finding.likelyFaults {
                    json.object { json in
                        json.field("fault", fault.name)
                        json.field("probability", fault.probability)
                    }
                }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
