import MQTT
import Model
import Outbox
import Runtime
import Sparkplug

/// The agent's second duty: a Sparkplug session, and through it the delivery of what the outbox holds.
///
/// A thread of its own drives it. `SessionMachine` decides about the session, `DeliveryMachine` about the records;
/// here is only the I/O that they ask for.
final class Link {
    let config: AgentConfig
    let news: Mailbox<LinkNews>
    let toSampler: Mailbox<SamplerOrder>
    let wake: WakeUp
    let counters: AgentCounters
    let statusFile: AgentStatusFile
    let birthDeath: BirthDeathFile
    let log = Log("link")
    let reader: OutboxReader
    var client: MQTTClient
    var session: SessionMachine
    var delivery: DeliveryMachine
    var announcement: Announcement
    var backoff: Backoff
    var epoch: EpochState
    var lastChain: UInt64
    var outboxStatus = OutboxStatus()
    /// What scenarios run on the asset, as a JSON array.
    var scenariosRunning = "[]"
    /// Scenario commands that may be obeyed in this minute.
    var commandBudget = (minute: Int64(0), left: 0)
    var seq = SequenceCounter()
    var bdSeq: UInt8 = 0
    var subscription: Int32?
    /// When the present attempt to connect began; nil while there is none.
    var attemptMs: Int64?
    /// Live records that wait for the collector's word after a birth.
    var heldBack: [StoredRecord] = []
    /// What the newest tick has made, and when we were told.
    var newestTick: (records: [StoredRecord], atMs: Int64) = ([], .min / 2)
    var lastStatus: (status: AgentStatus, atMs: Int64)?
    var hasReceiver = false
    var stopDeadlineMs: Int64?
    var isClosing = false

    private static let heldBackMost = 16
    static let statusEveryMs: Int64 = 10_000
    static let pauseForPeopleMs: Int64 = 10_000

    init(
        config: AgentConfig, kind: AssetKind, reader: OutboxReader, layouts: [Layout], news: Mailbox<LinkNews>,
        wake: WakeUp,
        toSampler: Mailbox<SamplerOrder>, counters: AgentCounters
    ) throws {
        self.config = config
        self.reader = reader
        self.news = news
        self.wake = wake
        self.toSampler = toSampler
        self.counters = counters
        statusFile = AgentStatusFile(folder: config.stateFolder)
        birthDeath = BirthDeathFile(path: config.stateFolder + "/bdseq")
        announcement = try Announcement(config: config, kind: kind, layouts: layouts)
        let epochs = try reader.epochs()
        guard let current = epochs.last else {
            throw OutboxFailure(.bug, doing: "start the link", detail: "the outbox has no epoch")
        }
        epoch = current
        lastChain = current.chain
        delivery = DeliveryMachine(epochs: epochs, limits: Link.limits(config))
        session = SessionMachine(primaryHost: config.primaryHost, nowMs: Clock.monotonicMs())
        client = MQTTClient(config.mqtt)
        backoff = Backoff(
            firstMs: 200, maxMs: 1_000, random: SeededRandom(seed: UInt64(bitPattern: Clock.monotonicNs())))
    }

    private static func limits(_ config: AgentConfig) -> DeliveryMachine.Limits {
        var limits = DeliveryMachine.Limits()
        let twiceKeepAliveMs = Int64(config.mqtt.keepAliveSeconds) * 2_000
        switch config.receipts {
        case .require: limits.acknowledgement = .required
        case .auto: limits.acknowledgement = .assumed(afterMs: twiceKeepAliveMs, patienceMs: 30_000)
        case .off: limits.acknowledgement = .assumed(afterMs: twiceKeepAliveMs, patienceMs: 0)
        }
        return limits
    }

    /// Runs until told to stop. The thread's body.
    func run() {
        while !(isClosing && !client.isActive) {
            let nowMs = Clock.monotonicMs()
            hear(nowMs: nowMs)
            if let action = session.tick(nowMs: nowMs) { perform(action) }
            if session.isBorn { deliver() }
            finishIfTimeIsUp()
            counters.linkAlive(atMs: nowMs)
            if client.service(timeoutMs: sleepMs(), wake: wake.fd, handler: self) { wake.clear() }
            if isClosing, let deadline = stopDeadlineMs, Clock.monotonicMs() > deadline + 500 { client.close() }
        }
        writeStatusFile()
        _ = toSampler.offer(.ended, cost: 1)
    }

    private func sleepMs() -> Int {
        let nowMs = Clock.monotonicMs()
        var until = nowMs + 1_000
        if let deadline = session.deadlineMs { until = min(until, deadline) }
        if let stop = stopDeadlineMs { until = min(until, stop) }
        if session.isBorn {
            switch delivery.step(atMs: nowMs) {
            // The network was full a moment ago: it wakes us when there is room, and time does too.
            case .send: until = min(until, nowMs + 20)
            case .wait(let at): if let at { until = min(until, at) }
            }
        }
        return Int(clamping: max(0, until - nowMs))
    }

    // MARK: - What the sampler tells

    private func hear(nowMs: Int64) {
        for item in news.takeAll(timeoutMs: 0) {
            switch item {
            case .committed(let records): committed(records)
            case .epochBegan(let state):
                epoch = state
                lastChain = state.chain
                delivery.epochBegan(state)
                if session.isBorn { sendBirths() }
            case .scenarios(let running):
                scenariosRunning = running
                writeStatusFile()
            case .outbox(let status):
                outboxStatus = status
                writeStatusFile()
            case .stop(let deadlineMs): stopDeadlineMs = deadlineMs
            }
        }
        if counters.linkMustResync.take() { lookIntoTheOutbox() }
    }

    private func committed(_ records: [StoredRecord]) {
        newestTick = (records, Clock.monotonicMs())
        for record in records {
            delivery.committed(record.place)
            note(record)
            announcement.noteLatest(record)
            if session.isBorn, delivery.sendsLive {
                sendLive(record)
            } else if session.isBorn {
                heldBack.append(record)
                if heldBack.count > Link.heldBackMost { heldBack.removeFirst() }
            }
        }
    }

    private func note(_ record: StoredRecord) {
        guard record.place.life == epoch.life, record.sequence >= epoch.nextSequence else { return }
        epoch.nextSequence = record.sequence + 1
        lastChain = record.chain
    }

    /// Something was committed that we were not told of.
    private func lookIntoTheOutbox() {
        do throws(OutboxFailure) {
            for state in try reader.epochs() {
                if state.life > epoch.life {
                    delivery.epochBegan(state)
                    epoch = state
                }
                if state.newest >= 1 { delivery.committed(Place(life: state.life, sequence: state.newest)) }
                if state.life == epoch.life {
                    epoch.nextSequence = max(epoch.nextSequence, state.nextSequence)
                    lastChain = state.chain
                }
            }
        } catch {
            _ = toSampler.offer(.failed(error), cost: 1)
        }
    }
}
