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
    private let config: AgentConfig
    private let news: Mailbox<LinkNews>
    private let toSampler: Mailbox<SamplerOrder>
    private let wake: WakeUp
    private let counters: AgentCounters
    private let statusFile: AgentStatusFile
    private let birthDeath: BirthDeathFile
    private let log = Log("link")
    private let reader: OutboxReader
    private var client: MQTTClient
    private var session: SessionMachine
    private var delivery: DeliveryMachine
    private var announcement: Announcement
    private var backoff: Backoff
    private var epoch: EpochState
    private var lastChain: UInt64
    private var outboxStatus = OutboxStatus()
    private var seq = SequenceCounter()
    private var bdSeq: UInt8 = 0
    private var subscription: Int32?
    /// Live records that wait for the collector's word after a birth.
    private var heldBack: [StoredRecord] = []
    private var lastStatus: (status: AgentStatus, atMs: Int64)?
    private var hasReceiver = false
    private var stopDeadlineMs: Int64?
    private var isClosing = false

    private static let heldBackMost = 16
    private static let statusEveryMs: Int64 = 10_000

    init(
        config: AgentConfig, reader: OutboxReader, layouts: [Layout], news: Mailbox<LinkNews>, wake: WakeUp,
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
        announcement = try Announcement(config: config, layouts: layouts)
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
            firstMs: 200, maxMs: 1_500, random: SeededRandom(seed: UInt64(bitPattern: Clock.monotonicNs())))
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
            case .outbox(let status):
                outboxStatus = status
                writeStatusFile()
            case .stop(let deadlineMs): stopDeadlineMs = deadlineMs
            }
        }
        if counters.linkMustResync.take() { lookIntoTheOutbox() }
    }

    private func committed(_ records: [StoredRecord]) {
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

    // MARK: - Session

    private func perform(_ action: SessionMachine.Action) {
        switch action {
        case .connect: connect()
        case .subscribe: subscribe()
        case .birth: sendBirths()
        case .sayGoodbye: sayGoodbye()
        case .abandon:
            client.close()
            ended(because: "no answer in time")
        }
    }

    private func connect() {
        do {
            bdSeq = try birthDeath.advance()
            let death = Births.nodeDeath(bdSeq: bdSeq, timeMs: Clock.wallMs())
            try client.connect(
                will: MQTTWill(
                    topic: announcement.nodeTopic(.death), payload: death.encoded(), qos: .atLeastOnce, retain: false))
        } catch {
            ended(because: "\(error)")
        }
    }

    private func subscribe() {
        var filters = [announcement.nodeTopic(.command)]
        if let host = config.primaryHost { filters.append(Topic.state(host: host).text) }
        do throws(MQTTRefusal) {
            subscription = try client.subscribe(filters, qos: .atLeastOnce)
        } catch {
            client.close()
            ended(because: "\(error)")
        }
    }

    /// NBIRTH and every DBIRTH, with the aliases that all data of this session uses.
    private func sendBirths() {
        let nowMs = Clock.wallMs()
        var status = currentStatus()
        let earlier: [EpochState]
        do throws(OutboxFailure) {
            // The collector takes what is below, and what is not said of earlier epochs, as gone for good.
            status.first = try reader.firstHeld(of: epoch) ?? epoch.nextSequence
            earlier = try reader.epochs().filter { $0.life != epoch.life && $0.receipted < $0.newest }
        } catch {
            _ = toSampler.offer(.failed(error), cost: 1)
            return
        }
        seq.restart()
        let node = announcement.births.node(
            status, bdSeq: bdSeq,
            properties: [
                ("Software", "Bellwether \(Version.text)"),
                // What is still to come of earlier epochs: anything else of them is not held any more.
                (
                    "Earlier Epochs",
                    earlier.map { "\($0.epoch):\($0.receipted + 1)-\($0.newest)" }.joined(separator: ",")
                ),
            ], timeMs: nowMs)
        _ = seq.next()
        guard publish(announcement.nodeTopic(.birth), node.encoded()) else { return }
        for device in 0..<announcement.deviceCount {
            let birth = announcement.deviceBirth(device, status, seq: seq.next(), timeMs: nowMs)
            guard publish(announcement.deviceTopic(.birth, device), birth.encoded()) else { return }
        }
        lastStatus = (status, Clock.monotonicMs())
        heldBack.removeAll()
        delivery.born(atMs: Clock.monotonicMs())
        counters.births.add(1)
        writeStatusFile()
        log.info("born", ["epoch": epoch.epoch, "sequence": epoch.newest, "pending": delivery.pendingCount])
    }

    private func sayGoodbye() {
        let death = Births.nodeDeath(bdSeq: bdSeq, timeMs: Clock.wallMs())
        _ = try? client.publish(announcement.nodeTopic(.death), death.encoded(), qos: .atLeastOnce)
        delivery.linkDown()
        client.disconnect(withWill: true)
    }

    /// A message that must go out whole: a session with half a birth is of no use.
    private func publish(_ topic: String, _ bytes: [UInt8]) -> Bool {
        do throws(MQTTRefusal) {
            try client.publish(topic, bytes)
            return true
        } catch {
            client.close()
            ended(because: "the birth could not be sent: \(error)")
            return false
        }
    }

    private func ended(because reason: String) {
        let delayMs = backoff.nextMs()
        log.warning("not connected", ["reason": reason, "retry_ms": delayMs])
        session.disconnected(retryAtMs: Clock.monotonicMs() + Int64(delayMs))
        delivery.linkDown()
        tellReceiver(false)
        writeStatusFile()
        if stopDeadlineMs != nil { isClosing = true }
    }

    private func finishIfTimeIsUp() {
        guard let deadline = stopDeadlineMs, !isClosing else { return }
        guard delivery.pendingCount == 0 || !session.isBorn || Clock.monotonicMs() >= deadline else { return }
        isClosing = true
        if let action = session.stop() { perform(action) }
    }

    // MARK: - Delivery

    private func deliver() {
        releaseHeldBack()
        reportStatus()
        while case .send(let life, let numbers, let limit) = delivery.step(atMs: Clock.monotonicMs()) {
            guard sendBacklog(life, numbers, limit) else { break }
        }
        for place in delivery.takeAssumed() { _ = toSampler.offer(.receipted(place), cost: 1) }
    }

    /// What was committed while the collector's word was awaited is still news.
    private func releaseHeldBack() {
        guard delivery.sendsLive, !heldBack.isEmpty else { return }
        for record in heldBack { sendLive(record) }
        heldBack.removeAll()
    }

    /// False when the network is full or the outbox could not be read.
    private func sendBacklog(_ life: Int, _ numbers: ClosedRange<Int64>, _ limit: Int) -> Bool {
        let items: [OutboxReader.Item]
        do throws(OutboxFailure) {
            guard let state = try reader.epochs().first(where: { $0.life == life }) else {
                delivery.absent(life: life, SequenceSet(numbers))
                return true
            }
            items = try reader.records(of: state, numbers, limit: limit)
        } catch {
            _ = toSampler.offer(.failed(error), cost: 1)
            return false
        }
        skipAbsent(life, numbers, items, limit)
        var sent = SequenceSet()
        var isNetworkFull = false
        for item in items where !isNetworkFull {
            switch item {
            case .record(let record):
                if publish(record, isHistorical: true) { sent.insert(record.sequence) } else { isNetworkFull = true }
            case .damaged(let place):
                guard toSampler.offer(.damaged([place]), cost: 1) else { break }
                delivery.absent(life: life, SequenceSet(place.sequence...place.sequence))
            }
        }
        for run in sent.ranges { delivery.sent(life: life, run, atMs: Clock.monotonicMs()) }
        counters.resent.add(Int(clamping: sent.count))
        return !isNetworkFull
    }

    private func sendLive(_ record: StoredRecord) {
        guard publish(record, isHistorical: false) else { return }
        delivery.sent(life: record.place.life, record.sequence...record.sequence, atMs: Clock.monotonicMs())
    }

    /// Numbers that were asked for and did not come are not in the file any more; what stood for them was reported.
    private func skipAbsent(_ life: Int, _ numbers: ClosedRange<Int64>, _ items: [OutboxReader.Item], _ limit: Int) {
        let found = items.map { item in
            switch item {
            case .record(let record): record.sequence
            case .damaged(let place): place.sequence
            }
        }
        let end = found.count < limit ? numbers.upperBound : found.last ?? numbers.upperBound
        var missing = SequenceSet(numbers.lowerBound...end)
        for number in found { missing.remove(number...number) }
        if !missing.isEmpty { delivery.absent(life: life, missing) }
    }

    /// False when the network is full.
    private func publish(_ record: StoredRecord, isHistorical: Bool) -> Bool {
        var next = seq
        let number = next.next()
        do {
            let refusal = try announcement.withMessage(
                record, seq: number, isHistorical: isHistorical, sentMs: Clock.wallMs()
            ) { topic, bytes in
                do throws(MQTTRefusal) {
                    try client.publish(topic, bytes)
                    return MQTTRefusal?.none
                } catch {
                    return error
                }
            }
            guard refusal == nil else { return false }
        } catch {
            log.error("the outbox cannot be delivered", ["problem": "\(error)"])
            _ = toSampler.offer(
                .failed(OutboxFailure(.configuration, doing: "send a record", detail: "\(error)")), cost: 1)
            return false
        }
        seq = next
        counters.sent.add(1)
        return true
    }

    private func currentStatus() -> AgentStatus {
        AgentStatus(
            epoch: epoch.epoch, sequence: epoch.newest, chain: lastChain, first: outboxStatus.firstHeld,
            receipted: delivery.settledThrough, pending: delivery.pendingCount, dropped: outboxStatus.dropped,
            outboxBytes: outboxStatus.usedBytes, outboxCapacityBytes: outboxStatus.capacityBytes,
            outboxDaysLeft: outboxStatus.daysLeft)
    }

    private func reportStatus() {
        let nowMs = Clock.monotonicMs()
        guard let last = lastStatus, nowMs >= last.atMs + Link.statusEveryMs else { return }
        let status = currentStatus()
        var next = seq
        if let change = announcement.births.statusChange(
            status, since: last.status, seq: next.next(), timeMs: Clock.wallMs())
        {
            guard (try? client.publish(announcement.nodeTopic(.data), change.encoded())) != nil else { return }
            seq = next
        }
        lastStatus = (status, nowMs)
        writeStatusFile()
    }

    // MARK: - Commands

    private func obey(_ bytes: UnsafeRawBufferPointer) {
        let payload: Payload
        do throws(PayloadError) {
            payload = try Payload(decoding: bytes)
        } catch {
            counters.refusedCommands.add(1)
            log.warning("a command could not be understood", ["problem": "\(error)"])
            return
        }
        for command in ReceivedCommand.parse(payload) {
            switch command {
            case .accepted(.rebirth):
                if let action = session.rebirthRequested(nowMs: Clock.monotonicMs()) { perform(action) }
            case .accepted(.receipt(let receipt)): apply(receipt)
            case .accepted(.resend(let request)):
                if let place = delivery.resend(request) { _ = toSampler.offer(.withdraw(from: place), cost: 1) }
            case .noRequest: break
            case .malformed(let name):
                counters.refusedCommands.add(1)
                log.warning("a command has no meaning", ["command": name])
            case .unknown(let name):
                counters.refusedCommands.add(1)
                log.warning(
                    "a command was refused: this agent only reads its asset", ["command": name ?? "without a name"])
            }
        }
    }

    private func apply(_ receipt: Receipt) {
        counters.receipts.add(1)
        switch delivery.receipt(receipt, atMs: Clock.monotonicMs()) {
        case .applied(let through):
            tellReceiver(true)
            if let through { _ = toSampler.offer(.receipted(through), cost: 1) }
        case .ignored:
            counters.ignoredReceipts.add(1)
            log.warning("a receipt was ignored: it speaks of records that were never sent", ["receipt": receipt.text])
        case .contradicts:
            counters.ignoredReceipts.add(1)
            let known = delivery.published
            log.error("the collector has more than this outbox ever sent", ["receipt": receipt.text])
            _ = toSampler.offer(.contradicted(inherited: known.inherited, published: known.since), cost: 1)
        }
    }

    private func tellReceiver(_ has: Bool) {
        guard has != hasReceiver, toSampler.offer(.hasReceiver(has), cost: 1) else { return }
        hasReceiver = has
    }

    // MARK: - Status file

    private func writeStatusFile() {
        var status = AgentStatusFile.Content(config: config, epoch: epoch.epoch, newest: epoch.newest)
        status.settledThrough = delivery.settledThrough
        status.pending = delivery.pendingCount
        status.isConnected = client.isConnected
        status.isBorn = session.isBorn
        status.outbox = outboxStatus
        // The outbox tells how it is now and then; every record made since has come by here.
        status.outbox.made += max(0, epoch.newest - outboxStatus.newest)
        status.take(counters)
        statusFile.write(status)
    }
}

