import Glibc
import Model
import Testing

@testable import Assets

/// The C library is the oracle: it is right to the last bit or two.
@Suite struct MathsTests {
    @Test func agreesWithTheCLibrary() {
        var random = SeededRandom(seed: 99)
        for _ in 0..<2_000 {
            let x = (random.unit() - 0.5) * 2
            expect(Maths.exp(x * 700), Glibc.exp(x * 700), within: 4e-16, "exp")
            expect(Maths.exp(x), Glibc.exp(x), within: 4e-16, "exp")
            expect(Maths.expm1(x), Glibc.expm1(x), within: 1e-15, "expm1")
            let positive = Glibc.exp(x * 600)
            expect(Maths.log(positive), Glibc.log(positive), within: 4e-16, "log")
            expect(Maths.log(1 + x * 0.01), Glibc.log(1 + x * 0.01), within: 1e-15, "log near 1")
            expect(Maths.pow(positive, 0.31), Glibc.pow(positive, 0.31), within: 1e-13, "pow")
            expect(Maths.cbrt(positive), Glibc.cbrt(positive), within: 6e-16, "cbrt")
            expect(Maths.sin(x * 1000), Glibc.sin(x * 1000), plusMinus: 3e-16, "sin")
            expect(Maths.cos(x * 1000), Glibc.cos(x * 1000), plusMinus: 3e-16, "cos")
            expect(Maths.atan(x * 30), Glibc.atan(x * 30), within: 1e-15, "atan")
            expect(Maths.acos(x), Glibc.acos(x), within: 1e-15, "acos")
            expect(Maths.asin(x), Glibc.asin(x), within: 1e-15, "asin")
            expect(Maths.tanh(x * 5), Glibc.tanh(x * 5), within: 2e-15, "tanh")
            expect(Maths.erf(x * 6), Glibc.erf(x * 6), within: 2e-15, "erf")
            expect(Maths.erfc(x * 20), Glibc.erfc(x * 20), within: 2e-14, "erfc")
        }
    }

    @Test func theEndsOfTheRangesAreThoseOfTheCLibrary() {
        #expect(Maths.exp(-1e9) == 0 && Maths.exp(1e9) == .infinity && Maths.exp(.nan).isNaN && Maths.exp(0) == 1)
        expect(Maths.exp(-744), Glibc.exp(-744), within: 1e-300)
        expect(Maths.exp(709.7), Glibc.exp(709.7), within: 1e-15)
        #expect(Maths.log(0) == -.infinity && Maths.log(-1).isNaN && Maths.log(.infinity) == .infinity)
        expect(Maths.log(.leastNonzeroMagnitude), Glibc.log(.leastNonzeroMagnitude), within: 4e-16)
        expect(Maths.log(0x1.8p-1030), Glibc.log(0x1.8p-1030), within: 4e-16)
        #expect(Maths.log(1) == 0 && Maths.pow(0, 2) == 0 && Maths.pow(0, 0) == 1 && Maths.pow(7, 0) == 1)
        #expect(Maths.acos(1) == 0 && Maths.acos(-1) == .pi && Maths.acos(1.1).isNaN && Maths.asin(-1.1).isNaN)
        #expect(
            Maths.sin(0) == 0 && Maths.cos(0) == 1 && Maths.sin(.infinity).isNaN && Maths.atan(.infinity) == .pi / 2)
        #expect(Maths.erf(0) == 0 && Maths.erf(10) == 1 && Maths.erfc(30) == 0 && Maths.tanh(100) == 1)
    }
}
