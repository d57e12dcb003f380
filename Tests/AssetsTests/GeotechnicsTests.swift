import Model
import Testing

@testable import Assets

/// What the equations of the ground must hold for any input; the published numbers are in CheckPoints.
@Suite struct GeotechnicsTests {
    @Test func terzaghi() {
        for degree in [0.01, 0.2, 0.5, 0.77, 0.999] {
            expect(
                Consolidation.degree(timeFactor: Consolidation.timeFactor(degree: degree)), degree, within: 1e-12)
        }
        #expect(Consolidation.timeFactor(degree: 1) == .infinity && Consolidation.timeFactor(degree: -1) == 0)
        #expect(Consolidation.degree(timeFactor: .infinity) == 1 && Consolidation.degree(timeFactor: .nan).isNaN)
        // A layer that drains at both faces is symmetrical.
        for factor in [0.001, 0.1] {
            expect(
                Consolidation.excess(depthRatio: 1.7, timeFactor: factor),
                Consolidation.excess(depthRatio: 0.3, timeFactor: factor), within: 1e-12)
        }
        #expect(Consolidation.degree(timeFactor: 0) == 0 && Consolidation.excess(depthRatio: 0, timeFactor: 1) == 0)
        // The early forms meet the series.
        expect(Consolidation.degree(timeFactor: 0.005), Consolidation.degree(timeFactor: 0.004999999), within: 1e-6)
        expect(
            Consolidation.excess(depthRatio: 0.1, timeFactor: 0.005),
            Consolidation.excess(depthRatio: 0.1, timeFactor: 0.004999999), within: 1e-6)
        // The degree is the mean of what has drained.
        let mean = (0..<2000).reduce(0.0) {
            $0 + Consolidation.excess(depthRatio: (Double($1) + 0.5) / 2000, timeFactor: 0.2) / 2000
        }
        expect(1 - mean, Consolidation.degree(timeFactor: 0.2), within: 1e-6)
    }

    @Test func dupuit() {
        let flow = DupuitFlow(conductivityMPerS: 1e-6, lengthM: 100, upstreamM: 20, downstreamM: 5)
        var rain = flow
        rain.rechargeMPerS = 1e-8
        expect(rain.dischargeM2PerS(atM: 100) - rain.dischargeM2PerS(atM: 0), 1e-6, within: 1e-9)
        #expect(rain.headM(atM: 50) > flow.headM(atM: 50))
    }

    @Test func phreaticSurfaceFindsDupuitAndBoussinesq() {
        var steady = PhreaticSurface(
            conductivityMPerS: 1e-5, lengthM: 100, specificYield: 0.2, upstreamM: 12, downstreamM: 5, nodes: 51)
        for _ in 0..<4000 { steady.advance(seconds: 86_400, upstreamM: 20, downstreamM: 5) }
        let exact = DupuitFlow(conductivityMPerS: 1e-5, lengthM: 100, upstreamM: 20, downstreamM: 5)
        for x in stride(from: 0.0, through: 100, by: 10) {
            expect(steady.headM(atM: x), exact.headM(atM: x), within: 1e-6)
        }
        expect(steady.toeDischargeM2PerS, exact.dischargeM2PerS(atM: 100), within: 1e-6)
        // A small step on a thick aquifer is linear.
        var step = PhreaticSurface(
            conductivityMPerS: 1e-4, lengthM: 400, specificYield: 0.1, upstreamM: 30, downstreamM: 30, nodes: 401)
        for _ in 0..<2000 { step.advance(seconds: 300, upstreamM: 30.01, downstreamM: 30) }
        let linear = BoussinesqStep(conductivityMPerS: 1e-4, thicknessM: 30, specificYield: 0.1)
        for x in [10.0, 50, 100, 150] {
            expect(
                step.headM(atM: x) - 30, linear.riseM(atM: x, seconds: 600_000, pondRiseM: 0.01), within: 0.01)
        }
    }

