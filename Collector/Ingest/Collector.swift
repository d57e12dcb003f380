import Postgres
public import Runtime

/// The collecting part of the collector: from the broker to PostgreSQL and back with receipts.
///
/// Its threads hand batches to each other through bounded mailboxes: *host* (broker) → *ingest* (decode, order,
/// judge) → *writer* (commit, receipt) → the sink (feed). *leases* and *chores* work beside them.
public final class Collector: Sendable {
    public let state: CollectorState
    private let config: CollectorConfig
    private let threads: Locked<[NamedThread]> = Locked([])
    private let messages: Mailbox<MessageBatch>
    private let control: Mailbox<IngestControl>
    private let requests = Mailbox<UpkeepRequest>(capacity: 1 << 16)
    private let orders: Mailbox<HostOrder>
    private let batches = Mailbox<CommitBatch>(capacity: 1)
    private let hostWake: WakeUp
    private let ingestWake: WakeUp
    private let writerState: WriterState
    private let counters: IngestCounters
    private let isStopping = StopFlag()
    private let sink: CommitSink

    /// Bytes of messages that may wait for the ingest thread.
    static let messageQueueBytes = 64 << 20

    /// `sink` is called on the writer's thread after each commit; it must only hand over.
    public init(_ config: CollectorConfig, metrics: Metrics, sink: @escaping CommitSink) throws(SystemFailure) {
        self.config = config
        self.sink = sink
        hostWake = try WakeUp()
        ingestWake = try WakeUp()
        messages = Mailbox(capacity: Collector.messageQueueBytes, onOffer: ingestWake)
        control = Mailbox(capacity: 1 << 16, onOffer: ingestWake)
        orders = Mailbox(capacity: 1 << 16, onOffer: hostWake)
        counters = IngestCounters(metrics)
        writerState = WriterState()
        state = CollectorState(writer: writerState, counters: counters)
    }

    /// `onFailure` is called, on another thread, when the collector can never do its work; it must only tell others.
    public func start(onFailure: @escaping @Sendable (any Error) -> Void) throws(SystemFailure) {
        let identity = Collectors.makeID()
        let started = [
            try NamedThread.start(name: "writer") { [self] in
                Writer(
                    options: config.postgres("writer"), batches: batches, toIngest: control, toHost: orders, sink: sink,
                    state: writerState, counters: counters
                ).run()
            },
            try NamedThread.start(name: "ingest") { [self] in
                var settings = Ingestor.Settings()
                settings.reorderTimeoutMs = config.reorderTimeoutMs
                settings.analyses = config.analyses
                settings.healthWeights = config.healthWeights
                settings.alarmRules = config.alarmRules
                Ingestor(
                    settings: settings, registrar: Registrar(config.postgres("ingest")), messages: messages,
                    control: control, wake: ingestWake, toWriter: batches, toHost: orders, toUpkeep: requests,
                    counters: counters
                ).run()
            },
            try NamedThread.start(name: "host") { [self] in
                HostLink(
                    hostID: config.hostID, sites: config.sites, mqtt: config.mqtt, messages: messages,
                    toIngest: control, orders: orders, wake: hostWake, counters: counters
                ).run()
            },
            try NamedThread.start(name: "leases") { [self] in
                let failure = LeaseKeeper(
                    config: config, identity: identity, requests: requests, toIngest: control, toHost: orders,
                    writer: writerState, state: state
                ).run()
                if let failure { onFailure(failure) }
            },
            try NamedThread.start(name: "chores") { [self] in
                Chores(config: config, state: state, isStopping: isStopping, sink: sink).run()
            },
        ]
        threads.withLock { $0 = started }
    }

    /// Tells that commands for agents wait in the database: they are sent sooner than otherwise, if they are ours to send.
    public func commandsWait() { _ = requests.offer(.commandsWait, cost: 1) }

    /// Ends in order: no more messages, then what was taken is stored, then the leases are given back. What cannot be
    /// stored in time is left to the agents.
    public func stop() {
        isStopping.set()
        let started = threads.withLock { $0 }
        guard started.count == 5 else { return }
        _ = orders.offer(.stop, cost: 0)
        _ = started[2].join(timeoutMs: 1_500)
        _ = control.offer(.stop, cost: 0)
        if !started[1].join(timeoutMs: 1_500) {
            writerState.giveUp()
            _ = started[1].join(timeoutMs: 500)
        }
        batches.close()
        _ = started[0].join(timeoutMs: 500)
        _ = requests.offer(.stop, cost: 0)
        _ = started[3].join(timeoutMs: 500)
        _ = started[4].join(timeoutMs: 300)
    }
}
