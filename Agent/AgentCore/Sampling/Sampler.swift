import Model
import Outbox
import Runtime
import Scenarios

/// The agent's first duty: at every tick, read the asset, make the readings durable, hand them to the link.
///
/// It owns the outbox. It never waits for the network: the link has its own thread, and when the link cannot keep up
/// it reads from the outbox what it was not told.
final class Sampler {
    enum Outcome: Sendable {
        case stopped
        /// The outbox must be opened again, which sets a damaged file aside.
        case reopen(OutboxFailure)
    }

    private let config: AgentConfig
    private let outbox: Outbox
    private let journal: Journal?
    private let toLink: Mailbox<LinkNews>
    private let orders: Mailbox<SamplerOrder>
    private let counters: AgentCounters
    private let notifier: ServiceNotifier
    private let log = Log("sampler")
    private let layouts: [Int]
    private var source: AssetSource
    private var schedule: TickSchedule
    private var clock: TickClock
    private var hasReceiver = false
    private var isStopping = false
    private var hasToldEnd = false
    private var receipts: [Place] = []
    /// What has become of scenarios and is not stored yet, nor the state that goes with it.
    private var notes: [Note] = []
    /// Since when readings are refused for want of room; nil while they are not.
    private var refusing: (sinceMs: Int64, ticks: Int64)?
    private var committedBytes: Int64 = 0
    private let startedMs = Clock.monotonicMs()
    private var lastStatusMs: Int64 = .min / 2
    private var lastRebaseMs: Int64 = .min / 2
    /// Once when everything has started, then now and then.
    private var nextReleaseMs = Clock.monotonicMs() + 5_000
    private static let rebaseEveryMs: Int64 = 600_000

    init(
        config: AgentConfig, source: consuming AssetSource, outbox: Outbox, journal: Journal?,
        toLink: Mailbox<LinkNews>, orders: Mailbox<SamplerOrder>, counters: AgentCounters, notifier: ServiceNotifier
    ) throws(OutboxFailure) {
        var layouts: [Int] = []
        for (index, group) in source.kind.groups.enumerated() {
            layouts.append(
                try outbox.layout(
                    asset: config.asset.id, kind: config.asset.kind, group: index, signals: group.signals.map(\.name)
                ).id)
        }
        let last = try outbox.lastTick()
        let isResumed = source.resume(try outbox.checkpoint(), last: last)
        let nowNs = Clock.monotonicNs()
        self.config = config
        self.outbox = outbox
        self.journal = journal
        self.toLink = toLink
        self.orders = orders
        self.counters = counters
        self.notifier = notifier
        self.layouts = layouts
        self.source = source
        schedule = TickSchedule(rateHz: config.asset.rateHz, startNs: nowNs)
        clock = TickClock(lastTickMs: last?.timeMs, monotonicNs: nowNs)
        // A recording goes on where it was: nothing is missing.
        if let last, self.source.feed == nil { try reportDowntime(since: last.timeMs, nowNs: nowNs) }
        // Nor is there anything to continue where the outbox was set aside.
        if !isResumed || last == nil && (outbox.epochs.count > 1 || outbox.current.newest > 0) {
            noteEvents(
                [.reset(timeMs: clock.timeMs(atNs: nowNs, wallMs: Clock.wallMs(), monotonicNs: nowNs))], atMs: nil)
        }
        if !self.source.scenarios.isIdle { offer(.scenarios(self.source.scenarios.runningText)) }
    }

    /// Runs until told to stop or until the outbox needs to be opened again.
    func run() -> Outcome {
        do throws(OutboxFailure) {
            while !isStopping {
                let due = schedule.due(atNs: Clock.monotonicNs())
                if due.skipped > 0 { try reportSkipped(due) }
                if !due.ticks.isEmpty { try take(due.ticks) }
                try endWithRecording()
                // A link that does not come back from the name service is no reason to stop sampling, for a while.
                if counters.linkSilenceMs(atMs: Clock.monotonicMs()) < 120_000 { notifier.watchdog() }
                try obey(orders.takeAll(timeoutMs: millisecondsToNextTick()))
            }
            try finish()
            return .stopped
        } catch {
            log.error("the outbox failed", ["problem": "\(error)"])
            offer(.stop(deadlineMs: 0))
            return .reopen(error)
        }
    }

    // MARK: - Taking readings

