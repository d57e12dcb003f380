import Model
import Postgres
import Runtime
import Sparkplug

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
    /// What the last transaction with numbers has stored: a database that lacks it was set back.
    private var proof: [Int32: SequenceSet] = [:]
    private var quarantineBudget = HourlyBudget.quarantine()

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
        while !batches.isFinished { turn(timeoutMs: 1_000) }
    }

    /// Stores what waits.
    func turn(timeoutMs: Int) {
        for batch in batches.takeAll(timeoutMs: timeoutMs) { tell(store(batch)) }
    }

    private enum Outcome {
        case stored(Refusals)
        case lost(why: String)
        case setBack
    }

    /// The database was set back to an earlier state.
    private struct SetBack: Error {}

    /// The mailbox refuses only when it is closed, at the end.
    private func tell(_ outcome: Outcome) {
        switch outcome {
        case .stored(let refusals):
            if !refusals.frames.isEmpty { _ = toIngest.offer(.analysisIsVoid, cost: 0) }
            if !refusals.unsettled.isEmpty { _ = toIngest.offer(.unsettled(refusals.unsettled), cost: 0) }
            _ = toIngest.offer(.writerIsIdle, cost: 0)
        case .lost(let why): _ = toIngest.offer(.batchLost(why: why), cost: 0)
        case .setBack:
            _ = toIngest.offer(.databaseWasSetBack, cost: 0)
            _ = toIngest.offer(.batchLost(why: "it rests on what the database does not hold any more"), cost: 0)
        }
    }

    /// Tries until the batch is stored, or until what it rests on is gone.
    ///
    /// A batch that PostgreSQL refuses for its data is stored piece by piece, without what is refused: that would be
    /// refused again for ever, and hold up everybody. Every other failure is waited for, and nothing is receipted.
    private func store(_ batch: CommitBatch) -> Outcome {
        var backoff = Backoff(firstMs: 50, maxMs: 1_000, random: SeededRandom(seed: UInt64(bitPattern: Clock.wallMs())))
        var unknown: WriteTransaction?
        var isPiecewise = false
        while true {
            do {
                let connection = try connect()
                if let attempt = unknown, try attempt.wasCommitted(connection) == true {
                    return stored(attempt, try WriteTransaction.receipts(connection, batch))
                }
                unknown = nil
                try makePartitions(connection, batch, isAfterRefusal: isPiecewise)
                var transaction = WriteTransaction(batch, isPiecewise: isPiecewise)
                do {
                    if Sabotage.isOn(.receiptBeforeCommit) { sendSabotagedReceipts(batch) }
                    let startNs = Clock.monotonicNs()
                    let receipts = try transaction.run(connection, &quarantineBudget)
                    counters.commitSeconds.observe(Double(Clock.monotonicNs() - startNs) / 1e9)
                    return stored(transaction, receipts)
                } catch let failure as PostgresFailure where failure.disposition == .commitUnknown {
                    unknown = transaction
                    throw failure
                }
            } catch is SetBack {
                state.succeeded()
                return .setBack
            } catch let fenced as WriteTransaction.Fenced {
                // The database answers: it is not what keeps us from serving.
                state.succeeded()
                return .lost(why: "\(fenced)")
            } catch {
                let failure = error as? PostgresFailure
                if failure?.disposition == .refused, !isPiecewise {
                    isPiecewise = true
                    log.warning(
                        "a batch is stored piece by piece, because a part of it is refused", ["why": "\(error)"])
                    continue
                }
                if failure?.endsConnection != false { connection = nil }
                state.failed("\(error)", atMs: Clock.monotonicMs())
                log.error(
                    "a batch could not be stored yet", ["problem": "\(error)", "frames": batch.telemetry.rowCount])
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
        if !proof.isEmpty, try !WriteTransaction.areStored(proof, fresh) {
            proof = [:]
            throw SetBack()
        }
        return fresh
    }

    /// For a day that cannot be made the rows are refused, one by one.
    private func makePartitions(
        _ connection: PostgresConnection, _ batch: CommitBatch, isAfterRefusal: Bool
    ) throws {
        // Retention may have dropped a day since.
        if isAfterRefusal { knownDays = try Partitions.existing(connection) }
        let nowMs = Clock.wallMs()
        let new = batch.days.subtracting(knownDays).filter { Partitions.isPlausible($0.startMs, nowMs: nowMs) }
        guard !new.isEmpty else { return }
        try Partitions.ensure(connection, new, nowMs: nowMs)
        knownDays.formUnion(new)
    }

    /// After the commit, and never before: receipts free records at the agents.
    private func stored(_ transaction: WriteTransaction, _ receipts: [WriteTransaction.StreamReceipt]) -> Outcome {
        let batch = transaction.batch
        let refusals = transaction.refusals
        let frames =
            refusals.frames.isEmpty
            ? batch.frames : batch.frames.enumerated().filter { !refusals.frames.contains($0.offset) }.map(\.element)
        let numbers = transaction.numbers
        if !numbers.isEmpty { proof = numbers }
        state.succeeded()
        counters.storedFrames.add(frames.count)
        counters.storedReadings.add(frames.reduce(0) { $0 + $1.values.count })
        counters.quarantined.add(refusals.setAside)
        counters.conflicts.add(refusals.events.count { $0.kind == "conflict" })
        for reason in refusals.dropped { log.error("a note was refused by the database and dropped", ["what": reason]) }
        if Sabotage.isOn(.dieAfterCommit) { SuddenDeath.strike(afterFrames: batch.telemetry.rowCount) }
        for receipt in receipts {
            _ = toHost.offer(
                .command(site: receipt.site, agent: receipt.agent, .receipt(receipt.receipt)), cost: 1)
        }
        sink(frames, batch.alerts + refusals.events.map(\.alert) + transaction.alarmAlerts)
        return .stored(refusals)
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
