/// Tritium bred in heavy water, and what a leak of it does to a body of water.
public enum Tritium {
    /// 1/s, from a half-life of 12.32 years.
    public static let decayPerS = Maths.ln2 / (12.32 * 365.25 * 86_400)
    /// Thermal capture of deuterium in cm2 (0.52 mb).
    public static let captureCm2 = 0.52e-27
    public static let becquerelPerCurie = 3.7e10
    /// Deuterium atoms in a kilogram of D2O.
    public static let deuteriumPerKg = 2 * 6.022_140_76e23 / 0.020_027_6

    /// Activity in Ci/kg of D2O after `seconds` in a flux, of which it sees the share `inCore` of the time:
    /// dA/dt = s_D N_D phi f - l_T A.
    public static func curiePerKg(fluxPerCm2S: Double, inCore: Double, seconds: Double) -> Double {
        let production = captureCm2 * deuteriumPerKg * fluxPerCm2S * inCore
        return production * -Maths.expm1(-decayPerS * seconds) / becquerelPerCurie
    }
}

/// A well-mixed volume through which water flows: C' = (feed - flow C) / V, exact for steady feed.
public struct StirredTank: Sendable, Equatable {
    public var concentration: Double

    public init(concentration: Double) { self.concentration = concentration }

    /// Advances by `seconds`; `feed` in amount per second, `flow` in volume per second.
    public mutating func advance(seconds: Double, feed: Double, flow: Double, volume: Double) {
        guard seconds > 0, volume > 0 else { return }
        guard flow > 0 else {
            concentration += feed / volume * seconds
            return
        }
        let settled = feed / flow
        concentration = settled + (concentration - settled) * Maths.exp(-flow / volume * seconds)
    }
}
