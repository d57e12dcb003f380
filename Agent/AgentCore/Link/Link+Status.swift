import MQTT
import Outbox
import Runtime
import Sparkplug

/// What the agent says about itself: in births and data to the collector, in a file to `bellwether-agent status`.
extension Link {
    func currentStatus() -> AgentStatus {
        AgentStatus(
            epoch: epoch.epoch, sequence: epoch.newest, chain: lastChain, first: outboxStatus.firstHeld,
            receipted: delivery.settledThrough, pending: delivery.pendingCount, dropped: outboxStatus.dropped,
            outboxBytes: outboxStatus.usedBytes, outboxCapacityBytes: outboxStatus.capacityBytes,
            outboxDaysLeft: outboxStatus.daysLeft)
    }

    func reportStatus() {
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

    func writeStatusFile() {
        var status = AgentStatusFile.Content(config: config, epoch: epoch.epoch, newest: epoch.newest)
        status.settledThrough = delivery.settledThrough
        status.pending = delivery.pendingCount
        status.isConnected = client.isConnected
        status.isBorn = session.isBorn
        status.outbox = outboxStatus
        status.scenarios = scenariosRunning
        // The outbox tells how it is now and then; every record made since has come by here.
        status.outbox.made += max(0, epoch.newest - outboxStatus.newest)
        status.take(counters)
        statusFile.write(status)
    }
}
