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
    /// What its detectors are built from.
    let plan: DetectorPlan
    /// Nil until its first frame, and when the saved state is to be read again; not before this time.
    var analysis: AssetAnalysis?
    var analysisMs: Int64 = 0
    /// Nil until they are read from the database.
    var alarms: AssetAlarms?
    /// Nil for a foreign asset.
    let kind: AssetKind?
    private let set: SignalSet

    /// `kind` nil: nothing is known but what its birth said of its signals.
    init(
        info: AssetInfo, set: SignalSet, kind: AssetKind?, plan: DetectorPlan? = nil, weights: [HealthWeight] = [],
        isInMaintenance: Bool
    ) {
        self.info = info
        self.kind = kind
        self.set = set
        groups = set.groups.map { group in
            Group(
                forms: group.signals.map(ReadingForm.init),
                labels: group.signals.map { entry in
                    guard case .category(let labels) = entry.form else { return [:] }
                    return Dictionary(zip(labels, (0..<labels.count).map(Double.init))) { first, _ in first }
                })
        }
        self.plan = plan ?? AssetState.plan(set, kind)
        let own = HealthWeight.of(weights, kind: info.kind, asset: info.id)
        health = AssetHealth(
            plan: kind.map { HealthPlan(kind: $0, weights: own) }
                ?? HealthPlan(groups: set.groups.map(SignalGroup.init), weights: own))
        health.isInMaintenance = isInMaintenance
    }

    static func plan(_ set: SignalSet, _ kind: AssetKind?) -> DetectorPlan {
        kind.map(DetectorPlan.init(kind:)) ?? DetectorPlan(groups: set.groups.map(SignalGroup.init))
    }

    /// The groups of the kind, or for a foreign asset the signals as they are stored.
    var signalGroups: [SignalGroup] {
        kind?.groups
            ?? set.groups.map { group in
                SignalGroup(group.name, .onChange, group.signals.map { Signal($0.name, $0.title, unit: $0.unit) })
            }
    }

    /// The unit of a rule's value.
    func unit(_ rule: AlarmRule) -> String {
        switch rule.test.type {
        case .stale: return "s"
        case .limit, .rate, .discrepancy, .anomaly, .communication, .dataLoss:
            let signal = rule.test.signal
            return set.groups.lazy.flatMap(\.signals).first { $0.name == signal }?.unit ?? ""
        }
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

/// What is known of a foreign asset's signals, for its detectors.
extension SignalGroup {
    init(_ group: SignalSet.Group) {
        self.init(
            group.name, group.cadenceS.map { .every(seconds: $0) } ?? .everyTick,
            group.signals.map { entry in
                let form: Signal.Form =
                    switch entry.form {
                    case .number: .number
                    case .flag: .flag
                    case .category(let labels): .category(labels)
                    // Its number says nothing.
                    case .text: .category([])
                    }
                return Signal(
                    entry.name, entry.title, unit: entry.unit, form: form,
                    normal: SignalGroup.range(entry.normalLow, entry.normalHigh),
                    alarm: SignalGroup.range(entry.alarmLow, entry.alarmHigh),
                    physical: SignalGroup.range(entry.physicalLow, entry.physicalHigh), decimals: Int(entry.decimals),
                    healthWeight: entry.healthWeight)
            })
    }

    private static func range(_ low: Double?, _ high: Double?) -> ClosedRange<Double>? {
        guard let low, let high, low <= high else { return nil }
        return low...high
    }
}
