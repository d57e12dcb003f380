/// Rms velocity of a pump's vibration from its lines (ISO 20816-1: rms values add in squares).
public struct PumpVibration: Sendable, Equatable {
    /// Amplitudes at rated speed, mm/s rms.
    public var onceMmS: Double
    public var twiceMmS: Double
    public var vaneMmS: Double
    public var broadbandMmS: Double

    public init(onceMmS: Double, twiceMmS: Double, vaneMmS: Double, broadbandMmS: Double) {
        self.onceMmS = onceMmS
        self.twiceMmS = twiceMmS
        self.vaneMmS = vaneMmS
        self.broadbandMmS = broadbandMmS
    }

    /// Lowest resonance of the machine on its supports, as a share of rated speed, and its sharpness.
    static let resonanceShare = 0.55
    static let resonanceGain = 2.5
    static let resonanceWidth = 0.05

    /// The rms velocity at a share of rated speed. Forces grow with the square of the speed; running down through
    /// the resonance lifts the line at rotation frequency. `cavitation` 0...1 adds broadband.
    public func rmsMmS(speedFraction: Double, cavitation: Double = 0) -> Double {
        let square = speedFraction * speedFraction
        let offset = (speedFraction - PumpVibration.resonanceShare) / PumpVibration.resonanceWidth
        let once = onceMmS * (1 + PumpVibration.resonanceGain / (1 + offset * offset))
        let broadband = broadbandMmS + 6 * cavitation
        return square
            * (once * once + twiceMmS * twiceMmS + vaneMmS * vaneMmS + broadband * broadband).squareRoot()
    }
}

/// Severity of a machine's vibration, after ISO 10816-7 (pumps of category I): A as new, B for long-term operation, C for a
/// limited time, D damaging.
public enum VibrationZone: Int, Sendable, CaseIterable, Comparable {
    case a, b, c, d

    /// The ends of the zones A, B and C in mm/s rms, for machines of more than 200 kW and for smaller ones.
    public static func limitsMmS(ratedKW: Double) -> (a: Double, b: Double, c: Double) {
        ratedKW > 200 ? (3.5, 5.0, 7.6) : (2.5, 4.0, 6.6)
    }

    /// Nil when there is no reading.
    public init?(rmsMmS: Double, ratedKW: Double) {
        guard rmsMmS == rmsMmS else { return nil }
        let limits = VibrationZone.limitsMmS(ratedKW: ratedKW)
        self = rmsMmS <= limits.a ? .a : rmsMmS <= limits.b ? .b : rmsMmS <= limits.c ? .c : .d
    }

    public static func < (left: VibrationZone, right: VibrationZone) -> Bool { left.rawValue < right.rawValue }
}
