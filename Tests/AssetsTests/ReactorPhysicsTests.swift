import Model
import Testing

@testable import Assets

/// The closed forms behind check points ... A-12; the numbers are in CheckPoints.
@Suite struct ReactorPhysicsTests {
    @Test(arguments: [KineticsParameters.thermalI, .thermalII, .fast, .candu15]) func everyInhourRootIsARoot(
        _ set: KineticsParameters
    ) {
        let inhour = InhourEquation(set)
        for dollars in [-20.0, -1, -0.1, 0.1, 0.5, 0.9, 2] {
            let rates = inhour.ratesPerS(reactivity: dollars * set.beta)
            #expect(rates.count == set.groups.count + 1)
            #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 > $1 })
            // The sum of the roots is the trace of the matrix.
            let trace = (dollars - 1) * set.beta / set.generationTimeS - set.groups.reduce(0) { $0 + $1.decayPerS }
            expect(rates.reduce(0, +), trace, within: 1e-9)
        }
        // The kinetics find the same period.
        var core = PointKinetics(set, power: 1)
        core.advance(seconds: 400, reactivity: 0.2 * set.beta)
        let before = core.power
        core.advance(seconds: 1, reactivity: 0.2 * set.beta)
        if set.groups.count == 6 {
            expect(Maths.log(core.power / before), inhour.stableRatePerS(reactivity: 0.2 * set.beta), within: 1e-3)
        }
    }

    @Test func xenonComesBackToItsStart() throws {
        let poison = XenonIodine(equilibriumAt: 1, fluxPerCm2S: 9e13)
        #expect(poison.xenonAfterShutdown(seconds: 40.97 * 3600) > poison.xenon)
        #expect(poison.xenonAfterShutdown(seconds: 40.99 * 3600) < poison.xenon)
        expect((poison.returnAfterShutdownS() ?? 0) / 3600, 40.98, within: 1e-4)
        let late = try #require(poison.returnAfterShutdownS(to: 0.5))
        expect(poison.xenonAfterShutdown(seconds: late), 0.5 * poison.xenon, within: 1e-9)
        #expect(poison.returnAfterShutdownS(to: 5) == nil && poison.riseAfterShutdownS(to: 5) == nil)
        // CANDU's adjusters are worth 15 of xenon's 28 mk: it has to restart within about 40 minutes.
        let poisoned = try #require(poison.riseAfterShutdownS(to: 1 + 15.0 / 28))
        #expect(poisoned > 1800 && poisoned < 2520, "\(poisoned)")
        // With equal decay constants the closed form has a limit.
        var same = XenonIodine.Parameters()
        same.xenonDecayPerS = same.iodineDecayPerS
        let limit = XenonIodine(equilibriumAt: 1, fluxPerCm2S: 9e13, same)
        let peak = limit.peakAfterShutdownS
        #expect(limit.xenonAfterShutdown(seconds: peak) > limit.xenonAfterShutdown(seconds: peak * 1.01))
        #expect(limit.xenonAfterShutdown(seconds: peak) > limit.xenonAfterShutdown(seconds: peak * 0.99))
        let low = XenonIodine(equilibriumAt: 1, fluxPerCm2S: 1.25e13)
        #expect(low.xenonAfterShutdown(seconds: low.peakAfterShutdownS) < 1.35 * low.xenon)
    }

    @Test func xenonStepsAddUpAndEquilibriumStays() {
        var whole = XenonIodine(equilibriumAt: 1, fluxPerCm2S: 9e13)
        var parts = whole
        whole.advance(seconds: 36_000, fissionRate: 0.3, fluxPerCm2S: 2.7e13)
        for _ in 0..<3600 { parts.advance(seconds: 10, fissionRate: 0.3, fluxPerCm2S: 2.7e13) }
        expect(parts.xenon, whole.xenon, within: 1e-11)
        expect(parts.iodine, whole.iodine, within: 1e-11)
        var still = XenonIodine(equilibriumAt: 1, fluxPerCm2S: 9e13)
        let start = still.xenon
        for _ in 0..<8640 { still.advance(seconds: 10, fissionRate: 1, fluxPerCm2S: 9e13) }
        expect(still.xenon, start, within: 1e-12)
    }

    /// Any power history: 23 states against the sum over its parts.
    @Test(arguments: 0..<20 as Range<UInt64>) func decayHeatStateEqualsItsClosedForm(_ seed: UInt64) {
        var random = SeededRandom(seed: seed, stream: 6)
        let history = (0..<(1 + random.below(8))).map { _ in
            (seconds: Maths.exp(16 * random.unit()), power: random.unit() < 0.3 ? 0 : random.unit())
        }
        var state = DecayHeat(power: 0, operation: .infinity)
        for part in history {
            for _ in 0..<50 { state.advance(seconds: part.seconds / 50, power: part.power) }
        }
        var closed = 0.0
        var left = 0.0
        for part in history.reversed() {
            closed += part.power * DecayHeat.fraction(after: left, operation: part.seconds)
            left += part.seconds
        }
        expect(state.heat, closed, within: 1e-9, "seed \(seed): \(history)")
    }

    @Test func decayHeatStandsStill() {
        var steady = DecayHeat(power: 2061, operation: .infinity)
        let start = steady.heat
        for _ in 0..<10_000 { steady.advance(seconds: 0.1, power: 2061) }
        expect(steady.heat, start, within: 1e-12)
    }

    /// The same at the real-time step of 0.1 s.
    @Test func smr6AtRealTimeStep() {
        var core = ReactorCheckPoints.makeSMR6()
        for _ in 0..<600 { core.step(seconds: 0.1, externalReactivity: 1e-3) }
        expect(core.kinetics.power, 1.0711601, within: 1e-4)
    }

