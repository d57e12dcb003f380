import Model

/// Which instrument each of the sensor scenarios spoils, and by how much at full severity.
/// A malfunction concerns exactly one channel: every other one goes on telling the truth.
struct SensorFaults: Sendable {
    struct Target: Sendable {
        let signal: String
        /// In the signal's unit: per hour for a drift, an offset for a bias or a spike; unused otherwise.
        let amount: Double

        init(_ signal: String, by amount: Double = 0) {
            self.signal = signal
            self.amount = amount
        }
    }

    enum Kind: Int, CaseIterable, Sendable { case drift, stuck, spike, dropout, bias }

    let drift: Target
    let stuck: Target
    let spike: Target
    let dropout: Target
    let bias: Target

    subscript(kind: Kind) -> Target {
        switch kind {
        case .drift: drift
        case .stuck: stuck
        case .spike: spike
        case .dropout: dropout
        case .bias: bias
        }
    }

    /// Share of scans that are hit at full severity.
    static let spikeShare = 0.05
    static let dropoutShare = 0.5

    /// In the order of `Kind`.
    var scenarios: [Scenario] {
        [
            Scenario(
                "sensor-drift", "Sensor drift", effects: [.init(drift.signal, drift.amount < 0 ? .down : .up)]),
            Scenario("sensor-stuck", "Sensor stuck at its last value", effects: [.init(stuck.signal, .frozen)]),
            Scenario("sensor-spike", "Sensor spikes", effects: [.init(spike.signal, .spread)]),
            Scenario("sensor-dropout", "Sensor drops out", effects: [.init(dropout.signal, .missing)]),
            Scenario("sensor-bias", "Sensor bias", effects: [.init(bias.signal, bias.amount < 0 ? .down : .up)]),
        ]
    }
}