    private func take(_ instants: [Int64]) throws(OutboxFailure) {
        let wallMs = Clock.wallMs()
        let nowNs = Clock.monotonicNs()
        var tick = Outbox.Tick()
        var lastMs: Int64 = 0
        for instant in instants {
            lastMs = clock.timeMs(atNs: instant, wallMs: wallMs, monotonicNs: nowNs)
            let taken = source.take(timeMs: lastMs, lateMs: Double(nowNs - instant) / 1e6)
            if !taken.events.isEmpty { noteEvents(taken.events, atMs: lastMs) }
            for frame in taken.frames { tick.records.append((layouts[Int(frame.group)], .frame(frame))) }
        }
        for note in notes { tick.records.append((layouts[0], .note(note))) }
        let isCheckpointDue = source.tick % checkpointTicks < Int64(instants.count) || !notes.isEmpty
        if isCheckpointDue || outbox.current.newest == 0 { tick.checkpoint = source.checkpoint() }
        tick.mark = TickMark(tick: source.tick - 1, timeMs: lastMs)
        try commit(tick, ticks: Int64(instants.count), atMs: lastMs)
        let nowMs = Clock.monotonicMs()
        if nowMs - lastStatusMs >= 10_000 { tellOutboxStatus() }
        if nowMs >= nextReleaseMs {
            Footprint.release()
            nextReleaseMs = nowMs + 3_600_000
        }
    }

    private var checkpointTicks: Int64 { max(1, Int64(60 * config.asset.rateHz)) }

    private func commit(_ tick: Outbox.Tick, ticks: Int64, atMs timeMs: Int64) throws(OutboxFailure) {
        var tick = tick
        tick.receipted = receipts
        tick.sendsOwedReports = hasReceiver
        if let refusing {
            tick.owed = [notSampled(from: refusing.sinceMs, to: timeMs, ticks: refusing.ticks)]
        }
        do throws(OutboxFailure) {
            let stored = try outbox.commit(tick)
            refusing = nil
            receipts.removeAll()
            notes.removeAll()
            accepted(stored)
        } catch {
            guard error.kind == .full else { throw error }
            // The readings of these ticks are not accepted, and the pause will be reported.
            refuse(ticks, atMs: timeMs, error)
        }
    }

    /// Keeps them until they are stored, and tells of them.
    private func noteEvents(_ events: [ScenarioEvent], atMs timeMs: Int64?) {
        for event in events {
            let note = ScenarioNote(event)
            notes.append(Note(timeMs: timeMs ?? event.run.acceptedMs, text: note.text))
            log.info(
                "scenario \(event.phase.rawValue)",
                [
                    "run": event.run.id, "scenario": event.run.scenario.id, "by": event.run.stoppedBy ?? event.run.by,
                    "reason": event.reason ?? "",
                ])
        }
        offer(.scenarios(source.scenarios.runningText))
    }

    private func accepted(_ stored: [StoredRecord]) {
        guard !stored.isEmpty else { return }
        committedBytes += stored.reduce(0) { $0 + Int64($1.body.count) }
        note(stored)
        offer(.committed(stored))
    }

    /// Into the journal, if there is one.
    private func note(_ stored: [StoredRecord]) {
        do throws(SystemFailure) {
            try journal?.append(stored)
        } catch {
            log.error("the journal could not be written; the readings are safe in the outbox", ["problem": "\(error)"])
            counters.journalFailures.add(1)
        }
    }

    private func refuse(_ ticks: Int64, atMs timeMs: Int64, _ failure: OutboxFailure) {
        if refusing == nil {
            log.error("readings are not accepted: the outbox is full", ["problem": "\(failure)"])
        }
        refusing = (refusing?.sinceMs ?? timeMs, (refusing?.ticks ?? 0) + ticks)
        counters.refusedTicks.add(Int(clamping: ticks))
    }

    private func notSampled(from fromMs: Int64, to toMs: Int64, ticks: Int64) -> Report {
        Report(cause: .notSampled, epoch: outbox.current.epoch, fromMs: fromMs, toMs: toMs, ticks: ticks)
    }

    private func reportSkipped(_ due: TickSchedule.Due) throws(OutboxFailure) {
        let wallMs = Clock.wallMs()
        let nowNs = Clock.monotonicNs()
        let fromMs = wallMs - (nowNs - due.skippedFromNs) / 1_000_000
        let toMs = wallMs - (nowNs - due.skippedToNs) / 1_000_000
        log.warning("ticks were missed", ["ticks": due.skipped, "seconds": (toMs - fromMs) / 1000])
        counters.skippedTicks.add(Int(clamping: due.skipped))
        if let feed = source.feed { return feed.skipped(due.skipped) }
        do throws(OutboxFailure) {
            try outbox.owe(notSampled(from: fromMs, to: toMs, ticks: due.skipped))
        } catch {
            guard error.kind == .full else { throw error }
            refuse(due.skipped, atMs: fromMs, error)
        }
    }

    /// Behind the last row the agent waits until everything is delivered, and then ends.
    private func endWithRecording() throws(OutboxFailure) {
        guard let feed = source.feed else { return }
        if let progress = feed.progress { counters.replay.withLock { $0 = progress } }
        guard feed.hasEnded else { return }
        if !hasToldEnd {
            hasToldEnd = true
            log.info(
                "the recording has ended",
                [
                    "rows": feed.progress?.rows ?? 0, "drift_ms": feed.progress?.driftMs ?? 0,
                    "latest_ms": feed.progress?.latestMs ?? 0,
                ])
        }
        if let failure = feed.failure {
            throw OutboxFailure(.recording, doing: "play the recording", detail: "\(failure)")
        }
        guard try outbox.isSettled() else { return }
        isStopping = true
        notifier.stopping()
    }

