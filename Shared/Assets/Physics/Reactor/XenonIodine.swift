/// Iodine-135 and xenon-135 (Duderstadt & Hamilton, Nuclear Reactor Analysis, ch. 15):
///
///     I' = gI F - lI I
///     X' = gX F + lI I - (lX + sX phi) X
///
/// with the fission rate F and flux phi constant within a step; solved exactly.
public struct XenonIodine: Sendable, Equatable {
    public struct Parameters: Sendable, Equatable {
        public var iodineYield = 0.0639
        public var xenonYield = 0.00237
        public var iodineDecayPerS = Maths.ln2 / (6.57 * 3600)
        public var xenonDecayPerS = Maths.ln2 / (9.14 * 3600)
        /// Absorption cross-section of xenon in cm2.
        public var xenonSectionCm2 = 2.65e-18

        public init() {}
    }

    public let parameters: Parameters
    public var iodine: Double
    public var xenon: Double

    public init(_ parameters: Parameters = Parameters(), iodine: Double = 0, xenon: Double = 0) {
        self.parameters = parameters
        self.iodine = iodine
        self.xenon = xenon
    }

    /// In equilibrium at the fission rate (per second, in any volume) and flux (per cm2 and second).
    public init(equilibriumAt fissionRate: Double, fluxPerCm2S: Double, _ parameters: Parameters = Parameters()) {
        self.init(
            parameters, iodine: parameters.iodineYield * fissionRate / parameters.iodineDecayPerS,
            xenon: (parameters.iodineYield + parameters.xenonYield) * fissionRate
                / (parameters.xenonDecayPerS + parameters.xenonSectionCm2 * fluxPerCm2S))
    }

    /// Advances by `seconds` of a steady fission rate and flux; nothing happens unless they are positive and finite.
    public mutating func advance(seconds: Double, fissionRate: Double, fluxPerCm2S: Double) {
        guard seconds > 0, seconds.isFinite else { return }
        let lI = parameters.iodineDecayPerS
        let loss = parameters.xenonDecayPerS + parameters.xenonSectionCm2 * fluxPerCm2S
        let settled = parameters.iodineYield * fissionRate / lI
        let xenonSettled = (parameters.iodineYield + parameters.xenonYield) * fissionRate / loss
        let excess = iodine - settled
        let keptI = Maths.exp(-lI * seconds)
        let keptX = Maths.exp(-loss * seconds)
        // integral of e^(-loss (t - s)) e^(-lI s) ds, which has a limit where both rates meet.
        let difference = loss - lI
        let fed: Double
        if abs(difference * seconds) < 1e-6 {
            fed = seconds * keptI * (1 - difference * seconds / 2)
        } else {
            fed = (keptI - keptX) / difference
        }
        xenon = xenonSettled + (xenon - xenonSettled) * keptX + lI * excess * fed
        iodine = settled + excess * keptI
    }

    /// The xenon `seconds` after the flux has gone: X0 e^-lX t + lI I0 / (lX - lI) (e^-lI t - e^-lX t).
    public func xenonAfterShutdown(seconds: Double) -> Double {
        var copy = self
        copy.advance(seconds: seconds, fissionRate: 0, fluxPerCm2S: 0)
        return copy.xenon
    }

    /// When the xenon peaks after a shutdown, in seconds: where lI I = lX X. Zero if it only falls.
    public var peakAfterShutdownS: Double {
        let (lI, lX) = (parameters.iodineDecayPerS, parameters.xenonDecayPerS)
        guard lX != lI else { return iodine > 0 ? max(0, 1 / lI - xenon / (lI * iodine)) : 0 }
        let a = lI * iodine / (lX - lI)
        // d/dt = -lX (X0 - a) e^-lX t - lI a e^-lI t = 0
        let ratio = -lX * (xenon - a) / (lI * a)
        guard ratio > 0 else { return 0 }
        return max(0, Maths.log(ratio) / (lX - lI))
    }

    /// When after a shutdown the xenon has risen to `share` times what there is now; nil if it never does. It then holds the
    /// reactor down, if that share is worth all the reactivity there is to spare.
    public func riseAfterShutdownS(to share: Double) -> Double? {
        let peak = peakAfterShutdownS
        guard share > 1, xenonAfterShutdown(seconds: peak) > share * xenon else { return share <= 1 ? 0 : nil }
        return crossing(share * xenon, from: 0, to: peak)
    }

    /// When after a shutdown the xenon, past its peak, has fallen to `share` times what there is now; nil if it never is
    /// that much.
    public func returnAfterShutdownS(to share: Double = 1) -> Double? {
        let peak = peakAfterShutdownS
        guard share > 0, xenon > 0, xenonAfterShutdown(seconds: peak) >= share * xenon else { return nil }
        var late = max(peak, 1)
        while xenonAfterShutdown(seconds: late) > share * xenon, late < 1e12 { late *= 2 }
        return crossing(share * xenon, from: peak, to: late)
    }

    /// Halves the bracket, on whose ends the xenon lies to either side of `level`.
    private func crossing(_ level: Double, from start: Double, to end: Double) -> Double {
        let rises = xenonAfterShutdown(seconds: start) < level
        var (low, high) = (start, end)
        for _ in 0..<200 {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { break }
            if (xenonAfterShutdown(seconds: middle) < level) == rises { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
