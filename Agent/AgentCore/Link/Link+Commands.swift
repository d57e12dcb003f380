import Assets
import MQTT
import Model
import Outbox
import Runtime
import Scenarios
import Sparkplug

/// What the collector asks for. There is no command by which anyone could act on the asset; a simulated one may be put
/// through scenarios.
extension Link {
    func obey(_ bytes: UnsafeRawBufferPointer) {
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

    // MARK: - Scenarios

    /// More commands in a minute are not obeyed: each becomes a record.
    private static let commandsPerMinute = 60

    /// A DCMD. Retained ones are nobody's word of now.
    func obeyForAsset(_ message: borrowing MQTTMessage) {
        guard takesCommands, !message.isRetained else {
            return refuseCommand("it is not allowed", name: nil)
        }
        let payload: Payload
        do throws(PayloadError) {
            payload = try Payload(decoding: message.payload)
        } catch {
            return refuseCommand("it could not be understood: \(error)", name: nil)
        }
        for (name, command) in DeviceCommand.parse(payload) {
            guard let command else {
                refuseCommand("this agent knows no such command, or its value is no text", name: name)
                continue
            }
            guard takeFromBudget() else {
                refuseCommand("more than \(Link.commandsPerMinute) in a minute", name: name)
                continue
            }
            do {
                _ = toSampler.offer(.scenario(try order(command)), cost: 1)
            } catch {
                refuseCommand("\(error)", name: name)
            }
        }
    }

    private func order(_ command: DeviceCommand) throws -> ScenarioOrder {
        let limits = JSON.Limits(bytes: ScenarioLimits.longestText, depth: 8, values: 500)
        switch command {
        case .startScenario(let text):
            guard let kind = AssetCatalog[config.asset.kind] else { throw ScenarioMachine.Refusal.anotherKind("") }
            let request = try ScenarioRequest(
                try JSON(text, limits: limits), kind: kind, library: config.scenarios.library)
            return .start(
                run: request.run ?? "command-\(Clock.wallMs())", request.scenario, by: request.by ?? "unknown")
        case .stopScenario(let text):
            let request = try ScenarioStop(try JSON(text, limits: limits))
            return .stop(run: request.run, by: request.by ?? "unknown")
        }
    }

    private func takeFromBudget() -> Bool {
        let minute = Clock.monotonicMs() / 60_000
        if commandBudget.minute != minute { commandBudget = (minute, Link.commandsPerMinute) }
        commandBudget.left -= 1
        return commandBudget.left >= 0
    }

    private func refuseCommand(_ why: String, name: String?) {
        counters.refusedCommands.add(1)
        log.warning("a command to the asset was refused", ["command": name ?? "without a name", "reason": why])
    }

    func apply(_ receipt: Receipt) {
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

    func tellReceiver(_ has: Bool) {
        guard has != hasReceiver, toSampler.offer(.hasReceiver(has), cost: 1) else { return }
        hasReceiver = has
    }
}
