import Model

/// Alarms by chance, as often as `PeriodicFloor`: what is worth something must be better.
struct RandomFloor: RowDetector {
    static let rowsPerAlarm = 600.0
    private var random: SeededRandom
    private var count = 0

    let stateBytes = MemoryLayout<RandomFloor>.size

    /// Each series has other chances, the same in every run.
    init(_ name: String) {
        random = SeededRandom(seed: 0x5EED, stream: SeededRandom.stream(name))
    }

    mutating func take(_ frame: FrameView, _ book: inout AlertBook) -> Double {
        let score = random.unit()
        if book.isAlarming { book.end(count, atMs: frame.timeMs) }
        if score > 1 - 1 / RandomFloor.rowsPerAlarm {
            count += 1
            book.begin(count, atMs: frame.timeMs, score: score)
        }
        return score
    }
}

extension SeededRandom {
    /// A number that a name always has (FNV-1a).
    static func stream(_ name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

/// An alarm every 600 rows, whatever they hold.
struct PeriodicFloor: RowDetector {
    static let period = 600
    private var row = 0

    let stateBytes = MemoryLayout<PeriodicFloor>.size

    mutating func take(_ frame: FrameView, _ book: inout AlertBook) -> Double {
        let isDue = row % PeriodicFloor.period == 0
        if book.isAlarming { book.end(row - 1, atMs: frame.timeMs) }
        if isDue { book.begin(row, atMs: frame.timeMs, score: 1) }
        row += 1
        return isDue ? 1 : 0
    }
}

/// An alarm where most files of a set have one: between two shares of each file. Knows the length, which is cheating,
/// and nothing else.
struct PriorFloor: RowDetector {
    let rows: ClosedRange<Int>
    private var row = 0

    let stateBytes = MemoryLayout<PriorFloor>.size

    init(rowCount: Int, _ shares: ClosedRange<Double>) {
        rows = Int(Double(rowCount) * shares.lowerBound)...Int(Double(rowCount) * shares.upperBound)
    }

    mutating func take(_ frame: FrameView, _ book: inout AlertBook) -> Double {
        let isIn = rows.contains(row)
        if isIn, !book.isAlarming { book.begin(1, atMs: frame.timeMs, score: 1) }
        if !isIn, book.isAlarming { book.end(1, atMs: frame.timeMs) }
        row += 1
        return isIn ? 1 : 0
    }
}
