import Analytics
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
        /// How long after a site began to be served who has not been heard of is asked for a birth, and how long
        /// the answer may take.
        var rollCallAskMs: Int64 = 3_000
        var rollCallAnswerMs: Int64 = 7_000
        /// A batch of this size waits for the writer, and no further messages are taken.
        var mostBatchBytes = 16 << 20
        /// A reading from further ahead is given the time of its arrival.
        var mostAheadMs: Int64 = 300_000
        /// Whether detectors run, and how often their states are saved.
        var analyses = true
        var analysisSaveMs: Int64 = 300_000
        /// Instead of those of the kinds.
        var healthWeights: [HealthWeight] = []
        /// What is beyond these is not taken, and counted: memory stays bounded whatever is published.
        var mostNodes = 20_000
        var mostDevices = 50_000
        var mostDevicesOfNode = 1_000
        /// Messages that came too early, of all nodes together.
        var mostKeptBytes = 32 << 20
        /// When alarms are raised.
        var alarmRules = AlarmRuleBook()
        /// A number that would leave one more gap in its stream than this is left to come again.
        var mostGaps = 10_000
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
    /// Of the sites that are served: their leases are held, and their streams known.
    var leases: [String: Leases.Lease] = [:]
    private var held: [String: Leases.Lease] = [:]
    private var serveMs: Int64 = 0
    var nodes = NodeTable()
    var topics = TopicTable()
    /// Nodes that miss messages.
    var gapped: [ObjectIdentifier: Node] = [:]
    var streams: [StreamID: StreamState] = [:]
    var reading = FrameReading()
    var rebirths = RebirthLimiter()
    /// When nodes that were never born were asked for a birth, by site and agent.
    var strangersAskedMs: [String: Int64] = [:]
    var quarantineBudget = HourlyBudget.quarantine()
    var epochBudget = HourlyBudget.epochs()
    var registrationBudget = HourlyBudget.registrations()
    var eventBudget = HourlyBudget.events()
    /// Of the sites that are served since a moment.
    var rollCalls: [String: RollCall] = [:]
    /// Assets by number, to reach them when their settings change.
    var assets: [Int32: AssetState] = [:]
    var deviceCount = 0
    /// Assets of which frames must be read again, to be analysed in their turn.
    var behind: Set<Int32> = []
    /// By kind.
    var plans: [String: DetectorPlan] = [:]
    /// What the frame being analysed has found.
    var findingChanges: [FindingChange] = []
    /// Assets that have fallen silent, by number.
    var silences: [Int32: Silence] = [:]
    /// Assets whose alarms' conditions have changed since they were last handed over.
    var unsavedAlarms: Set<Int32> = []
    /// As assets have them at first, by the key of their rules.
    var alarmPrototypes: [String: AssetAlarms] = [:]
    /// Kept for its room.
    var alarmChanges: [AlarmChange] = []
    private(set) var wantedSites: [String: Int64] = [:]
    private var writerIsIdle = true
    private var isStopping = false
    var nowMs: Int64 = 0
    private(set) var source = MessageSource()
    private var sourceCount = 0
    /// The wall clock when the message being processed came; 0 between messages.
    private(set) var receivedMs: Int64 = 0

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
        while turn(atMs: Clock.monotonicMs()) {
            if wake.wait(timeoutMs: 100) { wake.clear() }
        }
    }

    /// Does what there is to do; false when there will be no more. Tests call it with a time of their own.
    func turn(atMs now: Int64) -> Bool {
        nowMs = now
        obey(control.takeAll(timeoutMs: 0))
        serveHeldSites()
        if batch.bytes < settings.mostBatchBytes {
            for taken in messages.takeAll(timeoutMs: 0) { process(taken) }
        }
        closeGaps()
        goOnWithRollCalls()
        catchUp()
        tellSilences()
        handOver()
        guard isStopping, batch.isEmpty, writerIsIdle else { return true }
        toWriter.close()
        return false
    }

    private func handOver() {
        guard writerIsIdle else { return }
        saveAlarms()
        guard !batch.isEmpty else { return }
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
            case .unsettled(let numbers):
                for (id, set) in numbers { for range in set.ranges { streams[id]?.claimed.remove(range) } }
            case .analysisIsVoid: forgetAnalyses()
            case .databaseWasSetBack: forgetEverything()
            case .batchLost(let why):
                log.warning("a batch could not be stored; the agents send it again", ["reason": why])
                counters.lostBatches.add(1)
                forgetClaims()
                writerIsIdle = true
            case .link(let isUp): if !isUp { linkLost() }
            case .maintenance(let assets): maintained(assets)
            case .stop:
                isStopping = true
                saveAllAnalyses()
            }
        }
    }

    /// What was claimed but not stored must be claimed anew: what is stored is read again from the database.
    private func forgetClaims() {
        forgetAnalyses()
        streams.removeAll()
        batch = CommitBatch()
        forgetAlarms()
    }

    /// Streams and assets may have other numbers now, or none. Births register them anew, and show what is missing.
    private func forgetEverything() {
        log.error("the database was set back; everybody is asked for a birth, and for what is missing")
        forgetClaims()
        assets.removeAll()
        for node in nodes.all { node.forgetBirth() }
    }

    private func take(_ leasesHeld: [Leases.Lease]) {
        held = Dictionary(leasesHeld.map { ($0.site, $0) }) { first, _ in first }
        for (site, lease) in leases where held[site] != lease { leave(site) }
        serveMs = nowMs
    }

    /// A site is served once its streams could be read; until then it is tried again and again, because the leases
    /// are told only when they change.
    private func serveHeldSites() {
        guard nowMs >= serveMs else { return }
        for (site, lease) in held where leases[site] != lease {
            guard let stored = registrar.streams(site: site) else {
                serveMs = nowMs + 500
                return
            }
            wantedSites[site] = nil
            for stream in stored { streams[stream.id] = stream }
            leases[site] = lease
            callRoll(of: site)
            log.info("serving a site", ["site": site, "fence": lease.fence])
        }
    }

    /// Everything known of the site is void: another collector may be at it now.
    private func leave(_ site: String) {
        log.warning("no longer serving a site", ["site": site])
        leases[site] = nil
        rollCalls[site] = nil
        forget(nodes.remove(site: site))
        streams = streams.filter { $0.key.site != site }
        // The batch rests on the lease as well; whatever else is in it comes again.
        if !batch.isEmpty { forgetClaims() }
    }

    private func linkLost() {
        for node in nodes.all where node.isOnline {
            wentOffline(node, occurredMs: Clock.wallMs(), why: "the broker's connection was lost")
        }
    }

    // MARK: - Messages

    private func process(_ taken: MessageBatch) {
        counters.messages.add(taken.entries.count)
        forEach(of: taken) { topic, payload in process(topic, payload) }
    }

    /// Makes each of the messages the one being processed. Nests: what was kept is processed amid others.
    func forEach(
        of messages: MessageBatch, _ body: (_ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) -> Void
    ) {
        let outer = (source, receivedMs)
        sourceCount += 1
        source = MessageSource(messages: messages, number: sourceCount)
        receivedMs = messages.receivedMs
        messages.forEach { index, topic, payload in
            source.entry = index
            body(topic, payload)
        }
        (source, receivedMs) = outer
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
            guard isOurs(site) else { return }
            guard let node = nodes[site, agent] else {
                if verb == .birth { return nodeBorn(Node(site: site, agent: agent), topicBytes, payload) }
                return askStranger(site, agent)
            }
            if verb == .data { topics.add(topicBytes, verb, node, nil) }
            dispatch(verb, node, nil, topicBytes, payload)
        case .device(let verb, let site, let agent, let name):
            guard isOurs(site) else { return }
            guard let node = nodes[site, agent] else { return askStranger(site, agent) }
            let known = node.devices[name]
            if verb == .data, let known { topics.add(topicBytes, verb, node, known) }
            dispatch(verb, node, known ?? Device(name: name), topicBytes, payload)
        }
    }

    private func isOurs(_ site: String) -> Bool {
        if leases[site] != nil { return true }
        counters.foreignMessages.add(1)
        want(site)
        return false
    }

    private func want(_ site: String) {
        if wantedSites.count >= 10_000 { wantedSites.removeAll() }
        guard nowMs >= wantedSites[site] ?? .min else { return }
        if toUpkeep.offer(.wants(site: site), cost: 1) { wantedSites[site] = nowMs + 1_000 }
    }

    func dispatch(
        _ verb: Topic.Verb, _ node: Node, _ device: Device?, _ topic: UnsafeRawBufferPointer,
        _ payload: UnsafeRawBufferPointer
    ) {
        switch (verb, device) {
        case (.birth, nil): nodeBorn(node, topic, payload)
        case (.birth, let device?): inOrder(node, .birth, device, topic, payload)
        case (.death, nil): nodeDied(node, topic, payload)
        case (.death, let device?): inOrder(node, .death, device, topic, payload)
        case (.data, _): inOrder(node, .data, device, topic, payload)
        case (.command, _): break
        }
    }
}
