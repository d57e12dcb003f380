import MQTT
import Model
import Outbox
import Runtime
import Sparkplug

/// Records on their way: the live ones at once, the backlog in order behind them.
extension Link {
    func deliver() {
        releaseHeldBack()
        reportStatus()
        while case .send(let life, let numbers, let limit) = delivery.step(atMs: Clock.monotonicMs()) {
            guard sendBacklog(life, numbers, limit) else { break }
        }
        for place in delivery.takeAssumed() { _ = toSampler.offer(.receipted(place), cost: 1) }
    }

    /// What was committed while the collector's word was awaited, or just before the birth, is still news.
    func releaseHeldBack() {
        guard delivery.sendsLive, !heldBack.isEmpty else { return }
        for record in heldBack where delivery.isUnsent(record.place) { sendLive(record) }
        heldBack.removeAll()
    }

    /// False when the network is full or the outbox could not be read.
    func sendBacklog(_ life: Int, _ numbers: ClosedRange<Int64>, _ limit: Int) -> Bool {
        let items: [OutboxReader.Item]
        do throws(OutboxFailure) {
            guard let state = try reader.epochs().first(where: { $0.life == life }) else {
                delivery.absent(life: life, SequenceSet(numbers))
                return true
            }
            items = try reader.records(of: state, numbers, limit: limit)
        } catch {
            _ = toSampler.offer(.failed(error), cost: 1)
            return false
        }
        skipAbsent(life, numbers, items, limit)
        var sent = SequenceSet()
        var isNetworkFull = false
        client.together {
            for item in items where !isNetworkFull {
                switch item {
                case .record(let record):
                    switch publish(record, isHistorical: true) {
                    case .sent: sent.insert(record.sequence)
                    case .networkIsFull: isNetworkFull = true
                    case .isNone: giveUp(record.place)
                    }
                case .damaged(let place): giveUp(place)
                }
            }
        }
        for run in sent.ranges { delivery.sent(life: life, run, atMs: Clock.monotonicMs()) }
        counters.resent.add(Int(clamping: sent.count))
        return !isNetworkFull
    }

    func sendLive(_ record: StoredRecord) {
        guard case .sent = publish(record, isHistorical: false) else { return }
        delivery.sent(life: record.place.life, record.sequence...record.sequence, atMs: Clock.monotonicMs())
    }

    /// One record that is not what was written must not hold up those behind it: it becomes a loss, which is reported.
    private func giveUp(_ place: Place) {
        guard toSampler.offer(.damaged([place]), cost: 1) else { return }
        delivery.absent(life: place.life, SequenceSet(place.sequence...place.sequence))
    }

    /// Numbers that were asked for and did not come are not in the file any more; what stood for them was reported.
    func skipAbsent(_ life: Int, _ numbers: ClosedRange<Int64>, _ items: [OutboxReader.Item], _ limit: Int) {
        let found = items.map { item in
            switch item {
            case .record(let record): record.sequence
            case .damaged(let place): place.sequence
            }
        }
        let end = found.count < limit ? numbers.upperBound : found.last ?? numbers.upperBound
        var missing = SequenceSet(numbers.lowerBound...end)
        for number in found { missing.remove(number...number) }
        if !missing.isEmpty { delivery.absent(life: life, missing) }
    }

    enum Publishing {
        case sent, networkIsFull
        /// The row cannot have been written like this: there is no message that would say it.
        case isNone
    }

    func publish(_ record: StoredRecord, isHistorical: Bool) -> Publishing {
        var next = seq
        let number = next.next()
        do {
            let refusal = try announcement.withMessage(
                record, seq: number, isHistorical: isHistorical, sentMs: Clock.wallMs(),
                scenariosRunning: scenariosRunning
            ) { topic, bytes in
                do throws(MQTTRefusal) {
                    try client.publish(topic, bytes)
                    return MQTTRefusal?.none
                } catch {
                    return error
                }
            }
            guard refusal == nil else { return .networkIsFull }
        } catch {
            log.error("a record is not what was written", ["problem": "\(error)"])
            return .isNone
        }
        seq = next
        counters.sent.add(1)
        return .sent
    }
}