    /// No readings were taken while the agent was not running.
    private func reportDowntime(since lastMs: Int64, nowNs: Int64) throws(OutboxFailure) {
        let nowMs = clock.timeMs(atNs: nowNs, wallMs: Clock.wallMs(), monotonicNs: nowNs)
        let periodMs = max(1, schedule.periodNs / 1_000_000)
        let missed = (nowMs - lastMs) / periodMs - 1
        guard missed >= 1 else { return }
        do throws(OutboxFailure) {
            try outbox.owe(notSampled(from: lastMs, to: nowMs, ticks: missed))
        } catch {
            guard error.kind == .full else { throw error }
            refuse(missed, atMs: lastMs, error)
        }
    }

    // MARK: - The link's orders

    private func obey(_ orders: [SamplerOrder]) throws(OutboxFailure) {
        for order in orders {
            switch order {
            case .receipted(let place):
                receipts.removeAll { $0.life == place.life }
                receipts.append(place)
            case .withdraw(let place):
                receipts.removeAll { $0.life == place.life && $0.sequence >= place.sequence }
                try outbox.withdrawReceipts(from: place)
            case .damaged(let places):
                log.error("damaged records are reported as lost", ["records": places.count])
                try outbox.declareDamaged(places, nowMs: Clock.wallMs())
            case .contradicted(let inherited, let published):
                // Whoever says so again and again is not to be believed.
                let nowMs = Clock.monotonicMs()
                guard nowMs >= lastRebaseMs + Sampler.rebaseEveryMs else { break }
                lastRebaseMs = nowMs
                log.error("another life of this outbox has used its numbers: a new epoch begins")
                try outbox.rebase(unpublishedAfter: inherited, except: published, nowMs: Clock.wallMs(), moved: note)
                offer(.epochBegan(outbox.current))
            case .hasReceiver(let has): hasReceiver = has
            case .scenario(let order):
                // What cannot be recorded must not happen.
                guard refusing == nil else {
                    log.warning("a scenario command was refused: the outbox is full")
                    counters.refusedCommands.add(1)
                    break
                }
                source.obey(order)
            case .failed(let failure): throw failure
            case .stop:
                isStopping = true
                notifier.stopping()
            case .ended: break
            }
        }
    }

    private func millisecondsToNextTick() -> Int {
        Int(clamping: max(0, (schedule.nextNs - Clock.monotonicNs() + 999_999) / 1_000_000))
    }

    // MARK: - Ending

    /// Saves the simulator, lets the link deliver what it can, and applies the receipts for it.
    private func finish() throws(OutboxFailure) {
        var tick = Outbox.Tick()
        // While readings are refused, the state is ahead of the last tick that was stored: that one is continued from.
        if source.tick > 0, refusing == nil {
            tick.checkpoint = source.checkpoint()
            for note in notes { tick.records.append((layouts[0], .note(note))) }
        }
        try commit(tick, ticks: 0, atMs: Clock.wallMs())
        tellOutboxStatus()
        let deadlineMs = Clock.monotonicMs() + 3_000
        offer(.stop(deadlineMs: deadlineMs))
        waiting: while Clock.monotonicMs() < deadlineMs + 1_000 {
            for order in orders.takeAll(timeoutMs: 100) {
                if case .ended = order { break waiting }
                try obey([order])
            }
        }
        try commit(Outbox.Tick(), ticks: 0, atMs: Clock.wallMs())
    }

    // MARK: - Telling

    private func offer(_ news: LinkNews) {
        // A full mailbox means that the link is busy: it then reads the outbox itself.
        if !toLink.offer(news, cost: 1) { counters.linkMustResync.store(true) }
    }

    private func tellOutboxStatus() {
        lastStatusMs = Clock.monotonicMs()
        var status = OutboxStatus(
            capacityBytes: config.outbox.maxBytes, dropped: outbox.dropped, made: outbox.made,
            newest: outbox.current.newest)
        do throws(OutboxFailure) {
            status.firstHeld = try outbox.firstHeld(of: outbox.current) ?? outbox.current.nextSequence
            status.usedBytes = try outbox.usedBytes()
        } catch {
            log.warning("the outbox's state could not be read", ["problem": "\(error)"])
        }
        let seconds = Double(lastStatusMs - startedMs) / 1000
        if committedBytes > 0, seconds >= 1 {
            // Rows cost about an eighth more than their content.
            let perDay = Double(committedBytes) * 1.125 / seconds * 86_400
            status.daysLeft = max(0, Double(status.capacityBytes - status.usedBytes)) / perDay
        }
        offer(.outbox(status))
    }
}
