import Model
import Sparkplug

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

    /// A later word, where it says something.
    mutating func take(_ later: AgentWord) {
        first = later.first ?? first
        receipted = later.receipted ?? receipted
        pending = later.pending ?? pending
        dropped = later.dropped ?? dropped
        outboxBytes = later.outboxBytes ?? outboxBytes
        outboxCapacityBytes = later.outboxCapacityBytes ?? outboxCapacityBytes
        outboxDaysLeft = later.outboxDaysLeft ?? outboxDaysLeft
        clockOffsetMs = later.clockOffsetMs ?? clockOffsetMs
    }

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
        case .unknown, .epoch, .sequence, .chain, .report, .note, .signal, .passed, .ignored: break
        }
    }
}
