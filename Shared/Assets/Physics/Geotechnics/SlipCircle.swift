/// A circular slip surface under any slope, cut into vertical slices; where it would pass below a firm floor it rides
/// along it. The slope may fall to either side.
public struct SlipCircle: Sendable, Equatable {
    public typealias Method = LimitEquilibrium.Method

    public struct Slice: Sendable, Equatable {
        public var middle: Double
        public var width: Double
        /// Base below the surface, and its elevation.
        public var height: Double
        public var base: Double
        /// Of the base; positive where the slice drives.
        public var sine: Double
        public var cosine: Double
        /// Arms about the centre, as in `LimitEquilibrium.Slice`.
        public var weightArm: Double
        public var shearArm: Double
        public var normalArm: Double
    }

    /// Most slices that are made.
    public static let maxSlices = 100_000

    /// None when the circle does not cut the ground.
    public let slices: [Slice]

    /// `surface`: corners (x, y) of the ground from left to right; level beyond both ends. `floor`: elevation below which
    /// nothing slides. `count` is clamped to 1 ... `maxSlices`.
    public init(
        centerX: Double, centerY: Double, radius: Double, surface: [(x: Double, y: Double)], floor: Double? = nil,
        count: Int
    ) {
        let section = Section(centerX: centerX, centerY: centerY, radius: radius, surface: surface, floor: floor)
        slices = section.isSound ? section.slices(min(max(count, 1), SlipCircle.maxSlices)) : []
    }

    /// Resisting over driving moment in soil of one strength; infinite when nothing slides. `porePressure` is asked for at
    /// the middle of each base; suction is left out.
    public func factorOfSafety(
        _ method: Method, strength: Strength, porePressure: (Slice) -> Double = { _ in 0 }
    ) -> Double {
        factorOfSafety(
            method, porePressure: porePressure, strengthAtBase: { _ in strength },
            weight: { strength.unitWeight * $0.height * $0.width })
    }

    /// The same in layered soil: the strength at the middle of each base, and the weight of each slice.
    public func factorOfSafety(
        _ method: Method, porePressure: (Slice) -> Double = { _ in 0 }, strengthAtBase: (Slice) -> Strength,
        weight: (Slice) -> Double
    ) -> Double {
        let forces = slices.map { slice in
            let strength = strengthAtBase(slice)
            return equilibrium(slice, strength, weight: weight(slice), porePressure: max(porePressure(slice), 0))
        }
        return LimitEquilibrium.factorOfSafety(method, forces)
    }

    /// The slices in soil of one strength without water, for who asks often: only `porePressure` is left to fill in.
    public func dry(_ strength: Strength) -> [LimitEquilibrium.Slice] {
        slices.map {
            equilibrium($0, strength, weight: strength.unitWeight * $0.height * $0.width, porePressure: 0)
        }
    }

    private func equilibrium(
        _ slice: Slice, _ strength: Strength, weight: Double, porePressure: Double
    ) -> LimitEquilibrium.Slice {
        LimitEquilibrium.Slice(
            weight: weight, width: slice.width, sine: slice.sine, cosine: slice.cosine, cohesion: strength.cohesion,
            tangent: strength.tangent, porePressure: porePressure, weightArm: slice.weightArm,
            shearArm: slice.shearArm, normalArm: slice.normalArm)
    }
}

/// The ground and the circle, from which the slices are cut.
private struct Section {
    let centerX: Double
    let centerY: Double
    let radius: Double
    let surface: [(x: Double, y: Double)]
    let floor: Double?

    var isSound: Bool {
        guard centerX.isFinite, centerY.isFinite, radius.isFinite, radius > 0, !surface.isEmpty else { return false }
        guard floor?.isFinite ?? true, surface.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return false }
        return zip(surface, surface.dropFirst()).allSatisfy { $0.x <= $1.x }
    }

    func ground(_ x: Double) -> Double {
        guard let first = surface.first, let last = surface.last else { return 0 }
        if x <= first.x { return first.y }
        for (left, right) in zip(surface, surface.dropFirst()) where x <= right.x {
            guard right.x > left.x else { return right.y }
            return left.y + (right.y - left.y) * (x - left.x) / (right.x - left.x)
        }
        return last.y
    }

    func depth(_ x: Double) -> Double {
        let reach = radius * radius - (x - centerX) * (x - centerX)
        guard reach > 0 else { return -1 }
        return ground(x) - max(centerY - reach.squareRoot(), floor ?? -.infinity)
    }

    /// An end of the sliding mass: walks in from one side, then halves.
    func end(from outside: Double, towards inside: Double) -> Double {
        var (out, into) = (outside, inside)
        let steps = 4096
        for step in 1...steps {
            let x = outside + (inside - outside) * Double(step) / Double(steps)
            if depth(x) > 0 {
                into = x
                out = outside + (inside - outside) * Double(step - 1) / Double(steps)
                break
            }
        }
        for _ in 0..<100 {
            let middle = (out + into) / 2
            if depth(middle) > 0 { into = middle } else { out = middle }
        }
        return (out + into) / 2
    }

    func slices(_ count: Int) -> [SlipCircle.Slice] {
        let left = end(from: centerX - radius, towards: centerX + radius)
        let right = end(from: centerX + radius, towards: centerX - radius)
        guard right > left else { return [] }
        let width = (right - left) / Double(count)
        // Positive when the mass wants to turn to the right.
        var moment = 0.0
        var slices = (0..<count).map { index in
            let slice = slice(middle: left + (Double(index) + 0.5) * width, width: width)
            moment += slice.height * (slice.weightArm - slice.normalArm * slice.cosine)
            return slice
        }
        guard moment < 0 else { return slices }
        for index in slices.indices {
            slices[index].sine.negate()
            slices[index].weightArm.negate()
            slices[index].normalArm.negate()
        }
        return slices
    }

    private func slice(middle: Double, width: Double) -> SlipCircle.Slice {
        let arm = centerX - middle
        var sine = arm / radius
        var cosine = max(1 - sine * sine, 0).squareRoot()
        var (shearArm, normalArm) = (radius, 0.0)
        let height = max(depth(middle), 0)
        let base = ground(middle) - height
        if let floor, centerY - radius * cosine < floor {
            (sine, cosine) = (0, 1)
            (shearArm, normalArm) = (centerY - floor, arm)
        }
        return SlipCircle.Slice(
            middle: middle, width: width, height: height, base: base, sine: sine, cosine: cosine, weightArm: arm,
            shearArm: shearArm, normalArm: normalArm)
    }
}
