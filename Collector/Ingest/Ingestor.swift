import Model
import Postgres
import Runtime
import Sparkplug

/// The collector's second thread: understands messages, puts them in order, decides what is new, and builds the
/// batches that the writer stores.
///
/// Each batch grows while the writer is busy with the one before, so that transactions are as large as the load needs
/// and no larger. What cannot be taken is dropped and counted: the agents still have it.
final class Ingestor {
    struct Settings: Sendable {
        /// How long a gap in a node's messages may last before the node is asked for a birth.
        var reorderTimeoutMs: Int64 = 2_000
        /// A batch of this size waits for the writer, and no further messages are taken.
        var mostBatchBytes = 8 << 20
        /// A reading from further ahead is given the time of its arrival.
        var mostAheadMs: Int64 = 300_000
        var mostNodes = 20_000
    }

    let settings: Settings
    let registrar: Registrar
    let counters: IngestCounters
    let toHost: Mailbox<HostOrder>
    let toUpkeep: Mailbox<UpkeepRequest>
    let log = Log("ingest")
    private let messages: Mailbox<MessageBatch>
    private let control: Mailbox<IngestControl>
    private let wake: WakeUp
    private let toWriter: Mailbox<CommitBatch>

    var batch = CommitBatch()
    var leases: [String: Leases.Lease] = [:]
    var nodes: [String: [String: Node]] = [:]
    var nodeCount = 0
    var topics = TopicTable()
    var streams: [StreamID: StreamState] = [:]
    var reading = FrameReading()
    var rebirths = RebirthLimiter()
    var quarantineBudget = QuarantineBudget()
    /// Assets by number, to reach them when their settings change.
    var assets: [Int32: AssetState] = [:]
    private var wantedSites: [String: Int64] = [:]
    private var writerIsIdle = true
    private var isStopping = false
    var nowMs: Int64 = 0
    /// The wall clock at the message being processed.
    var receivedMs: Int64 = 0

    init(
        settings: Settings, registrar: Registrar, messages: Mailbox<MessageBatch>, control: Mailbox<IngestControl>,
        wake: WakeUp, toWriter: Mailbox<CommitBatch>, toHost: Mailbox<HostOrder>, toUpkeep: Mailbox<UpkeepRequest>,
        counters: IngestCounters
    ) {
        self.settings = settings
        self.registrar = registrar
        self.messages = messages
        self.control = control
        self.wake = wake
        self.toWriter = toWriter
        self.toHost = toHost
        self.toUpkeep = toUpkeep
        self.counters = counters
    }

    /// The thread's body: returns after `stop`, when everything taken has been handed to the writer.
    func run() {
        while true {
            nowMs = Clock.monotonicMs()
            obey(control.takeAll(timeoutMs: 0))
            if batch.bytes < settings.mostBatchBytes {
                for taken in messages.takeAll(timeoutMs: 0) { process(taken) }
            }
            closeGaps()
            handOver()
            if isStopping, batch.isEmpty, writerIsIdle {
                toWriter.close()
                return
            }
            if wake.wait(timeoutMs: 100) { wake.clear() }
        }
    }

    private func handOver() {
        guard writerIsIdle, !batch.isEmpty else { return }
        batch.leases = leases
        guard toWriter.offer(batch, cost: 1) else { return }
        batch = CommitBatch()
        writerIsIdle = false
    }

    // MARK: - Control

    private func obey(_ orders: [IngestControl]) {
        for order in orders {
            switch order {
            case .leases(let held): take(held)
            case .writerIsIdle: writerIsIdle = true
            case .batchLost(let why):
                log.warning("a batch could not be stored; the agents send it again", ["reason": why])
                counters.lostBatches.add(1)
                forgetClaims()
                writerIsIdle = true
            case .link(let isUp): if !isUp { linkLost() }
            case .maintenance(let asset, let isOn): setMaintenance(asset, isOn)
            case .stop: isStopping = true
            }
        }
    }

    /// What was claimed but not stored must be claimed anew: what is stored is read again from the database.
    private func forgetClaims() {
        streams.removeAll()
        batch = CommitBatch()
    }

    private func take(_ held: [Leases.Lease]) {
        let new = Dictionary(held.map { ($0.site, $0) }) { first, _ in first }
        for (site, lease) in leases where new[site] != lease { leave(site) }
        for (site, lease) in new where leases[site] != lease {
            wantedSites[site] = nil
            guard let stored = registrar.streams(site: site) else { continue }
            for stream in stored { streams[stream.id] = stream }
            leases[site] = lease
            log.info("serving a site", ["site": site, "fence": lease.fence])
        }
    }

    /// Everything known of the site is void: another collector may be at it now.
    private func leave(_ site: String) {
        log.warning("no longer serving a site", ["site": site])
        leases[site] = nil
        nodeCount -= nodes[site]?.count ?? 0
        nodes[site] = nil
        topics.removeAll()
        streams = streams.filter { $0.key.site != site }
        // The batch rests on the lease as well; whatever else is in it comes again.
        if !batch.isEmpty { forgetClaims() }
    }

    private func linkLost() {
        for node in nodes.values.flatMap(\.values) where node.isOnline {
            wentOffline(node, occurredMs: Clock.wallMs(), why: "the broker's connection was lost")
            node.order = OrderMachine()
        }
    }

    // MARK: - Messages

    private func process(_ taken: MessageBatch) {
        receivedMs = taken.receivedMs
        counters.messages.add(taken.entries.count)
        taken.forEach { topic, payload in process(topic, payload) }
    }

