public import Model

/// A catalogue of signals as it is stored: of an asset kind of ours, or of one foreign asset.
public struct SignalSet: Sendable, Equatable {
    /// The asset kind's id, or for a foreign asset `site:agent:device`.
    public var name: String
    /// The asset kind's id, or `SignalSet.generic`.
    public var kind: String
    /// A group's index is its number in storage.
    public var groups: [Group]

    /// The kind of every foreign asset.
    public static let generic = "generic"

    public struct Group: Sendable, Equatable {
        public var name: String
        /// Seconds; nil = every tick, or on change.
        public var cadenceS: Double?
        /// A signal's index is its position in storage.
        public var signals: [Entry]

        public init(_ name: String, cadenceS: Double? = nil, _ signals: [Entry]) {
            self.name = name
            self.cadenceS = cadenceS
            self.signals = signals
        }
    }

    /// How a stored value is to be understood.
    public enum Form: Sendable, Equatable {
        case number, flag
        case category([String])
        /// The value stands in `telemetry.texts`, under the signal's name. Only foreign assets have texts.
        case text

        public var word: String {
            switch self {
            case .number: "number"
            case .flag: "flag"
            case .category: "category"
            case .text: "text"
            }
        }

        public var labels: [String] {
            if case .category(let labels) = self { labels } else { [] }
        }
    }

    public struct Entry: Sendable, Equatable {
        public var name: String
        public var title: String
        public var unit: String
        public var form: Form
        public var normalLow: Double?
        public var normalHigh: Double?
        public var alarmLow: Double?
        public var alarmHigh: Double?
        public var physicalLow: Double?
        public var physicalHigh: Double?
        public var decimals: Int16
        public var healthWeight: Double

        public init(
            _ name: String, title: String = "", unit: String = "", form: Form = .number, decimals: Int16 = 2,
            healthWeight: Double = 0
        ) {
            self.name = name
            self.title = title
            self.unit = unit
            self.form = form
            self.decimals = decimals
            self.healthWeight = healthWeight
        }
    }

    public init(name: String, kind: String, groups: [Group]) {
        self.name = name
        self.kind = kind
        self.groups = groups
    }

    /// The set of an asset kind of ours.
    public init(_ kind: AssetKind) {
        self.init(name: kind.id, kind: kind.id, groups: kind.groups.map(Group.init))
    }

    /// The position of a signal; nil when there is none of this name.
    public func place(of name: String) -> (group: Int, position: Int)? {
        for (group, description) in groups.enumerated() {
            if let position = description.signals.firstIndex(where: { $0.name == name }) { return (group, position) }
        }
        return nil
    }
}

extension SignalSet.Group {
    init(_ group: SignalGroup) {
        var cadenceS: Double?
        if case .every(let seconds) = group.cadence { cadenceS = seconds }
        self.init(group.name, cadenceS: cadenceS, group.signals.map(SignalSet.Entry.init))
    }
}

extension SignalSet.Entry {
    init(_ signal: Signal) {
        let form: SignalSet.Form =
            switch signal.form {
            case .number: .number
            case .flag: .flag
            case .category(let labels): .category(labels)
            }
        self.init(
            signal.name, title: signal.title, unit: signal.unit, form: form, decimals: Int16(clamping: signal.decimals),
            healthWeight: signal.healthWeight)
        (normalLow, normalHigh) = (signal.normal?.lowerBound, signal.normal?.upperBound)
        (alarmLow, alarmHigh) = (signal.alarm?.lowerBound, signal.alarm?.upperBound)
        (physicalLow, physicalHigh) = (signal.physical?.lowerBound, signal.physical?.upperBound)
    }
}
