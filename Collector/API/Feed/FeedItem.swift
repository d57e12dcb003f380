import Analytics
public import Ingest
public import Model

/// One committed frame, as the feed shows it.
public struct FeedFrame: Sendable {
    /// The asset's public name.
    public let asset: String
    /// The kind of asset, such as "candu".
    public let kind: String
    /// The group's index and name in the kind.
    public let groupIndex: UInt8
    public let group: String
    /// The group's signals, one per value.
    public let signals: [AssetInfo.SignalInfo]
    public let timeMs: Int64
    /// 0 for a node without epochs.
    public let epochBits: UInt64
    public let sequence: Int64
    public let values: [Double]
    /// Empty if all are good, else one per value.
    public let qualities: [Quality]
    /// 0 to 100 after this frame; nil for late frames.
    public let health: Double?
    public let status: String
    /// It came from a backlog.
    public let isHistorical: Bool

    public init(
        asset: String, kind: String, groupIndex: UInt8, group: String, signals: [AssetInfo.SignalInfo], timeMs: Int64,
        epochBits: UInt64, sequence: Int64, values: [Double], qualities: [Quality], health: Double?, status: String,
        isHistorical: Bool
    ) {
        self.asset = asset
        self.kind = kind
        self.groupIndex = groupIndex
        self.group = group
        self.signals = signals
        self.timeMs = timeMs
        self.epochBits = epochBits
        self.sequence = sequence
        self.values = values
        self.qualities = qualities
        self.health = health
        self.status = status
        self.isHistorical = isHistorical
    }

    /// Copies references only.
    public init(_ frame: CommittedFrame) {
        let groups = frame.asset.groups
        let group = groups.indices.contains(frame.group) ? groups[frame.group] : nil
        self.init(
            asset: frame.asset.id, kind: frame.asset.kind, groupIndex: UInt8(clamping: frame.group),
            group: group?.name ?? "", signals: group?.signals ?? [], timeMs: frame.timeMs, epochBits: frame.epochBits,
            sequence: frame.sequence, values: frame.values, qualities: frame.qualities, health: frame.health,
            status: frame.status.rawValue, isHistorical: frame.isHistorical)
    }
}

/// Something that happened and was stored as an event.
public struct FeedAlert: Sendable {
    public let kind: String
    public let severity: String
    public let site: String?
    public let agent: String?
    /// The asset's public name; nil if it is about no asset.
    public let asset: String?
    public let timeMs: Int64
    public let message: String
    /// A JSON object.
    public let detail: String
    /// The asset's after it, where it is about them.
    public let health: Double?
    public let status: String?

    public init(
        kind: String, severity: String, site: String?, agent: String?, asset: String?, timeMs: Int64, message: String,
        detail: String, health: Double?, status: String?
    ) {
        self.kind = kind
        self.severity = severity
        self.site = site
        self.agent = agent
        self.asset = asset
        self.timeMs = timeMs
        self.message = message
        self.detail = detail
        self.health = health
        self.status = status
    }

    public init(_ alert: CommittedAlert) {
        self.init(
            kind: alert.kind, severity: alert.severity, site: alert.site, agent: alert.agent, asset: alert.asset,
            timeMs: alert.occurredMs, message: alert.message, detail: alert.detail, health: alert.health,
            status: alert.status?.rawValue)
    }
}

/// What a feed carries.
enum FeedItem: Sendable {
    case frame(FeedFrame)
    case alert(FeedAlert)
    /// So many items could not be taken up: nobody knows of what assets.
    case missing(Int)

    var asset: String? {
        switch self {
        case .frame(let frame): frame.asset
        case .alert(let alert): alert.asset
        case .missing: nil
        }
    }

    var isMissing: Bool {
        if case .missing = self { true } else { false }
    }

    var isHistorical: Bool {
        switch self {
        case .frame(let frame): frame.isHistorical
        case .alert, .missing: false
        }
    }

    /// About what it keeps in memory.
    var byteCount: Int {
        switch self {
        case .frame(let frame): 256 + frame.values.count * 8 + frame.qualities.count
        case .alert(let alert): 256 + alert.message.utf8.count + alert.detail.utf8.count
        case .missing: 256
        }
    }
}