    private func process(_ topicBytes: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) {
        if let entry = topics[topicBytes] {
            dispatch(entry.verb, entry.node, entry.device, topicBytes, payload)
            return
        }
        let topic: Topic
        do throws(Topic.Failure) {
            topic = try Topic(topicBytes)
        } catch {
            counters.foreignMessages.add(1)
            log.debug("a topic was refused", ["problem": "\(error)"])
            return
        }
        switch topic {
        case .state, .node(.command, _, _), .device(.command, _, _, _): return
        case .node(let verb, let site, let agent):
            guard let node = node(site, agent) else { return }
            if verb == .data { topics.add(topicBytes, verb, node, nil) }
            dispatch(verb, node, nil, topicBytes, payload)
        case .device(let verb, let site, let agent, let name):
            guard let node = node(site, agent) else { return }
            let device = node.devices[name] ?? Device(name: name)
            if verb == .birth { node.devices[name] = device }
            if verb == .data, node.devices[name] != nil { topics.add(topicBytes, verb, node, device) }
            dispatch(verb, node, device, topicBytes, payload)
        }
    }

    /// Nil for sites that are not ours, and when there are too many nodes.
    private func node(_ site: String, _ agent: String) -> Node? {
        guard leases[site] != nil else {
            counters.foreignMessages.add(1)
            want(site)
            return nil
        }
        if let node = nodes[site]?[agent] { return node }
        guard nodeCount < settings.mostNodes else {
            counters.foreignMessages.add(1)
            log.error(
                "too many edge nodes: a new one is ignored", ["site": site, "agent": agent, "most": settings.mostNodes])
            return nil
        }
        let node = Node(site: site, agent: agent)
        nodes[site, default: [:]][agent] = node
        nodeCount += 1
        return node
    }

    private func want(_ site: String) {
        guard wantedSites.count < 10_000, nowMs >= wantedSites[site] ?? 0 else { return }
        if toUpkeep.offer(.wants(site: site), cost: 1) { wantedSites[site] = nowMs + 1_000 }
    }

    func dispatch(
        _ verb: Topic.Verb, _ node: Node, _ device: Device?, _ topic: UnsafeRawBufferPointer,
        _ payload: UnsafeRawBufferPointer
    ) {
        switch (verb, device) {
        case (.birth, nil): nodeBorn(node, topic, payload)
        case (.birth, let device?): inOrder(node, .birth, device, topic, payload)
        case (.death, nil): nodeDied(node, payload)
        case (.death, let device?): inOrder(node, .death, device, topic, payload)
        case (.data, _): inOrder(node, .data, device, topic, payload)
        case (.command, _): break
        }
    }

    // MARK: - Order

    private func inOrder(
        _ node: Node, _ verb: Topic.Verb, _ device: Device?, _ topic: UnsafeRawBufferPointer,
        _ payload: UnsafeRawBufferPointer
    ) {
        guard node.order.isCounting else {
            askForBirth(node, why: "its birth is not known")
            return
        }
        let decoder: DataDecoder
        do throws(PayloadError) {
            decoder = try DataDecoder(payload)
        } catch {
            setAside(node, device, topic, payload, reason: "\(error)")
            return
        }
        guard let seq = decoder.seq, seq <= 255 else {
            setAside(node, device, topic, payload, reason: "it has no seq of 0 to 255")
            return
        }
        switch node.order.arrived(
            seq: UInt8(seq), nowMs: nowMs,
            keep: { Node.Kept(verb: verb, device: device?.name, payload: Array(payload)) })
        {
        case .kept: return
        case .process, .late: act(node, verb, device, decoder, topic, payload)
        }
        for kept in node.order.drain() { act(node, kept) }
    }

    private func closeGaps() {
        for node in nodes.values.flatMap(\.values)
        where node.order.isOverdue(nowMs: nowMs, timeoutMs: settings.reorderTimeoutMs) {
            for kept in node.order.giveUp() { act(node, kept) }
            askForBirth(node, why: "messages are missing")
        }
    }

    private func act(_ node: Node, _ kept: Node.Kept) {
        let device = kept.device.map { name in node.devices[name] ?? Device(name: name) }
        let topic =
            kept.device.map { Topic.device(kept.verb, site: node.site, agent: node.agent, device: $0) }
            ?? Topic.node(kept.verb, site: node.site, agent: node.agent)
        Array(topic.text.utf8).withUnsafeBytes { topicBytes in
            kept.payload.withUnsafeBytes { payload in
                guard let decoder = try? DataDecoder(payload) else { return }
                act(node, kept.verb, device, decoder, topicBytes, payload)
            }
        }
    }

    private func act(
        _ node: Node, _ verb: Topic.Verb, _ device: Device?, _ decoder: DataDecoder, _ topic: UnsafeRawBufferPointer,
        _ payload: UnsafeRawBufferPointer
    ) {
        switch verb {
        case .birth: if let device { deviceBorn(node, device, topic, payload) }
        case .death: if let device { deviceDied(node, device, decoder) }
        case .data: dataArrived(node, device, decoder, topic, payload)
        case .command: break
        }
    }

    func askForBirth(_ node: Node, why: String) {
        guard rebirths.allows(lastMs: node.rebirthAskedMs, nowMs: nowMs) else { return }
        node.rebirthAskedMs = nowMs
        guard toHost.offer(.command(site: node.site, agent: node.agent, .rebirth), cost: 1) else { return }
        counters.rebirthRequests.add(1)
        log.info("asking for a birth", ["site": node.site, "agent": node.agent, "reason": why])
    }
}
