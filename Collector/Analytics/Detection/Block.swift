/// How up to `most` signals of one group hang together, and whether they still do.
///
/// Two charts over the readings in standard deviations: Hotelling's T2 of their exponential mean (MEWMA: many small
/// shifts at once), and the squared prediction error (SPE: what the usual directions of common movement, found by
/// orthogonal iteration, do not explain). Both are judged by where they have been while nothing was wrong, on readings
/// that the model had not yet learned from.
struct Block: Sendable {
    static let most = 64
    static let memory = 4_000.0
    static let smoothing = 0.1
    /// What every signal is taken to have of its own, as a share of its variance: near-copies must not divide by zero.
    static let ridge = 0.05
    /// No reading counts more than so many standard deviations: one broken signal is not a broken plant.
    static let clip = 6.0
    static let refreshFrames = 64.0
    static let lateRefreshFrames = 512.0

    /// All Doubles; arrays below have a size that only depends on the plan.
    struct Figures: Sendable {
        var frames = 0.0
        var learned = 0.0
        var untilRefresh = Block.refreshFrames
        var isReady = 0.0
        var smoothError = 0.0
        var surprise = 0.0
        var novelty = 0.0
        var quietMs = 0.0
    }

    /// What is usual in one regime.
    struct RegimeFigures: Sendable {
        var shift = Usual()
        var error = Usual()
        var calibration = Calibration()
    }

    let members: [Int]
    let directions: Int
    var figures = Figures()
    var regimes: [RegimeFigures]
    var mean: [Double]
    /// The covariance, row by row; only the lower triangle is kept up.
    var covariance: [Double]
    /// One over each signal's standard deviation, 0 for what does not move.
    var perDeviation: [Double]
    /// The lower factor of the correlations plus the ridge, its diagonal inverted.
    var factor: [Double]
    /// The usual directions, one after the other, orthonormal.
    var basis: [Double]
    /// The exponential mean of the readings in standard deviations.
    var shift: [Double]
    /// Room: readings in standard deviations, and what is solved for.
    private var scores: [Double]
    private var solved: [Double]

    init(members: [Int], regimes: Int) {
        self.regimes = Array(repeating: RegimeFigures(), count: max(regimes, 1))
        let count = members.count
        self.members = members
        directions = max(1, min(12, count / 4))
        mean = Array(repeating: 0, count: count)
        covariance = Array(repeating: 0, count: count * count)
        perDeviation = Array(repeating: 0, count: count)
        factor = Array(repeating: 0, count: count * count)
        basis = Array(repeating: 0, count: directions * count)
        shift = Array(repeating: 0, count: count)
        scores = Array(repeating: 0, count: count)
        solved = Array(repeating: 0, count: count)
        for row in 0..<directions { basis[row * count + row * count / directions] = 1 }
    }

    /// Takes the newest readings of its members. The model is that of the first regime; what its two figures usually
    /// are is known for each.
    mutating func take(_ newest: UnsafeBufferPointer<Double>, regime: Int, _ moment: Moment) {
        figures.frames += 1
        var learning = figures.learned < ChannelState.novice ? 1 : moment.learning
        if moment.isTurning && figures.learned >= ChannelState.novice { learning = 0 }
        if figures.surprise > ChannelState.doubt && figures.learned >= ChannelState.novice { learning *= 0.1 }
        if figures.isReady > 0 {
            var usual = regimes[regime]
            judge(newest, &usual, moment, learning: learning)
            regimes[regime] = usual
        }
        guard learning > 0, regime == 0 || figures.learned < ChannelState.novice else { return }
        learn(newest, weight: learning)
        figures.untilRefresh -= 1
        if figures.untilRefresh <= 0 { refresh() }
    }

