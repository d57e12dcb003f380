import Model
import Outbox
import Runtime
import Sparkplug

/// What the collector asks for. There is no command by which anyone could act on the asset.
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
