/// What a soil consists of by the size of its grains (ASTM D2487's limits): clay below 0.002 mm, silt to 0.075 mm, sand
/// to 4.75 mm, gravel above. Kept in whole steps of the sieve analysis, so that the parts add up to 100 per cent exactly.
public struct GrainSizes: Sendable, Equatable {
    /// Steps to a per cent: 10 for a tenth of a per cent.
    public let stepsPerPercent: Int
    private let steps: [4 of Int]

    /// From amounts of clay, silt, sand and gravel in any unit; what rounding leaves over goes to the parts that lost
    /// most by it. Nil unless all are finite and not negative, their sum is positive, and the step is 1 ... 1e6.
    public init?(clay: Double, silt: Double, sand: Double, gravel: Double, stepsPerPercent: Int = 10) {
        let parts = [clay, silt, sand, gravel]
        let sum = parts.reduce(0, +)
        guard parts.allSatisfy({ $0 >= 0 && $0.isFinite }), sum > 0, sum.isFinite, (1...1_000_000) ~= stepsPerPercent
        else { return nil }
        let whole = 100 * stepsPerPercent
        let exact = parts.map { $0 / sum * Double(whole) }
        var steps: [4 of Int] = [0, 0, 0, 0]
        for index in 0..<4 { steps[index] = Int(exact[index]) }
        let left = whole - (0..<4).reduce(0) { $0 + steps[$1] }
        let neediest = (0..<4).sorted { exact[$0] - Double(steps[$0]) > exact[$1] - Double(steps[$1]) }
        for place in 0..<max(left, 0) { steps[neediest[place % 4]] += 1 }
        self.steps = steps
        self.stepsPerPercent = stepsPerPercent
    }

    public static func == (one: GrainSizes, other: GrainSizes) -> Bool {
        one.stepsPerPercent == other.stepsPerPercent && (0..<4).allSatisfy { one.steps[$0] == other.steps[$0] }
    }

    public var clayPercent: Double { percent(steps[0]) }
    public var siltPercent: Double { percent(steps[1]) }
    public var sandPercent: Double { percent(steps[2]) }
    public var gravelPercent: Double { percent(steps[3]) }
    /// Clay and silt together.
    public var finesPercent: Double { percent(steps[0] + steps[1]) }
    /// 100, always.
    public var sumPercent: Double { percent((0..<4).reduce(0) { $0 + steps[$1] }) }

    private func percent(_ steps: Int) -> Double { Double(steps) / Double(stepsPerPercent) }
}

/// A gradation curve: which share of a soil passes which sieve.
public struct GradationCurve: Sendable, Equatable {
    public let sizesMm: [Double]
    public let passingPercent: [Double]

    /// Sieves from fine to coarse. Nil unless there are two or more, sizes are positive and grow, and the passing shares
    /// lie within 0 ... 100 and never fall.
    public init?(sizesMm: [Double], passingPercent: [Double]) {
        let growing = zip(sizesMm, sizesMm.dropFirst()).allSatisfy { $0 < $1 }
        let rising = zip(passingPercent, passingPercent.dropFirst()).allSatisfy { $0 <= $1 }
        guard sizesMm.count == passingPercent.count, sizesMm.count >= 2, growing, rising,
            sizesMm.allSatisfy({ $0 > 0 && $0.isFinite }), passingPercent.allSatisfy({ (0...100) ~= $0 })
        else { return nil }
        self.sizesMm = sizesMm
        self.passingPercent = passingPercent
    }

    /// Share that passes a sieve of `sizeMm`, linear in the logarithm of the size.
    public func passingPercent(sizeMm: Double) -> Double {
        guard sizeMm > sizesMm[0] else { return passingPercent[0] }
        guard let end = sizesMm.firstIndex(where: { $0 >= sizeMm }) else { return passingPercent[sizesMm.count - 1] }
        let part = Maths.log(sizeMm / sizesMm[end - 1]) / Maths.log(sizesMm[end] / sizesMm[end - 1])
        return passingPercent[end - 1] + part * (passingPercent[end] - passingPercent[end - 1])
    }

    /// The size that `percent` of the soil passes: D10, D30, D60. Nil where the curve does not reach.
    public func sizeMm(passing percent: Double) -> Double? {
        guard let end = passingPercent.firstIndex(where: { $0 >= percent }), percent >= passingPercent[0] else {
            return nil
        }
        guard end > 0 else { return sizesMm[0] }
        let part = (percent - passingPercent[end - 1]) / (passingPercent[end] - passingPercent[end - 1])
        return sizesMm[end - 1] * Maths.exp(part * Maths.log(sizesMm[end] / sizesMm[end - 1]))
    }

    /// Cu = D60 / D10.
    public var uniformity: Double? {
        guard let d10 = sizeMm(passing: 10), let d60 = sizeMm(passing: 60) else { return nil }
        return d60 / d10
    }

    /// Cc = D30^2 / (D10 D60).
    public var curvature: Double? {
        guard let d10 = sizeMm(passing: 10), let d30 = sizeMm(passing: 30), let d60 = sizeMm(passing: 60) else {
            return nil
        }
        return d30 * d30 / (d10 * d60)
    }

    /// Clay, silt, sand and gravel read off the curve.
    public var grainSizes: GrainSizes? {
        let (clay, fines, all) = (
            passingPercent(sizeMm: 0.002), passingPercent(sizeMm: 0.075), passingPercent(sizeMm: 4.75)
        )
        return GrainSizes(clay: clay, silt: fines - clay, sand: all - fines, gravel: 100 - all)
    }
}
