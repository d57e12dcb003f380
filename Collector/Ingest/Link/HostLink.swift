import MQTT
import Model
import Runtime
import Sparkplug

/// The collector's first thread: its session with the broker as a Sparkplug host. It takes messages off the network
/// and hands them on in batches; it sends commands and receipts; it decides nothing about them.
final class HostLink {
    private let hostID: String
    private let sites: [String]
    private let client: MQTTClient
    private let messages: Mailbox<MessageBatch>
    private let toIngest: Mailbox<IngestControl>
    private let orders: Mailbox<HostOrder>
    private let wake: WakeUp
    private let counters: IngestCounters
    private let log = Log("host")
    private var machine: HostMachine
    private var backoff: Backoff
    private var taken: MessageBatch
    private var desk = ReceiptDesk()
    private var subscription: Int32?
    private var isStopping = false

    /// A batch is handed on when it has so many bytes, even within one turn.
    private static let batchBytes = 256 << 10

    init(
        hostID: String, sites: [String], mqtt: MQTTConfiguration, messages: Mailbox<MessageBatch>,
        toIngest: Mailbox<IngestControl>, orders: Mailbox<HostOrder>, wake: WakeUp, counters: IngestCounters
    ) {
        self.hostID = hostID
        self.sites = sites
        client = MQTTClient(mqtt)
        self.messages = messages
        self.toIngest = toIngest
        self.orders = orders
        self.wake = wake
        self.counters = counters
        machine = HostMachine(wallAheadMs: Clock.wallMs() - Clock.monotonicMs())
        taken = MessageBatch()
        backoff = Backoff(firstMs: 100, maxMs: 2_000, random: SeededRandom(seed: UInt64(bitPattern: Clock.wallMs())))
    }

    /// The thread's body: returns after `stop`, when goodbye is said.
    func run() {
        while !(isStopping && !client.isActive) {
            obey()
            if let action = machine.tick(nowMs: Clock.monotonicMs()) { perform(action) }
            sendDueReceipts()
            if client.service(timeoutMs: sleepMs(), wake: wake.fd, handler: self) { wake.clear() }
            handOn()
        }
        counters.online.set(false)
    }

    private func sleepMs() -> Int {
        let nowMs = Clock.monotonicMs()
        let until = [nowMs + 1_000, machine.deadlineMs, desk.nextMs].compactMap(\.self).min() ?? nowMs
        return Int(clamping: max(0, until - nowMs))
    }

    /// What does not fit is dropped: the broker promises nothing, and the agents still have it.
    private func handOn() {
        guard !taken.isEmpty else { return }
        let count = taken.entries.count
        if !messages.offer(taken, cost: taken.bytes.count) { counters.droppedMessages.add(count) }
        taken = MessageBatch()
    }

    private func obey() {
        for order in orders.takeAll(timeoutMs: 0) {
            let nowMs = Clock.monotonicMs()
            switch order {
            case .command(let site, let agent, .receipt(let receipt)):
                if desk.put(site: site, agent: agent, receipt, nowMs: nowMs) { send(.receipt(receipt), site, agent) }
            case .command(let site, let agent, let command): send(command, site, agent)
            case .deviceCommand(let site, let agent, let device, let command):
                // One that cannot be sent now is taken from the database again.
                let topic = Topic.device(.command, site: site, agent: agent, device: device).text
                _ = try? client.publish(topic, command.payload(sentMs: Clock.wallMs()).encoded())
            case .duty(let duty, let untilMs):
                if let action = machine.become(duty, nowMs: nowMs, untilMs: untilMs) { perform(action) }
            case .stop:
                isStopping = true
                if let action = machine.stop(nowMs: nowMs) { perform(action) }
            }
        }
    }

    private func sendDueReceipts() {
        for (site, agent, receipt) in desk.due(nowMs: Clock.monotonicMs()) { send(.receipt(receipt), site, agent) }
    }

    /// A command that cannot be sent now is not kept: receipts are cumulative, and everything else is asked again.
    private func send(_ command: Sparkplug.Command, _ site: String, _ agent: String) {
        let payload = Sparkplug.Command.payload([command], sentMs: Clock.wallMs()).encoded()
        guard (try? client.publish(Topic.node(.command, site: site, agent: agent).text, payload)) != nil else { return }
        if case .receipt = command { counters.receiptsSent.add(1) }
    }

