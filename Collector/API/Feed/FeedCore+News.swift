import Web

/// News: who is told, at once or when its rate allows.
extension FeedCore {
    func publish(_ items: [FeedItem], nowMs: Int64) {
        for item in items {
            let asset = item.asset.map { self.asset($0) }
            let entry = FeedEntry(
                item: item, number: ring.newest + 1, key: key(item, asset), publishedMs: nowMs)
            ring.append(entry, nowMs: nowMs)
            ring[entry.number - settings.encodedItems]?.forgetJSON()
            if let asset {
                remember(entry, asset)
                for subscription in asset.subscriptions { offer(entry, subscription, nowMs: nowMs) }
            }
            for subscription in toAll { offer(entry, subscription, nowMs: nowMs) }
            if item.isMissing { for subscription in toSome { offer(entry, subscription, nowMs: nowMs) } }
        }
        counters.published += UInt64(items.count)
    }

    /// The subscriptions that name assets.
    private var toSome: [FeedSubscription] {
        clients.values.flatMap(\.subscriptions).filter { $0.assets != nil }
    }

    private func key(_ item: FeedItem, _ asset: FeedAsset?) -> Int? {
        guard case .frame(let frame) = item, let asset else { return nil }
        // A late frame and a live one are not each other's replacement.
        return asset.index << 9 | Int(frame.groupIndex) << 1 | (frame.isHistorical ? 1 : 0)
    }

    private func remember(_ entry: FeedEntry, _ asset: FeedAsset) {
        guard case .frame(let frame) = entry.item else { return }
        if case .frame(let old)? = asset.latest[frame.groupIndex]?.item, old.timeMs > frame.timeMs { return }
        asset.latest[frame.groupIndex] = entry
    }

    private func offer(_ entry: FeedEntry, _ subscription: FeedSubscription, nowMs: Int64) {
        guard subscription.wants(entry) else { return }
        guard subscription.replayAt == nil else { return subscription.client.wake() }
        subscription.queue.append(entry.number)
        if subscription.queue.isOverfull {
            guard policy == .thin else {
                return subscription.client.end(.tryAgainLater, "Too slow: resume by the last cursor.")
            }
            thin(subscription, noticing: subscription.request.intervalMs == nil)
        }
        guard let intervalMs = subscription.request.intervalMs else { return subscription.client.wake() }
        if subscription.dueMs <= nowMs {
            release(subscription, nowMs: nowMs, intervalMs: intervalMs)
        } else if !subscription.isWaitingForDue {
            subscription.isWaitingForDue = true
            waitingForDue.append(subscription)
        }
    }

    func thin(_ subscription: FeedSubscription, noticing: Bool) {
        let left = subscription.queue.thin(noticing: noticing) { ring[$0]?.key }
        if noticing { counters.thinned += UInt64(left) }
        subscription.released = min(subscription.released, subscription.queue.count)
    }

    /// With a limited rate: lets what has come since go, the newest of each asset and group.
    private func release(_ subscription: FeedSubscription, nowMs: Int64, intervalMs: Int64) {
        subscription.dueMs = nowMs + intervalMs
        thin(subscription, noticing: false)
        subscription.released = subscription.queue.count
        subscription.client.wake()
    }

    /// Called every few tens of milliseconds.
    func tick(nowMs: Int64) {
        if !waitingForDue.isEmpty {
            let waiting = waitingForDue
            waitingForDue = []
            for subscription in waiting {
                if subscription.dueMs <= nowMs {
                    subscription.isWaitingForDue = false
                    release(subscription, nowMs: nowMs, intervalMs: subscription.request.intervalMs ?? 0)
                } else {
                    waitingForDue.append(subscription)
                }
            }
        }
        guard nextBeatMs <= nowMs else { return }
        nextBeatMs = nowMs + settings.heartbeatMs
        beat += 1
        ring.dropExpired(nowMs: nowMs)
        for client in clients.values { client.wake() }
    }
}