    /// Rain raises the water table by I / Sy before anything has flowed away; and answers any pond by the complementary error
    /// function.
    @Test func rainRaisesTheWaterTable() {
        var surface = PhreaticSurface(
            conductivityMPerS: 1e-6, lengthM: 1000, specificYield: 0.15, upstreamM: 20, downstreamM: 20, nodes: 101)
        for _ in 0..<100 {
            surface.advance(seconds: 3600, upstreamM: 20, downstreamM: 20, rechargeMPerS: 0.05 / 360_000)
        }
        expect(surface.headM(atM: 500) - 20, 0.05 / 0.15, within: 1e-6)
        let before = surface
        for seconds in [Double.nan, .infinity, 0, -1] {
            surface.advance(seconds: seconds, upstreamM: 25, downstreamM: 20)
        }
        #expect(surface == before)
        let least = PhreaticSurface(
            conductivityMPerS: 1, lengthM: 1, specificYield: 1, upstreamM: 1, downstreamM: 1, nodes: -9)
        #expect(least.headsM.count == 3)
    }

    @Test func infiniteSlope() {
        let slope = InfiniteSlope(
            strength: Strength(cohesion: 0, frictionDeg: 34, unitWeight: 20), slopeDeg: Maths.atan(1.0 / 3) * 180 / .pi,
            depth: 5)
        var cohesive = slope
        cohesive.strength.cohesion = 10
        // c' / (g z sin b cos b) comes on top.
        let both = Maths.sincos(Maths.atan(1.0 / 3))
        expect(
            cohesive.factorOfSafety(poreRatio: 0.25) - slope.factorOfSafety(poreRatio: 0.25),
            10 / (20 * 5 * both.sin * both.cos), within: 1e-12)
        #expect(slope.factorOfSafety(poreRatio: 5) == 0)
        var level = slope
        level.slopeDeg = 0
        #expect(level.factorOfSafety(poreRatio: 0) == .infinity)
    }

    /// In a slope that is long and even, slices of a shallow circle come close to the infinite slope's answer.
    @Test func aShallowCircleIsAnInfiniteSlope() {
        let soil = Strength(cohesion: 5, frictionDeg: 30, unitWeight: 18)
        // A chord of 100 m parallel to a slope of 2 : 1, 4 m deep in the middle: R = (50^2 + 4^2) / 8.
        let radius = (2500.0 + 16) / 8
        let both = Maths.sincos(Maths.atan(0.5))
        let circle = SlipCircle(
            centerX: both.sin * (radius - 4), centerY: both.cos * (radius - 4), radius: radius,
            surface: [(-400, 200), (400, -200)], count: 500)
        // Two thirds of the greatest depth on average.
        let slope = InfiniteSlope(strength: soil, slopeDeg: Maths.atan(0.5) * 180 / .pi, depth: 4 * both.cos * 2.2 / 3)
        let exact = slope.factorOfSafety(poreRatio: 0)
        expect(circle.factorOfSafety(.bishop, strength: soil), exact, within: 0.1)
    }

    @Test func oddSectionsDoNotTrap() {
        let soil = Strength(cohesion: 5, frictionDeg: 30, unitWeight: 18)
        for (x, y, radius) in [
            (0.0, 100.0, 10.0), (.nan, 0, 1), (0, 0, .infinity), (0, 0, -5), (0, 0, 0), (50, 20, 1e-9),
        ] {
            let circle = SlipCircle(centerX: x, centerY: y, radius: radius, surface: [(0, 10), (50, 0)], count: 30)
            #expect(circle.factorOfSafety(.bishop, strength: soil) > 0)
        }
        #expect(SlipCircle(centerX: 25, centerY: 20, radius: 18, surface: [], count: 30).slices.isEmpty)
        #expect(SlipCircle(centerX: 25, centerY: 20, radius: 18, surface: [(9, 1), (3, 2)], count: 30).slices.isEmpty)
        let steps = SlipCircle(
            centerX: 60, centerY: 40, radius: 42, surface: [(0, 20), (40, 20), (40, 10), (60, 10), (60, 0), (90, 0)],
            count: -3)
        #expect(steps.slices.count == 1)
        #expect(LimitEquilibrium.factorOfSafety(.bishop, []) == .infinity)
        let broken = LimitEquilibrium.Slice(
            weight: .nan, width: 1, baseDeg: 10, strength: soil)
        #expect(LimitEquilibrium.factorOfSafety(.bishop, [broken]).isNaN)
        #expect(LimitEquilibrium.factorOfSafety(.ordinary, [broken]).isNaN)
        // Carried by water altogether, soil without cohesion has no strength left.
        let circle = SlipCircle(centerX: 30, centerY: 40, radius: 40, surface: [(0, 20), (40, 0)], count: 30)
        let sand = Strength(cohesion: 0, frictionDeg: 30, unitWeight: 18)
        #expect(circle.factorOfSafety(.bishop, strength: sand) { _ in 1e6 } < 1e-6)
    }

