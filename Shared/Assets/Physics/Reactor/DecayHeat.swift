import Model

/// Decay heat of fission products as a sum of exponentials, in the form of ANS-5.1: every group is fed by fissions
/// and decays on its own, h_i' = a_i f - l_i h_i, so that any power history is followed exactly.
public struct DecayHeat: Sendable, Equatable {
    /// One term: MeV per fission and second, and 1/s.
    public struct Term: Sendable, Equatable {
        public var mevPerFissionS: Double
        public var decayPerS: Double

        public init(mevPerFissionS: Double, decayPerS: Double) {
            self.mevPerFissionS = mevPerFissionS
            self.decayPerS = decayPerS
        }
    }

    /// Thermal fission of U-235: the 23 terms of ANSI/ANS-5.1.
    public static let uranium235: [Term] = [
        (6.5057e-1, 22.138), (5.1264e-1, 0.51587), (2.4384e-1, 0.19594), (1.3850e-1, 0.10314),
        (5.5440e-2, 0.033656), (2.2225e-2, 0.011681), (3.3088e-3, 3.5870e-3), (9.3015e-4, 1.3930e-3),
        (8.0943e-4, 6.2630e-4), (1.9567e-4, 1.8906e-4), (3.2535e-5, 5.4988e-5), (7.5595e-6, 2.0958e-5),
        (2.5232e-6, 1.0010e-5), (4.9948e-7, 2.5438e-6), (1.8531e-7, 6.6361e-7), (2.6608e-8, 1.2290e-7),
        (2.2398e-9, 2.7213e-8), (8.1641e-12, 4.3714e-9), (8.7797e-11, 7.5780e-10), (2.5131e-14, 2.4786e-10),
        (3.2176e-16, 2.2384e-13), (4.5038e-17, 2.4600e-14), (7.4791e-17, 1.5699e-14),
    ].map { Term(mevPerFissionS: $0.0, decayPerS: $0.1) }

    /// MeV per fission `after` seconds, once a steady fission rate has lasted `operation` seconds (infinite allowed).
    public static func mevPerFission(after: Double, operation: Double, terms: [Term] = uranium235) -> Double {
        terms.reduce(0) { sum, term in
            let built = operation.isInfinite ? 1 : -Maths.expm1(-term.decayPerS * operation)
            return sum + term.mevPerFissionS / term.decayPerS * Maths.exp(-term.decayPerS * after) * built
        }
    }

    /// Share of the former power that is left, with `mevPerFission` released in all.
    public static func fraction(
        after: Double, operation: Double, mevPerFission total: Double = 200, terms: [Term] = uranium235
    ) -> Double {
        mevPerFission(after: after, operation: operation, terms: terms) / total
    }

    public let terms: [Term]
    /// MeV released per fission, all told.
    public let mevPerFission: Double
    /// The heat of each term, in the unit in which power is given to `advance`.
    public private(set) var heats: [Double]
    private var table: [(keep: Double, feed: Double)] = []
    private var tableStepS = 0.0

    /// The decay heat left by `operation` seconds at `power`.
    public init(
        power: Double, operation: Double, mevPerFission: Double = 200, terms: [Term] = DecayHeat.uranium235
    ) {
        self.terms = terms
        self.mevPerFission = mevPerFission
        heats = terms.map { term in
            let built = operation.isInfinite ? 1 : -Maths.expm1(-term.decayPerS * operation)
            return term.mevPerFissionS / term.decayPerS / mevPerFission * built * power
        }
    }

    /// Sum of the terms, in the unit of power.
    public var heat: Double { heats.reduce(0, +) }

    /// Advances by `seconds` of steady fission at `power`. Exact; the weights are kept for the next equal step. Nothing
    /// happens unless `seconds` is positive and finite.
    public mutating func advance(seconds: Double, power: Double) {
        guard seconds > 0, seconds.isFinite else { return }
        if seconds != tableStepS {
            tableStepS = seconds
            table = terms.map { term in
                let lost = -Maths.expm1(-term.decayPerS * seconds)
                return (1 - lost, term.mevPerFissionS / term.decayPerS / mevPerFission * lost)
            }
        }
        for index in heats.indices { heats[index] = heats[index] * table[index].keep + table[index].feed * power }
    }

    public static func == (left: DecayHeat, right: DecayHeat) -> Bool {
        left.terms == right.terms && left.mevPerFission == right.mevPerFission && left.heats == right.heats
    }

    mutating func visitState(_ archive: inout StateArchive) { archive.visit(&heats) }
}
