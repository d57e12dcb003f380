public import Analytics
public import Model

/// A frame that is stored, as the feed sends it.
public struct CommittedFrame: Sendable {
    public let asset: AssetInfo
    public let group: Int
    public let timeMs: Int64
    /// 0 for a plain node.
    public let epochBits: UInt64
    public let sequence: Int64
    public let values: [Double]
    /// Empty if all are good.
    public let qualities: [Quality]
    /// The asset's health after this frame; nil for late frames, which say nothing about now.
    public let health: Double?
    public let status: HealthStatus
    /// It came from a backlog.
    public let isHistorical: Bool
}

/// Something that happened and is stored as an event.
public struct CommittedAlert: Sendable {
    public let kind: String
    public let severity: String
    public let site: String?
    public let agent: String?
    /// The asset's public name.
    public let asset: String?
    public let occurredMs: Int64
    public let message: String
    /// A JSON object.
    public let detail: String
    /// The asset's health and status after it, where it is about them.
    public let health: Double?
    public let status: HealthStatus?

    public init(
        kind: String, severity: String, site: String?, agent: String?, asset: String?, occurredMs: Int64,
        message: String, detail: String, health: Double? = nil, status: HealthStatus? = nil
    ) {
        self.kind = kind
        self.severity = severity
        self.site = site
        self.agent = agent
        self.asset = asset
        self.occurredMs = occurredMs
        self.message = message
        self.detail = detail
        self.health = health
        self.status = status
    }
}

/// What a transaction has made public; called on the writer's thread after the commit.
public typealias CommitSink = @Sendable (_ frames: [CommittedFrame], _ alerts: [CommittedAlert]) -> Void
