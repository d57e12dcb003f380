import Model

/// Shapes that relations of every kind share.
extension Relation {
    /// Two instruments that look at the same thing: what they differ by.
    static func twins(_ name: String, _ title: String, unit: String, _ one: String, _ other: String) -> Relation {
        Relation(name, title, unit: unit, signals: [one, other], signs: [1, -1]) { $0[0] - $0[1] }
    }

    /// Two instruments whose readings are proportional: by how many per cent of `usual` their ratio is off. Not judged
    /// below `least` of either.
    static func proportion(
        _ name: String, _ title: String, _ one: String, to other: String, usual: Double = 1, least: Double
    ) -> Relation {
        Relation(name, title, unit: "%", signals: [one, other], signs: [1, -1]) {
            Relation.percent($0[0], of: usual * $0[1], least: least)
        }
    }

    /// By how many per cent `value` differs from `expected`; not judged while either is below `least`.
    static func percent(_ value: Double, of expected: Double, least: Double) -> Double {
        value > least && expected > least ? 100 * (value / expected - 1) : .nan
    }
}
