import Web

/// One connection to a feed, as the core sees it. Confined to the thread of the feed.
final class FeedClient {
    private let onWake: () -> Void
    private let onEnd: (WebSocketCloseCode, String) -> Void

    /// Answers and errors: sent before anything else.
    var answers: [SharedFrame] = []
    var subscriptions: [FeedSubscription] = []
    /// Whose turn it is.
    var turn = 0
    /// The last heartbeat that was sent.
    var beat: Int
    var isClosed = false

    init(beat: Int, wake: @escaping () -> Void, end: @escaping (WebSocketCloseCode, String) -> Void) {
        self.beat = beat
        onWake = wake
        onEnd = end
    }

    /// Says that there is something to send.
    func wake() {
        if !isClosed { onWake() }
    }

    /// Ends the connection.
    func end(_ code: WebSocketCloseCode, _ reason: String) {
        if !isClosed { onEnd(code, reason) }
    }
}

/// What a client wants to hear, and how far it has heard it.
final class FeedSubscription {
    /// Strong, so that whoever walks over subscriptions may close clients; the client lets go of its own when it closes.
    let client: FeedClient
    let request: FeedRequest.Subscribe
    let selection: FeedSelection?
    /// Nil: all.
    let assets: Set<String>?

    /// The state at the beginning, newest last; sent from the end.
    var snapshot: [FeedEntry] = []
    /// The place of that state; nil once the snapshot is sent.
    var snapshotCursor: FeedCursor?
    /// Sent right after the snapshot.
    var notice: SharedFrame?
    /// The next item to look at while the client catches up from what is kept; nil once it hears news as they come.
    var replayAt: Int?
    var queue: FeedQueue
    /// With a limited rate: items of the queue that may go now, and when the next may.
    var released = 0
    var dueMs = Int64.min
    var isWaitingForDue = false

    init(client: FeedClient, request: FeedRequest.Subscribe, selection: FeedSelection?, maxQueued: Int) {
        self.client = client
        self.request = request
        self.selection = selection
        assets = request.assets.map { Set($0) }
        queue = FeedQueue(limit: maxQueued)
    }

    /// Of an item that is about its assets.
    func wants(_ entry: FeedEntry) -> Bool {
        // Some of what is missing may be its own.
        if entry.item.isMissing { return true }
        return (request.wantsHistory || !entry.item.isHistorical) && entry.concerns(selection)
    }

    /// Of any item.
    func covers(_ entry: FeedEntry) -> Bool {
        if let assets, !entry.item.isMissing {
            guard let asset = entry.item.asset, assets.contains(asset) else { return false }
        }
        return wants(entry)
    }

    /// How many of the items that nobody could take up were its own; nil: not known.
    func missed(of count: Int) -> Int? {
        assets == nil && selection == nil && request.wantsHistory ? count : nil
    }

    /// The same of an item that is not kept any more.
    func missed(at number: Int, _ ring: FeedRing) -> Int? {
        guard let count = ring.missingCount(at: number) else { return 1 }
        return missed(of: count)
    }

    /// True if nothing that has been published is left to send.
    var isCaughtUp: Bool { snapshotCursor == nil && replayAt == nil && queue.isEmpty && queue.gap == nil }
}

/// An asset that is subscribed to or has been heard of.
final class FeedAsset {
    let name: String
    let index: Int
    /// The newest frame of each group.
    var latest: [UInt8: FeedEntry] = [:]
    var subscriptions: [FeedSubscription] = []

    init(name: String, index: Int) {
        self.name = name
        self.index = index
    }
}
