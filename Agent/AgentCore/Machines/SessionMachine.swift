import Model

/// The life of a Sparkplug edge node's session with its broker and its primary host. Pure: times come in,
/// actions go out. `docs/formats/wire.md` names the rules of the standard that it follows.
struct SessionMachine: Sendable {
    enum State: Sendable, Equatable {
        case idle(retryAtMs: Int64)
        case connecting(sinceMs: Int64)
        case subscribing(sinceMs: Int64)
        /// Connected and silent until the primary host is online.
        case waitingForHost
        case born(atMs: Int64)
        /// A rebirth was asked for too soon after the last one: silent until it is due.
        case rebirthPending(atMs: Int64)
        case stopped
    }

    enum Action: Sendable, Equatable {
        case connect, subscribe
        /// Send the full birth sequence.
        case birth
        /// Publish NDEATH and disconnect.
        case sayGoodbye
        /// Drop the connection without a word.
        case abandon
    }

    struct Limits: Sendable {
        var connectMs: Int64 = 10_000
        var subscribeMs: Int64 = 10_000
        /// The least time between two births of one session.
        var rebirthMs: Int64 = 1_000
    }

    let limits: Limits
    /// Nil: do not wait for any host.
    let primaryHost: String?
    private(set) var state: State
    private(set) var isHostOnline = false
    /// The newest STATE time stamp of this broker; older ones are void.
    private(set) var hostTimestampMs: Int64?

    init(primaryHost: String?, nowMs: Int64, limits: Limits = Limits()) {
        self.primaryHost = primaryHost
        self.limits = limits
        state = .idle(retryAtMs: nowMs)
    }

    var isBorn: Bool { if case .born = state { true } else { false } }

    /// When `tick` has something to do; nil if only an event can move things on.
    var deadlineMs: Int64? {
        switch state {
        case .idle(let retryAt): retryAt
        case .connecting(let since): since + limits.connectMs
        case .subscribing(let since): since + limits.subscribeMs
        case .rebirthPending(let at): at
        case .waitingForHost, .born, .stopped: nil
        }
    }

    mutating func tick(nowMs: Int64) -> Action? {
        guard let deadline = deadlineMs, nowMs >= deadline else { return nil }
        switch state {
        case .idle:
            state = .connecting(sinceMs: nowMs)
            return .connect
        case .connecting, .subscribing: return .abandon
        case .rebirthPending:
            state = .born(atMs: nowMs)
            return .birth
        case .waitingForHost, .born, .stopped: return nil
        }
    }

    mutating func connected(nowMs: Int64) -> Action? {
        guard case .connecting = state else { return nil }
        // A host that went away while we were not connected must not count as online.
        isHostOnline = false
        state = .subscribing(sinceMs: nowMs)
        return .subscribe
    }

    mutating func subscribed(nowMs: Int64) -> Action? {
        guard case .subscribing = state else { return nil }
        return awaitHost(nowMs: nowMs)
    }

    /// The link is gone, for whatever reason; `retryAtMs` is the driver's back-off.
    mutating func disconnected(retryAtMs: Int64) {
        guard state != .stopped else { return }
        isHostOnline = false
        state = .idle(retryAtMs: retryAtMs)
    }

    /// A STATE message of the primary host.
    mutating func hostState(online: Bool, timestampMs: Int64, nowMs: Int64) -> Action? {
        if let known = hostTimestampMs, timestampMs < known { return nil }
        hostTimestampMs = timestampMs
        isHostOnline = online
        switch state {
        case .waitingForHost where online:
            state = .born(atMs: nowMs)
            return .birth
        case .born where !online, .rebirthPending where !online:
            return .sayGoodbye
        default: return nil
        }
    }

    mutating func rebirthRequested(nowMs: Int64) -> Action? {
        guard case .born(let last) = state else { return nil }
        guard nowMs >= last + limits.rebirthMs else {
            state = .rebirthPending(atMs: last + limits.rebirthMs)
            return nil
        }
        state = .born(atMs: nowMs)
        return .birth
    }

    mutating func stop() -> Action? {
        defer { state = .stopped }
        switch state {
        case .born, .rebirthPending: return .sayGoodbye
        case .idle, .stopped: return nil
        case .connecting, .subscribing, .waitingForHost: return .abandon
        }
    }

    private mutating func awaitHost(nowMs: Int64) -> Action? {
        guard primaryHost != nil, !isHostOnline else {
            state = .born(atMs: nowMs)
            return .birth
        }
        state = .waitingForHost
        return nil
    }
}
