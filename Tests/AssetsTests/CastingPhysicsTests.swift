import Model
import Testing

@testable import Assets

/// What the equations of casting must hold for any input; the published numbers are in CheckPoints.
@Suite struct CastingPhysicsTests {
    private let steel = StefanProblem.Material(conductivityWPerMK: 30, densityKgPerM3: 7400, heatJPerKgK: 700)
    private var s1: StefanProblem {
        StefanProblem(solid: steel, latentJPerKg: 271_000, freezingC: 1500, wallC: 1000)
    }

    @Test func neumannsSolutionMeetsTheFrontAndTheWall() {
        expect(s1.temperatureC(depthMm: s1.thicknessMm(seconds: 30), seconds: 30), 1500, within: 1e-12)
        expect(s1.temperatureC(depthMm: 0, seconds: 30), 1000, within: 1e-12)
        // What does not freeze has no shell; nothing traps.
        let warm = StefanProblem(solid: steel, latentJPerKg: 271_000, freezingC: 1500, wallC: 1600)
        #expect(warm.growth == 0 && warm.thicknessMm(seconds: 10) == 0 && s1.thicknessMm(seconds: -1) == 0)
        let nothing = StefanProblem.Material(conductivityWPerMK: 0, densityKgPerM3: 0, heatJPerKgK: 0)
        _ = StefanProblem(solid: nothing, latentJPerKg: 0, freezingC: .nan, wallC: 0).wallFluxKWPerM2(seconds: 0)
    }

    /// The shell balances its heat: what the wall takes is what freezing and cooling give, for any material.
    @Test(arguments: 0..<20 as Range<UInt64>) func anyShellConservesHeat(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let material = StefanProblem.Material(
            conductivityWPerMK: 15 + 40 * random.unit(), densityKgPerM3: 6500 + 1500 * random.unit(),
            heatJPerKgK: 500 + 500 * random.unit())
        let latent = 1.5e5 + 2e5 * random.unit()
        let shell = StefanProblem(
            solid: material, latentJPerKg: latent, freezingC: 1500, wallC: 600 + 700 * random.unit())
        let time = 5 + 50 * random.unit()
        let thickness = shell.thicknessMm(seconds: time) / 1000
        let steps = 2000
        let cooled = (0..<steps).reduce(0.0) {
            let depth = (Double($1) + 0.5) / Double(steps) * thickness
            return $0 + (1500 - shell.temperatureC(depthMm: depth * 1000, seconds: time)) * thickness / Double(steps)
        }
        let given = material.densityKgPerM3 * (latent * thickness + material.heatJPerKgK * cooled)
        // Flux falls with the root of time: its integral is twice its last value times the time.
        expect(2 * time * shell.wallFluxKWPerM2(seconds: time) * 1000, given, within: 1e-6)
    }

    @Test func superheatThinsTheShell() {
        var before = s1.constantMmPerRootMin
        for superheat in [10.0, 25, 50, 100] {
            let hot = StefanProblem(
                solid: steel, latentJPerKg: 271_000, freezingC: 1500, wallC: 1000, superheatK: superheat)
            #expect(hot.constantMmPerRootMin < before && hot.constantMmPerRootMin > 20)
            before = hot.constantMmPerRootMin
            // Heat flux is continuous but for the latent heat at the front.
            let (front, step) = (hot.thicknessMm(seconds: 60), 1e-4)
            let solid = (hot.freezingC - hot.temperatureC(depthMm: front - step, seconds: 60)) / step * 1000
            let liquid = (hot.temperatureC(depthMm: front + step, seconds: 60) - hot.freezingC) / step * 1000
            let speed = front / 1000 / 120
            expect(30 * (solid - liquid), 7400 * 271_000 * speed, within: 1e-4)
        }
    }

