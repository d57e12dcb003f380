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
    var losses: [LossEntry] = []
    var quarantine: [QuarantineEntry] = []
    var events: [EventEntry] = []
    /// Frames that came again: the writer compares them with what is stored.
    var repeats: [RepeatedFrame] = []
    var maintenance: [(asset: Int32, isOn: Bool)] = []
    /// The leases on which all of this rests.
    var leases: [String: Leases.Lease] = [:]
    /// For the feed, in order.
    var frames: [CommittedFrame] = []
    var alerts: [CommittedAlert] = []
    private(set) var extraBytes = 0

    /// About what it holds in memory.
    var bytes: Int { telemetry.count + plainTelemetry.count + health.count + extraBytes + frames.count * 64 }

    var isEmpty: Bool {
        telemetry.rowCount == 0 && plainTelemetry.rowCount == 0 && health.rowCount == 0 && streams.isEmpty
            && losses.isEmpty && quarantine.isEmpty && events.isEmpty && repeats.isEmpty && maintenance.isEmpty
    }

    func add(_ entry: QuarantineEntry) {
        quarantine.append(entry)
        extraBytes += entry.payload.count + 128
    }

    func add(_ frame: CommittedFrame) {
        frames.append(frame)
        extraBytes += frame.values.count * 8
    }

    func add(_ frame: RepeatedFrame) {
        repeats.append(frame)
        extraBytes += frame.payload.count + 64
    }
}

/// What a transaction changes in a stream's row.
struct StreamDelta {
    let id: StreamID?
    let site: String
    let agent: String
    var committed = SequenceSet()
    var lost = SequenceSet()
    var made: Int64 = 0
    var received: Int64 = 0
    var frames: Int64 = 0
    var readings: Int64 = 0
    var duplicates: Int64 = 0
    var quarantined: Int64 = 0
    var reports: Int64 = 0
    var status = AgentWord()
    var isOnline: Bool?

    init(_ id: StreamID) {
        self.id = id
        site = id.site
        agent = id.agent
    }

    /// Of a plain node.
    init(site: String, agent: String) {
        id = nil
        self.site = site
        self.agent = agent
    }
}

/// What the agent last said about itself; nil where it said nothing.
struct AgentWord: Equatable {
    var first: Int64?
    var receipted: Int64?
    var pending: Int64?
    var dropped: Int64?
    var outboxBytes: Int64?
    var outboxCapacityBytes: Int64?
    var outboxDaysLeft: Double?
    var clockOffsetMs: Int64?

    mutating func take(_ metric: DataMetric, _ role: MetricSlot.Role) {
        let number = metric.integer(declared: .int64)
        switch role {
        case .first: first = number
        case .receipted: receipted = number
        case .pending: pending = number
        case .dropped: dropped = number
        case .outboxBytes: outboxBytes = number
        case .outboxCapacityBytes: outboxCapacityBytes = number
        case .outboxDaysLeft: outboxDaysLeft = metric.number(declared: .double).flatMap { $0.isFinite ? $0 : nil }
        case .unknown, .epoch, .sequence, .chain, .report, .signal: break
        }
    }
}

struct LossEntry {
    var site: String
    var agent: String
    var epoch: Epoch
    var numbers: ClosedRange<Int64>?
    var cause: String
    var fromMs: Int64
    var toMs: Int64
    var ticks: Int64
    /// The report's own place and chain; nil when the collector itself has noted the loss.
    var report: (epoch: Epoch, sequence: Int64, chain: UInt64?)?
}

struct QuarantineEntry {
    var site: String
    var agent: String
    var device: String?
    var epoch: Epoch?
    var sequence: Int64?
    var reason: String
    var topic: String
    var payload: [UInt8]

    /// Longer payloads are cut: the reason and the beginning tell what it was.
    static let longestPayload = 1 << 16
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
}

struct RepeatedFrame {
    let stream: Int32
    let asset: Int32
    let timeMs: Int64
    let epoch: Epoch
    let sequence: Int64
    let chain: UInt64?
    let site: String
    let agent: String
    let device: String
    let topic: String
    let payload: [UInt8]
}
