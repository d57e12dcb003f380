/// A measured quantity of an asset: what it is called, its unit, and the ranges by which it is judged.
///
/// The position of a signal in its group is part of the storage format (`docs/formats/frame.md`):
/// signals are only ever appended to a group, never reordered or removed.
public struct Signal: Sendable, Equatable {
    /// How a signal's readings are to be understood. Every reading travels as one `Double`.
    public enum Form: Sendable, Equatable {
        /// A physical quantity in the signal's unit.
        case number
        /// 0 = no, 1 = yes.
        case flag
        /// An index into the labels.
        case category([String])
    }

    /// Unique within the asset kind, lower_snake_case, also its column name in SQL.
    public let name: String
    /// Words for people, such as "Core outlet temperature".
    public let title: String
    /// UCUM code ("Cel", "MPa", "mm/s"); empty for flags, categories and pure numbers.
    public let unit: String
    public let form: Form
    /// Where the signal stays in healthy operation.
    public let normal: ClosedRange<Double>?
    /// Beyond this an operator must act.
    public let alarm: ClosedRange<Double>?
    /// Beyond this the sensor cannot be right: the reading is of bad quality.
    public let physical: ClosedRange<Double>?
    /// Digits after the point that the instrument resolves.
    public let decimals: Int
    /// Share of this signal in the asset's health, relative to the others; 0 = none.
    public let healthWeight: Double

    public init(
        _ name: String, _ title: String, unit: String = "", form: Form = .number,
        normal: ClosedRange<Double>? = nil, alarm: ClosedRange<Double>? = nil,
        physical: ClosedRange<Double>? = nil, decimals: Int = 2, healthWeight: Double = 0
    ) {
        self.name = name
        self.title = title
        self.unit = unit
        self.form = form
        self.normal = normal
        self.alarm = alarm
        self.physical = physical
        self.decimals = decimals
        self.healthWeight = healthWeight
    }
}

/// Signals that are read at the same instants: one frame holds one reading of each.
public struct SignalGroup: Sendable, Equatable {
    /// When a group makes a frame.
    public enum Cadence: Sendable, Equatable {
        /// Every tick of the agent.
        case everyTick
        /// At a fixed period, on the first tick at or after it falls due.
        case every(seconds: Double)
        /// When a value differs from the last frame, and on the first tick.
        case onChange
    }

    public let name: String
    public let cadence: Cadence
    public let signals: [Signal]

    public init(_ name: String, _ cadence: Cadence, _ signals: [Signal]) {
        self.name = name
        self.cadence = cadence
        self.signals = signals
    }
}
