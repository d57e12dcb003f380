/// Liquidus and solidus of a steel from its composition. The formulae differ by up to 3 K for carbon steels and more
/// for stainless ones: whoever states a superheat has to name the formula.
public enum LiquidusFormula: String, Sendable, CaseIterable {
    /// The form most used in plants: 1537 - 88 C - 8 Si - 5 Mn - 30 P - 25 S - 5 Cu - 4 Ni - 2 Mo - 2 V - 1.5 Cr.
    case plant
    /// Wolf: 1536 - 78 C - 7.6 Si - 4.9 Mn - 34.4 P - 38 S - 4.7 Cu - 3.1 Ni - 1.3 Cr - 3.6 Al.
    case wolf
    /// Hirai: 1538 - (55 C + 80 C^2 + 13 Si + 4.8 Mn + 1.5 Cr + 4.3 Ni + 30 P + 30 S).
    case hirai

    /// In Cel.
    public func liquidusC(_ steel: SteelComposition) -> Double {
        switch self {
        case .plant:
            let main = 88 * steel.carbon + 8 * steel.silicon + 5 * steel.manganese + 30 * steel.phosphorus
            let rest = 5 * steel.copper + 4 * steel.nickel + 2 * steel.molybdenum + 2 * steel.vanadium
            return 1537 - main - 25 * steel.sulfur - rest - 1.5 * steel.chromium
        case .wolf:
            let main = 78 * steel.carbon + 7.6 * steel.silicon + 4.9 * steel.manganese + 34.4 * steel.phosphorus
            let rest = 4.7 * steel.copper + 3.1 * steel.nickel + 1.3 * steel.chromium + 3.6 * steel.aluminum
            return 1536 - main - 38 * steel.sulfur - rest
        case .hirai:
            let carbon = 55 * steel.carbon + 80 * steel.carbon * steel.carbon
            let main = 13 * steel.silicon + 4.8 * steel.manganese + 30 * steel.phosphorus + 30 * steel.sulfur
            return 1538 - (carbon + main + 1.5 * steel.chromium + 4.3 * steel.nickel)
        }
    }
}

extension SteelComposition {
    /// Solidus in Cel: three branches in carbon, around the peritectic (Kagawa & Okamoto form).
    public var solidusC: Double {
        let alloys = 20.5 * silicon + 6.5 * manganese + 500 * phosphorus + 700 * sulfur
        let rest = 2 * chromium + 11.5 * nickel + 5.5 * aluminum
        let iron =
            switch carbon {
            case ...0.09: 1538 - 478 * carbon
            case ...0.17: 1495.0
            default: 1527 - 187.5 * carbon
            }
        return iron - alloys - rest
    }

    /// Carbon .09 to .17 %: the shell grows unevenly and tends to crack lengthwise.
    public var isPeritectic: Bool { carbon >= 0.09 && carbon <= 0.17 }
}