    /// The factor of safety does not hang on the number of slices.
    @Test(arguments: [(30, 0.005), (2000, 1e-4)]) func slices(_ count: Int, _ within: Double) {
        let circle = SlipCircle(
            centerX: 120, centerY: 90, radius: 80, surface: [(60, 60), (140, 20)], count: count)
        let soil = Strength(cohesion: 600, frictionDeg: 20, unitWeight: 120)
        expect(circle.factorOfSafety(.bishop, strength: soil), 2.0756, within: within)
        expect(circle.factorOfSafety(.ordinary, strength: soil), 1.9277, within: within)
        // The same slope falling to the left.
        let mirrored = SlipCircle(
            centerX: -120, centerY: 90, radius: 80, surface: [(-140, 20), (-60, 60)], count: count)
        for method in LimitEquilibrium.Method.allCases {
            expect(
                mirrored.factorOfSafety(method, strength: soil), circle.factorOfSafety(method, strength: soil),
                within: 1e-9)
            // Slices given one by one, with arms in radii.
            let slices = circle.slices.map {
                LimitEquilibrium.Slice(
                    weight: 120 * $0.height * $0.width, width: $0.width, baseDeg: Maths.asin($0.sine) * 180 / .pi,
                    strength: soil)
            }
            expect(
                LimitEquilibrium.factorOfSafety(method, slices), circle.factorOfSafety(method, strength: soil),
                within: 1e-9)
        }
        // A floor below the circle changes nothing.
        let floored = SlipCircle(
            centerX: 120, centerY: 90, radius: 80, surface: [(60, 60), (140, 20)], floor: 5, count: count)
        #expect(floored == circle)
        // Pore pressure takes strength away, r_u = .25 (published Bishop 1.766).
        let wet = circle.factorOfSafety(.bishop, strength: soil) { 0.25 * 120 * $0.height }
        expect(wet, 1.766, within: 0.005)
    }

    /// Check point C-5: to 1e-9, and mass conserved over a year.
    @Test func waterBalance() {
        var pond = PondBalance(basin: .init(datumM: 0, areaM2: 0.5e6), levelM: 10)
        var flows = PondBalance.Flows()
        flows.rainMPerS = 0.1 / 86_400
        flows.catchmentM2 = 2e6
        flows.runoff = 0.8
        for _ in 0..<86_400 { pond.advance(seconds: 1, flows) }
        expect(pond.levelM - 10, 0.340, within: 1e-9)

        var random = SeededRandom(seed: 4)
        let basin = PondBalance.Basin(datumM: 20, areaM2: 3e5, areaPerM: 2e4)
        var year = PondBalance(basin: basin, levelM: 26)
        let start = year.volumeM3
        var total = 0.0
        for _ in 0..<8760 {
            var hour = PondBalance.Flows()
            hour.slurryWaterM3PerS = 0.1 * random.unit()
            hour.rainMPerS = random.unit() < 0.05 ? random.unit() * 5e-6 : 0
            hour.catchmentM2 = 8e5
            hour.runoff = 0.6
            hour.evaporationMPerS = 5e-8
            hour.seepageM3PerS = 0.006
            hour.decantM3PerS = 0.08 * random.unit()
            let before = year.volumeM3
            total += year.advance(seconds: 3600, hour)
            #expect(year.volumeM3 >= 0 && abs(year.volumeM3 - before) < 1e5)
        }
        expect(year.volumeM3 - start, total, within: 1e-9)
        expect(basin.volumeM3(levelM: year.levelM), year.volumeM3, within: 1e-12)
        expect(PondBalance.freeboardM(crestM: 30, levelM: 27, runUpM: 0.3), 2.7, within: 1e-12)
    }

