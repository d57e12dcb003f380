/// Liquid light water by IAPWS-IF97, region 1 (273.15 K to 623.15 K, from saturation to 100 MPa).
public enum LiquidWater {
    private static let gasConstant = 0.461_526

    /// Specific enthalpy in kJ/kg.
    public static func enthalpyKJPerKg(pressureMPa: Double, celsius: Double) -> Double {
        let kelvin = celsius + 273.15
        let tau = 1386 / kelvin
        let pi = pressureMPa / 16.53
        var slope = 0.0
        for term in terms {
            slope += term.n * power(7.1 - pi, term.i) * Double(term.j) * power(tau - 1.222, term.j - 1)
        }
        return gasConstant * kelvin * tau * slope
    }

    /// Specific volume in m3/kg.
    public static func volumeM3PerKg(pressureMPa: Double, celsius: Double) -> Double {
        let kelvin = celsius + 273.15
        let tau = 1386 / kelvin
        let pi = pressureMPa / 16.53
        var slope = 0.0
        for term in terms where term.i > 0 {
            slope -= term.n * Double(term.i) * power(7.1 - pi, term.i - 1) * power(tau - 1.222, term.j)
        }
        return gasConstant * kelvin / (pressureMPa * 1000) * pi * slope
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, left) = (1.0, exponent < 0 ? 1 / base : base, abs(exponent))
        while left > 0 {
            if left & 1 == 1 { result *= square }
            square *= square
            left >>= 1
        }
        return result
    }

    private static let terms: [(i: Int, j: Int, n: Double)] = [
        (0, -2, 0.14632971213167), (0, -1, -0.84548187169114), (0, 0, -0.37563603672040e1),
        (0, 1, 0.33855169168385e1), (0, 2, -0.95791963387872), (0, 3, 0.15772038513228),
        (0, 4, -0.16616417199501e-1), (0, 5, 0.81214629983568e-3), (1, -9, 0.28319080123804e-3),
        (1, -7, -0.60706301565874e-3), (1, -1, -0.18990068218419e-1), (1, 0, -0.32529748770505e-1),
        (1, 1, -0.21841717175414e-1), (1, 3, -0.52838357969930e-4), (2, -3, -0.47184321073267e-3),
        (2, 0, -0.30001780793026e-3), (2, 1, 0.47661393906987e-4), (2, 3, -0.44141845330846e-5),
        (2, 17, -0.72694996297594e-15), (3, -4, -0.31679644845054e-4), (3, 0, -0.28270797985312e-5),
        (3, 6, -0.85205128120103e-9), (4, -5, -0.22425281908000e-5), (4, -2, -0.65171222895601e-6),
        (4, 10, -0.14341729937924e-12), (5, -8, -0.40516996860117e-6), (8, -11, -0.12734301741641e-8),
        (8, -6, -0.17424871230634e-9), (21, -29, -0.68762131295531e-18), (23, -31, 0.14478307828521e-19),
        (29, -38, 0.26335781662795e-22), (30, -39, -0.11947622640071e-22), (31, -40, 0.18228094581404e-23),
        (32, -41, -0.93537087292458e-25),
    ]
}
