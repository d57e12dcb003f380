import Runtime
import Sparkplug

/// Sparkplug's order of a node's messages, and the births that are asked for where it cannot be kept.
extension Ingestor {
    func inOrder(
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
            keep: {
                Node.Kept(
                    verb: verb, device: device?.name,
                    message: MessageBatch(topic: topic, payload: payload, receivedMs: receivedMs))
            })
        {
        case .kept:
            node.keptBytes += topic.count + payload.count + 64
            gapped[ObjectIdentifier(node)] = node
            return
        case .process, .late: act(node, verb, device, decoder, topic, payload)
        }
        guard node.order.gapSinceMs != nil else { return }
        for kept in node.order.drain() { act(node, kept) }
    }

    /// Gives up gaps that last too long, and all of them when too much waits behind them.
    func closeGaps() {
        guard !gapped.isEmpty else { return }
        let isTooMuch = gapped.values.reduce(0) { $0 + $1.keptBytes } > settings.mostKeptBytes
        for (id, node) in gapped {
            if node.order.gapSinceMs != nil {
                guard isTooMuch || node.order.isOverdue(nowMs: nowMs, timeoutMs: settings.reorderTimeoutMs) else {
                    continue
                }
                for kept in node.order.giveUp() { act(node, kept) }
                askForBirth(node, why: "messages are missing")
            }
            node.keptBytes = 0
            gapped[id] = nil
        }
    }

    private func act(_ node: Node, _ kept: Node.Kept) {
        let device = kept.device.map { name in node.devices[name] ?? Device(name: name) }
        forEach(of: kept.message) { topic, payload in
            guard let decoder = try? DataDecoder(payload) else { return }
            act(node, kept.verb, device, decoder, topic, payload)
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
}
