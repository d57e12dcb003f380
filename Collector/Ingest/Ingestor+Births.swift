import Analytics
import Assets
import Model
import Postgres
import Runtime
import Sparkplug

/// Births and deaths: who is there, what they measure, and what they say is still to come.
extension Ingestor {
    func nodeBorn(_ node: Node, _ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) {
        let birth: NodeBirth
        do {
            birth = try BirthReading.node(try Payload(decoding: payload))
        } catch {
            setAside(node, nil, topic, payload, reason: "\(error)")
            return
        }
        guard admit(node) else { return }
        node.order.birth(seq: birth.seq)
        for device in node.devices.values { device.isBorn = false }
        node.bdSeq = birth.bdSeq
        node.delivery = birth.delivery
        node.aliases = AliasMap(deliveryOf: birth.metrics)
        let wasOnline = node.isOnline
        node.isOnline = true
        if let delivery = birth.delivery {
            greet(node, delivery)
        } else {
            plainNodeBorn(node, birth, topic, payload)
        }
        if !wasOnline {
            counters.nodesOnline.add(1)
            note(
                "agent_online", .info, node, nil, occurredMs: receivedMs,
                "\(node.agent) is online" + (birth.delivery == nil ? " (without receipts)" : ""))
        }
    }

    /// Compares what the agent says with what is stored, and records what can never come.
    private func greet(_ node: Node, _ delivery: NodeBirth.Delivery) {
        guard
            let stream = stream(StreamID(site: node.site, agent: node.agent, epoch: delivery.epoch))
        else { return askForBirth(node, why: "what is stored of it could not be read") }
        stream.made = max(stream.made, delivery.sequence)
        change(stream) { delta in
            delta.isOnline = true
            delta.made = stream.made
            delta.status.take(delivery.word)
        }
        // What is below the oldest number held is gone for good. 0: the agent does not say.
        declareMissing(stream, stream.open.intersection(0...max(0, (delivery.word.first ?? 0) - 1)))
        // Receipted, and not stored: the database has been set back. The agent may still have it.
        if let receipted = delivery.word.receipted, receipted >= 1 {
            ask(node, for: stream.open.intersection(1...receipted), of: stream)
        }
        for (epoch, held) in delivery.earlier where epoch != delivery.epoch {
            // A database that was set back may never have heard of the epoch.
            guard let earlier = self.stream(StreamID(site: node.site, agent: node.agent, epoch: epoch)) else {
                continue
            }
            earlier.made = max(earlier.made, held.upperBound)
        }
        // A birth knows nothing of epochs that began after its own: it may be an old one that somebody has replayed.
        for earlier in streams.values
        where earlier.id.site == node.site && earlier.id.agent == node.agent && earlier.id.epoch != delivery.epoch
            && (earlier.number < stream.number || delivery.earlier[earlier.id.epoch] != nil)
        {
            change(earlier) { delta in
                delta.isOnline = false
                delta.made = max(delta.made, earlier.made)
            }
            var open = earlier.open
            if let held = delivery.earlier[earlier.id.epoch] {
                // It comes anyway, unless it had a receipt and the database was set back.
                ask(node, for: open.intersection(held), of: earlier)
                open.remove(held)
            }
            declareMissing(earlier, open)
        }
    }

    /// Asks for numbers again; what more there is, at the next birth.
    private func ask(_ node: Node, for numbers: SequenceSet, of stream: StreamState) {
        for range in numbers.ranges.prefix(64) {
            let request = ResendRequest(epoch: stream.id.epoch, range: range)
            _ = toHost.offer(.command(site: node.site, agent: node.agent, .resend(request)), cost: 1)
        }
    }