    /// Check point B-1: the enthalpy method within 1 % on 40 nodes and 0.2 % on 200.
    @Test(arguments: [(40, 0.01), (200, 0.002)]) func enthalpyMethodFindsTheExactShell(_ nodes: Int, _ within: Double) {
        var shell = ShellModel(
            .init(material: steel, latentJPerKg: 271_000, solidusC: 1499.9, liquidusC: 1500.1), depthMm: 30,
            nodes: nodes, pouringC: 1500.1)
        var elapsed = 0.0
        for seconds in [10.0, 20, 48] {
            shell.advance(seconds: seconds - elapsed, surface: .temperature(celsius: 1000))
            elapsed = seconds
            expect(shell.thicknessMm, s1.thicknessMm(seconds: seconds), within: within, "\(nodes) at \(seconds) s")
        }
    }

    @Test func enthalpyMethodFindsTheTwoPhaseShell() {
        let exact = StefanProblem(solid: steel, latentJPerKg: 271_000, freezingC: 1500, wallC: 1000, superheatK: 40)
        var shell = ShellModel(
            .init(material: steel, latentJPerKg: 271_000, solidusC: 1499.9, liquidusC: 1500.1), depthMm: 100,
            nodes: 400, pouringC: 1540)
        shell.advance(seconds: 48, surface: .temperature(celsius: 1000))
        expect(shell.thicknessMm, exact.thicknessMm(seconds: 48), within: 0.004)
    }

    @Test func oddGridsDoNotTrap() {
        var shell = ShellModel(
            .init(material: steel, latentJPerKg: 0, solidusC: 1500, liquidusC: 1500), depthMm: 20, nodes: -5,
            pouringC: 1540)
        #expect(shell.enthalpies.count == 2 && shell.temperatureC(cell: 2).isNaN && shell.temperatureC(cell: -1).isNaN)
        let before = shell
        for seconds in [Double.infinity, .nan, -1, 0, 1e300] {
            shell.advance(seconds: seconds, surface: .temperature(celsius: 1000))
        }
        #expect(shell == before)
        var flat = ShellModel(
            .init(material: steel, latentJPerKg: 271_000, solidusC: 1490, liquidusC: 1510), depthMm: 0, nodes: 10,
            pouringC: 1540)
        flat.advance(seconds: 1, surface: .flux(kWPerM2: 1000))
        #expect(flat.thicknessMm == 0)
    }

    @Test func enthalpyMethodConservesHeat() {
        var shell = ShellModel(
            .init(material: steel, latentJPerKg: 271_000, solidusC: 1460, liquidusC: 1515), depthMm: 50, nodes: 100,
            pouringC: 1540)
        let before = shell.enthalpies.reduce(0, +)
        shell.advance(seconds: 40, surface: .flux(kWPerM2: 1200))
        let lost = (before - shell.enthalpies.reduce(0, +)) * 7400 * shell.spacingM
        expect(lost, 1200e3 * 40, within: 1e-9)
        #expect(shell.surfaceC < 1460 && shell.thicknessMm > 5)
    }

    @Test func solidusHasThreeBranches() {
        let low = SteelComposition(carbon: 0.05, silicon: 0.02, manganese: 0.25, phosphorus: 0.010, sulfur: 0.008)
        #expect(low.solidusC < 1530 && low.solidusC > 1480 && !low.isPeritectic)
        #expect(SteelComposition(carbon: 0.12).isPeritectic)
        expect(SteelComposition(carbon: 0.05).solidusC, 1538 - 478 * 0.05, within: 1e-12)
        expect(SteelComposition(carbon: 0.12).solidusC, 1495, within: 1e-12)
        expect(SteelComposition(carbon: 0.40).solidusC, 1527 - 187.5 * 0.40, within: 1e-12)
    }

