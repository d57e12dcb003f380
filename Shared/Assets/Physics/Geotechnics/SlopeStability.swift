/// Strength of a soil in effective stress. Any consistent units, such as kPa and kN/m3.
public struct Strength: Sendable, Equatable {
    public var cohesion: Double
    public var frictionDeg: Double
    public var unitWeight: Double

    public init(cohesion: Double, frictionDeg: Double, unitWeight: Double) {
        self.cohesion = cohesion
        self.frictionDeg = frictionDeg
        self.unitWeight = unitWeight
    }

    /// tan f'.
    public var tangent: Double { Maths.tan(frictionDeg * .pi / 180) }
}

/// A slip surface parallel to a long slope (Skempton & DeLory 1957).
public struct InfiniteSlope: Sendable, Equatable {
    public var strength: Strength
    public var slopeDeg: Double
    public var depth: Double

    public init(strength: Strength, slopeDeg: Double, depth: Double) {
        self.strength = strength
        self.slopeDeg = slopeDeg
        self.depth = depth
    }

    /// F = c' / (g z sin b cos b) + (1 - r_u / cos^2 b) tan f' / tan b, with r_u = u / (g z); infinite on level ground.
    /// Friction is none where water carries everything, never negative.
    public func factorOfSafety(poreRatio: Double) -> Double {
        guard slopeDeg != 0 else { return .infinity }
        let both = Maths.sincos(slopeDeg * .pi / 180)
        let carried = max(1 - poreRatio / (both.cos * both.cos), 0)
        let frictional = carried * strength.tangent * both.cos / both.sin
        guard strength.cohesion > 0 else { return frictional }
        return strength.cohesion / (strength.unitWeight * depth * both.sin * both.cos) + frictional
    }
}
