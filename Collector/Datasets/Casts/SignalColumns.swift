import Model

/// The readings of one signal group over a cast, signal by signal.
struct SignalColumns: Sendable {
    let signals: [Signal]
    /// Readings of each signal, one every `stepS` seconds from the start of the cast on.
    let rowCount: Int
    let stepS: Int
    /// Signal after signal; no reading is NaN.
    private(set) var values: [Double]

    init(_ signals: [Signal], rowCount: Int, stepS: Int) {
        self.signals = signals
        self.rowCount = rowCount
        self.stepS = stepS
        values = Array(repeating: 0, count: signals.count * rowCount)
    }

    subscript(signal: Int) -> ArraySlice<Double> {
        values[(signal * rowCount)..<((signal + 1) * rowCount)]
    }

    /// By name; empty if there is no such signal.
    subscript(name: String) -> ArraySlice<Double> {
        signals.firstIndex { $0.name == name }.map { self[$0] } ?? []
    }

    /// A reading that its sensor calls bad is none: nobody could tell it from a good one here.
    mutating func set(row: Int, to readings: Readings) {
        guard row < rowCount, readings.values.count == signals.count else { return }
        values.withUnsafeMutableBufferPointer { values in
            readings.values.withUnsafeBufferPointer { readings in
                var place = row
                for value in readings {
                    values[place] = value
                    place += rowCount
                }
            }
            for (signal, quality) in readings.qualities.enumerated() where quality == .bad {
                values[signal * rowCount + row] = .nan
            }
        }
    }

    /// Brings every reading to its signal's decimals, also those that were calculated from others: what stands in the
    /// files is what everything else is derived from.
    mutating func round() {
        for (index, signal) in signals.enumerated() where signal.decimals <= 9 {
            let scale = (0..<signal.decimals).reduce(1.0) { scale, _ in scale * 10 }
            values[(index * rowCount)..<((index + 1) * rowCount)].withUnsafeMutableBufferPointer { column in
                // Adding and taking away 1.5 * 2^52 rounds to whole numbers; readings are far smaller.
                for row in column.indices { column[row] = ((column[row] * scale + 0x1.8p52) - 0x1.8p52) / scale }
            }
        }
    }
}

/// What a column looks like, without its missing readings.
struct SignalStatistics: Sendable, Equatable {
    private(set) var count = 0
    private(set) var mean = Double.nan
    private(set) var deviation = Double.nan
    private(set) var least = Double.nan
    private(set) var most = Double.nan

    init(_ values: some Collection<Double>) {
        let done: Void? = values.withContiguousStorageIfAvailable { take($0) }
        if done == nil { Array(values).withUnsafeBufferPointer { take($0) } }
    }

    private mutating func take(_ values: UnsafeBufferPointer<Double>) {
        var (sum, low, high) = (0.0, Double.infinity, -Double.infinity)
        for value in values where value == value {
            count += 1
            sum += value
            low = min(low, value)
            high = max(high, value)
        }
        guard count > 0 else { return }
        (mean, least, most) = (sum / Double(count), low, high)
        var squares = 0.0
        for value in values where value == value { squares += (value - mean) * (value - mean) }
        deviation = (squares / Double(count)).squareRoot()
    }
}
