/// When an alarm is raised, and what an operator is told about it.
public struct AlarmRule: Sendable, Equatable {
    /// How soon somebody must act: the share of each is meant to be about 80 / 15 / 5 % from low to high, critical
    /// below 1 %.
    public enum Priority: String, Sendable, CaseIterable, Comparable {
        case low, medium, high, critical

        private var rank: Int { Priority.allCases.firstIndex(of: self) ?? 0 }
        public static func < (left: Priority, right: Priority) -> Bool { left.rank < right.rank }
    }

    /// Compares one signal with one number, in the signal's unit.
    public enum Comparison: Sendable, Equatable {
        case above(Double), below(Double), equals(Double)
    }

    /// What makes the condition true.
    public enum Test: Sendable, Equatable {
        /// The signal leaves its limit; it is back once it is inside by the deadband.
        case limit(signal: String, Comparison, deadband: Double)
        /// The signal changes by more than `change` within the time: rising if it is positive, else falling.
        case rate(signal: String, change: Double, overMs: Int64, deadband: Double)
        /// Two signals that measure the same differ by more than the limit.
        case discrepancy(signal: String, other: String, limit: Double, deadband: Double)
        /// The asset's readings are as improbable as this: -log10 of the probability.
        case anomaly(level: Double, deadband: Double)
        /// For so long the signal has had no good reading, while the asset goes on to send others.
        case stale(signal: String, afterMs: Int64)
        /// The asset sends nothing: one alarm for all of its signals.
        case communication
        /// Records of the asset are lost for good.
        case dataLoss

        public var type: AlarmType {
            switch self {
            case .limit: .limit
            case .rate: .rate
            case .discrepancy: .discrepancy
            case .anomaly: .anomaly
            case .stale: .stale
            case .communication: .communication
            case .dataLoss: .dataLoss
            }
        }

        /// The signal it is about, if it is about one.
        public var signal: String? {
            switch self {
            case .limit(let signal, _, _), .rate(let signal, _, _, _), .discrepancy(let signal, _, _, _),
                .stale(let signal, _):
                signal
            case .anomaly, .communication, .dataLoss: nil
            }
        }

        /// The number that a value is held against, as an operator is shown it.
        public var limit: Double? {
            switch self {
            case .limit(_, .above(let limit), _), .limit(_, .below(let limit), _), .limit(_, .equals(let limit), _):
                limit
            case .rate(_, let change, _, _): change
            case .discrepancy(_, _, let limit, _): limit
            case .anomaly(let level, _): level
            case .stale(_, let afterMs): Double(afterMs) / 1000
            case .communication, .dataLoss: nil
            }
        }
    }

    /// While this holds, the alarm says nothing by design: a drained tank has no low level.
    public struct Suppression: Sendable, Equatable {
        public var signal: String
        public var comparison: Comparison

        public init(signal: String, comparison: Comparison) {
            self.signal = signal
            self.comparison = comparison
        }
    }

    /// Unique for an asset.
    public var name: String
    /// Words for people: "Outlet header pressure A low".
    public var title: String
    public var test: Test
    /// The condition must hold, or be gone, for so long in the time of the readings.
    public var onDelayMs: Int64 = 0
    public var offDelayMs: Int64 = 0
    public var priority = Priority.medium
    /// What happens if nobody acts.
    public var consequence = ""
    /// What to do.
    public var response = ""
    /// Whoever is in charge, or how it is treated: "process", "safety", "instrument", "collection".
    public var alarmClass = "process"
    /// Stays until it is reset, also when the condition is gone.
    public var isLatching = false
    /// Of alarms with one cause the first is the one that is announced; nil: always by itself.
    public var firstOut: String?
    /// Acknowledged and still true after so long, it asks again; nil: never.
    public var reAlarmMs: Int64?
    public var suppression: Suppression?

    public init(_ name: String, _ title: String, _ test: Test) {
        self.name = name
        self.title = title
        self.test = test
    }
}

public enum AlarmType: String, Sendable, CaseIterable {
    case limit, rate, discrepancy, anomaly, stale, communication
    case dataLoss = "data_loss"
}
