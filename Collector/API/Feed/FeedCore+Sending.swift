import Web

/// What a client is sent next.
extension FeedCore {
    /// Items that one call looks at while a client catches up.
    private static let replaySteps = 4096

    /// The next message for a client; nil until it is woken again.
    func next(for client: FeedClient) -> SharedFrame? {
        guard !client.isClosed else { return nil }
        if !client.answers.isEmpty { return client.answers.removeFirst() }
        for _ in client.subscriptions.indices {
            client.turn = (client.turn + 1) % client.subscriptions.count
            if let frame = next(of: client.subscriptions[client.turn]) {
                counters.sent += 1
                return frame
            }
        }
        guard client.beat < beat else { return nil }
        client.beat = beat
        return heartbeat(withCursor: client.subscriptions.allSatisfy(\.isCaughtUp))
    }

    private func next(of subscription: FeedSubscription) -> SharedFrame? {
        if let cursor = subscription.snapshotCursor { return snapshot(subscription, cursor) }
        if let notice = subscription.notice {
            subscription.notice = nil
            return notice
        }
        if subscription.replayAt != nil, let frame = replay(subscription) { return frame }
        guard subscription.replayAt == nil else { return nil }
        return queued(subscription)
    }

    private func snapshot(_ subscription: FeedSubscription, _ cursor: FeedCursor) -> SharedFrame {
        let part = subscription.snapshot.suffix(settings.snapshotItems).reversed()
        subscription.snapshot.removeLast(part.count)
        let isLast = subscription.snapshot.isEmpty
        if isLast { subscription.snapshotCursor = nil }
        return FeedMessages.snapshot(
            subscription.request.id, of: policy == .thin ? "frames" : "alerts",
            part.map { $0.json(subscription.selection) }, cursor: isLast ? cursor : nil)
    }

    /// Looks for the next item among those that are kept.
    private func replay(_ subscription: FeedSubscription) -> SharedFrame? {
        guard var at = subscription.replayAt else { return nil }
        if at <= ring.dropped {
            let gap = FeedQueue.Gap(from: at - 1, to: ring.dropped, missed: nil, reason: .expired)
            subscription.replayAt = ring.dropped + 1
            return message(gap, subscription)
        }
        let samples = subscription.request.intervalMs != nil
        for _ in 0..<Self.replaySteps {
            guard let entry = ring[at] else {
                subscription.replayAt = nil
                if samples { releaseReplay(subscription) }
                return nil
            }
            at += 1
            guard subscription.covers(entry) else { continue }
            if samples {
                subscription.queue.append(entry.number)
                if subscription.queue.isOverfull { thin(subscription, noticing: false) }
            } else {
                subscription.replayAt = at
                return message(entry, subscription)
            }
        }
        subscription.replayAt = at
        subscription.client.wake()
        return nil
    }

    /// A sample of what was missed goes out at once.
    private func releaseReplay(_ subscription: FeedSubscription) {
        thin(subscription, noticing: false)
        subscription.released = subscription.queue.count
    }

    private func queued(_ subscription: FeedSubscription) -> SharedFrame? {
        if let gap = subscription.queue.takeGap() { return message(gap, subscription) }
        if subscription.request.intervalMs != nil {
            guard subscription.released > 0 else { return nil }
            subscription.released -= 1
        }
        guard let number = subscription.queue.pop() else { return nil }
        guard let entry = ring[number] else { return expired(number, subscription) }
        return message(entry, subscription)
    }

    private func message(_ entry: FeedEntry, _ subscription: FeedSubscription) -> SharedFrame {
        guard case .missing(let count) = entry.item else {
            return entry.message(subscription.selection, instance: instance)
        }
        let missed = subscription.missed(of: count)
        return message(
            FeedQueue.Gap(from: entry.number - 1, to: entry.number, missed: missed, reason: .overload), subscription)
    }

    /// What waited for so long that it is not kept any more.
    private func expired(_ number: Int, _ subscription: FeedSubscription) -> SharedFrame? {
        var last = number
        var missed = subscription.missed(at: number, ring)
        var count: UInt64 = 1
        while let next = subscription.queue.peek, ring[next] == nil {
            last = next
            missed = missed.flatMap { sum in subscription.missed(at: next, ring).map { sum + $0 } }
            count += 1
            _ = subscription.queue.pop()
            subscription.released = max(subscription.released - 1, 0)
        }
        counters.thinned += count
        return message(FeedQueue.Gap(from: number - 1, to: last, missed: missed, reason: .expired), subscription)
    }

    private func message(_ gap: FeedQueue.Gap, _ subscription: FeedSubscription) -> SharedFrame {
        FeedMessages.gap(
            subscription.request.id, from: cursor(gap.from), to: cursor(gap.to), missed: gap.missed, reason: gap.reason)
    }

    private func heartbeat(withCursor: Bool) -> SharedFrame {
        if let made = beatFrame, made.beat == beat, made.newest == ring.newest, made.withCursor == withCursor {
            return made.frame
        }
        let frame = FeedMessages.heartbeat(serverMs: wallMs(), cursor: withCursor ? newestCursor : nil)
        beatFrame = (beat, ring.newest, withCursor, frame)
        return frame
    }
}
