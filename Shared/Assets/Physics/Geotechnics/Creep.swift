/// Accelerating creep before a failure (Fukuzono 1985, a = 2): v = 1 / (A (tf - t)), so that 1 / v falls in a line.
public struct InverseVelocity: Sendable, Equatable {
    /// A, in days per mm and day.
    public var slope: Double
    public var failureDay: Double

    public init(slope: Double, failureDay: Double) {
        self.slope = slope
        self.failureDay = failureDay
    }

    /// mm per day; infinite at failure.
    public func velocityMmPerDay(day: Double) -> Double {
        day < failureDay ? 1 / (slope * (failureDay - day)) : .infinity
    }

    /// Displacement in mm between two days; infinite from failure on.
    public func displacementMm(from start: Double, to end: Double) -> Double {
        guard end < failureDay else { return .infinity }
        return Maths.log((failureDay - start) / (failureDay - end)) / slope
    }

    /// Where the line through two inverse velocities meets zero; nil when it does not fall, or when nothing moves.
    public static func failureDay(
        day first: Double, velocity firstMmPerDay: Double, day second: Double, velocity secondMmPerDay: Double
    ) -> Double? {
        let (a, b) = (1 / firstMmPerDay, 1 / secondMmPerDay)
        guard second > first, firstMmPerDay > 0, a > b, a.isFinite else { return nil }
        return second + b * (second - first) / (a - b)
    }

    /// The least-squares line through many; nil when it does not fall, and when one of them does not move.
    public static func failureDay(days: [Double], velocitiesMmPerDay: [Double]) -> Double? {
        guard days.count == velocitiesMmPerDay.count, days.count >= 2 else { return nil }
        guard velocitiesMmPerDay.allSatisfy({ $0 > 0 }) else { return nil }
        let count = Double(days.count)
        let meanDay = days.reduce(0, +) / count
        let inverses = velocitiesMmPerDay.map { 1 / $0 }
        let mean = inverses.reduce(0, +) / count
        var (cross, square) = (0.0, 0.0)
        for (day, inverse) in zip(days, inverses) {
            cross += (day - meanDay) * (inverse - mean)
            square += (day - meanDay) * (day - meanDay)
        }
        guard cross < 0, square > 0 else { return nil }
        return meanDay - mean * square / cross
    }
}

/// Radar interferometry from a satellite.
public enum InSAR {
    /// C-band.
    public static let wavelengthMm = 55.466

    /// Line-of-sight displacement in mm of a phase in rad: d = lambda phi / (4 pi).
    public static func displacementMm(phaseRad: Double, wavelengthMm: Double = wavelengthMm) -> Double {
        wavelengthMm * phaseRad / (4 * .pi)
    }

    public static func phaseRad(displacementMm: Double, wavelengthMm: Double = wavelengthMm) -> Double {
        4 * .pi * displacementMm / wavelengthMm
    }

    /// The phase as an interferogram shows it, in -pi ..< pi.
    public static func wrapped(phaseRad: Double) -> Double {
        let turns = phaseRad / (2 * .pi)
        return phaseRad - 2 * .pi * (turns + 0.5).rounded(.down)
    }

    /// Largest displacement between two passes that stays unambiguous: a quarter of the wavelength.
    public static func ambiguityMm(wavelengthMm: Double = wavelengthMm) -> Double { wavelengthMm / 4 }

    /// Fastest steady motion in mm per year that a repeat of `days` can follow.
    public static func aliasingLimitMmPerYear(repeatDays: Double, wavelengthMm: Double = wavelengthMm) -> Double {
        ambiguityMm(wavelengthMm: wavelengthMm) * 365.25 / repeatDays
    }

    /// Displacement towards the satellite of a motion in space; `incidenceDeg` from the vertical, `headingDeg` of the
    /// track clockwise from north, looking right. Nearly blind to north-south motion.
    public static func lineOfSightMm(
        eastMm: Double, northMm: Double, upMm: Double, incidenceDeg: Double, headingDeg: Double
    ) -> Double {
        let incidence = Maths.sincos(incidenceDeg * .pi / 180)
        let heading = Maths.sincos(headingDeg * .pi / 180)
        return upMm * incidence.cos - eastMm * incidence.sin * heading.cos + northMm * incidence.sin * heading.sin
    }
}
