/// Index properties of a soil sample; what follows from what was measured is calculated, so that the identities hold.
public struct SoilSample: Sendable, Equatable {
    /// Atterberg limits and water content, per cent.
    public var liquidLimit: Double
    public var plasticLimit: Double
    public var waterContent: Double
    /// Specific gravity of the grains.
    public var specificGravity: Double
    /// Degree of saturation, 0 ... 1.
    public var saturation: Double

    public init(
        liquidLimit: Double, plasticLimit: Double, waterContent: Double, specificGravity: Double, saturation: Double
    ) {
        self.liquidLimit = liquidLimit
        self.plasticLimit = plasticLimit
        self.waterContent = waterContent
        self.specificGravity = specificGravity
        self.saturation = saturation
    }

    public static let waterKNPerM3 = 9.81

    /// PI = LL - PL.
    public var plasticityIndex: Double { liquidLimit - plasticLimit }
    public var liquidityIndex: Double { (waterContent - plasticLimit) / plasticityIndex }
    /// e = Gs w / S.
    public var voidRatio: Double { specificGravity * waterContent / 100 / saturation }
    public var porosity: Double { voidRatio / (1 + voidRatio) }
    /// gd = Gs gw / (1 + e), kN/m3.
    public var dryUnitWeightKNPerM3: Double { specificGravity * SoilSample.waterKNPerM3 / (1 + voidRatio) }
    public var unitWeightKNPerM3: Double { dryUnitWeightKNPerM3 * (1 + waterContent / 100) }
}

/// Pore pressure and how much of the overburden it carries.
public enum PorePressure {
    /// u = gw (h - z), kPa, for a head h and a tip at z in m.
    public static func kPa(headM: Double, tipM: Double) -> Double { SoilSample.waterKNPerM3 * (headM - tipM) }

    public static func headM(kPa: Double, tipM: Double) -> Double { tipM + kPa / SoilSample.waterKNPerM3 }

    /// r_u = u / (g z).
    public static func ratio(kPa: Double, unitWeightKNPerM3: Double, depthM: Double) -> Double {
        kPa / (unitWeightKNPerM3 * depthM)
    }
}
