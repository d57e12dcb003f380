/// What a collector is fit for at the moment.
enum HostDuty: Sendable, Equatable {
    /// It can commit, and there is a site for it.
    case serve
    /// Another collector serves the sites.
    case standBy
    /// The database does not take commits.
    case cannotCommit
}

/// The collector's session with the broker as a Sparkplug host application. Pure: times in, actions out.
///
/// It is online only while it can commit. Every STATE time stamp it sends is newer than any that agents may have
/// seen, its own earlier ones and forged ones included, for agents ignore older ones. What it is fit for must be told
/// again and again: a collector that was suspended, or that waits for a database in vain, does not know.
struct HostMachine: Sendable {
    enum State: Sendable, Equatable {
        /// Not to be online: standing by, or unable to commit.
        case resting
        case idle(retryAtMs: Int64)
        case connecting(sinceMs: Int64)
        case subscribing(sinceMs: Int64)
        case online
        case stopped
    }

    enum Action: Sendable, Equatable {
        /// Connect with a will that says offline at this time stamp.
        case connect(timestampMs: Int64)
        case subscribe
        /// Publish STATE online with the time stamp of the connection.
        case announce(timestampMs: Int64)
        /// Publish STATE offline with this time stamp, then disconnect.
        case withdraw(timestampMs: Int64)
        /// Disconnect without a word: another collector of this host id is online in our place.
        case slipAway
        /// Drop the connection: it has not come up in time.
        case abandon
    }

    struct Limits: Sendable {
        var connectMs: Int64 = 10_000
        var subscribeMs: Int64 = 10_000
    }

    let limits: Limits
    private(set) var state = State.resting
    /// The time stamp of this connection's will and birth.
    private(set) var timestampMs: Int64 = 0
    /// Until when it may be online without being told so again.
    private var dutyUntilMs = Int64.max
    /// The newest time stamp seen or used.
    private var newestMs: Int64
    private let wallAheadMs: Int64

    /// `newestMs` is the last time stamp that an earlier process has used, if known. `wallAheadMs` is the wall clock
    /// minus the clock of `nowMs`: time stamps tell the time of day, and yet never go back when that is set.
    init(newestMs: Int64 = 0, wallAheadMs: Int64 = 0, limits: Limits = Limits()) {
        self.newestMs = newestMs
        self.wallAheadMs = wallAheadMs
        self.limits = limits
    }

    var isOnline: Bool { state == .online }

    var deadlineMs: Int64? {
        switch state {
        case .idle(let retryAt): min(retryAt, dutyUntilMs)
        case .connecting(let since): min(since + limits.connectMs, dutyUntilMs)
        case .subscribing(let since): min(since + limits.subscribeMs, dutyUntilMs)
        case .online: dutyUntilMs
        case .resting, .stopped: nil
        }
    }

    /// What the collector is fit for, until `untilMs` unless it is told again.
    mutating func become(_ duty: HostDuty, nowMs: Int64, untilMs: Int64 = .max) -> Action? {
        dutyUntilMs = untilMs
        switch (state, duty) {
        case (.resting, .serve):
            state = .idle(retryAtMs: nowMs)
            return nil
        case (.online, .cannotCommit):
            state = .resting
            return .withdraw(timestampMs: nextTimestamp(nowMs))
        case (.online, .standBy), (.subscribing, .standBy):
            state = .resting
            return .slipAway
        case (.connecting, .cannotCommit), (.subscribing, .cannotCommit), (.connecting, .standBy):
            state = .resting
            return .abandon
        case (.idle, .cannotCommit), (.idle, .standBy):
            state = .resting
            return nil
        case (.resting, _), (.stopped, _), (_, .serve): return nil
        }
    }

    mutating func tick(nowMs: Int64) -> Action? {
        guard let deadline = deadlineMs, nowMs >= deadline else { return nil }
        if nowMs >= dutyUntilMs { return become(.cannotCommit, nowMs: nowMs) }
        switch state {
        case .idle:
            state = .connecting(sinceMs: nowMs)
            timestampMs = nextTimestamp(nowMs)
            return .connect(timestampMs: timestampMs)
        case .connecting, .subscribing: return .abandon
        case .resting, .online, .stopped: return nil
        }
    }

    mutating func connected(nowMs: Int64) -> Action? {
        guard case .connecting = state else { return nil }
        state = .subscribing(sinceMs: nowMs)
        return .subscribe
    }

    mutating func subscribed() -> Action? {
        guard case .subscribing = state else { return nil }
        state = .online
        return .announce(timestampMs: timestampMs)
    }

    mutating func disconnected(retryAtMs: Int64) {
        switch state {
        case .resting, .stopped: return
        default: state = .idle(retryAtMs: retryAtMs)
        }
    }

    /// A STATE message on our own topic: our own echo, our retained past, a twin's death, or a forgery.
    mutating func ownState(online: Bool, timestampMs seen: Int64, nowMs: Int64) -> Action? {
        newestMs = max(newestMs, min(seen, HostMachine.latestMs))
        guard state == .online || isSubscribing else { return nil }
        if seen > timestampMs {
            // Another collector in our name: for the agents the host is online, and to outbid each other helps nobody.
            if online, state == .online { return nil }
            // Agents would ignore our time stamp now: only a new connection can carry a newer one.
            state = .idle(retryAtMs: nowMs)
            return .abandon
        }
        return online || state != .online ? nil : .announce(timestampMs: timestampMs)
    }

    private var isSubscribing: Bool { if case .subscribing = state { true } else { false } }

    mutating func stop(nowMs: Int64) -> Action? {
        defer { state = .stopped }
        switch state {
        case .online: return .withdraw(timestampMs: nextTimestamp(nowMs))
        case .connecting, .subscribing: return .abandon
        case .resting, .idle, .stopped: return nil
        }
    }

    /// Year 9999: beyond it a time stamp cannot be outbid, and no sane agent believes it.
    private static let latestMs: Int64 = 253_402_300_799_000

    private mutating func nextTimestamp(_ nowMs: Int64) -> Int64 {
        newestMs = max(nowMs + wallAheadMs, newestMs + 1)
        return newestMs
    }
}
