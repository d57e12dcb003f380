import Analytics
import Model

/// What everybody may know of an asset; shared by all of its frames.
public final class AssetInfo: Sendable {
    public struct Group: Sendable {
        public let name: String
        public let signals: [SignalInfo]
        /// Seconds; nil = every tick, or on change.
        public let cadenceS: Double?
    }

    public struct SignalInfo: Sendable {
        public let name: String
        public let labels: [String]
        public let isFlag: Bool
    }

    /// Its number in all tables.
    public let number: Int32
    /// Its public name.
    public let id: String
    public let kind: String
    public let site: String
    public let agent: String
    public let groups: [Group]

    init(
        number: Int32, id: String, kind: String, site: String, agent: String, groups: [Group]
    ) {
        self.number = number
        self.id = id
        self.kind = kind
        self.site = site
        self.agent = agent
        self.groups = groups
    }
}

/// An asset as the ingest thread works with it.
final class AssetState {
    struct Group {
        let judge: GroupJudge
        /// How each signal's readings are stored, by position.
        let forms: [ReadingForm]
        /// Index of each label of the categories.
        let labels: [[String: Double]]
        /// The minute whose rollup is known to be marked; see `Ingestor`.
        var markedMinuteMs: Int64 = .min
    }

    let info: AssetInfo
    var groups: [Group]
    var health: AssetHealth
    var recorder = HealthRecorder()

    init(info: AssetInfo, groups: [Group], isInMaintenance: Bool) {
        self.info = info
        self.groups = groups
        health = AssetHealth(groupCount: groups.count)
        health.isInMaintenance = isInMaintenance
    }
}

/// How the value of a metric becomes a stored number.
enum ReadingForm: UInt8, Sendable {
    case number, flag, category
    /// Kept as text beside the numbers.
    case text
}
