/// The inhour equation: which reactivity goes with which rate of growth w of a reactor left to itself,
/// r = L w + sum beta_i w / (w + l_i) (Keepin 1965, eq. 7-12).
public struct InhourEquation: Sendable, Equatable {
    public let parameters: KineticsParameters

    public init(_ parameters: KineticsParameters) { self.parameters = parameters }

    /// The reactivity at which power grows like e^(w t); not finite at a pole, w = -l_i.
    public func reactivity(atRatePerS rate: Double) -> Double {
        parameters.groups.reduce(parameters.generationTimeS * rate) {
            $0 + $1.fraction * rate / (rate + $1.decayPerS)
        }
    }

    /// The rate of the stable mode in 1/s: the largest root; positive above critical, and above -l_1 always.
    public func stableRatePerS(reactivity: Double) -> Double {
        guard reactivity != 0, let slowest = parameters.groups.map(\.decayPerS).min() else {
            return reactivity / parameters.generationTimeS
        }
        var low: Double
        var high: Double
        if reactivity > 0 {
            // L w <= r, and w / (w + l) <= 1, bracket the root.
            low = 0
            high = reactivity / parameters.generationTimeS
        } else {
            low = -slowest
            high = 0
        }
        return root(reactivity, &low, &high)
    }

    /// The stable period in seconds: positive when power grows, negative when it falls, infinite at critical.
    public func stablePeriodS(reactivity: Double) -> Double { 1 / stableRatePerS(reactivity: reactivity) }

    /// All rates, the largest first: one more than there are groups. Between two neighbouring poles lies one root.
    public func ratesPerS(reactivity: Double) -> [Double] {
        let poles = parameters.groups.map { -$0.decayPerS }.sorted(by: >)
        guard let last = poles.last else { return [reactivity / parameters.generationTimeS] }
        var rates = [stableRatePerS(reactivity: reactivity)]
        for (upper, lower) in zip(poles, poles.dropFirst()) {
            guard upper > lower else { continue }
            var (low, high) = (lower, upper)
            rates.append(root(reactivity, &low, &high))
        }
        // Below the last pole: L w > r - beta - ... bounds the prompt mode.
        var high = last
        var low = 2 * ((reactivity - parameters.beta) / parameters.generationTimeS + last) - 1
        low = min(low, 2 * last)
        rates.append(root(reactivity, &low, &high))
        return rates
    }

    /// Halves the bracket until it is as narrow as numbers go: reactivity rises with w between poles.
    private func root(_ reactivity: Double, _ low: inout Double, _ high: inout Double) -> Double {
        for _ in 0..<2000 {
            let middle = low + (high - low) / 2
            guard middle > low, middle < high else { break }
            if self.reactivity(atRatePerS: middle) < reactivity { low = middle } else { high = middle }
        }
        return low + (high - low) / 2
    }
}
