import Model

/// What is evaluated: takes frames one by one, in the order of time, and knows nothing of those to come.
/// A value: a copy goes on by itself from where the original stands.
protocol RowDetector: Sendable {
    /// Takes a frame; alerts that begin, change or end with it go into the book. Returns how unusual things are now:
    /// the more, the larger, in any unit.
    mutating func take(_ frame: FrameView, _ book: inout AlertBook) -> Double

    /// The memory that it needs for one asset.
    var stateBytes: Int { get }
}

/// A frame where it lies.
struct FrameView {
    let group: Int
    let timeMs: Int64
    let values: UnsafeBufferPointer<Double>
    /// Empty if all are good.
    let qualities: [Quality]
}

/// What a detector says of what it has found: the likeliest first.
struct Explanation: Sendable, Equatable {
    var signals: [String] = []
    var relations: [String] = []
    var faults: [String] = []
}

/// A call for attention, from its beginning to its end.
struct Alert: Sendable, Equatable {
    let number: Int
    let fromMs: Int64
    /// The last instant; nil while it goes on.
    var toMs: Int64?
    /// How unusual things were when it began.
    let score: Double
    /// When the detector thinks that it began.
    let sinceMs: Int64
    let atFirst: Explanation
    /// What it said last.
    var atLast: Explanation
}

/// The alerts of one detector in one run.
struct AlertBook: Sendable {
    private(set) var alerts: [Alert] = []
    /// Places of those that go on.
    private var open: [Int] = []

    var isAlarming: Bool { !open.isEmpty }

    mutating func begin(
        _ number: Int, atMs timeMs: Int64, score: Double, sinceMs: Int64? = nil, _ explanation: Explanation = .init()
    ) {
        open.append(alerts.count)
        alerts.append(
            Alert(
                number: number, fromMs: timeMs, score: score, sinceMs: sinceMs ?? timeMs, atFirst: explanation,
                atLast: explanation))
    }

    mutating func change(_ number: Int, _ explanation: Explanation) {
        for place in open where alerts[place].number == number { alerts[place].atLast = explanation }
    }

    mutating func end(_ number: Int, atMs timeMs: Int64) {
        for place in open where alerts[place].number == number { alerts[place].toMs = timeMs }
        open.removeAll { alerts[$0].number == number }
    }

    /// Forgets what is over: what went on before a run does not count for it, but may end in it.
    mutating func forgetClosed() {
        alerts = open.map { alerts[$0] }
        open = Array(alerts.indices)
    }
}