    /// Numbers that were given, are not stored, and that the agent does not hold any more.
    private func declareMissing(_ stream: StreamState, _ numbers: SequenceSet) {
        guard !numbers.isEmpty else { return }
        stream.lost.formUnion(numbers)
        change(stream) { $0.lost.formUnion(numbers) }
        for range in numbers.ranges {
            batch.add(
                LossEntry(
                    site: stream.id.site, agent: stream.id.agent, epoch: stream.id.epoch, numbers: range,
                    cause: "missing", fromMs: receivedMs, toMs: receivedMs, ticks: 0, report: nil))
        }
        watchLoss(site: stream.id.site, agent: stream.id.agent, numbers.count, receivedMs)
        note(
            "loss", .critical, site: stream.id.site, agent: stream.id.agent, occurredMs: receivedMs,
            "\(numbers.count) records of \(stream.id) were made and are not held by the agent any more")
    }

    func deviceBorn(
        _ node: Node, _ device: Device, _ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer
    ) {
        let birth: DeviceBirth
        do {
            birth = try BirthReading.device(try Payload(decoding: payload))
        } catch {
            setAside(node, device, topic, payload, reason: "\(error)")
            return
        }
        guard admit(device, of: node) else { return }
        let kind = node.delivery == nil ? nil : birth.kind.flatMap { AssetCatalog[$0] }
        let measured = birth.metrics.filter { !MetricSlot.isControl($0.name) }
        let isRegistered = register(node, device, birth.metrics, kind, scenarios: birth.scenarios) {
            guard let kind else {
                if node.delivery != nil, measured.allSatisfy({ $0.group != nil }) {
                    return registrar.registerDeclared(
                        site: node.site, agent: node.agent, device: device.name, birth: birth)
                }
                return registrar.registerForeign(
                    site: node.site, agent: node.agent, device: device.name, metrics: measured)
            }
            return registrar.registerAsset(
                site: node.site, agent: node.agent, device: device.name, kind: kind, birth: birth)
        }
        guard isRegistered, node.delivery == nil else { return }
        noteUnstored(node, device, measured)
        plainData(node, device, topic, payload)
    }

    private func plainNodeBorn(
        _ node: Node, _ birth: NodeBirth, _ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer
    ) {
        node.plainStream = node.plainStream ?? registrar.registerPlainStream(site: node.site, agent: node.agent)
        if let number = node.plainStream {
            batch.streams[number, default: StreamDelta(site: node.site, agent: node.agent)].isOnline = true
        }
        let measured = birth.metrics.filter { !MetricSlot.isControl($0.name) }
        guard !measured.isEmpty else { return }
        let device = node.devices[""] ?? Device(name: "")
        guard admit(device, of: node) else { return }
        let isRegistered = register(node, device, birth.metrics, nil) {
            registrar.registerForeign(site: node.site, agent: node.agent, device: "", metrics: measured)
        }
        guard isRegistered else { return }
        noteUnstored(node, device, measured)
        plainData(node, device, topic, payload)
    }

    /// Registers what a birth declares, unless it is what the one before has declared; false if that is not possible now.
    private func register(
        _ node: Node, _ device: Device, _ metrics: [BornMetric], _ kind: AssetKind?, scenarios: String? = nil,
        _ ask: () -> (record: AssetRecord, set: SignalSet)?
    ) -> Bool {
        var hasher = Hasher()
        hasher.combine(kind?.id)
        hasher.combine(metrics)
        hasher.combine(scenarios)
        let digest = hasher.finalize()
        if device.birthDigest != digest || device.asset == nil {
            guard registrationBudget.allows("\(node.site)/\(node.agent)", nowMs: nowMs) else {
                counters.overLimit.add(1)
                log.error(
                    "a node changes what it declares too often: its births are ignored until the next hour",
                    ["site": node.site, "agent": node.agent])
                return false
            }
            guard let (record, set) = ask() else { return false }
            adopt(device, record, set, kind: kind)
            device.aliases = AliasMap(metrics, SignalPlaces(set))
            device.birthDigest = digest
        }
        device.isBorn = true
        device.bornMs = nowMs
        return true
    }