    // MARK: - Session

    private var stateTopic: String { Topic.state(host: hostID).text }

    private func perform(_ action: HostMachine.Action) {
        switch action {
        case .connect(let timestampMs):
            let will = HostState(isOnline: false, timestampMs: timestampMs).encoded()
            do throws(MQTTFailure) {
                try client.connect(will: MQTTWill(topic: stateTopic, payload: will, qos: .atLeastOnce, retain: true))
            } catch {
                ended(because: "\(error)")
            }
        case .subscribe:
            let filters = sites.isEmpty ? Topic.agentFilters(site: nil) : sites.flatMap { Topic.agentFilters(site: $0) }
            do throws(MQTTRefusal) {
                subscription = try client.subscribe([stateTopic] + filters, qos: .atLeastOnce)
            } catch {
                client.close()
                ended(because: "\(error)")
            }
        case .announce(let timestampMs):
            publishState(true, timestampMs)
            counters.online.set(true)
            log.info("online", ["host_id": hostID])
        case .withdraw(let timestampMs):
            publishState(false, timestampMs)
            counters.online.set(false)
            client.disconnect()
            log.info("offline", ["host_id": hostID])
        case .slipAway:
            counters.online.set(false)
            client.disconnect()
            log.info("standing by", ["host_id": hostID])
        case .abandon:
            client.close()
            counters.online.set(false)
            counters.brokerUp.set(false)
            _ = toIngest.offer(.link(isUp: false), cost: 0)
        }
    }

    private func publishState(_ isOnline: Bool, _ timestampMs: Int64) {
        let bytes = HostState(isOnline: isOnline, timestampMs: timestampMs).encoded()
        do throws(MQTTRefusal) {
            try client.publish(stateTopic, bytes, qos: .atLeastOnce, retain: true)
        } catch {
            client.close()
            ended(because: "the state could not be announced: \(error)")
        }
    }

    private func ended(because reason: String) {
        let delayMs = backoff.nextMs()
        if !isStopping { log.warning("not connected to the broker", ["reason": reason, "retry_ms": delayMs]) }
        machine.disconnected(retryAtMs: Clock.monotonicMs() + Int64(delayMs))
        counters.online.set(false)
        counters.brokerUp.set(false)
        _ = toIngest.offer(.link(isUp: false), cost: 0)
    }
}

extension HostLink: MQTTHandler {
    func mqttConnected(_: MQTTClient) {
        backoff.reset()
        counters.brokerUp.set(true)
        _ = toIngest.offer(.link(isUp: true), cost: 0)
        if let action = machine.connected(nowMs: Clock.monotonicMs()) { perform(action) }
    }

    func mqttEnded(_: MQTTClient, _ failure: MQTTFailure?) {
        ended(because: failure.map { "\($0)" } ?? "we went offline")
    }

    func mqttSubscribed(_ client: MQTTClient, id: Int32, granted: [MQTTQoS?]) {
        guard id == subscription else { return }
        guard !granted.contains(where: { $0 == nil }) else {
            log.error("the broker refuses a subscription; check its access list", ["host_id": hostID])
            client.disconnect()
            return
        }
        if let action = machine.subscribed() { perform(action) }
    }

    func mqttMessage(_: MQTTClient, _ message: borrowing MQTTMessage) {
        if message.topic.elementsEqual(stateTopic.utf8) {
            // Whoever has put nonsense there, or nothing, has taken our word from agents that come later.
            let state = (try? HostState(message.payload)) ?? HostState(isOnline: false, timestampMs: 0)
            if let action = machine.ownState(
                online: state.isOnline, timestampMs: state.timestampMs, nowMs: Clock.monotonicMs())
            {
                perform(action)
            }
            return
        }
        // A retained birth or data message is somebody's mistake or mischief: Sparkplug has none.
        guard !message.isRetained else { return }
        taken.append(topic: message.topic, payload: message.payload)
        if taken.bytes.count >= HostLink.batchBytes { handOn() }
    }

    func mqttPublished(_: MQTTClient, id _: Int32, refusal _: String?) {}
}
