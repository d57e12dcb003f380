/// What one reading of a channel does to its charts.
extension ChannelState {
    /// Readings before anything is judged: so few degrees of freedom tell nothing.
    static let fewest = 8.0
    /// Readings from which a channel goes on learning through what looks like a finding: it may just not know yet.
    static let novice = 300.0
    /// How many readings the scale of the residual remembers.
    static let memory = 4_000.0
    /// The surprise from which a channel's own readings count as out of the ordinary.
    static let doubt = 2.0
    static let levelMemory = 20_000.0
    static let fastWeight = 0.2
    static let slowWeight = 0.05
    static let allowance = 0.5
    /// Readings that white noise counts for in the slow mean's variance.
    static let slowTrust = 400.0
    static let dispersionWeight = 0.05
    static let levelWeight = 0.05
    /// A residual counts no more than this in the charts that add up: one spike is not a shift.
    static let clip = 4.0
    /// log10 of the number of charts a channel has: each has its chance of a false alarm.
    static let chartCost = 0.7

    /// Takes a good reading.
    @inline(__always)
    mutating func take(
        _ reading: Double, _ rule: ChannelRule, _ regime: inout RegimeState, _ quarters: UnsafeMutablePointer<Double>,
        _ moment: Moment
    ) {
        let isFirst = count == 0
        let isRepeat = !isFirst && reading == value
        if reading < value { downs += 1 }
        let learning = learningNow(moment)
        checkAlive(isRepeat: isRepeat, learning: learning)
        defer { addInvalidity(isRepeat: isRepeat, timeMs: moment.timeMs) }
        value = reading
        residual = .nan
        if moment.hasGap { predictor.pause() }
        if moment.hasTurned { restartCharts() }
        guard !isFirst else {
            predictor.take(reading, error: 0, weight: 0, typical: 0)
            level = reading
            return
        }
        // What is held from one scan to the next, as analysers and set points do, is not a new reading.
        if isRepeat && (repeatShare > 0.3 || variance == 0) {
            if layer == Double(Finding.Layer.validity.rawValue) { calm() }
            return
        }
        if isCounter {
            calm()
            return
        }
        course.take(reading, timeMs: moment.timeMs)
        day.take(reading, timeMs: moment.timeMs, learning: learning, quarters)
        if predictor.isPaused {
            predictor.take(reading, error: 0, weight: 0, typical: 0)
            return
        }
        judge(reading, rule, &regime, moment, learning: learning)
    }

    /// True for what only goes up, but for beginning again: it has no usual level, and follows from what it counts.
    @inline(__always)
    var isCounter: Bool { count * (1 - repeatShare) > 100 && downs * 100 < count * (1 - repeatShare) }

    /// What is out of the ordinary teaches little, unless it is not yet known what is ordinary.
    @inline(__always)
    private func learningNow(_ moment: Moment) -> Double {
        if learned < ChannelState.novice { return 1 }
        if moment.isTurning { return 0 }
        return surprise > ChannelState.doubt ? moment.learning * 0.1 : moment.learning
    }

    @inline(__always)
    private mutating func judge(
        _ reading: Double, _ rule: ChannelRule, _ regime: inout RegimeState, _ moment: Moment, learning: Double
    ) {
        let floor = max(rule.resolution * 0.29, abs(reading) * 1e-9, 1e-300)
        let error = reading - predictor.expected
        let scale = max(variance.squareRoot(), floor)
        let score = error / scale
        let clipped = min(max(score, -ChannelState.clip), ChannelState.clip)
        var worst = 0.0
        var way = error > 0 ? Finding.Direction.up : .down
        if learned >= ChannelState.fewest {
            let freedom = min(learned, 200) - 2
            worst = Tails.normal(t: score, freedom: freedom)
            chart(clipped, timeMs: moment.timeMs, freedom: freedom, learning: learning, worst: &worst, way: &way)
            chartDispersion(learning: learning, worst: &worst, way: &way)
        } else if count > 30 {
            // What has hardly ever moved tells nothing about how far it may: only that moving is rare.
            worst = Tails.distance(surprise: Tails.log10((count + 2) / (learned + 1)))
        }
        chartLevel(reading, floor: floor, learning: learning, moment, &regime.level, worst: &worst, way: &way)
        if abs(day.distance) > worst {
            worst = abs(day.distance)
            way = day.distance > 0 ? .up : .down
        }
        settle(worst, way, &regime.calibration, modesty: rule.modesty, moment)
        learn(error, score: score, clipped: clipped, floor: floor, learning: learning)
        let weight = learning * min(1, 3 / max(abs(score), 1e-9))
        predictor.take(reading, error: error, weight: weight, typical: scale)
    }

