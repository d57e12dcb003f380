import Analytics
import Model
import Postgres

/// The analysis of one asset: its detector, and what of its streams the detector has seen.
///
/// Epochs follow each other: the frames of the next one are analysed when every number of the one before is settled.
final class AssetAnalysis {
    /// A frame that waits for those before it.
    struct HeldFrame {
        let sequence: Int64
        let timeMs: Int64
        let group: Int
        let isHistorical: Bool
        let values: [Double]
        let qualities: [Quality]

        init(_ frame: StoredFrame) {
            sequence = frame.sequence
            timeMs = frame.timeMs
            group = frame.group
            isHistorical = frame.isHistorical
            values = frame.values
            qualities = frame.qualities
        }

        init(
            sequence: Int64, timeMs: Int64, group: Int, isHistorical: Bool, values: [Double], qualities: [Quality]
        ) {
            self.sequence = sequence
            self.timeMs = timeMs
            self.group = group
            self.isHistorical = isHistorical
            self.values = values
            self.qualities = qualities
        }
    }

    struct Course {
        let stream: StreamState
        var order: AnalysisOrder<HeldFrame>
    }

    let planFingerprint: UInt64
    /// The last anomaly before those that the detector counts from 1.
    let numberBefore: Int64
    var detector: AssetDetector
    /// The stream whose frames are analysed now, and those of later epochs, which wait. Never empty.
    private(set) var courses: [Course]
    /// In each epoch, the last frame that has changed an anomaly: what follows from earlier frames has been told.
    let told: [Epoch: Int64]
    var lastTimeMs: Int64
    /// When to read from the database, and when to save, by the monotonic clock.
    var readMs: Int64 = 0
    var saveMs: Int64 = 0

    init(
        detector: AssetDetector, planFingerprint: UInt64, numberBefore: Int64, courses: [Course], told: [Epoch: Int64],
        lastTimeMs: Int64
    ) {
        self.detector = detector
        self.planFingerprint = planFingerprint
        self.numberBefore = numberBefore
        self.courses = courses
        self.told = told
        self.lastTimeMs = lastTimeMs
    }

    var current: StreamState { courses[0].stream }
    var mark: Int64 { courses[0].order.mark }
    var mustRead: Bool { courses[0].order.mustRead }

    /// Whether this new frame comes next: the usual case. Then it is to be analysed at once, and `wasGiven` called.
    func isNext(_ stream: StreamState, _ sequence: Int64) -> Bool {
        courses.count == 1 && courses[0].stream === stream
            && courses[0].order.isNext(sequence, isSettled: stream.isSettled)
    }

    func wasGiven(_ sequence: Int64) { courses[0].order.wasGiven(sequence) }

    /// Keeps a frame that does not come next. One of an epoch before those that are analysed is left out.
    func hold(_ stream: StreamState, _ frame: HeldFrame) {
        if let index = courses.firstIndex(where: { $0.stream === stream }) {
            courses[index].order.hold(frame.sequence, frame)
        } else if stream.number > courses[courses.count - 1].stream.number {
            var order = AnalysisOrder<HeldFrame>(mark: 0, missedThrough: stream.othersThrough(frame.sequence))
            order.hold(frame.sequence, frame)
            courses.append(Course(stream: stream, order: order))
        }
    }

    /// The next frame whose turn has come.
    func next() -> HeldFrame? {
        while true {
            let stream = courses[0].stream
            if let frame = courses[0].order.next(isSettled: stream.isSettled) { return frame }
            guard courses.count > 1, !courses[0].order.mustRead, !courses[0].order.isHolding, stream.open.isEmpty else {
                return nil
            }
            courses.removeFirst()
        }
    }

    /// Whether the database may have what comes next.
    var canRead: Bool {
        mustRead && mark < .max && courses[0].stream.isSettled((mark + 1)...(mark + 1))
    }

    func hasRead(through sequence: Int64) { courses[0].order.hasRead(through: sequence) }

    /// Whether what follows from this frame was told before.
    func isTold(_ sequence: Int64, of epoch: Epoch) -> Bool { sequence <= told[epoch] ?? 0 }
}

extension StreamState {
    /// The highest number that was claimed besides this one: what was claimed before is in the database only.
    func othersThrough(_ sequence: Int64) -> Int64 {
        var others = claimed
        others.remove(sequence...sequence)
        return others.max ?? 0
    }
}
