import Model
import Testing

@testable import Assets

/// Check points ... A-12, and the closed forms behind them.
@Suite struct ReactorPhysicsTests {
    @Test func inhourPeriods() {
        let inhour = InhourEquation(.thermalII)
        expect(inhour.stablePeriodS(reactivity: 0.1 * 0.007), 95.571_340_7, within: 1e-8)
        expect(inhour.stablePeriodS(reactivity: 0.3 * 0.007), 17.413_507_7, within: 1e-8)
        expect(inhour.stablePeriodS(reactivity: -10 * 0.007), -79.045, within: 1e-5)
        expect(-1 / 0.0127, -78.74, within: 1e-4)
        #expect(inhour.stableRatePerS(reactivity: 0) == 0)
    }

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

    @Test(arguments: [(9e13, 4.12064, 10.0371), (1e14, 4.49383, 10.1368)]) func xenonPeak(
        _ flux: Double, _ ratio: Double, _ hours: Double
    ) {
        let poison = XenonIodine(equilibriumAt: 1, fluxPerCm2S: flux)
        let peak = poison.peakAfterShutdownS
        expect(peak / 3600, hours, within: 1e-5)
        expect(poison.xenonAfterShutdown(seconds: peak) / poison.xenon, ratio, within: 2e-6)
    }

    @Test func xenonComesBackToItsStart() {
        let poison = XenonIodine(equilibriumAt: 1, fluxPerCm2S: 9e13)
        #expect(poison.xenonAfterShutdown(seconds: 40.97 * 3600) > poison.xenon)
        #expect(poison.xenonAfterShutdown(seconds: 40.99 * 3600) < poison.xenon)
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

    @Test func decayHeatTable() {
        // The standard's "infinite" operation is 1e13 s.
        for (seconds, mev) in [(1.0, 12.3121), (10, 9.49364), (100, 6.19814), (1e3, 3.79560), (1e4, 1.90823)] {
            expect(DecayHeat.mevPerFission(after: seconds, operation: 1e13), mev, within: 1e-5)
        }
        let year = 365.25 * 86_400
        for (seconds, share) in [(1.0, 0.06078), (60, 0.03366), (3600, 0.012313), (86_400, 0.0042581)] {
            expect(DecayHeat.fraction(after: seconds, operation: year), share, within: 1e-4)
        }
    }

    @Test func decayHeatStateEqualsItsClosedForm() {
        // 30 days at full power, 2 days at half, an hour off, 10 minutes at 0.8, then off.
        let history: [(seconds: Double, power: Double)] = [
            (30 * 86_400, 1), (2 * 86_400, 0.5), (3600, 0), (600, 0.8), (5000, 0),
        ]
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
        expect(state.heat, closed, within: 1e-9)
        var steady = DecayHeat(power: 2061, operation: .infinity)
        let start = steady.heat
        for _ in 0..<10_000 { steady.advance(seconds: 0.1, power: 2061) }
        expect(steady.heat, start, within: 1e-12)
    }

    /// Check point A-9.
    @Test func smr6CoupledProblem() {
        var core = CoupledCore(
            KineticsParameters.uranium235.scaled(toBeta: 0.0065),
            core: .init(fuelMJPerK: 3, coolantMJPerK: 12, transferMWPerK: 0.5),
            feedback: .init(fuelPerK: -2.5e-5, coolantPerK: -2.0e-4), ratedMW: 160, inletC: 258, flowMWPerK: 6.2)
        var peak = (time: 0.0, power: 0.0)
        var seen: [Int: Double] = [:]
        let step = 0.0025
        for tick in 1...24_000 {
            core.step(seconds: step, externalReactivity: 1e-3)
            let power = core.kinetics.power
            if power > peak.power { peak = (Double(tick) * step, power) }
            seen[tick] = power
        }
        for (seconds, power) in [(1, 1.1803824), (5, 1.0870274), (10, 1.0646028), (60, 1.0711601)] {
            expect(seen[seconds * 400] ?? 0, power, within: 1e-5, "n(\(seconds))")
        }
        expect(peak.power, 1.18788, within: 1e-5)
        expect(peak.time, 0.4065, plusMinus: 0.003)
        for _ in 0..<5400 { core.step(seconds: 0.1, externalReactivity: 1e-3) }
        expect(core.kinetics.power, 1.0724293, within: 1e-6)
        expect(core.settledChange(externalReactivity: 1e-3), 0.072_429_91, within: 1e-7)
    }

    /// The same at the real-time step of 0.1 s.
    @Test func smr6AtRealTimeStep() {
        var core = CoupledCore(
            KineticsParameters.uranium235.scaled(toBeta: 0.0065),
            core: .init(fuelMJPerK: 3, coolantMJPerK: 12, transferMWPerK: 0.5),
            feedback: .init(fuelPerK: -2.5e-5, coolantPerK: -2.0e-4), ratedMW: 160, inletC: 258, flowMWPerK: 6.2)
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

    /// Check point A-10: mass flow times enthalpy rise closes on the published power.
    @Test(arguments: [
        (160.0, 12.76, 258.0, 310.0, 587.0, 0.005), (330, 15.0, 295.7, 323, 2090, 0.005),
    ]) func publishedOperatingPointsBalance(
        _ powerMW: Double, _ pressureMPa: Double, _ inletC: Double, _ outletC: Double, _ flowKgS: Double,
        _ tolerance: Double
    ) {
        let rise =
            LiquidWater.enthalpyKJPerKg(pressureMPa: pressureMPa, celsius: outletC)
            - LiquidWater.enthalpyKJPerKg(pressureMPa: pressureMPa, celsius: inletC)
        expect(flowKgS * rise / 1000, powerMW, within: tolerance)
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
}
