import Model
import Postgres
import Runtime
import Sparkplug
import Synchronization

/// The collector's third thread: stores one batch after the other, each in one transaction, and only then lets
/// receipts and the feed know of it.
final class Writer {
    private let options: PostgresOptions
    private let batches: Mailbox<CommitBatch>
    private let toIngest: Mailbox<IngestControl>
    private let toHost: Mailbox<HostOrder>
    private let sink: CommitSink
    private let state: WriterState
    private let counters: IngestCounters
    private let log = Log("writer")
    private var connection: PostgresConnection?
    private var knownDays: Set<Day> = []

    init(
        options: PostgresOptions, batches: Mailbox<CommitBatch>, toIngest: Mailbox<IngestControl>,
        toHost: Mailbox<HostOrder>, sink: @escaping CommitSink, state: WriterState, counters: IngestCounters
    ) {
        self.options = options
        self.batches = batches
        self.toIngest = toIngest
        self.toHost = toHost
        self.sink = sink
        self.state = state
        self.counters = counters
    }

    /// The thread's body: returns when the mailbox is closed and empty, or when told to give up.
    func run() {
        while !batches.isFinished {
            for batch in batches.takeAll(timeoutMs: 1_000) {
                let outcome = store(batch)
                tell(outcome)
            }
        }
    }

    private enum Outcome {
        case stored
        case lost(why: String)
    }

    private func tell(_ outcome: Outcome) {
        let message: IngestControl =
            switch outcome {
            case .stored: .writerIsIdle
            case .lost(let why): .batchLost(why: why)
            }
        // The mailbox refuses only when it is closed, at the end.
        _ = toIngest.offer(message, cost: 0)
    }

    /// Tries until the batch is stored, or until that has become impossible.
    private func store(_ batch: CommitBatch) -> Outcome {
        var backoff = Backoff(firstMs: 50, maxMs: 1_000, random: SeededRandom(seed: UInt64(bitPattern: Clock.wallMs())))
        var attempt: WriteTransaction?
        while true {
            do {
                let connection = try connect()
                if let unknown = attempt, let stored = try unknown.wasCommitted(connection) {
                    attempt = nil
                    if stored {
                        publish(batch, try WriteTransaction.receipts(connection, batch))
                        return .stored
                    }
                }
                try makePartitions(connection, batch)
                var transaction = WriteTransaction(batch)
                attempt = nil
                let startNs = Clock.monotonicNs()
                do {
                    if Sabotage.isOn(.receiptBeforeCommit) { sendSabotagedReceipts(batch) }
                    let receipts = try transaction.run(connection)
                    counters.commitSeconds.observe(Double(Clock.monotonicNs() - startNs) / 1e9)
                    state.succeeded()
                    publish(batch, receipts)
                    return .stored
                } catch let failure as PostgresFailure where failure.disposition == .commitUnknown {
                    attempt = transaction
                    throw failure
                }
            } catch let fenced as WriteTransaction.Fenced {
                return .lost(why: "\(fenced)")
            } catch {
                let failure = error as? PostgresFailure
                if failure?.endsConnection != false { connection = nil }
                state.failed("\(error)", atMs: Clock.monotonicMs())
                log.error(
                    "a batch could not be stored yet", ["problem": "\(error)", "frames": batch.telemetry.rowCount])
                if failure?.disposition == .refused || failure?.disposition == .bug {
                    return .lost(why: "\(error)")
                }
                if state.mustGiveUp { return .lost(why: "stopping") }
                state.pause(ms: backoff.nextMs())
            }
        }
    }

    private func connect() throws -> PostgresConnection {
        if let connection, connection.isUsable { return connection }
        connection = nil
        let fresh = try PostgresConnection(options)
        try WriteTransaction.prepare(fresh)
        knownDays = try Partitions.existing(fresh)
        connection = fresh
        return fresh
    }

    private func makePartitions(_ connection: PostgresConnection, _ batch: CommitBatch) throws {
        let new = batch.days.subtracting(knownDays)
        guard !new.isEmpty else { return }
        try Partitions.ensure(connection, new, nowMs: Clock.wallMs())
        knownDays.formUnion(new)
    }

    /// After the commit, and never before: this is what frees records at the agents.
    private func publish(_ batch: CommitBatch, _ receipts: [WriteTransaction.StreamReceipt]) {
        counters.storedFrames.add(batch.telemetry.rowCount + batch.plainTelemetry.rowCount)
        counters.storedReadings.add(batch.frames.reduce(0) { $0 + $1.values.count })
        if Sabotage.isOn(.dieAfterCommit) { SuddenDeath.strike(afterFrames: batch.telemetry.rowCount) }
        for receipt in receipts {
            _ = toHost.offer(
                .command(site: receipt.site, agent: receipt.agent, .receipt(receipt.receipt)), cost: 1)
        }
        sink(batch.frames, batch.alerts)
    }

    /// The guard "receipt only after commit", broken on purpose.
    private func sendSabotagedReceipts(_ batch: CommitBatch) {
        for delta in batch.streams.values {
            guard let id = delta.id, let last = delta.committed.max else { continue }
            let receipt = Receipt(epoch: id.epoch, settled: SequenceSet(1...last))
            _ = toHost.offer(.command(site: id.site, agent: id.agent, .receipt(receipt)), cost: 1)
        }
    }
}

/// How the writer is doing, for those who decide whether the collector may be online.
final class WriterState: Sendable {
    private let state = Locked<(failingSinceMs: Int64?, problem: String)>((nil, ""))
    private let isGivingUp = Atomic<Bool>(false)

    func succeeded() { state.withLock { $0 = (nil, "") } }

    func failed(_ problem: String, atMs now: Int64) {
        state.withLock { $0 = ($0.failingSinceMs ?? now, problem) }
    }

    /// For how long commits have been failing; nil if they do not.
    func failingForMs(atMs now: Int64) -> Int64? { state.withLock { $0.failingSinceMs.map { now - $0 } } }
    var problem: String { state.withLock { $0.problem } }

    /// The process ends: what cannot be stored now is left to the agents.
    func giveUp() { isGivingUp.store(true, ordering: .releasing) }
    var mustGiveUp: Bool { isGivingUp.load(ordering: .acquiring) }

    func pause(ms: Int) {
        let untilMs = Clock.monotonicMs() + Int64(ms)
        while !mustGiveUp, Clock.monotonicMs() < untilMs { Clock.sleep(ms: 10) }
    }
}
