@testable import Assets

/// B-1 ... B-11.
enum CasterCheckPoints {
    static var all: [CheckPoint] { stefan + enthalpy + steel + tundish + level + oscillation + mould + rest }

    private static let material = StefanProblem.Material(
        conductivityWPerMK: 30, densityKgPerM3: 7400, heatJPerKgK: 700)
    private static let s1 = StefanProblem(solid: material, latentJPerKg: 271_000, freezingC: 1500, wallC: 1000)

    private static var stefan: [CheckPoint] {
        [
            CheckPoint("B1", "S1: diffusivity, m2/s", 5.791506e-6, within: 1e-6) { material.diffusivityM2PerS },
            CheckPoint("B-1", "S1: growth constant m", 0.684239195, within: 1e-9) { s1.growth },
            CheckPoint("B-1", "S1: K, mm/min^0.5", 25.5099329, within: 1e-8) { s1.constantMmPerRootMin },
            CheckPoint("B-1", "S1: S(10 s), mm", 10.4143865, within: 1e-8) { s1.thicknessMm(seconds: 10) },
            CheckPoint("B-1", "S1: S(48 s), mm", 22.8167776, within: 1e-8) { s1.thicknessMm(seconds: 48) },
            CheckPoint("B-1", "S1: half way through the shell, Cel", 1278.570, within: 1e-6) {
                s1.temperatureC(depthMm: s1.thicknessMm(seconds: 10) / 2, seconds: 10)
            },
            CheckPoint("B-1", "S1: wall flux at 10 s, kW/m2", 1667.76, within: 1e-5) {
                s1.wallFluxKWPerM2(seconds: 10)
            },
        ]
    }

    private static var enthalpy: [CheckPoint] {
        [(40, 0.01), (200, 0.002)].map { nodes, tolerance in
            CheckPoint("B-1", "enthalpy method, \(nodes) cells: S(48 s), mm", 22.8167776, within: tolerance) {
                var shell = ShellModel(
                    .init(material: material, latentJPerKg: 271_000, solidusC: 1499.9, liquidusC: 1500.1), depthMm: 30,
                    nodes: nodes, pouringC: 1500.1)
                shell.advance(seconds: 48, surface: .temperature(celsius: 1000))
                return shell.thicknessMm
            }
        }
    }

    private static var steel: [CheckPoint] {
        let low = SteelComposition(carbon: 0.05, silicon: 0.02, manganese: 0.25, phosphorus: 0.010, sulfur: 0.008)
        return [(LiquidusFormula.plant, 1530.690), (.wolf, 1530.075), (.hirai, 1533.050)].map { formula, celsius in
            CheckPoint("B-2", "liquidus of low-carbon steel, \(formula), Cel", celsius, within: 1e-9) {
                formula.liquidusC(low)
            }
        }
    }

    private static var tundish: [CheckPoint] {
        let flow = 1.5 * 0.23 * 1.0 * 7.4
        return [
            CheckPoint("B-4", "300 kW at 2.553 t/min: steady drop, K", 9.4007, within: 1e-5) {
                Tundish.steadyDropK(lossKW: 300, inflowTPerMin: flow)
            },
            CheckPoint("B-4", "the same after ten hours, K", 9.4007, within: 1e-5) {
                var tundish = Tundish(massT: 30, steelC: 1560)
                for _ in 0..<600 {
                    tundish.advance(
                        seconds: 60, inflowTPerMin: flow, inflowC: 1560, outflowTPerMin: flow, lossKW: 300)
                }
                return 1560 - tundish.steelC
            },
            CheckPoint("B-4", "30 t: time constant, min", 11.751, within: 1e-4) {
                Tundish.timeConstantMin(massT: 30, inflowTPerMin: flow)
            },
            CheckPoint("B-4", "30 t without inflow: fall in a minute, K", 0.8, within: 1e-9) {
                var tundish = Tundish(massT: 30, steelC: 1550)
                tundish.advance(seconds: 60, inflowTPerMin: 0, inflowC: 0, outflowTPerMin: 0, lossKW: 300)
                return 1550 - tundish.steelC
            },
        ]
    }

