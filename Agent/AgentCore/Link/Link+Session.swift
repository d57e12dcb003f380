import MQTT
import Model
import Outbox
import Runtime
import Scenarios
import Sparkplug

/// What the session asks for, and what the connection tells it.
extension Link {
    func perform(_ action: SessionMachine.Action) {
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

    func connect() {
        attemptMs = Clock.monotonicMs()
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

    func subscribe() {
        var filters = [announcement.nodeTopic(.command)]
        if takesCommands { filters.append(announcement.deviceTopic(.command, 0)) }
        if let host = config.primaryHost { filters.append(Topic.state(host: host).text) }
        do throws(MQTTRefusal) {
            subscription = try client.subscribe(filters, qos: .atLeastOnce)
        } catch {
            client.close()
            ended(because: "\(error)")
        }
    }

    /// Whether somebody may put the asset through scenarios.
    var takesCommands: Bool { config.scenarios.commands == .allow }

    /// NBIRTH and every DBIRTH, with the aliases that all data of this session uses.
    func sendBirths() {
        let nowMs = Clock.wallMs()
        var status = currentStatus()
        var earlier: [String] = []
        do throws(OutboxFailure) {
            // The collector takes what is below as gone for good, and of earlier epochs all but these: this must be exact.
            status.first = try reader.firstHeld(of: epoch) ?? epoch.nextSequence
            for state in try reader.epochs() where state.life != epoch.life {
                guard let first = try reader.firstHeld(of: state), first <= state.newest else { continue }
                earlier.append(ResendRequest(epoch: state.epoch, range: first...state.newest).text)
            }
        } catch {
            _ = toSampler.offer(.failed(error), cost: 1)
            return
        }
        seq.restart()
        let node = announcement.births.node(
            status, bdSeq: bdSeq,
            properties: [
                ("Software", "Bellwether \(Version.text)"),
                // What is still held of earlier epochs.
                ("Earlier Epochs", earlier.joined(separator: ",")),
            ], timeMs: nowMs)
        _ = seq.next()
        guard publish(announcement.nodeTopic(.birth), node.encoded()) else { return }
        for device in 0..<announcement.deviceCount {
            let birth = announcement.deviceBirth(
                device, status, seq: seq.next(), timeMs: nowMs, scenarios: device == 0 ? scenarios : .init())
            guard publish(announcement.deviceTopic(.birth, device), birth.encoded()) else { return }
        }
        lastStatus = (status, Clock.monotonicMs())
        heldBack = recentRecords
        delivery.born(atMs: Clock.monotonicMs())
        counters.births.add(1)
        writeStatusFile()
        log.info("born", ["epoch": epoch.epoch, "sequence": epoch.newest, "pending": delivery.pendingCount])
    }

    /// What the configured asset, which is always the first one, says about scenarios.
    private var scenarios: Births.DeviceScenarios {
        Births.DeviceScenarios(
            available: takesCommands ? config.scenarios.library.announcement : nil,
            running: scenariosRunning)
    }

    /// Records that are news as long as the next tick has made no others.
    private var recentRecords: [StoredRecord] {
        let ageMs = Double(Clock.monotonicMs() - newestTick.atMs)
        return ageMs <= 1_000 / config.asset.rateHz + 1_000 ? newestTick.records : []
    }

    func sayGoodbye() {
        let death = Births.nodeDeath(bdSeq: bdSeq, timeMs: Clock.wallMs())
        _ = try? client.publish(announcement.nodeTopic(.death), death.encoded(), qos: .atLeastOnce)
        delivery.linkDown()
        client.disconnect(withWill: true)
    }

    /// A message that must go out whole: a session with half a birth is of no use.
    func publish(_ topic: String, _ bytes: [UInt8]) -> Bool {
        do throws(MQTTRefusal) {
            try client.publish(topic, bytes)
            return true
        } catch {
            client.close()
            ended(because: "the birth could not be sent: \(error)")
            return false
        }
    }

    /// `isForPeople`: it will not pass by itself, and nobody is helped by trying at once.
    func ended(because reason: String, isForPeople: Bool = false) {
        let nowMs = Clock.monotonicMs()
        // An attempt that hung has waited already: the next one may find the link back.
        let delayMs = Int64(backoff.nextMs()) + (isForPeople ? Link.pauseForPeopleMs : 0)
        let retryMs = max(nowMs, (attemptMs ?? nowMs) + delayMs)
        attemptMs = nil
        log.warning("not connected", ["reason": reason, "retry_ms": retryMs - nowMs])
        session.disconnected(retryAtMs: retryMs)
        delivery.linkDown()
        tellReceiver(false)
        writeStatusFile()
        if stopDeadlineMs != nil { isClosing = true }
    }

    func finishIfTimeIsUp() {
        guard let deadline = stopDeadlineMs, !isClosing else { return }
        guard delivery.pendingCount == 0 || !session.isBorn || Clock.monotonicMs() >= deadline else { return }
        isClosing = true
        if let action = session.stop() { perform(action) }
    }
}

extension Link: MQTTHandler {
    func mqttConnected(_: MQTTClient) {
        backoff.reset()
        attemptMs = nil
        counters.connections.add(1)
        log.info("connected", ["host": config.mqtt.host, "port": config.mqtt.port])
        if let action = session.connected(nowMs: Clock.monotonicMs()) { perform(action) }
    }

    func mqttEnded(_: MQTTClient, _ failure: MQTTFailure?) {
        ended(
            because: failure.map { "\($0)" } ?? "the host is not online",
            isForPeople: failure?.disposition == .stop)
    }

    func mqttSubscribed(_ client: MQTTClient, id: Int32, granted: [MQTTQoS?]) {
        guard id == subscription else { return }
        var granted = granted
        // In the order of `subscribe`. An access list that keeps commands from the asset must not cost the session.
        if takesCommands, granted.count > 1, granted.remove(at: 1) == nil {
            log.warning("the broker refuses the subscription to commands for the asset; check its access list")
        }
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
        case .device(.command, config.site, config.agent, config.asset.id): obeyForAsset(message)
        default: break
        }
    }

    func mqttPublished(_: MQTTClient, id _: Int32, refusal _: String?) {}
}
