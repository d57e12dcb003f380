import Analytics
import Model
import Postgres

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

    /// `kind` nil: a foreign asset, which is not judged.
    init(info: AssetInfo, set: SignalSet, kind: AssetKind?, isInMaintenance: Bool) {
        self.info = info
        let heaviest = kind?.groups.flatMap(\.signals).map(\.healthWeight).max() ?? 0
        groups = set.groups.enumerated().map { index, group in
            let signals = kind.flatMap { $0.groups.indices.contains(index) ? $0.groups[index].signals : nil } ?? []
            return Group(
                judge: GroupJudge(signals: signals, heaviest: heaviest), forms: group.signals.map(ReadingForm.init),
                labels: group.signals.map { entry in
                    guard case .category(let labels) = entry.form else { return [:] }
                    return Dictionary(zip(labels, (0..<labels.count).map(Double.init))) { first, _ in first }
                })
        }
        health = AssetHealth(groupCount: groups.count)
        health.isInMaintenance = isInMaintenance
    }
}

/// How the value of a metric becomes a stored number.
enum ReadingForm: UInt8, Sendable {
    case number, flag, category
    /// Kept as text beside the numbers.
    case text

    init(_ entry: SignalSet.Entry) {
        switch entry.form {
        case .number: self = .number
        case .flag: self = .flag
        case .category: self = .category
        case .text: self = .text
        }
    }
}

extension AssetInfo.Group {
    init(_ group: SignalSet.Group) {
        name = group.name
        cadenceS = group.cadenceS
        signals = group.signals.map { entry in
            var labels: [String] = []
            if case .category(let words) = entry.form { labels = words }
            return AssetInfo.SignalInfo(name: entry.name, labels: labels, isFlag: entry.form == .flag)
        }
    }
}