    private static var level: [CheckPoint] {
        let loop = LevelLoop(gainMmPerSPercent: 1, proportional: 0.8, integral: 0.16)
        let d = 0.2 / 60 * 1000
        return [
            CheckPoint("B-5", "level loop, 1.0 to 1.2 m/min: peak, mm", 3.06566, within: 1e-5) {
                loop.peak(disturbanceMmPerS: d).errorMm
            },
            CheckPoint("B-5", "level loop: time of the peak, s", 2.5, within: 1e-9) {
                loop.peak(disturbanceMmPerS: d).seconds
            },
        ]
    }

    private static var oscillation: [CheckPoint] {
        [(120.0, 1.0, 0.177117), (150, 1.2, 0.144192)].map { cpm, speed, seconds in
            CheckPoint("B-6", "negative strip, \(cpm) cpm, 6 mm, \(speed) m/min, s", seconds, within: 3e-6) {
                MouldOscillation.negativeStripS(frequencyPerMin: cpm, strokeMm: 6, speedMPerMin: speed)
            }
        } + [
            CheckPoint("B7", "negative strip, share of the cycle", 0.3542, within: 1e-4) {
                MouldOscillation.negativeStripShare(frequencyPerMin: 120, strokeMm: 6, speedMPerMin: 1)
            },
            CheckPoint("B7", "mark pitch at 120 cpm and 1 m/min, mm", 8.333, within: 1e-4) {
                MouldOscillation.markPitchMm(frequencyPerMin: 120, speedMPerMin: 1)
            },
            CheckPoint("B7", "acceleration at 200 Hz and 3 mm, m/s2", 2369, within: 1e-3) {
                MouldOscillation.peakAccelerationMPerS2(frequencyPerMin: 12_000, strokeMm: 3)
            },
        ]
    }

    private static var mould: [CheckPoint] {
        let heat = MouldHeat()
        return [
            CheckPoint("B2", "flux after 10 s, kW/m2", 1620.64, within: 1e-5) { heat.fluxKWPerM2(seconds: 10) },
            CheckPoint("B2", "mean flux over 48 s, kW/m2", 1132.70, within: 1e-5) {
                heat.meanFluxKWPerM2(seconds: 48)
            },
            CheckPoint("B-7", "heat of a 1.5 x 0.23 m mould at 1 m/min, MW", 3.135, within: 1e-3) {
                heat.powerMW(widthM: 1.5, thicknessM: 0.23, lengthM: 0.8, speedMPerMin: 1)
            },
            CheckPoint("B-7", "rise of 8000 L/min, K", 5.64, within: 0.01) {
                MouldHeat.waterRiseK(
                    powerMW: heat.powerMW(widthM: 1.5, thicknessM: 0.23, lengthM: 0.8, speedMPerMin: 1),
                    flowLPerMin: 8000)
            },
        ]
    }

    private static var rest: [CheckPoint] {
        [
            CheckPoint("B-8", "spray of .05 L/cm2/min on 1000 Cel, W/m2K", 990.5, within: 1e-3) {
                SprayCooling.transferWPerM2K(waterLPerCm2Min: 0.05, surfaceC: 1000)
            },
            CheckPoint("B8", "radiation at 1000 Cel, kW/m2", 119, within: 0.005) {
                SprayCooling.radiationKWPerM2(surfaceC: 1000, ambientC: 25)
            },
            CheckPoint("B6", "bulging at 1.2 m/min and a pitch of .25 m, Hz", 0.08, within: 1e-12) {
                Bulging.frequencyHz(speedMPerMin: 1.2, rollPitchM: 0.25)
            },
            CheckPoint("B-11", "sticker from row to row, s", 8.571, within: 1e-4) {
                StickerTear.lagS(rowDistanceMm: 120, speedMPerMin: 1.2, tearShare: 0.7)
            },
        ]
    }
}
