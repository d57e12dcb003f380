/// Freezing of a half-space from a cold wall: Neumann's exact solution of the Stefan problem
/// (Carslaw & Jaeger, Conduction of Heat in Solids, ch. 11). The front is at S = 2 m sqrt(a t).
public struct StefanProblem: Sendable, Equatable {
    public struct Material: Sendable, Equatable {
        public var conductivityWPerMK: Double
        public var densityKgPerM3: Double
        public var heatJPerKgK: Double

        public init(conductivityWPerMK: Double, densityKgPerM3: Double, heatJPerKgK: Double) {
            self.conductivityWPerMK = conductivityWPerMK
            self.densityKgPerM3 = densityKgPerM3
            self.heatJPerKgK = heatJPerKgK
        }

        public var diffusivityM2PerS: Double { conductivityWPerMK / (densityKgPerM3 * heatJPerKgK) }
    }

    public let solid: Material
    public let liquid: Material
    public let latentJPerKg: Double
    public let freezingC: Double
    public let wallC: Double
    /// Of the liquid above freezing; zero for the one-phase problem.
    public let superheatK: Double
    /// The growth constant m; zero when nothing freezes.
    public let growth: Double

    /// `liquid` nil: as the solid.
    public init(
        solid: Material, liquid: Material? = nil, latentJPerKg: Double, freezingC: Double, wallC: Double,
        superheatK: Double = 0
    ) {
        self.solid = solid
        self.liquid = liquid ?? solid
        self.latentJPerKg = latentJPerKg
        self.freezingC = freezingC
        self.wallC = wallC
        self.superheatK = superheatK
        growth = StefanProblem.growth(
            solid, self.liquid, latentJPerKg: latentJPerKg, coolingK: freezingC - wallC, superheatK: superheatK)
    }

    /// Solves St / (e^(m^2) erf m) - Stl / (nu e^(nu^2 m^2) erfc(nu m)) = m sqrt(pi), which falls with m.
    private static func growth(
        _ solid: Material, _ liquid: Material, latentJPerKg: Double, coolingK: Double, superheatK: Double
    ) -> Double {
        guard coolingK > 0, latentJPerKg > 0 else { return 0 }
        let stefan = solid.heatJPerKgK * coolingK / latentJPerKg
        let stefanLiquid =
            liquid.conductivityWPerMK / solid.conductivityWPerMK * solid.heatJPerKgK * superheatK / latentJPerKg
        let nu = (solid.diffusivityM2PerS / liquid.diffusivityM2PerS).squareRoot()
        var low = 0.0
        var high = 5.0
        for _ in 0..<200 {
            let m = (low + high) / 2
            guard m > low, m < high else { break }
            var balance = stefan / (Maths.exp(m * m) * Maths.erf(m)) - m * Double.pi.squareRoot()
            if superheatK > 0 {
                // Conduction into the liquid: k_l / k_s sqrt(a_s / a_l), the same as Stl / nu for equal densities.
                balance -= stefanLiquid * nu / (Maths.exp(nu * nu * m * m) * Maths.erfc(nu * m))
            }
            if balance > 0 { low = m } else { high = m }
        }
        return (low + high) / 2
    }

    /// Thickness of the solid in mm.
    public func thicknessMm(seconds: Double) -> Double {
        2 * growth * (solid.diffusivityM2PerS * max(seconds, 0)).squareRoot() * 1000
    }

    /// K in S = K sqrt(t), in mm/min^0.5.
    public var constantMmPerRootMin: Double { thicknessMm(seconds: 60) }

    /// Temperature at a depth below the wall, in the solid or in the liquid. NaN when nothing freezes, and before the start.
    public func temperatureC(depthMm: Double, seconds: Double) -> Double {
        let depthM = depthMm / 1000
        if depthMm <= thicknessMm(seconds: seconds) {
            let eta = depthM / (2 * (solid.diffusivityM2PerS * seconds).squareRoot())
            return wallC + (freezingC - wallC) * Maths.erf(eta) / Maths.erf(growth)
        }
        let nu = (solid.diffusivityM2PerS / liquid.diffusivityM2PerS).squareRoot()
        let eta = depthM / (2 * (liquid.diffusivityM2PerS * seconds).squareRoot())
        return freezingC + superheatK * (1 - Maths.erfc(eta) / Maths.erfc(nu * growth))
    }

    /// Heat flux into the wall in kW/m2.
    public func wallFluxKWPerM2(seconds: Double) -> Double {
        solid.conductivityWPerMK * (freezingC - wallC)
            / (Maths.erf(growth) * (.pi * solid.diffusivityM2PerS * seconds).squareRoot()) / 1000
    }
}
