/// Saturation lines of light and heavy water.
public enum Saturation: Sendable {
    case lightWater
    case heavyWater

    /// Pressure in MPa at which the water boils at `celsius`, from the triple point (extrapolated a little below it) to the
    /// critical point, whose pressure is given above it. NaN below absolute zero.
    public func pressureMPa(celsius: Double) -> Double {
        let kelvin = celsius + 273.15
        guard kelvin > 0 else { return .nan }
        switch self {
        case .lightWater:
            guard kelvin < Saturation.lightCriticalK else { return Saturation.lightCriticalMPa }
            // IAPWS-IF97, region 4, eq. 30.
            let n = Saturation.if97
            let theta = kelvin + n[8] / (kelvin - n[9])
            let a = theta * theta + n[0] * theta + n[1]
            let b = n[2] * theta * theta + n[3] * theta + n[4]
            let c = n[5] * theta * theta + n[6] * theta + n[7]
            let root = 2 * c / (-b + (b * b - 4 * a * c).squareRoot())
            return root * root * root * root
        case .heavyWater:
            // Herrig et al., J. Phys. Chem. Ref. Data 47 (2018) 043102 (IAPWS R16-17), vapour-pressure equation.
            let theta = 1 - kelvin / Saturation.heavyCriticalK
            guard theta > 0 else { return Saturation.heavyCriticalMPa }
            let log = Maths.log(theta)
            let sum =
                -7.944_40 * theta + 1.943_40 * theta * theta.squareRoot() - 2.435_30 * Maths.exp(2.44 * log)
                - 3.420_00 * Maths.exp(5.3 * log) + 35.5 * Maths.exp(14 * log) - 302 * Maths.exp(20 * log)
            return Saturation.heavyCriticalMPa * Maths.exp(Saturation.heavyCriticalK / kelvin * sum)
        }
    }

    /// Temperature in Cel at which the water boils at `pressureMPa`; the critical temperature above the critical point, zero
    /// in a vacuum, NaN for NaN.
    public func celsius(pressureMPa: Double) -> Double {
        guard pressureMPa > 0 else { return pressureMPa.isNaN ? .nan : 0 }
        switch self {
        case .lightWater:
            // IAPWS-IF97, region 4, eq. 31.
            let n = Saturation.if97
            let b2 = min(pressureMPa, Saturation.lightCriticalMPa).squareRoot()
            let b = b2.squareRoot()
            let e = b2 + n[2] * b + n[5]
            let f = n[0] * b2 + n[3] * b + n[6]
            let g = n[1] * b2 + n[4] * b + n[7]
            let d = 2 * g / (-f - (f * f - 4 * e * g).squareRoot())
            let sum = n[9] + d
            return (sum - (sum * sum - 4 * (n[8] + n[9] * d)).squareRoot()) / 2 - 273.15
        case .heavyWater:
            var low = 3.82
            var high = Saturation.heavyCriticalK - 273.15
            if pressureMPa >= Saturation.heavyCriticalMPa { return high }
            var guess = Saturation.lightWater.celsius(pressureMPa: pressureMPa)
            // Newton in ln p against 1 / T, where the line is nearly straight, inside a bracket.
            for _ in 0..<60 {
                let pressure = self.pressureMPa(celsius: guess)
                if pressure < pressureMPa { low = guess } else { high = guess }
                let kelvin = guess + 273.15
                let ahead = self.pressureMPa(celsius: guess - 0.01)
                let slope = (Maths.log(pressure) - Maths.log(ahead)) / (1 / kelvin - 1 / (kelvin - 0.01))
                let inverse = 1 / kelvin + (Maths.log(pressureMPa) - Maths.log(pressure)) / slope
                var next = 1 / inverse - 273.15
                if !(next > low && next < high) { next = (low + high) / 2 }
                if abs(next - guess) < 1e-11 { return next }
                guess = next
            }
            return guess
        }
    }

    private static let lightCriticalK = 647.096
    private static let lightCriticalMPa = 22.064
    private static let heavyCriticalK = 643.847
    private static let heavyCriticalMPa = 21.6618
    private static let if97 = [
        0.116_705_214_527_67e4, -0.724_213_167_032_06e6, -0.170_738_469_400_92e2, 0.120_208_247_024_70e5,
        -0.323_255_503_223_33e7, 0.149_151_086_135_30e2, -0.482_326_573_615_91e4, 0.405_113_405_420_57e6,
        -0.238_555_575_678_49, 0.650_175_348_447_98e3,
    ]
}
