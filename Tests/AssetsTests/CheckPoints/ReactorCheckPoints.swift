@testable import Assets

/// A-7 ... A-11: what belongs to both reactors stands on the page of the one it was published for.
enum ReactorCheckPoints {
    private static let year = 365.25 * 86_400

    static var candu: [CheckPoint] {
        xenon + decayHeat + [
            CheckPoint("A-10", "heavy water boils at 9.99 MPa, Cel", 309.97, plusMinus: 0.03) {
                Saturation.heavyWater.celsius(pressureMPa: 9.99)
            },
            CheckPoint("A-10", "flow for 2061 MW at 4 % steam, kg/s", 7535, within: 0.01) { flow(quality: 0.04) },
            CheckPoint("A-10", "flow for 2061 MW without steam, kg/s", 9107, within: 0.01) { flow(quality: 0) },
        ] + coastDown + tritium
    }

    private static func flow(quality: Double) -> Double {
        let design = CanduCore.design
        let rise = design.heatMJPerKgK * (309.97 - design.inletC) + quality * design.evaporationMJPerKg
        return design.ratedMW / rise
    }

    private static var xenon: [CheckPoint] {
        [("9e13", 9e13, 4.12064, 10.0371), ("1e14", 1e14, 4.49383, 10.1368)].flatMap { name, flux, ratio, hours in
            let poison = XenonIodine(equilibriumAt: 1, fluxPerCm2S: flux)
            return [
                CheckPoint("A-7", "xenon's peak after \(name) n/cm2/s, in equilibria", ratio, within: 2e-6) {
                    poison.xenonAfterShutdown(seconds: poison.peakAfterShutdownS) / poison.xenon
                },
                CheckPoint("A-7", "xenon's peak after \(name) n/cm2/s, h", hours, within: 1e-5) {
                    poison.peakAfterShutdownS / 3600
                },
            ]
        } + [
            CheckPoint("A-7", "xenon is back after 9e13 n/cm2/s, h", 40.98, within: 1e-4) {
                (XenonIodine(equilibriumAt: 1, fluxPerCm2S: 9e13).returnAfterShutdownS() ?? .nan) / 3600
            }
        ]
    }

    private static var decayHeat: [CheckPoint] {
        // The standard's "infinite" operation is 1e13 s.
        [(1.0, 12.3121), (10, 9.49364), (100, 6.19814), (1e3, 3.79560), (1e4, 1.90823)].map { seconds, mev in
            CheckPoint("A-8", "decay heat \(seconds) s after long operation, MeV", mev, within: 1e-5) {
                DecayHeat.mevPerFission(after: seconds, operation: 1e13)
            }
        }
            + [(1.0, 0.06078), (60, 0.03366), (3600, 0.012313), (86_400, 0.0042581)].map { seconds, share in
                CheckPoint("A-8", "decay heat \(seconds) s after a year, P/P0", share, within: 1e-4) {
                    DecayHeat.fraction(after: seconds, operation: year)
                }
            }
    }

    private static var coastDown: [CheckPoint] {
        [(5.0, 0.75), (15, 0.5), (60, 0.2)].map { seconds, share in
            CheckPoint("A-11", "pump with tau = 15 s after \(seconds) s, w/w0", share, within: 1e-12) {
                PrimaryFlow.rundown(seconds: seconds, timeConstantS: 15)
            }
        }
    }

    private static var tritium: [CheckPoint] {
        [(1.0, 4.62), (10, 36.4), (30, 68.9)].map { years, curie in
            CheckPoint("A11", "tritium after \(years) a at 1e14 n/cm2/s, Ci/kg", curie, within: 2e-3) {
                Tritium.curiePerKg(fluxPerCm2S: 1e14, inCore: 1, seconds: years * year)
            }
        }
    }

    static var smr: [CheckPoint] {
        coupled + balances + boiling
            + [(0.5, 0.7937), (0.03, 0.3107)].map { power, flow in
                CheckPoint("A8", "natural circulation at \(power) of full power, W/W0", flow, within: 2e-4) {
                    PrimaryFlow.naturalCirculation(powerFraction: power)
                }
            }
    }