    private mutating func judge(
        _ newest: UnsafeBufferPointer<Double>, _ usual: inout RegimeFigures, _ moment: Moment, learning: Double
    ) {
        for index in 0..<members.count {
            let off = (newest[members[index]] - mean[index]) * perDeviation[index]
            scores[index] = off.isNaN ? 0 : min(max(off, -Block.clip), Block.clip)
        }
        let shiftSize = Tails.cubeRoot(shiftSquare())
        figures.smoothError += Block.smoothing * (Tails.cubeRoot(predictionError()) - figures.smoothError)
        let one = usual.shift.distance(shiftSize, floor: 1e-3, mostFreedom: moment.mostFreedom)
        let two = usual.error.distance(figures.smoothError, floor: 1e-3, mostFreedom: moment.mostFreedom)
        let worst = max(one, two, 0)
        if moment.hasTurned { usual.calibration.enter(memory: ChannelState.levelMemory, isRoutine: moment.isRoutine) }
        let raw = worst > 1 ? max(0, Tails.surprise(worst) - 0.3) : 0
        figures.surprise = usual.calibration.corrected(raw)
        figures.novelty = max(0, figures.surprise - usual.calibration.accustomed)
        if figures.surprise < 1 { figures.quietMs = moment.timeMs }
        // The first frames after the model has been found are still settling.
        guard figures.frames > Block.refreshFrames + 30 else { return }
        usual.calibration.learn(raw, memory: ChannelState.levelMemory, isRoutine: moment.isRoutine)
        let isNovice = usual.shift.count < ChannelState.novice
        let learning = isNovice ? 1 : moment.isRevisited ? moment.learning : learning
        guard learning > 0 else { return }
        usual.shift.learn(shiftSize, memory: Block.memory, weight: learning)
        usual.error.learn(figures.smoothError, memory: Block.memory, weight: learning)
    }

    /// T2 of the exponential mean, by solving with the factor.
    private mutating func shiftSquare() -> Double {
        let count = members.count
        return shift.withUnsafeMutableBufferPointer { shift in
            factor.withUnsafeBufferPointer { factor in
                scores.withUnsafeBufferPointer { scores in
                    solved.withUnsafeMutableBufferPointer { solved in
                        var square = 0.0
                        for row in 0..<count {
                            shift[row] += Block.smoothing * (scores[row] - shift[row])
                            let line = row * count
                            var rest = shift[row]
                            for column in 0..<row { rest -= factor[line + column] * solved[column] }
                            let value = rest * factor[line + row]
                            solved[row] = value
                            square += value * value
                        }
                        return square
                    }
                }
            }
        }
    }

    /// The square of what the usual directions leave unexplained.
    private mutating func predictionError() -> Double {
        let count = members.count
        return basis.withUnsafeBufferPointer { basis in
            scores.withUnsafeBufferPointer { scores in
                var total = 0.0
                for index in 0..<count { total += scores[index] * scores[index] }
                for direction in 0..<directions {
                    let line = direction * count
                    var along = 0.0
                    for index in 0..<count { along += basis[line + index] * scores[index] }
                    total -= along * along
                }
                return max(total, 0)
            }
        }
    }

    private mutating func learn(_ newest: UnsafeBufferPointer<Double>, weight: Double) {
        let count = members.count
        figures.learned += weight
        let share = weight / min(max(figures.learned, 1), Block.memory)
        let isReady = figures.isReady > 0
        scores.withUnsafeMutableBufferPointer { offs in
            mean.withUnsafeMutableBufferPointer { mean in
                for index in 0..<count {
                    let value = newest[members[index]]
                    guard value == value else {
                        offs[index] = 0
                        continue
                    }
                    if figures.learned <= 1 { mean[index] = value }
                    var off = value - mean[index]
                    if isReady, perDeviation[index] > 0 {
                        let most = Block.clip / perDeviation[index]
                        off = min(max(off, -most), most)
                    }
                    mean[index] += off * share
                    offs[index] = off
                }
            }
        }
        covariance.withUnsafeMutableBufferPointer { covariance in
            scores.withUnsafeBufferPointer { offs in
                for row in 0..<count {
                    let line = row * count
                    let off = offs[row] * share
                    for column in 0...row {
                        covariance[line + column] += off * offs[column] - share * covariance[line + column]
                    }
                }
            }
        }
    }
}