    /// Check point C-6.
    @Test func inverseVelocity() {
        let creep = InverseVelocity(slope: 0.01, failureDay: 60)
        for (day, velocity) in [(0.0, 1.6667), (30, 3.3333), (50, 10), (55, 20)] {
            expect(creep.velocityMmPerDay(day: day), velocity, within: 2e-5)
        }
        expect(
            InverseVelocity.failureDay(
                day: 30, velocity: creep.velocityMmPerDay(day: 30), day: 50, velocity: creep.velocityMmPerDay(day: 50))
                ?? 0, 60, within: 1e-12)
        let days = (0..<50).map(Double.init)
        expect(
            InverseVelocity.failureDay(days: days, velocitiesMmPerDay: days.map { creep.velocityMmPerDay(day: $0) })
                ?? 0, 60, within: 1e-9)
        #expect(InverseVelocity.failureDay(day: 1, velocity: 2, day: 2, velocity: 2) == nil)
        #expect(InverseVelocity.failureDay(day: 1, velocity: 0, day: 2, velocity: 2) == nil)
        #expect(InverseVelocity.failureDay(day: 2, velocity: 1, day: 2, velocity: 2) == nil)
        #expect(InverseVelocity.failureDay(days: [1, 2], velocitiesMmPerDay: [-1, 2]) == nil)
        #expect(InverseVelocity.failureDay(days: [1, 1], velocitiesMmPerDay: [1, 2]) == nil)
        #expect(creep.velocityMmPerDay(day: 60) == .infinity && creep.displacementMm(from: 0, to: 61) == .infinity)
        // Displacement is the integral of velocity.
        let sum = (0..<50_000).reduce(0.0) { $0 + creep.velocityMmPerDay(day: (Double($1) + 0.5) * 0.001) * 0.001 }
        expect(creep.displacementMm(from: 0, to: 50), sum, within: 1e-8)
    }

    /// Check point C-7: the identities hold exactly for any sample.
    @Test func soilIdentities() {
        var random = SeededRandom(seed: 6)
        for _ in 0..<1000 {
            let plastic = 12 + 15 * random.unit()
            let sample = SoilSample(
                liquidLimit: plastic + 2 + 20 * random.unit(), plasticLimit: plastic,
                waterContent: 10 + 30 * random.unit(), specificGravity: 2.6 + 0.6 * random.unit(),
                saturation: 0.5 + 0.5 * random.unit())
            expect(sample.plasticityIndex, sample.liquidLimit - sample.plasticLimit, within: 1e-12)
            expect(
                sample.voidRatio * sample.saturation, sample.specificGravity * sample.waterContent / 100, within: 1e-12)
            expect(
                sample.dryUnitWeightKNPerM3 * (1 + sample.voidRatio), sample.specificGravity * 9.81, within: 1e-12)
            expect(sample.porosity, sample.voidRatio / (1 + sample.voidRatio), within: 1e-12)
        }
        expect(PorePressure.kPa(headM: 20, tipM: 8), 117.72, within: 1e-12)
        expect(PorePressure.headM(kPa: 117.72, tipM: 8), 20, within: 1e-12)
        expect(PorePressure.ratio(kPa: 49.05, unitWeightKNPerM3: 19.62, depthM: 5), 0.5, within: 1e-12)
    }