    /// Problem SMR-6 in steps of 2.5 ms for a minute, then of 0.1 s for nine.
    private static let smr6: (powers: [Int: Double], peak: (time: Double, power: Double)) = {
        var core = makeSMR6()
        var seen: [Int: Double] = [:]
        var powers: [Double] = []
        for tick in 1...24_000 {
            core.step(seconds: 0.0025, externalReactivity: 1e-3)
            if tick <= 400 { powers.append(core.kinetics.power) }
            if tick % 400 == 0 { seen[tick / 400] = core.kinetics.power }
        }
        for _ in 0..<5400 { core.step(seconds: 0.1, externalReactivity: 1e-3) }
        seen[600] = core.kinetics.power
        guard let top = powers.indices.max(by: { powers[$0] < powers[$1] }), top > 0, top < 399 else {
            return (seen, (0, 0))
        }
        let (a, b, c) = (powers[top - 1], powers[top], powers[top + 1])
        let offset = (a - c) / (2 * (a - 2 * b + c))
        return (seen, ((Double(top + 1) + offset) * 0.0025, b - (a - c) * offset / 4))
    }()

    static func makeSMR6() -> CoupledCore {
        CoupledCore(
            KineticsParameters.uranium235.scaled(toBeta: 0.0065),
            core: .init(fuelMJPerK: 3, coolantMJPerK: 12, transferMWPerK: 0.5),
            feedback: .init(fuelPerK: -2.5e-5, coolantPerK: -2.0e-4), ratedMW: 160, inletC: 258, flowMWPerK: 6.2)
    }

    private static var coupled: [CheckPoint] {
        [(1, 1.1803824), (5, 1.0870274), (10, 1.0646028), (60, 1.0711601), (600, 1.0724293)].map { seconds, power in
            CheckPoint("A-9", "SMR-6, step of 1 mk: n(\(seconds) s)", power, within: 1e-5) {
                smr6.powers[seconds] ?? .nan
            }
        } + [
            CheckPoint("A-9", "SMR-6: overshoot", 1.18788, within: 1e-5) { smr6.peak.power },
            CheckPoint("A-9", "SMR-6: time of the overshoot (a flat top), s", 0.4065, plusMinus: 0.003) {
                smr6.peak.time
            },
            CheckPoint("A-9", "SMR-6: settled change", 0.072_429_91, within: 1e-7) {
                makeSMR6().settledChange(externalReactivity: 1e-3)
            },
        ]
    }

    /// Mass flow times the rise of enthalpy, against the published power.
    private static var balances: [CheckPoint] {
        let points = [
            ("NuScale", 160.0, 12.76, 258.0, 310.0, 587.0), ("SMART", 330, 15.0, 295.7, 323, 2090),
        ]
        return points.map { name, powerMW, pressureMPa, inletC, outletC, flowKgS in
            CheckPoint("A-10", "\(name): m dh, MW", powerMW, within: 0.01) {
                let rise =
                    LiquidWater.enthalpyKJPerKg(pressureMPa: pressureMPa, celsius: outletC)
                    - LiquidWater.enthalpyKJPerKg(pressureMPa: pressureMPa, celsius: inletC)
                return flowKgS * rise / 1000
            }
        }
    }

    private static var boiling: [CheckPoint] {
        [(10.0, 311.0), (11, 318.1), (12, 324.7), (15, 342.2)].map { pressure, celsius in
            CheckPoint("A10", "light water boils at \(pressure) MPa, Cel", celsius, plusMinus: 0.06) {
                Saturation.lightWater.celsius(pressureMPa: pressure)
            }
        } + [
            CheckPoint("IAPWS", "IF97 table 35: 500 K, MPa", 2.638_897_76, within: 1e-8) {
                Saturation.lightWater.pressureMPa(celsius: 500 - 273.15)
            },
            CheckPoint("IAPWS", "IF97 table 36: 10 MPa, K", 584.149_488, within: 1e-8) {
                Saturation.lightWater.celsius(pressureMPa: 10) + 273.15
            },
        ]
    }
}
