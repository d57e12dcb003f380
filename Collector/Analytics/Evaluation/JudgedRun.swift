import Model

/// What one detector did in one run.
struct Trace: Sendable {
    /// After each frame: how unusual, and whether an alert was standing.
    var scores: [Float] = []
    var isAlarming: [Bool] = []
    var book = AlertBook()
    var ns: Int64 = 0
    var values = 0
    var stateBytes = 0
    var signalCount = 1

    var alerts: [Alert] { book.alerts }
}

/// One run with its labels and what the detectors made of it.
struct JudgedRun: Sendable {
    var name: String
    var group: String
    var timesMs: [Int64]
    var events: [LabelledEvent]
    /// Frames before are only to learn from.
    var judgedFrom: Int
    /// By detector.
    var traces: [Trace]

    var judgedFromMs: Int64 { judgedFrom < timesMs.count ? timesMs[judgedFrom] : .max }
    var endMs: Int64 { timesMs.last ?? 0 }
}

/// A detector at work on one series: feeds, times and records.
struct Recorder<D: RowDetector> {
    var detector: D
    private(set) var trace = Trace()

    init(_ detector: D, signalCount: Int) {
        self.detector = detector
        trace.signalCount = max(signalCount, 1)
    }

    /// From where this one stands, with an empty record.
    var continued: Recorder {
        var next = self
        next.trace = Trace()
        next.trace.signalCount = trace.signalCount
        next.trace.book = trace.book
        next.trace.book.forgetClosed()
        return next
    }

    mutating func take(_ frame: FrameView) {
        trace.scores.append(Float(detector.take(frame, &trace.book)))
        trace.isAlarming.append(trace.book.isAlarming)
        trace.values += frame.values.count
    }

    mutating func spent(ns: Int64) { trace.ns += ns }

    var finished: Trace {
        var trace = trace
        trace.stateBytes = detector.stateBytes
        return trace
    }
}