    @Test func tundishBalance() {
        var odd = Tundish(massT: 0, steelC: 1550)
        for seconds in [Double.nan, -1, .infinity, 1] {
            odd.advance(seconds: seconds, inflowTPerMin: 0, inflowC: 0, outflowTPerMin: 2, lossKW: 0)
        }
        #expect(odd.massT == 0.001 && odd.steelC == 1550)
        // Filling and emptying: one long step equals many short ones, with and without inflow.
        for inflow in [5.0, 2.553, 0.5, 0] {
            var long = Tundish(massT: 20, steelC: 1530)
            var short = long
            long.advance(seconds: 120, inflowTPerMin: inflow, inflowC: 1570, outflowTPerMin: 2.5, lossKW: 300)
            for _ in 0..<1200 {
                short.advance(seconds: 0.1, inflowTPerMin: inflow, inflowC: 1570, outflowTPerMin: 2.5, lossKW: 300)
            }
            expect(short.steelC, long.steelC, within: 1e-9)
            expect(short.massT, long.massT, within: 1e-9)
        }
    }

    /// Check point B-5: the closed form for any gains, and a discrete loop at 200 Hz beside it.
    @Test func levelLoopPeak() {
        let loop = LevelLoop(gainMmPerSPercent: 1, proportional: 0.8, integral: 0.16)
        let d = 0.2 / 60 * 1000
        let peak = loop.peak(disturbanceMmPerS: d)
        var controller = PIController(proportional: 0.8, integral: 0.16, low: -100, high: 100, held: 0)
        var level = 0.0
        var largest = (value: 0.0, time: 0.0)
        let step = 0.005
        for tick in 0..<8000 {
            let output = controller.output(error: -level, seconds: step)
            level += (d + output) * step
            if level > largest.value { largest = (level, Double(tick + 1) * step) }
        }
        expect(largest.value, peak.errorMm, within: 0.01)
        expect(largest.time, peak.seconds, within: 0.01)
        #expect(abs(level) < 1e-3)
        // Without an integral part the error stays; without damping it comes back and back; driven up, it never turns.
        let lasting = LevelLoop(gainMmPerSPercent: 2, proportional: 0.5, integral: 0).peak(disturbanceMmPerS: 3)
        #expect(lasting == (3, .infinity))
        expect(
            LevelLoop(gainMmPerSPercent: 1, proportional: 0, integral: 0.25).peak(disturbanceMmPerS: 2).errorMm, 4,
            within: 1e-12)
        let driven = LevelLoop(gainMmPerSPercent: 1, proportional: -1, integral: 0.2).peak(disturbanceMmPerS: 1)
        #expect(driven == (.infinity, .infinity))
        expect(
            LevelLoop(gainMmPerSPercent: 0, proportional: 1, integral: 1).errorMm(seconds: 3, disturbanceMmPerS: 2), 6,
            within: 1e-12)
        for (kp, ki) in [(0.3, 0.3), (2.0, 0.1), (0.8, 0.2), (0, 0.4)] {
            let other = LevelLoop(gainMmPerSPercent: 1.3, proportional: kp, integral: ki)
            let top = other.peak(disturbanceMmPerS: 2)
            #expect(other.errorMm(seconds: top.seconds * 1.001, disturbanceMmPerS: 2) < top.errorMm)
            #expect(other.errorMm(seconds: top.seconds * 0.999, disturbanceMmPerS: 2) < top.errorMm)
        }
    }

    @Test func clampedControllersDoNotWindUp() {
        var controller = PIController(proportional: 1, integral: 0.5, low: 0, high: 100, held: 50)
        for _ in 0..<1000 { _ = controller.output(error: 20, seconds: 1) }
        #expect(controller.output(error: -5, seconds: 1) < 100)
    }

