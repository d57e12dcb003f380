import Model
import Outbox
import Runtime

/// A small JSON file in the agent's folder that tells how it is doing; `bellwether-agent status` shows it.
struct AgentStatusFile: Sendable {
    struct Content: Sendable {
        let config: AgentConfig
        let epoch: Epoch
        let newest: Int64
        var settledThrough: Int64 = 0
        var pending: Int64 = 0
        var isConnected = false
        var isBorn = false
        var outbox = OutboxStatus()
        /// A JSON array.
        var scenarios = "[]"
        var counts: [(name: String, value: Int)] = []
        var replay: ReplayProgress?

        init(config: AgentConfig, epoch: Epoch, newest: Int64) {
            self.config = config
            self.epoch = epoch
            self.newest = newest
        }

        mutating func take(_ counters: AgentCounters) {
            replay = counters.replay.withLock { $0 }
            counts = [
                ("sent", counters.sent.now), ("resent", counters.resent.now),
                ("receipts", counters.receipts.now), ("ignored_receipts", counters.ignoredReceipts.now),
                ("refused_ticks", counters.refusedTicks.now), ("skipped_ticks", counters.skippedTicks.now),
                ("journal_failures", counters.journalFailures.now), ("connections", counters.connections.now),
                ("births", counters.births.now), ("refused_commands", counters.refusedCommands.now),
            ]
        }
    }

    private let path: String

    init(folder: String) { path = folder + "/status.json" }

    func write(_ content: Content) {
        var json = JSONWriter()
        json.object { json in
            json.field("time", RFC3339.format(ms: Clock.wallMs()))
            json.field("site", content.config.site)
            json.field("agent", content.config.agent)
            json.field("asset", content.config.asset.id)
            json.field("kind", content.config.asset.kind)
            json.field("connected", content.isConnected)
            json.field("publishing", content.isBorn)
            json.field("epoch", content.epoch.description)
            json.field("sequence", content.newest)
            json.field("receipted", content.settledThrough)
            json.field("pending", content.pending)
            json.field("outbox_bytes", content.outbox.usedBytes)
            json.field("outbox_capacity_bytes", content.outbox.capacityBytes)
            json.field("outbox_days_left", content.outbox.daysLeft)
            json.field("dropped", content.outbox.dropped)
            json.field("made", content.outbox.made)
            json.key("scenarios")
            json.raw(Array(content.scenarios.utf8))
            if let replay = content.replay {
                json.field("replay_rows", replay.rows)
                json.field("replay_drift_ms", replay.driftMs)
                json.field("replay_latest_ms", replay.latestMs)
            }
            for (name, value) in content.counts { json.field(name, value) }
        }
        // A status that cannot be written is no reason to do anything else differently; its age shows it.
        try? Files.writeAtomically(json.bytes + [UInt8(ascii: "\n")], to: path)
    }

    func read() throws(FileFailure) -> [UInt8] { try Files.read(path, maxBytes: 65_536) }
}
