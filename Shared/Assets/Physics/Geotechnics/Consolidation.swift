/// One-dimensional consolidation (Terzaghi 1943): a layer that drains at one face, Hd being the longest way out.
public enum Consolidation {
    /// Time factor T = cv t / Hd^2.
    public static func timeFactor(cvM2PerYear: Double, years: Double, drainageM: Double) -> Double {
        cvM2PerYear * years / (drainageM * drainageM)
    }

    /// Degree of consolidation U(T) = 1 - sum 2 / M^2 e^(-M^2 T), M = (2 m + 1) pi / 2.
    public static func degree(timeFactor: Double) -> Double {
        guard timeFactor > 0 else { return timeFactor.isNaN ? .nan : 0 }
        // Early, the series is slow and its limit sqrt(4 T / pi) exact to sixteen digits.
        if timeFactor < 0.005 { return (4 * timeFactor / .pi).squareRoot() }
        var left = 0.0
        for m in 0..<1000 {
            let root = (2 * Double(m) + 1) * .pi / 2
            let term = 2 / (root * root) * Maths.exp(-root * root * timeFactor)
            left += term
            if term < 1e-17 { break }
        }
        return 1 - left
    }

    /// The time factor at which a degree (0 ..< 1) is reached.
    public static func timeFactor(degree: Double) -> Double {
        guard degree > 0 else { return 0 }
        guard degree < 1 else { return .infinity }
        var low = 0.0
        var high = 1.0
        while Consolidation.degree(timeFactor: high) < degree, high < 64 { high *= 2 }
        for _ in 0..<200 {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { break }
            if Consolidation.degree(timeFactor: middle) < degree { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// Excess pore pressure left, u / u0 = sum 2 / M sin(M Z) e^(-M^2 T), at the depth Z = z / Hd below the drain: 0 ... 1,
    /// or up to 2 in a layer that drains at both faces.
    public static func excess(depthRatio: Double, timeFactor: Double) -> Double {
        let depthRatio = min(depthRatio, 2 - depthRatio)
        guard timeFactor > 0 else { return depthRatio > 0 ? 1 : 0 }
        // Early, what is drained has not met the far face: u / u0 = erf(Z / (2 sqrt T)).
        if timeFactor < 0.005 { return Maths.erf(depthRatio / (2 * timeFactor.squareRoot())) }
        var sum = 0.0
        for m in 0..<1000 {
            let root = (2 * Double(m) + 1) * .pi / 2
            let size = 2 / root * Maths.exp(-root * root * timeFactor)
            sum += size * Maths.sin(root * depthRatio)
            if size < 1e-17 { break }
        }
        return sum
    }

    /// Settlement in m of a layer of `thicknessM` that drains over `drainageM`, `years` after a load.
    public static func settlementM(
        years: Double, cvM2PerYear: Double, drainageM: Double, thicknessM: Double, mvPerKPa: Double, loadKPa: Double
    ) -> Double {
        let factor = timeFactor(cvM2PerYear: cvM2PerYear, years: years, drainageM: drainageM)
        return mvPerKPa * loadKPa * thicknessM * degree(timeFactor: factor)
    }
}
