import Model
import Runtime
import Web

/// A feed without sockets: who wants what, what has happened, and who is sent which of it next.
///
/// Times are given to it, so that its tests need none. Confined to one thread.
final class FeedCore {
    /// What becomes of a client that reads too slowly.
    enum Policy {
        /// It gets the newest item of each asset and group, and is told what it missed.
        case thin
        /// Nothing may be left out: it is closed, and resumes by its cursor.
        case close
    }

    /// What has been done, for metrics.
    struct Counters: Equatable {
        var published: UInt64 = 0
        var sent: UInt64 = 0
        /// Items left out for slow clients, summed over clients.
        var thinned: UInt64 = 0
        var refusals: UInt64 = 0
    }

    let settings: FeedSettings
    let policy: Policy
    /// Of this numbering.
    let instance: UInt32
    var counters = Counters()
    var ring: FeedRing
    let wallMs: () -> Int64

    var assets: [String: FeedAsset] = [:]
    private var nextAssetIndex = 0
    var toAll: [FeedSubscription] = []
    private var selections: [[String]: (selection: FeedSelection, users: Int)] = [:]
    var clients: [ObjectIdentifier: FeedClient] = [:]
    var waitingForDue: [FeedSubscription] = []
    var beat = 0
    var nextBeatMs = Int64.min
    var beatFrame: (beat: Int, newest: Int, withCursor: Bool, frame: SharedFrame)?

    init(settings: FeedSettings, policy: Policy, instance: UInt32, wallMs: @escaping () -> Int64) {
        self.settings = settings
        self.policy = policy
        self.instance = instance
        self.wallMs = wallMs
        ring = FeedRing(maxBytes: settings.resumeBytes, maxAgeMs: settings.resumeWindowMs)
    }

    var clientCount: Int { clients.count }
    var assetCount: Int { assets.count }
    var newestCursor: FeedCursor { cursor(ring.newest) }
    func cursor(_ number: Int) -> FeedCursor { FeedCursor(instance: instance, number: number) }

    // MARK: - Clients

    func open(wake: @escaping () -> Void, end: @escaping (WebSocketCloseCode, String) -> Void) -> FeedClient {
        let client = FeedClient(beat: beat, wake: wake, end: end)
        clients[ObjectIdentifier(client)] = client
        client.answers = [
            FeedMessages.hello(serverMs: wallMs(), resumeWindowMs: settings.resumeWindowMs, cursor: newestCursor)
        ]
        client.wake()
        return client
    }

    func close(_ client: FeedClient) {
        guard !client.isClosed else { return }
        client.isClosed = true
        clients[ObjectIdentifier(client)] = nil
        for subscription in client.subscriptions { remove(subscription) }
        client.subscriptions = []
        client.answers = []
    }

    /// Takes a message from a client.
    func receive(_ bytes: [UInt8], from client: FeedClient, nowMs: Int64) {
        guard !client.isClosed else { return }
        do throws(FeedRefusal) {
            switch try FeedRequest.parse(bytes, settings: settings) {
            case .subscribe(let request): try subscribe(request, client, nowMs: nowMs)
            case .unsubscribe(let id): try unsubscribe(id, client)
            }
        } catch {
            refuse(error, client)
        }
    }

    /// Answers with an error; the connection goes on unless errors pile up.
    func refuse(_ refusal: FeedRefusal, _ client: FeedClient) {
        counters.refusals += 1
        answer(FeedMessages.error(refusal), client)
    }

    private func answer(_ frame: SharedFrame, _ client: FeedClient) {
        guard client.answers.count < settings.maxAnswers else {
            return client.end(.policyViolation, "Answers are not read.")
        }
        client.answers.append(frame)
        client.wake()
    }

    // MARK: - Subscriptions

