/// Where a quantity usually is, learned while nothing is wrong, and how far out a new value is: a predictive Student t,
/// whose degrees of freedom count what has really been seen. Values that hang together in time count for less.
struct Usual: Sendable {
    var mean = 0.0
    var variance = 0.0
    /// Mean square of the step from one value to the next: tells how long values hang together.
    private var stepSquare = 0.0
    private var last = 0.0
    var count = 0.0

    static let fewestFreedom = 1.0
    /// Once this much is known, a value teaches no more than one so many deviations off.
    static let known = 100.0
    static let clip = 3.5

    /// How many neighbouring values hang together: an autoregressive course of coefficient r has a mean square step of
    /// 2 (1 - r) of its variance, and one independent value in (1 + r) / (1 - r).
    @inline(__always)
    var together: Double { max(1, 4 * variance / max(stepSquare, 1e-300) - 1) }

    /// How many independent values have been seen, less those that mean and variance have used up.
    @inline(__always)
    var freedom: Double { min(count / together - 1, 200) }

    /// The normal distance of `value`, with its sign; 0 while too little is known.
    @inline(__always)
    func distance(_ value: Double, floor: Double, mostFreedom: Double = 200) -> Double {
        let freedom = min(freedom, mostFreedom)
        guard freedom >= Usual.fewestFreedom, variance > floor * floor else { return 0 }
        let t = (value - mean) / (variance * (1 + 1 / freedom)).squareRoot()
        let size = Tails.normal(t: t, freedom: freedom)
        return t < 0 ? -size : size
    }

    @inline(__always)
    mutating func learn(_ value: Double, memory: Double, weight: Double) {
        count += weight
        if count <= 1 {
            mean = value
            last = value
            return
        }
        let share = weight / min(count, memory)
        var off = value - mean
        if count > Usual.known {
            let most = Usual.clip * variance.squareRoot()
            off = min(max(off, -most), most)
        }
        let step = mean + off - last
        last = mean + off
        mean += off * share
        variance += (off * off * (1 - share) - variance) * share
        stepSquare += (step * step - stepSquare) * share
    }
}

/// Corrects a channel's surprise by how it has turned out: the share of readings beyond a mark, and how far beyond it
/// they go on average. It only ever makes a surprise smaller.
struct Calibration: Sendable {
    /// The mark, in -log10 p.
    static let mark = 1.5
    /// What both figures are if the charts' assumptions hold.
    static let nominalShare = 0.0316227766
    static let nominalExcess = 0.4342944819
    /// Readings, and readings beyond the mark, that the assumption counts for.
    static let trust = 200.0
    static let trustBeyond = 12.0
    /// One reading counts no more than this: an anomaly is not to be taken for the usual.
    static let most = 8.0
    /// Excursions under this are never news; no more than so much is got accustomed to, and for so many readings.
    static let ofInterest = 3.0
    static let mostAccustomed = 12.0
    static let mostRoutine = 1_000.0
    static let accustomedReadings = 2_000.0
    static let routineReadings = 20_000.0

    private var share = Calibration.nominalShare
    private var excess = Calibration.nominalExcess
    private var count = 0.0
    private var beyond = 0.0
    /// Surprise that has come twice of late and gone again: once more is no news.
    private(set) var accustomed = 0.0
    /// The larger of the last excursions, fading.
    private var known = 0.0
    /// The farthest of the excursion that goes on, 0 if none does.
    private(set) var peak = 0.0

    @inline(__always)
    func corrected(_ surprise: Double) -> Double {
        let top = share > Calibration.nominalShare ? -Tails.log10(share) : Calibration.mark
        if surprise <= Calibration.mark { return surprise * top / Calibration.mark }
        return top + (surprise - Calibration.mark) * Calibration.nominalExcess
            / max(excess, Calibration.nominalExcess)
    }

    /// Excursions count once, when they are over: neighbours share their cause. A finding's own excursion counts too.
    /// `isRoutine`: the asset is in a regime other than its steady one, where what has come once is known.
    @inline(__always)
    mutating func learn(_ surprise: Double, memory: Double, isRoutine: Bool) {
        if surprise > Calibration.mark {
            peak = max(peak, surprise)
            return
        }
        count += 1
        let fade = 1 - 1 / (isRoutine ? Calibration.routineReadings : Calibration.accustomedReadings)
        accustomed *= fade
        known *= fade
        let weight = 1 / (min(count, memory) + Calibration.trust)
        if peak == 0 { share -= share * weight } else { endExcursion(weight, memory: memory, isRoutine: isRoutine) }
    }

    /// What was going on when the asset last left this regime is over.
    mutating func enter(memory: Double, isRoutine: Bool) {
        guard peak > 0 else { return }
        endExcursion(1 / (min(count, memory) + Calibration.trust), memory: memory, isRoutine: isRoutine)
    }

    private mutating func endExcursion(_ weight: Double, memory: Double, isRoutine: Bool) {
        share += (1 - share) * weight
        beyond += 1
        let size = corrected(peak) - Calibration.ofInterest
        if isRoutine {
            accustomed = max(accustomed, min(size, Calibration.mostRoutine))
        } else {
            accustomed = max(accustomed, min(size, known, Calibration.mostAccustomed))
            known = max(known, size)
        }
        let far = min(peak - Calibration.mark, Calibration.most)
        excess += (far - excess) / (min(beyond, memory / 50) + Calibration.trustBeyond)
        peak = 0
    }
}