    @Test func coastDownAndNaturalCirculation() {
        for (seconds, share) in [(5.0, 0.75), (15, 0.5), (60, 0.2)] {
            #expect(PrimaryFlow.rundown(seconds: seconds, timeConstantS: 15) == share)
            var stepped = 1.0
            for _ in 0..<Int(seconds * 10) {
                stepped = PrimaryFlow.rundown(from: stepped, seconds: 0.1, timeConstantS: 15)
            }
            expect(stepped, share, within: 1e-12)
        }
        expect(PrimaryFlow.naturalCirculation(powerFraction: 0.5), 0.7937, within: 1e-4)
        expect(PrimaryFlow.naturalCirculation(powerFraction: 0.03), 0.3107, within: 1e-4)
    }

    /// IAPWS-IF97's own verification tables 5, 35 and 36.
    @Test func waterProperties() {
        #expect(Saturation.lightWater.pressureMPa(celsius: 500) == 22.064)
        #expect(Saturation.heavyWater.celsius(pressureMPa: 30) == 643.847 - 273.15)
        #expect(Saturation.lightWater.celsius(pressureMPa: .nan).isNaN)
        #expect(Saturation.heavyWater.celsius(pressureMPa: -1) == 0)
        expect(Saturation.lightWater.pressureMPa(celsius: 300 - 273.15), 0.353658941e-2, within: 1e-8)
        expect(Saturation.lightWater.pressureMPa(celsius: 500 - 273.15), 0.263889776e1, within: 1e-8)
        expect(Saturation.lightWater.pressureMPa(celsius: 600 - 273.15), 0.123443146e2, within: 1e-8)
        expect(Saturation.lightWater.celsius(pressureMPa: 0.1) + 273.15, 0.372755919e3, within: 1e-8)
        expect(Saturation.lightWater.celsius(pressureMPa: 1) + 273.15, 0.453035632e3, within: 1e-8)
        expect(Saturation.lightWater.celsius(pressureMPa: 10) + 273.15, 0.584149488e3, within: 1e-8)
        expect(
            LiquidWater.enthalpyKJPerKg(pressureMPa: 3, celsius: 300 - 273.15), 0.115331273e3, within: 1e-8)
        expect(
            LiquidWater.enthalpyKJPerKg(pressureMPa: 80, celsius: 300 - 273.15), 0.184142828e3, within: 1e-8)
        expect(
            LiquidWater.enthalpyKJPerKg(pressureMPa: 3, celsius: 500 - 273.15), 0.975542239e3, within: 1e-8)
        expect(LiquidWater.volumeM3PerKg(pressureMPa: 3, celsius: 300 - 273.15), 0.100215168e-2, within: 1e-8)
        expect(LiquidWater.volumeM3PerKg(pressureMPa: 3, celsius: 500 - 273.15), 0.120241800e-2, within: 1e-8)
    }

    @Test func boilingPointsOfTheRulings() {
        for (pressure, celsius) in [(10.0, 311.0), (11, 318.1), (12, 324.7), (15, 342.2)] {
            expect(Saturation.lightWater.celsius(pressureMPa: pressure), celsius, plusMinus: 0.06)
        }
        expect(Saturation.heavyWater.celsius(pressureMPa: 9.99), 309.97, plusMinus: 0.03)
        for celsius in stride(from: 20.0, through: 360, by: 10) {
            for water in [Saturation.lightWater, .heavyWater] {
                expect(water.celsius(pressureMPa: water.pressureMPa(celsius: celsius)), celsius, plusMinus: 1e-6)
            }
        }
    }

    @Test func tritiumOfHeavyWater() {
        let year = 365.25 * 86_400
        for (years, curie) in [(1.0, 4.62), (10, 36.4), (30, 68.9)] {
            expect(Tritium.curiePerKg(fluxPerCm2S: 1e14, inCore: 1, seconds: years * year), curie, within: 2e-3)
        }
        // One millilitre of coolant at 2 Ci/kg (about 2.2e-3 Ci) raises 2.2e6 L by 1000 pCi/L.
        var tank = StirredTank(concentration: 0)
        tank.advance(seconds: 1, feed: 2.2e-3 * 1e12, flow: 0, volume: 2.2e6)
        expect(tank.concentration, 1000, within: 1e-9)
        tank.advance(seconds: 2.2e6 / 10 * Maths.ln2, feed: 0, flow: 10, volume: 2.2e6)
        expect(tank.concentration, 500, within: 1e-9)
    }

    @Test func vibrationFallsWithTheSquareOfSpeedButForTheResonance() {
        let pump = PumpVibration(onceMmS: 1, twiceMmS: 0.5, vaneMmS: 0.6, broadbandMmS: 0.5)
        let rated = pump.rmsMmS(speedFraction: 1)
        #expect(rated > 1.2 && rated < 2)
        #expect(pump.rmsMmS(speedFraction: 0.55) > pump.rmsMmS(speedFraction: 0.75))
        #expect(pump.rmsMmS(speedFraction: 0.2) < 0.05 * rated)
        #expect(pump.rmsMmS(speedFraction: 1, cavitation: 1) > 5)
    }

    @Test func vibrationHasZones() {
        for (rms, kW, zone) in [
            (3.5, 500.0, VibrationZone.a), (3.6, 500, .b), (5.1, 500, .c), (7.7, 500, .d), (2.6, 100, .b),
            (6.7, 100, .d),
        ] {
            #expect(VibrationZone(rmsMmS: rms, ratedKW: kW) == zone)
        }
        #expect(VibrationZone(rmsMmS: .nan, ratedKW: 500) == nil && VibrationZone.a < .d)
    }
}
