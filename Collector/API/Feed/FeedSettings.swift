/// Bounds of a feed. Every one of them holds whatever clients and publishers do.
public struct FeedSettings: Sendable {
    /// How far back a client can resume, if the bytes suffice.
    public var resumeWindowMs: Int64 = 600_000
    public var resumeBytes = 96 << 20
    /// Items that wait for one subscription before the newest of each asset and group replace the others. With more
    /// assets and groups than that: twice their number.
    public var maxQueued = 1024
    public var maxSubscriptions = 16
    /// Assets that one connection may name.
    public var maxAssets = 1000
    public var maxSignals = 256
    public var heartbeatMs: Int64 = 5_000
    /// Messages to a client that wait besides what its subscriptions bring; a client that does not read its own errors
    /// is closed.
    public var maxAnswers = 64
    /// Frames in one message of a snapshot.
    public var snapshotItems = 100
    /// The newest alerts that a new subscription is shown.
    public var snapshotAlerts = 50
    /// The newest items whose JSON is kept; older ones are encoded again for who resumes.
    public var encodedItems = 4096

    public init() {}
}
