/// Heat that the mould takes from the strand: the correlation of Savage & Pritchard (J. Iron Steel Inst. 178 (1954)),
/// q = 2680 - 335 sqrt(t) kW/m2, t being the time in the mould. It would turn negative after 64 s: clamped to zero.
public struct MouldHeat: Sendable, Equatable {
    public var startKWPerM2: Double
    public var slopeKWPerM2: Double

    public init(startKWPerM2: Double = 2680, slopeKWPerM2: Double = 335) {
        self.startKWPerM2 = startKWPerM2
        self.slopeKWPerM2 = slopeKWPerM2
    }

    /// When the correlation reaches zero.
    public var limitS: Double { (startKWPerM2 / slopeKWPerM2) * (startKWPerM2 / slopeKWPerM2) }

    public func fluxKWPerM2(seconds: Double) -> Double {
        seconds >= limitS ? 0 : startKWPerM2 - slopeKWPerM2 * max(seconds, 0).squareRoot()
    }

    /// Mean over a stay of `seconds`.
    public func meanFluxKWPerM2(seconds: Double) -> Double {
        guard seconds > 0 else { return startKWPerM2 }
        let felt = min(seconds, limitS)
        return (startKWPerM2 * felt - 2.0 / 3 * slopeKWPerM2 * felt * felt.squareRoot()) / seconds
    }

    /// Time in the mould at a casting speed.
    public static func staySeconds(lengthM: Double, speedMPerMin: Double) -> Double { lengthM / speedMPerMin * 60 }

    /// Heat from all four faces in MW.
    public func powerMW(widthM: Double, thicknessM: Double, lengthM: Double, speedMPerMin: Double) -> Double {
        let stay = MouldHeat.staySeconds(lengthM: lengthM, speedMPerMin: speedMPerMin)
        return meanFluxKWPerM2(seconds: stay) * 2 * (widthM + thicknessM) * lengthM / 1000
    }

    /// Rise of the cooling water in K; water of 4.18 kJ/kgK and 0.998 kg/L.
    public static func waterRiseK(powerMW: Double, flowLPerMin: Double) -> Double {
        powerMW * 1000 / (flowLPerMin / 60 * 0.998 * 4.18)
    }
}