    /// Makes the asset of a device, or finds the one there is.
    private func adopt(_ device: Device, _ record: AssetRecord, _ set: SignalSet, kind: AssetKind?) {
        if let known = assets[record.asset], known.info.kind == record.kind,
            known.info.groups.map(\.signals.count) == set.groups.map(\.signals.count)
        {
            device.asset = known
            return
        }
        let info = AssetInfo(
            number: record.asset, id: record.id, kind: record.kind, site: record.site, agent: record.agent,
            groups: set.groups.map(AssetInfo.Group.init))
        let asset = AssetState(
            info: info, set: set, kind: kind, plan: kind.map { plan($0, set) }, weights: settings.healthWeights,
            isInMaintenance: record.isInMaintenance)
        assets[record.asset] = asset
        device.asset = asset
    }

    /// Says what of a foreign birth is not stored, when that has changed.
    private func noteUnstored(_ node: Node, _ device: Device, _ metrics: [BornMetric]) {
        let count = metrics.count { device.aliases[name: $0.name].role == .ignored }
        guard count != device.unstoredCount else { return }
        device.unstoredCount = count
        guard count > 0 else { return }
        note(
            "not_stored", .info, node, device.asset, occurredMs: receivedMs,
            "\(count) metrics of \(device.asset?.info.id ?? node.agent) have types that are not stored "
                + "(data sets, templates, files, arrays) or are too many")
    }

    // MARK: - Deaths

    func nodeDied(_ node: Node, _ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) {
        guard node.isOnline else { return }
        let death: Payload
        do throws(PayloadError) {
            death = try Payload(decoding: payload)
        } catch {
            setAside(node, nil, topic, payload, reason: "\(error)")
            return
        }
        // The will of an earlier session, delivered late, must not end this one.
        guard death.bdSeq == node.bdSeq else { return }
        wentOffline(node, occurredMs: receivedMs, why: "the agent is gone")
    }

    func deviceDied(_ node: Node, _ device: Device, _ decoder: DataDecoder) {
        guard let asset = device.asset else { return }
        let occurredMs = decoder.timestampMs.map { Int64(clamping: $0) } ?? receivedMs
        wentOffline(asset, occurredMs: plausible(occurredMs) ? occurredMs : receivedMs, why: "the device is gone")
    }

    func wentOffline(_ node: Node, occurredMs: Int64, why: String) {
        guard node.isOnline else { return }
        node.isOnline = false
        // What comes before the next birth says nothing.
        node.order = OrderMachine()
        counters.nodesOnline.add(-1)
        if let delivery = node.delivery {
            if let stream = stream(StreamID(site: node.site, agent: node.agent, epoch: delivery.epoch)) {
                change(stream) { $0.isOnline = false }
            }
        } else if let number = node.plainStream {
            batch.streams[number, default: StreamDelta(site: node.site, agent: node.agent)].isOnline = false
        }
        note("agent_offline", .warning, node, nil, occurredMs: occurredMs, "\(node.agent) is offline: \(why)")
        for device in node.devices.values {
            if let asset = device.asset { wentOffline(asset, occurredMs: occurredMs, why: why) }
        }
    }

    private func wentOffline(_ asset: AssetState, occurredMs: Int64, why: String) {
        guard asset.health.status != .offline else { return }
        asset.health.wentOffline()
        fellSilent(asset, sinceMs: occurredMs)
        noteHealth(asset, atMs: occurredMs, isStatusNew: true, why: why)
    }

    func maintained(_ numbers: Set<Int32>) {
        for asset in assets.values {
            let isOn = numbers.contains(asset.info.number)
            guard asset.health.isInMaintenance != isOn else { continue }
            let before = asset.health.status
            asset.health.isInMaintenance = isOn
            watchMaintenance(asset, isOn)
            guard asset.health.status != before else { continue }
            noteHealth(
                asset, atMs: Clock.wallMs(), isStatusNew: true,
                why: isOn ? "maintenance begins" : "maintenance ends")
        }
    }
}