    /// Check point C-10.
    @Test func satelliteRadar() {
        expect(InSAR.ambiguityMm(), 13.87, within: 1e-3)
        expect(InSAR.aliasingLimitMmPerYear(repeatDays: 12), 422, within: 1e-3)
        expect(InSAR.displacementMm(phaseRad: .pi), 13.8665, within: 1e-9)
        for displacement in [-13.8, -5, 0, 7, 13.8] {
            let phase = InSAR.wrapped(phaseRad: InSAR.phaseRad(displacementMm: displacement))
            expect(InSAR.displacementMm(phaseRad: phase), displacement, plusMinus: 1e-12)
        }
        let jumped = InSAR.displacementMm(phaseRad: InSAR.wrapped(phaseRad: InSAR.phaseRad(displacementMm: 14)))
        expect(jumped, 14 - 27.733, within: 1e-9)
        let east = InSAR.lineOfSightMm(eastMm: 10, northMm: 0, upMm: 0, incidenceDeg: 38, headingDeg: -12)
        let north = InSAR.lineOfSightMm(eastMm: 0, northMm: 10, upMm: 0, incidenceDeg: 38, headingDeg: -12)
        #expect(abs(north) < 0.25 * abs(east))
    }

    @Test func triggerResponsePlan() {
        let plan = TriggerResponsePlan(designPhreaticM: 16, usualSeepageLPerS: 6)
        var readings = TriggerResponsePlan.Readings(
            displacementMmPerDay: 0.1, freeboardM: 3, factorOfSafety: 1.7, phreaticM: 15, seepageLPerS: 6,
            turbidityNTU: 4, rain24hMm: 0)
        #expect(plan.level(readings) == 0)
        for (value, level) in [(4.99, 0), (5, 1), (10, 2), (25, 3)] {
            readings.displacementMmPerDay = value
            #expect(plan.level(readings) == level)
        }
        readings.displacementMmPerDay = .nan
        for (value, level) in [(1.5, 0), (1.49, 1), (1.2, 2), (0.99, 3)] {
            readings.freeboardM = value
            #expect(plan.level(readings) == level)
        }
        readings.freeboardM = 3
        readings.factorOfSafety = 1.35
        #expect(plan.level(readings) == 2)
        readings.rain24hMm = 500
        #expect(plan.level(readings) == 2)
    }

    @Test func triggerLevelsLatchUntilTheyAreAcknowledged() {
        var readings = TriggerResponsePlan.Readings(
            displacementMmPerDay: 0.1, freeboardM: 3, factorOfSafety: 1.7, phreaticM: 15, seepageLPerS: 6,
            turbidityNTU: 4, rain24hMm: 0)
        var response = LatchedResponse(TriggerResponsePlan(designPhreaticM: 16, usualSeepageLPerS: 6))
        #expect(response.observe(readings) == 0)
        readings.seepageLPerS = 12
        #expect(response.observe(readings) == 2)
        readings.seepageLPerS = 9
        #expect(response.observe(readings) == 2 && response.present == 1)
        response.acknowledge()
        #expect(response.shown == 1)
        readings.seepageLPerS = 6
        #expect(response.observe(readings) == 1)
        response.acknowledge()
        #expect(response.shown == 0 && TriggerResponsePlan.version == 1)
    }

    @Test func thresholdsFollowTheSite() {
        let plan = TriggerResponsePlan(
            designPhreaticM: 16, usualSeepageLPerS: 6, lastYear: (meanM: 15, deviationM: 0.2), designFloodM: 1.4)
        expect(plan.phreaticM.yellow, 15.6, within: 1e-12)
        expect(plan.freeboardM.red, 1.7, within: 1e-12)
        #expect(plan.freeboardM.yellow >= plan.freeboardM.orange && plan.freeboardM.orange >= plan.freeboardM.red)
        #expect(plan.phreaticM.level(rising: .nan) == 0 && plan.freeboardM.level(falling: .nan) == 0)
    }
}