extension Link: MQTTHandler {
    func mqttConnected(_: MQTTClient) {
        backoff.reset()
        counters.connections.add(1)
        log.info("connected", ["host": config.mqtt.host, "port": config.mqtt.port])
        if let action = session.connected(nowMs: Clock.monotonicMs()) { perform(action) }
    }

    func mqttEnded(_: MQTTClient, _ failure: MQTTFailure?) {
        ended(because: failure.map { "\($0)" } ?? "the host is not online")
    }

    func mqttSubscribed(_ client: MQTTClient, id: Int32, granted: [MQTTQoS?]) {
        guard id == subscription else { return }
        guard !granted.contains(where: { $0 == nil }) else {
            log.error("the broker refuses the subscription to commands; check its access list")
            client.disconnect()
            return
        }
        if let action = session.subscribed(nowMs: Clock.monotonicMs()) { perform(action) }
    }

    func mqttMessage(_: MQTTClient, _ message: borrowing MQTTMessage) {
        guard let topic = try? Topic(message.topic) else { return }
        switch topic {
        case .state(let host) where host == config.primaryHost:
            guard let state = try? HostState(message.payload) else {
                log.warning("a STATE message could not be understood", ["host": host])
                return
            }
            if let action = session.hostState(
                online: state.isOnline, timestampMs: state.timestampMs, nowMs: Clock.monotonicMs())
            {
                perform(action)
            }
        case .node(.command, config.site, config.agent): obey(message.payload)
        default: break
        }
    }

    func mqttPublished(_: MQTTClient, id _: Int32, refusal _: String?) {}
}