    private func subscribe(
        _ request: FeedRequest.Subscribe, _ client: FeedClient, nowMs: Int64
    ) throws(FeedRefusal) {
        let others = client.subscriptions.filter { $0.request.id != request.id }
        guard others.count < settings.maxSubscriptions else {
            throw FeedRefusal(
                "too_many_subscriptions", "A connection may have \(settings.maxSubscriptions) subscriptions.",
                id: request.id)
        }
        let named = others.reduce(request.assets?.count ?? 0) { $0 + ($1.request.assets?.count ?? 0) }
        guard named <= settings.maxAssets else {
            throw FeedRefusal(
                "too_many_assets", "A connection may name \(settings.maxAssets) assets.", id: request.id)
        }
        if let other = others.first(where: { Self.overlap($0.request.assets, request.assets) }) {
            throw FeedRefusal(
                "overlap",
                "Another subscription of this connection has some of these assets; name its id to replace it.",
                id: other.request.id)
        }
        if let since = request.since, since.instance == instance, since.number > ring.newest {
            throw FeedRefusal("bad_cursor", "This cursor has not been given out.", id: request.id)
        }
        if let old = client.subscriptions.first(where: { $0.request.id == request.id }) { remove(old) }
        let subscription = FeedSubscription(
            client: client, request: request, selection: retain(request.signals), maxQueued: settings.maxQueued)
        client.subscriptions = others + [subscription]
        if let names = request.assets {
            for name in names { asset(name).subscriptions.append(subscription) }
        } else {
            toAll.append(subscription)
        }
        begin(subscription, nowMs: nowMs)
        client.wake()
    }

    private static func overlap(_ left: [String]?, _ right: [String]?) -> Bool {
        guard let left, let right else { return true }
        return !Set(left).isDisjoint(with: right)
    }

    /// Decides where it starts: with the present state, or after its cursor.
    private func begin(_ subscription: FeedSubscription, nowMs: Int64) {
        ring.dropExpired(nowMs: nowMs)
        guard let since = subscription.request.since else {
            subscription.snapshot = state(for: subscription)
            subscription.snapshotCursor = newestCursor
            return
        }
        guard since.instance == instance else {
            subscription.snapshot = state(for: subscription)
            subscription.snapshotCursor = newestCursor
            subscription.notice = FeedMessages.gap(
                subscription.request.id, from: since, to: newestCursor, missed: nil, reason: .restarted)
            return
        }
        subscription.snapshotCursor = since
        subscription.replayAt = since.number + 1
    }

    private func unsubscribe(_ id: FeedID, _ client: FeedClient) throws(FeedRefusal) {
        guard let index = client.subscriptions.firstIndex(where: { $0.request.id == id }) else {
            throw FeedRefusal("unknown_subscription", "There is no subscription of this id.", id: id)
        }
        remove(client.subscriptions.remove(at: index))
        answer(FeedMessages.unsubscribed(id), client)
    }

    private func remove(_ subscription: FeedSubscription) {
        if let names = subscription.request.assets {
            for name in names {
                guard let asset = assets[name] else { continue }
                asset.subscriptions.removeAll { $0 === subscription }
                if asset.subscriptions.isEmpty, asset.latest.isEmpty { assets[name] = nil }
            }
        } else {
            toAll.removeAll { $0 === subscription }
        }
        if subscription.isWaitingForDue { waitingForDue.removeAll { $0 === subscription } }
        guard let key = subscription.selection?.signals, let entry = selections[key] else { return }
        selections[key] = entry.users > 1 ? (entry.selection, entry.users - 1) : nil
    }

    private func retain(_ signals: [String]?) -> FeedSelection? {
        guard let signals else { return nil }
        let entry = selections[signals] ?? (FeedSelection(signals: signals), 0)
        selections[signals] = (entry.selection, entry.users + 1)
        return entry.selection
    }

    func asset(_ name: String) -> FeedAsset {
        if let known = assets[name] { return known }
        let made = FeedAsset(name: name, index: nextAssetIndex)
        nextAssetIndex += 1
        assets[name] = made
        return made
    }

    /// What a new subscription is shown, the last first.
    private func state(for subscription: FeedSubscription) -> [FeedEntry] {
        if policy == .close { return newestAlerts(for: subscription) }
        let chosen = subscription.request.assets.map { $0.compactMap { assets[$0] } } ?? Array(assets.values)
        let entries = chosen.flatMap { $0.latest.values }.filter { $0.concerns(subscription.selection) }
        return entries.sorted { $0.number > $1.number }
    }

    private func newestAlerts(for subscription: FeedSubscription) -> [FeedEntry] {
        var found: [FeedEntry] = []
        var number = ring.newest
        while number > ring.dropped, found.count < settings.snapshotAlerts {
            if let entry = ring[number], !entry.item.isMissing, subscription.covers(entry) { found.append(entry) }
            number -= 1
        }
        return found
    }
}