    @Test func negativeStrip() {
        #expect(MouldOscillation.negativeStripS(frequencyPerMin: 60, strokeMm: 3, speedMPerMin: 2) == 0)
        #expect(MouldOscillation.negativeStripS(frequencyPerMin: 0, strokeMm: 3, speedMPerMin: 1) == 0)
        #expect(MouldOscillation.negativeStripS(frequencyPerMin: 120, strokeMm: .nan, speedMPerMin: 1).isNaN)
        // The velocity of the mould passes that of the strand at the ends of the time, for any setting.
        for (cpm, stroke, speed) in [(100.0, 8.0, 1.4), (180, 4, 0.9), (250, 3, 2)] {
            let seconds = MouldOscillation.negativeStripS(
                frequencyPerMin: cpm, strokeMm: stroke, speedMPerMin: speed)
            let fastest = .pi * cpm / 60 * stroke
            expect(fastest * Maths.cos(.pi * cpm / 60 * seconds), speed * 1000 / 60, within: 1e-12)
        }
    }

    @Test func mouldEnergy() {
        let heat = MouldHeat()
        #expect(heat.fluxKWPerM2(seconds: 65) == 0 && heat.limitS == 64 && heat.fluxKWPerM2(seconds: -1) == 2680)
        // Standing still takes nothing more, once the correlation has come to its end.
        #expect(heat.powerMW(widthM: 1.5, thicknessM: 0.23, lengthM: 0.8, speedMPerMin: 0) == 0)
        // The mean is the integral of the local flux.
        let steps = 4800
        let sum = (0..<steps).reduce(0.0) { $0 + heat.fluxKWPerM2(seconds: (Double($1) + 0.5) * 0.01) }
        expect(sum / Double(steps), heat.meanFluxKWPerM2(seconds: 48), within: 1e-5)
    }

    /// Check point B-10: the rules one by one, at and just inside their thresholds.
    @Test func defectRules() {
        func run(_ seconds: Int, _ make: (Int, inout DefectRules.Readings) -> Void) -> [DefectRules.Defect] {
            var rules = DefectRules(.init(zoneShares: [0.5, 0.3, 0.2]))
            for second in 0..<seconds {
                var readings = DefectRules.Readings()
                readings.levelMm = 100
                readings.levelTargetMm = 100
                readings.tundishC = 1550
                readings.speedMPerMin = 1.2
                readings.oscillationPerMin = 120
                readings.superheatK = 25
                readings.zoneFlowsLPerMin = [500, 300, 200]
                readings.vibrationsMmPerS = [2, 1]
                make(second, &readings)
                rules.observe(readings)
            }
            return DefectRules.Defect.allCases.filter { rules.isBroken($0) }
        }
        #expect(run(300) { _, _ in } == [])
        #expect(run(300) { if $0 >= 100 && $0 < 161 { $1.levelMm = 121 } } == [.surfaceCracks])
        #expect(run(300) { if $0 >= 100 && $0 < 160 { $1.levelMm = 79 } } == [])
        #expect(run(300) { if $0 >= 100 && $0 < 300 { $1.levelMm = $0 == 150 ? 119 : 121 } } == [.surfaceCracks])
        #expect(run(300) { if $0 >= 100 { $1.tundishC = 1499 } } == [.internalCracks])
        #expect(
            run(300) {
                if $0 >= 100 { $1.tundishC = 1499 }
                $1.speedMPerMin = 0.9
            } == [])
        #expect(run(300) { if $0 >= 100 { $1.tundishC = 1550 - Double($0 - 100) * 1.6 } } == [])
        #expect(run(300) { if $0 >= 100 && $0 < 111 { $1.oscillationPerMin = 201 } } == [.cornerCracks])
        #expect(run(300) { if $0 >= 100 && $0 < 110 { $1.oscillationPerMin = 59 } } == [])
        #expect(
            run(300) { _, readings in
                readings.superheatK = 45
                readings.zoneFlowsLPerMin = [400, 300, 200]
            } == [])
        #expect(
            run(300) { _, readings in
                readings.superheatK = 45
                readings.zoneFlowsLPerMin = [500, 200, 200]
            } == [.inclusions])
        #expect(run(300) { if $0 == 40 { $1.vibrationsMmPerS = [2, 7.2] } } == [.shape])
        #expect(run(300) { _, readings in readings = DefectRules.Readings() } == [])
    }
}
