/// Sinusoidal mould oscillation: stroke s (peak to peak, mm), frequency f (cycles per minute), speed v (m/min).
public enum MouldOscillation {
    /// Time per cycle in which the mould moves down faster than the strand, in seconds:
    /// tN = 60 / (pi f) acos(1000 v / (pi f s)); zero when the mould never overtakes the strand, NaN for NaN.
    public static func negativeStripS(frequencyPerMin: Double, strokeMm: Double, speedMPerMin: Double) -> Double {
        let fastest = .pi * frequencyPerMin * strokeMm
        guard fastest == fastest, speedMPerMin == speedMPerMin else { return .nan }
        guard fastest > 0, 1000 * speedMPerMin < fastest else { return 0 }
        return 60 / (.pi * frequencyPerMin) * Maths.acos(max(1000 * speedMPerMin / fastest, -1))
    }

    /// Share of the cycle with negative strip.
    public static func negativeStripShare(frequencyPerMin: Double, strokeMm: Double, speedMPerMin: Double) -> Double {
        negativeStripS(frequencyPerMin: frequencyPerMin, strokeMm: strokeMm, speedMPerMin: speedMPerMin)
            * frequencyPerMin / 60
    }

    /// Distance of the oscillation marks on the strand in mm.
    public static func markPitchMm(frequencyPerMin: Double, speedMPerMin: Double) -> Double {
        1000 * speedMPerMin / frequencyPerMin
    }

    /// Largest acceleration in m/s2.
    public static func peakAccelerationMPerS2(frequencyPerMin: Double, strokeMm: Double) -> Double {
        let omega = 2 * Double.pi * frequencyPerMin / 60
        return omega * omega * strokeMm / 2000
    }
}
