import Model

/// Something that really happened, as the labels say.
struct LabelledEvent: Sendable, Equatable {
    var onsetMs: Int64
    /// The last instant at which it acts.
    var endMs: Int64
    /// The signals that it is known to move; empty where nobody says.
    var guilty: [String] = []
    /// Whether one instrument is at fault, and nothing else.
    var isSensor = false

    func contains(_ timeMs: Int64) -> Bool { timeMs >= onsetMs && timeMs <= endMs }
}

/// One file of a set, row by row, with its labels beside it, which no detector sees.
struct EvaluationSeries: Sendable {
    var name: String
    /// What it is an example of; figures are also told for each class.
    var group: String
    var signals: SignalGroup
    var timesMs: [Int64]
    /// Row by row; `Frame.noValue` where nothing was measured.
    var values: [Double]
    var events: [LabelledEvent] = []
    /// Rows that are only to learn from: alarms in them count neither way.
    var learnRows = 0

    var rowCount: Int { timesMs.count }
    var signalCount: Int { signals.signals.count }

    /// The rows in which the labels say that something is wrong, as ranges of time.
    static func events(timesMs: [Int64], isFaulty: [Bool]) -> [LabelledEvent] {
        var events: [LabelledEvent] = []
        var start: Int?
        for row in 0...timesMs.count {
            let isIn = row < timesMs.count && isFaulty[row]
            if isIn, start == nil { start = row }
            if !isIn, let first = start {
                events.append(LabelledEvent(onsetMs: timesMs[first], endMs: timesMs[row - 1]))
                start = nil
            }
        }
        return events
    }

    /// A group of signals of which nothing is known but names. The period is that of the first rows: the detector
    /// shall not know the file before it comes.
    static func signals(_ names: [String], timesMs: [Int64]) -> SignalGroup {
        let periodMs = timesMs.count > 1 ? max(timesMs[1] - timesMs[0], 1) : 1000
        return SignalGroup("row", .every(seconds: Double(periodMs) / 1000), names.map { Signal($0, $0, decimals: 15) })
    }
}

/// A file of a set, to be read when its turn comes: whole sets need not be in memory at once.
struct SeriesSource: Sendable {
    let path: String
    /// The place of the file that the same detector goes through before it.
    var history: Int?
    let read: @Sendable () throws(EvaluationFailure) -> EvaluationSeries

    init(
        _ path: String, history: Int? = nil,
        _ read: @escaping @Sendable () throws(EvaluationFailure) -> EvaluationSeries
    ) {
        self.path = path
        self.history = history
        self.read = read
    }
}