    /// Ends a reading: the farthest of the charts, corrected by how the channel has turned out.
    @inline(__always)
    private mutating func settle(
        _ worst: Double, _ way: Finding.Direction, _ calibration: inout Calibration, modesty: Double,
        _ moment: Moment
    ) {
        if moment.hasTurned { calibration.enter(memory: ChannelState.levelMemory, isRoutine: moment.isRoutine) }
        let raw = worst > 1 ? max(0, Tails.surprise(worst) - ChannelState.chartCost) : 0
        surprise = calibration.corrected(raw)
        novelty = max(0, surprise - calibration.accustomed - modesty)
        direction = Double(way.rawValue)
        layer = Double(Finding.Layer.signal.rawValue)
        if surprise < 1 { quietMs = moment.timeMs }
        guard learned > 20 else { return }
        calibration.learn(raw, memory: ChannelState.levelMemory, isRoutine: moment.isRoutine)
    }

    /// What the charts have added up belongs to the regime that was left.
    private mutating func restartCharts() {
        fastMean = 0
        slowMean = 0
        rising = 0
        falling = 0
    }

    mutating func calm() {
        surprise = 0
        novelty = 0
    }

    @inline(__always)
    private mutating func learn(_ error: Double, score: Double, clipped: Double, floor: Double, learning: Double) {
        defer { residualBefore = clipped }
        residual = clipped
        guard learning > 0 else { return }
        learned += learning
        let share = learning / min(max(learned, 1), ChannelState.memory)
        // Far residuals teach little: the scale is that of ordinary days.
        let square = learned > ChannelState.fewest ? min(error * error, 16 * variance + floor * floor) : error * error
        variance += (square - variance) * share
        lagProduct += (clipped * residualBefore - lagProduct) * share
        lagSquare += (clipped * clipped - lagSquare) * share
    }

    /// The charts of the residual's mean.
    @inline(__always)
    private mutating func chart(
        _ z: Double, timeMs: Double, freedom: Double, learning: Double, worst: inout Double,
        way: inout Finding.Direction
    ) {
        fastMean += ChannelState.fastWeight * (z - fastMean)
        slowMean += ChannelState.slowWeight * (z - slowMean)
        dispersion += ChannelState.dispersionWeight * (z * z - dispersion)
        if rising == 0 { risingSinceMs = timeMs }
        if falling == 0 { fallingSinceMs = timeMs }
        rising = min(max(0, rising + z - ChannelState.allowance), 100)
        falling = min(max(0, falling - z - ChannelState.allowance), 100)
        // The variance of an exponential mean is w / (2 - w); what residuals have in common over longer times adds to it.
        let common = max(slowSquare, 1).squareRoot()
        let fast = fastMean * 3
        let slow = slowMean * 6.244997998 / common
        // The stationary tail of a CUSUM falls as exp(-2 k S).
        let drift = (2 * max(rising, falling)).squareRoot() / common
        if learning > 0 {
            slowSquare +=
                (39 * slowMean * slowMean - slowSquare) * learning
                / (min(learned, ChannelState.memory) + ChannelState.slowTrust)
        }
        var distance = abs(fast)
        var isUp = fast > 0
        if abs(slow) > distance {
            distance = abs(slow)
            isUp = slow > 0
        }
        if drift > distance {
            distance = drift
            isUp = rising > falling
        }
        guard distance > worst else { return }
        distance = Tails.normal(t: distance, freedom: freedom)
        guard distance > worst else { return }
        worst = distance
        way = isUp ? .up : .down
    }

    /// The residual's mean square against what it usually is: its logarithm is nearly normal.
    @inline(__always)
    private mutating func chartDispersion(learning: Double, worst: inout Double, way: inout Finding.Direction) {
        let size = Tails.ln(dispersion + 1e-6)
        let distance = usualDispersion.distance(size, floor: 0.02)
        if abs(distance) > worst {
            worst = abs(distance)
            way = distance > 0 ? .spread : .frozen
        }
        if learning > 0 { usualDispersion.learn(size, memory: ChannelState.memory, weight: learning) }
    }

    /// The smoothed reading against where it has been while nothing was wrong.
    @inline(__always)
    private mutating func chartLevel(
        _ reading: Double, floor: Double, learning: Double, _ moment: Moment, _ usual: inout Usual,
        worst: inout Double, way: inout Finding.Direction
    ) {
        level += ChannelState.levelWeight * (reading - level)
        let distance = usual.distance(level, floor: floor * 0.3, mostFreedom: moment.mostFreedom)
        if abs(distance) > worst {
            worst = abs(distance)
            way = distance > 0 ? .up : .down
        }
        // A regime that is hardly known yet is learned, whatever goes on.
        let isNovice = usual.count < ChannelState.novice
        let weight = isNovice ? 1 : moment.isRevisited ? moment.learning : learning
        if weight > 0 { usual.learn(level, memory: ChannelState.levelMemory, weight: weight) }
    }
}
