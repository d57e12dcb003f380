/// What a channel does at each time of day: the mean of every quarter of an hour against the same of the days before.
/// It tells what comes every day from what does not, and notices what should have come and has not.
/// Every field is a Double; the quarters' means lie in the detector's own array.
struct DayCourse: Sendable {
    static let slots = 96
    static let slotMs = 900_000.0
    /// How much of a day goes into the mean.
    static let weight = 0.3
    static let memory = 1_000.0
    /// Quarters judged before anything is said.
    static let fewest = 24.0
    static let clip = 4.0

    private var slot = -1.0
    private var day = 0.0
    private var sum = 0.0
    private var count = 0.0
    private var square = 0.0
    private var judged = 0.0
    /// How far the last quarter was from the usual: the normal distance, with its sign.
    private(set) var distance = 0.0

    /// Takes a reading at its time; `means` are the channel's quarters, NaN where none has been seen yet.
    @inline(__always)
    mutating func take(_ value: Double, timeMs: Double, learning: Double, _ means: UnsafeMutablePointer<Double>) {
        let at = (timeMs / DayCourse.slotMs).rounded(.down)
        guard at != slot else {
            sum += value
            count += 1
            return
        }
        if count > 0 { close(learning: learning, means) }
        slot = at
        sum = value
        count = 1
    }

    private mutating func close(learning: Double, _ means: UnsafeMutablePointer<Double>) {
        guard abs(slot) < 1e12 else { return }
        let slots = Double(DayCourse.slots)
        let place = Int(slot - (slot / slots).rounded(.down) * slots)
        guard place >= 0, place < DayCourse.slots else { return }
        let mean = sum / count
        let usual = means[place]
        guard usual == usual else {
            distance = 0
            if mean == mean { means[place] = mean }
            return
        }
        // What comes every day comes not always at the same minute: its neighbours will do as well.
        var low = usual
        var high = usual
        for next in [means[(place + 1) % DayCourse.slots], means[(place + DayCourse.slots - 1) % DayCourse.slots]]
        where next == next {
            low = min(low, next)
            high = max(high, next)
        }
        let outside = mean > high ? mean - high : mean < low ? mean - low : 0
        let off = mean - usual
        let freedom = judged / 4 - 1
        let scale = square.squareRoot()
        distance = 0
        if judged >= DayCourse.fewest, scale > 0 {
            let size = Tails.normal(t: outside / scale, freedom: min(max(freedom, 1), 100))
            distance = outside < 0 ? -size : size
        }
        guard learning > 0 else { return }
        judged += learning
        let most = judged > DayCourse.fewest ? DayCourse.clip * scale : abs(off)
        let held = min(max(off, -most), most)
        square += (held * held - square) * learning / min(max(judged, 1), DayCourse.memory)
        means[place] += off * DayCourse.weight * learning
    }
}
