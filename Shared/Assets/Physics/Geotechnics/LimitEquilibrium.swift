/// Moment equilibrium of a sliding mass cut into vertical slices, in the general form of Fredlund & Krahn (Can. Geotech.
/// J. 14 (1977) 429), which holds for circles and for circles that ride along a firm floor:
///
///     F = sum (c' l + N' tan f') R / (sum W x - sum N f)
///
/// l = b / cos a is the length of a base, N' = N - u l the normal force on its grains, R, x and f the arms of shear, weight
/// and normal force about the centre. Any consistent units.
public enum LimitEquilibrium {
    public enum Method: Sendable, CaseIterable {
        /// Ordinary (Fellenius): forces between slices left out, N' = W cos a - u l.
        case ordinary
        /// Bishop's simplified method (Géotechnique 5 (1955) 7): forces between slices horizontal,
        /// N' = (W - u b - c' l sin a / F) / (cos a + sin a tan f' / F).
        case bishop
    }

    /// One slice, per unit of length along the dam.
    public struct Slice: Sendable, Equatable {
        public var weight: Double
        public var width: Double
        /// Of the base; the sine is positive where the slice drives.
        public var sine: Double
        public var cosine: Double
        public var cohesion: Double
        /// tan f'.
        public var tangent: Double
        public var porePressure: Double
        /// Arms about the centre: of the weight (horizontal, positive where it drives), of the shear along the base, and
        /// of the normal force (zero on a circle).
        public var weightArm: Double
        public var shearArm: Double
        public var normalArm: Double

        public init(
            weight: Double, width: Double, sine: Double, cosine: Double, cohesion: Double, tangent: Double,
            porePressure: Double = 0, weightArm: Double, shearArm: Double, normalArm: Double = 0
        ) {
            self.weight = weight
            self.width = width
            self.sine = sine
            self.cosine = cosine
            self.cohesion = cohesion
            self.tangent = tangent
            self.porePressure = porePressure
            self.weightArm = weightArm
            self.shearArm = shearArm
            self.normalArm = normalArm
        }

        /// A slice of a circle whose base dips at `baseDeg`, positive where it drives; arms in radii.
        public init(
            weight: Double, width: Double, baseDeg: Double, strength: Strength, porePressure: Double = 0
        ) {
            let both = Maths.sincos(baseDeg * .pi / 180)
            self.init(
                weight: weight, width: width, sine: both.sin, cosine: both.cos, cohesion: strength.cohesion,
                tangent: strength.tangent, porePressure: porePressure, weightArm: both.sin, shearArm: 1)
        }
    }

    /// Resisting over driving moment. Grains bear no tension: N' is zero where water carries everything. Infinite when
    /// nothing drives; NaN when a slice is.
    public static func factorOfSafety(_ method: Method, _ slices: [Slice]) -> Double {
        switch method {
        case .ordinary:
            var (resisting, driving) = (0.0, 0.0)
            for slice in slices {
                let length = slice.width / max(slice.cosine, 1e-9)
                let normal = slice.weight * slice.cosine
                let felt = max(normal - slice.porePressure * length, 0)
                resisting += (slice.cohesion * length + felt * slice.tangent) * slice.shearArm
                driving += slice.weight * slice.weightArm - normal * slice.normalArm
            }
            return driving > 0 ? resisting / driving : driving.isNaN ? .nan : .infinity
        case .bishop: return bishop(slices)
        }
    }

    /// Solves F = g(F) by secants: g is nearly straight.
    private static func bishop(_ slices: [Slice]) -> Double {
        var before = factorOfSafety(.ordinary, slices)
        guard before.isFinite else { return before }
        before = max(before, 0.01)
        var next = bishop(slices, at: before)
        guard next.isFinite else { return next }
        var excess = next - before
        for _ in 0..<60 {
            let factor = max(next, 0.01)
            let excessHere = bishop(slices, at: factor) - factor
            guard excessHere.isFinite else { return excessHere }
            if abs(excessHere) < 1e-13 * factor { return factor + excessHere }
            let slope = (excessHere - excess) / (factor - before)
            // g may not fall steeper than the line that divides: else plain repetition.
            let step = slope < -0.05 ? -excessHere / slope : excessHere
            (before, excess) = (factor, excessHere)
            next = factor + step
            if next == before { return next }
        }
        return next
    }

    /// g(F): the factor of safety with the forces on the bases taken at `factor`.
    private static func bishop(_ slices: [Slice], at factor: Double) -> Double {
        let inverse = 1 / factor
        var (resisting, driving) = (0.0, 0.0)
        for slice in slices {
            // Near -90 degrees the share would pass zero (Whitman & Bailey 1967): kept off it.
            let share = max(slice.cosine + slice.sine * slice.tangent * inverse, 0.05)
            let effective = max(slice.weight - slice.porePressure * slice.width, 0)
            let shear = (slice.cohesion * slice.width + effective * slice.tangent) / share
            resisting += shear * slice.shearArm
            driving += slice.weight * slice.weightArm
            if slice.normalArm != 0 {
                // N cos a + S sin a / F = W.
                let normal = (slice.weight - shear * slice.sine * inverse) / max(slice.cosine, 1e-9)
                driving -= normal * slice.normalArm
            }
        }
        return driving > 0 ? resisting / driving : driving.isNaN ? .nan : .infinity
    }
}
