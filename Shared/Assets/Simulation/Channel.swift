import Model

/// One line of a kind's signal table: what the signal is, and where its reading comes from.
///
/// The closures take the plant `inout` only so that it is never copied; they do not change it.
struct Channel<P: Plant>: Sendable {
    enum Source: Sendable {
        /// A quantity of the plant, seen through an instrument.
        case measured(Instrument, @Sendable (inout P) -> Double)
        /// Known without an instrument: a set point, a count, a flag, a category. Only rounded to the signal's decimals.
        case known(@Sendable (inout P) -> Double)
        /// Calculated from the other readings of the same frame, by `Plant.derive`.
        case derived
    }

    let signal: Signal
    let source: Source

    var isDerived: Bool {
        if case .derived = source { return true }
        return false
    }

    var instrumentAndTruth: (Instrument, @Sendable (inout P) -> Double) {
        switch source {
        case .measured(let instrument, let truth): (instrument, truth)
        case .known(let truth): (Instrument(), truth)
        case .derived: (Instrument(), { _ in 0 })
        }
    }

    /// A physical quantity, read by an instrument.
    static func measured(
        _ name: String, _ title: String, _ unit: String, normal: ClosedRange<Double>? = nil,
        alarm: ClosedRange<Double>? = nil, physical: ClosedRange<Double>? = nil, decimals: Int = 2,
        weight: Double = 0, _ instrument: Instrument, _ value: @escaping @Sendable (inout P) -> Double
    ) -> Channel {
        Channel(
            signal: Signal(
                name, title, unit: unit, normal: normal, alarm: alarm, physical: physical, decimals: decimals,
                healthWeight: weight),
            source: .measured(instrument, value))
    }

    /// A number that the plant's computers know exactly.
    static func known(
        _ name: String, _ title: String, _ unit: String = "", normal: ClosedRange<Double>? = nil,
        alarm: ClosedRange<Double>? = nil, physical: ClosedRange<Double>? = nil, decimals: Int = 2,
        weight: Double = 0, _ value: @escaping @Sendable (inout P) -> Double
    ) -> Channel {
        Channel(
            signal: Signal(
                name, title, unit: unit, normal: normal, alarm: alarm, physical: physical, decimals: decimals,
                healthWeight: weight),
            source: .known(value))
    }

    /// A number calculated from other readings of its frame.
    static func derived(
        _ name: String, _ title: String, _ unit: String = "", form: Signal.Form = .number,
        normal: ClosedRange<Double>? = nil, alarm: ClosedRange<Double>? = nil,
        physical: ClosedRange<Double>? = nil, decimals: Int = 2, weight: Double = 0
    ) -> Channel {
        Channel(
            signal: Signal(
                name, title, unit: unit, form: form, normal: normal, alarm: alarm, physical: physical,
                decimals: decimals, healthWeight: weight),
            source: .derived)
    }

    static func flag(
        _ name: String, _ title: String, normal: ClosedRange<Double>? = nil, weight: Double = 0,
        _ value: @escaping @Sendable (inout P) -> Bool
    ) -> Channel {
        Channel(
            signal: Signal(
                name, title, form: .flag, normal: normal, physical: 0...1, decimals: 0, healthWeight: weight),
            source: .known { value(&$0) ? 1 : 0 })
    }

    static func category(
        _ name: String, _ title: String, _ labels: [String], normal: ClosedRange<Double>? = nil, weight: Double = 0,
        _ value: @escaping @Sendable (inout P) -> Int
    ) -> Channel {
        Channel(
            signal: Signal(
                name, title, form: .category(labels), normal: normal, physical: 0...Double(max(labels.count - 1, 0)),
                decimals: 0, healthWeight: weight),
            source: .known { Double(value(&$0)) })
    }
}

/// The channels of one signal group.
struct ChannelGroup<P: Plant>: Sendable {
    let name: String
    let cadence: SignalGroup.Cadence
    let channels: [Channel<P>]

    init(_ name: String, _ cadence: SignalGroup.Cadence, _ channels: [Channel<P>]) {
        self.name = name
        self.cadence = cadence
        self.channels = channels
    }

    var signalGroup: SignalGroup { SignalGroup(name, cadence, channels.map(\.signal)) }
}
