import Model
import Runtime
import Sparkplug

/// What keeps memory and database bounded whatever is published.
extension Ingestor {
    /// Takes a node that was born into the table; false when there is no room.
    func admit(_ node: Node) -> Bool {
        if nodes[node.site, node.agent] === node { return true }
        if nodes.count >= settings.mostNodes { forget(nodes.removeOffline()) }
        guard nodes.count < settings.mostNodes else {
            counters.overLimit.add(1)
            log.error(
                "too many edge nodes are online: a new one is ignored",
                ["site": node.site, "agent": node.agent, "most": settings.mostNodes])
            return false
        }
        nodes.insert(node)
        return true
    }

    /// Takes a device that was born into its node; false when there is no room.
    func admit(_ device: Device, of node: Node) -> Bool {
        if node.devices[device.name] === device { return true }
        if deviceCount >= settings.mostDevices { forget(nodes.removeOffline()) }
        guard deviceCount < settings.mostDevices, node.devices.count < settings.mostDevicesOfNode else {
            counters.overLimit.add(1)
            log.error(
                "too many devices: a new one is ignored",
                [
                    "site": node.site, "agent": node.agent, "device": device.name,
                    "most": settings.mostDevices, "most_of_node": settings.mostDevicesOfNode,
                ])
            return false
        }
        node.devices[device.name] = device
        deviceCount += 1
        return true
    }

    /// Lets go of nodes that are in the table no more.
    func forget(_ gone: [Node]) {
        guard !gone.isEmpty else { return }
        topics.removeAll()
        for node in gone {
            if node.isOnline { counters.nodesOnline.add(-1) }
            gapped[ObjectIdentifier(node)] = nil
            deviceCount -= node.devices.count
            for device in node.devices.values {
                if let asset = device.asset { assets[asset.info.number] = nil }
            }
        }
    }

    /// Asks a node for its birth that is not in the table.
    func askStranger(_ site: String, _ agent: String) {
        let name = "\(site)/\(agent)"
        if strangersAskedMs.count >= 10_000 { strangersAskedMs.removeAll() }
        guard rebirths.allows(lastMs: strangersAskedMs[name], nowMs: nowMs) else { return }
        strangersAskedMs[name] = nowMs
        requestBirth(site, agent, why: "its birth is not known")
    }

    func askForBirth(_ node: Node, why: String) {
        guard rebirths.allows(lastMs: node.rebirthAskedMs, nowMs: nowMs) else { return }
        node.rebirthAskedMs = nowMs
        requestBirth(node.site, node.agent, why: why)
    }

    private func requestBirth(_ site: String, _ agent: String, why: String) {
        guard toHost.offer(.command(site: site, agent: agent, .rebirth), cost: 1) else { return }
        counters.rebirthRequests.add(1)
        log.info("asking for a birth", ["site": site, "agent": agent, "reason": why])
    }

    /// The stream, known or new; nil when the database is away, or its agent begins epochs faster than we keep them.
    func stream(_ id: StreamID) -> StreamState? {
        if let known = streams[id] { return known }
        guard epochBudget.allows("\(id.site)/\(id.agent)", nowMs: nowMs) else {
            counters.overLimit.add(1)
            log.error("an agent uses too many epochs: a new one is ignored until the next hour", ["stream": id])
            return nil
        }
        guard let stream = registrar.registerStream(id) else { return nil }
        streams[id] = stream
        return stream
    }

    /// Whether the number can be taken without tearing the stream into too many pieces.
    func hasRoom(for sequence: Int64, in stream: StreamState) -> Bool {
        if stream.claimed.ranges.count < settings.mostGaps { return true }
        if stream.claimed.contains(sequence) || stream.claimed.contains(sequence - 1)
            || stream.claimed.contains(sequence + 1)
        {
            return true
        }
        counters.overLimit.add(1)
        log.error("a stream has too many gaps: a record is left to come again", ["stream": stream.id])
        return false
    }
}
