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

    var tangent: Double { Maths.tan(frictionDeg * .pi / 180) }
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

    /// F = c' / (g z sin b cos b) + (1 - r_u / cos^2 b) tan f' / tan b, with r_u = u / (g z).
    public func factorOfSafety(poreRatio: Double) -> Double {
        let both = Maths.sincos(slopeDeg * .pi / 180)
        let frictional = (1 - poreRatio / (both.cos * both.cos)) * strength.tangent * both.cos / both.sin
        guard strength.cohesion > 0 else { return frictional }
        return strength.cohesion / (strength.unitWeight * depth * both.sin * both.cos) + frictional
    }
}

/// A circular slip surface under a slope that falls from left to right, cut into vertical slices.
public struct SlipCircle: Sendable, Equatable {
    public enum Method: Sendable, CaseIterable {
        /// Ordinary (Fellenius): forces between slices left out.
        case ordinary
        /// Bishop's simplified method (Géotechnique 5 (1955) 7).
        case bishop
    }

    public struct Slice: Sendable, Equatable {
        public var middle: Double
        public var width: Double
        /// Base below the surface, and its elevation.
        public var height: Double
        public var base: Double
        /// Of the base; positive where the slice drives.
        public var sine: Double
        public var cosine: Double
    }

    public let slices: [Slice]

    /// `surface`: corners (x, y) of the ground from left to right; level beyond both ends.
    public init(
        centerX: Double, centerY: Double, radius: Double, surface: [(x: Double, y: Double)], count: Int
    ) {
        func ground(_ x: Double) -> Double {
            guard let first = surface.first, let last = surface.last else { return 0 }
            if x <= first.x { return first.y }
            for (left, right) in zip(surface, surface.dropFirst()) where x <= right.x {
                return left.y + (right.y - left.y) * (x - left.x) / (right.x - left.x)
            }
            return last.y
        }
        func depth(_ x: Double) -> Double {
            let reach = radius * radius - (x - centerX) * (x - centerX)
            return reach > 0 ? ground(x) - (centerY - reach.squareRoot()) : -1
        }
        // The ends of the arc: walk in from both sides, then halve.
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
        let left = end(from: centerX - radius, towards: centerX + radius)
        let right = end(from: centerX + radius, towards: centerX - radius)
        guard right > left, count > 0 else {
            slices = []
            return
        }
        let width = (right - left) / Double(count)
        slices = (0..<count).map { index in
            let middle = left + (Double(index) + 0.5) * width
            let sine = (centerX - middle) / radius
            let height = max(depth(middle), 0)
            return Slice(
                middle: middle, width: width, height: height, base: ground(middle) - height, sine: sine,
                cosine: max(1 - sine * sine, 0).squareRoot())
        }
    }

    /// Resisting over driving moment. `porePressure` is asked for at the middle of each base.
    public func factorOfSafety(
        _ method: Method, strength: Strength, porePressure: (Slice) -> Double = { _ in 0 }
    ) -> Double {
        let pressures = slices.map { max(porePressure($0), 0) }
        return factorOfSafety(method, strength: strength, porePressures: pressures)
    }

    /// The same with the pore pressures of the slices given.
    public func factorOfSafety(_ method: Method, strength: Strength, porePressures: [Double]) -> Double {
        let tangent = strength.tangent
        var driving = 0.0
        for slice in slices { driving += strength.unitWeight * slice.height * slice.width * slice.sine }
        guard driving > 0, porePressures.count == slices.count else { return .infinity }
        switch method {
        case .ordinary:
            var resisting = 0.0
            for (slice, pressure) in zip(slices, porePressures) {
                let length = slice.width / max(slice.cosine, 1e-9)
                let normal = strength.unitWeight * slice.height * slice.width * slice.cosine - pressure * length
                resisting += strength.cohesion * length + max(normal, 0) * tangent
            }
            return resisting / driving
        case .bishop:
            var factor = 1.5
            for _ in 0..<100 {
                var resisting = 0.0
                for (slice, pressure) in zip(slices, porePressures) {
                    let weight = strength.unitWeight * slice.height * slice.width
                    let share = slice.cosine + slice.sine * tangent / factor
                    let force = strength.cohesion * slice.width + max(weight - pressure * slice.width, 0) * tangent
                    resisting += force / max(share, 0.05)
                }
                let next = resisting / driving
                if abs(next - factor) < 1e-12 * next { return next }
                factor = next
            }
            return factor
        }
    }
}
