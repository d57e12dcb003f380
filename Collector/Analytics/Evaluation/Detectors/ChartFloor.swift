import Model

/// What every textbook has: each signal by itself, standardised by the mean and the deviation of its first rows, on an
/// EWMA chart and, if wanted, a two-sided CUSUM chart. No whitening, no physics, no other signal.
struct ChartFloor: RowDetector {
    /// Weight of a new value in the EWMA.
    static let lambda = 0.1
    /// Allowance and limit of the CUSUM: a false alarm a day for 50 white signals at 1 Hz.
    static let allowance = 0.5
    static let cusumLimit = 14.11
    /// The same of the EWMA, in deviations of the EWMA.
    static let ewmaLimit = 5.6

    fileprivate struct Chart {
        var count = 0.0
        var mean = 0.0
        var squares = 0.0
        var ewma = 0.0
        var up = 0.0
        var down = 0.0
    }

    private let learnRows: Double
    private let hasCusum: Bool
    /// How much of its limit a statistic may take up.
    private let limit: Double
    private let names: [[String]]
    private var charts: [[Chart]]
    /// The largest share of each group.
    private var shares: [Double]
    private var guilty: [Int]
    private var number = 0

    var stateBytes: Int { charts.reduce(0) { $0 + $1.count * MemoryLayout<Chart>.stride } }

    init(_ groups: [SignalGroup], learnRows: Int, hasCusum: Bool = true, limit: Double = 1) {
        self.learnRows = Double(max(learnRows, 2))
        self.hasCusum = hasCusum
        self.limit = limit
        names = groups.map { $0.signals.map(\.name) }
        charts = groups.map { $0.signals.map { _ in Chart() } }
        shares = groups.map { _ in 0 }
        guilty = groups.map { _ in 0 }
    }

    mutating func take(_ frame: FrameView, _ book: inout AlertBook) -> Double {
        var largest = 0.0
        for index in frame.values.indices where index < charts[frame.group].count {
            let value = frame.values[index]
            guard value.isFinite else { continue }
            let share = charts[frame.group][index].take(value, learnRows, hasCusum: hasCusum)
            if share > largest { (largest, guilty[frame.group]) = (share, index) }
        }
        shares[frame.group] = largest
        var worst = 0
        for group in shares.indices where shares[group] > shares[worst] { worst = group }
        let isOver = shares[worst] > limit
        if isOver, !book.isAlarming {
            number += 1
            book.begin(
                number, atMs: frame.timeMs, score: shares[worst], .init(signals: [names[worst][guilty[worst]]]))
        } else if !isOver, book.isAlarming {
            book.end(number, atMs: frame.timeMs)
        }
        return shares[worst]
    }
}

extension ChartFloor.Chart {
    /// The share of its limit that the worst statistic takes up.
    fileprivate mutating func take(_ value: Double, _ learnRows: Double, hasCusum: Bool) -> Double {
        if count < learnRows {
            count += 1
            let before = value - mean
            mean += before / count
            squares += before * (value - mean)
            return 0
        }
        let deviation = max((squares / (count - 1)).squareRoot(), 1e-9 * max(abs(mean), 1))
        let z = (value - mean) / deviation
        let lambda = ChartFloor.lambda
        ewma += lambda * (z - ewma)
        let share = abs(ewma) / (lambda / (2 - lambda)).squareRoot() / ChartFloor.ewmaLimit
        guard hasCusum else { return share }
        // Beyond twice the limit more of it says nothing more, and shall not take for ever to go away.
        let most = 2 * ChartFloor.cusumLimit
        up = min(max(0, up + z - ChartFloor.allowance), most)
        down = min(max(0, down - z - ChartFloor.allowance), most)
        return max(share, max(up, down) / ChartFloor.cusumLimit)
    }
}
