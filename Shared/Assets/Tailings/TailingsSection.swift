import Model

/// The instrumented section of the embankment: where the piezometers sit, and how the factor of safety follows from
/// what they show. Crest at x = 150 to 160 m from the pond's edge, 30 m high, downstream slope 3 : 1.
enum TailingsSection {
    struct Tip: Sendable {
        let xM: Double
        let elevationM: Double
    }

    /// From the beach to the toe.
    static let tips: [Tip] = [
        Tip(xM: 20, elevationM: 8), Tip(xM: 70, elevationM: 6), Tip(xM: 120, elevationM: 5),
        Tip(xM: 160, elevationM: 4), Tip(xM: 190, elevationM: 3), Tip(xM: 220, elevationM: 1),
    ]
    /// The piezometer under the crest.
    static let crestTip = 3

    static let strength = Strength(cohesion: 7, frictionDeg: 31.5, unitWeight: 19.5)
    /// The most critical of the circles through crest and toe, found by a search over centres and radii.
    static let circle = SlipCircle(
        centerX: 235, centerY: 90, radius: 95, surface: [(160, 30), (250, 0)], count: 24)

    /// Heads at the piezometers, joined by straight lines to the pond and to the toe drain, give the water table;
    /// Bishop's simplified method gives the factor of safety. A pure function of published readings.
    static func factorOfSafety(pondM: Double, porePressuresKPa: (Int) -> Double) -> Double {
        var heads: [8 of Double] = .init(repeating: pondM)
        for (index, tip) in tips.enumerated() {
            heads[index + 1] = PorePressure.headM(kPa: porePressuresKPa(index), tipM: tip.elevationM)
        }
        heads[7] = TailingsWater.drainM
        return circle.factorOfSafety(.bishop, strength: strength) { slice in
            PorePressure.kPa(headM: head(at: slice.middle, heads), tipM: slice.base)
        }
    }

    private static func head(at x: Double, _ heads: [8 of Double]) -> Double {
        var left = 0.0
        for index in 0..<7 {
            let right = index < tips.count ? tips[index].xM : TailingsWater.pathM
            if x <= right { return heads[index] + (heads[index + 1] - heads[index]) * (x - left) / (right - left) }
            left = right
        }
        return heads[7]
    }
}
