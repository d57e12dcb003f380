@testable import Assets

/// C-1 ... C-10.
enum TailingsCheckPoints {
    static var all: [CheckPoint] { consolidation + seepage + stability + rest }

    private static var consolidation: [CheckPoint] {
        [
            CheckPoint("C-1", "T50", 0.1967307395, within: 1e-9) { Consolidation.timeFactor(degree: 0.5) },
            CheckPoint("C-1", "T90", 0.8480854080, within: 1e-9) { Consolidation.timeFactor(degree: 0.9) },
            CheckPoint("C-1", "U(.1)", 0.3568234005, within: 1e-9) { Consolidation.degree(timeFactor: 0.1) },
            CheckPoint("C-1", "U(1)", 0.9312596785, within: 1e-9) { Consolidation.degree(timeFactor: 1) },
            CheckPoint("C-1", "U(.01)", 0.1128379167, within: 1e-9) { Consolidation.degree(timeFactor: 0.01) },
            CheckPoint("C-1", "u/u0 at Z = 1, T = .2", 0.7723116069, within: 1e-9) {
                Consolidation.excess(depthRatio: 1, timeFactor: 0.2)
            },
            CheckPoint("C2", "the example after 1 a, m", 0.126157, within: 4e-6) { settled(years: 1) },
            CheckPoint("C2", "the example after 10 a, m", 0.381975, within: 4e-6) { settled(years: 10) },
            CheckPoint("C2", "the example's t50, a", 3.9346, within: 1e-5) {
                Consolidation.timeFactor(degree: 0.5) * 100 / 5
            },
        ]
    }

    private static func settled(years: Double) -> Double {
        Consolidation.settlementM(
            years: years, cvM2PerYear: 5, drainageM: 10, thicknessM: 10, mvPerKPa: 5e-4, loadKPa: 100)
    }

    private static var seepage: [CheckPoint] {
        let flow = DupuitFlow(conductivityMPerS: 1e-6, lengthM: 100, upstreamM: 20, downstreamM: 5)
        return [
            CheckPoint("C-2", "Dupuit: discharge, m2/s", 1.875e-6, within: 1e-9) { flow.dischargeM2PerS(atM: 30) },
            CheckPoint("C-2", "Dupuit: head half way, m", 14.577380, within: 1e-7) { flow.headM(atM: 50) },
            CheckPoint("C-2", "Boussinesq's equation, run to its end, 51 nodes: the same, m", 14.577380, within: 1e-6) {
                var surface = PhreaticSurface(
                    conductivityMPerS: 1e-6, lengthM: 100, specificYield: 0.1, upstreamM: 12, downstreamM: 5, nodes: 51)
                for _ in 0..<2000 { surface.advance(seconds: 864_000, upstreamM: 20, downstreamM: 5) }
                return surface.headM(atM: 50)
            },
            CheckPoint("C-5", "100 mm of rain on 2 km2: rise of the pond, m", 0.340, within: 1e-9) {
                var pond = PondBalance(basin: .init(datumM: 0, areaM2: 0.5e6), levelM: 10)
                var flows = PondBalance.Flows()
                flows.rainMPerS = 0.1 / 86_400
                flows.catchmentM2 = 2e6
                flows.runoff = 0.8
                for _ in 0..<1440 { pond.advance(seconds: 60, flows) }
                return pond.levelM - 10
            },
        ]
    }

    private static let soil = Strength(cohesion: 600, frictionDeg: 20, unitWeight: 120)

    private static func composite(poreRatio: Double) -> Double {
        let circle = SlipCircle(
            centerX: 120, centerY: 90, radius: 80, surface: [(60, 60), (140, 20)], floor: 15, count: 2000)
        return circle.factorOfSafety(
            .bishop, porePressure: { poreRatio * 120 * $0.height },
            strengthAtBase: {
                $0.base < 16 ? Strength(cohesion: 0, frictionDeg: 10, unitWeight: 120) : soil
            }, weight: { 120 * $0.height * $0.width })
    }

    private static var stability: [CheckPoint] {
        let slope = InfiniteSlope(
            strength: Strength(cohesion: 0, frictionDeg: 34, unitWeight: 20), slopeDeg: Maths.atan(1.0 / 3) * 180 / .pi,
            depth: 5)
        let circle = SlipCircle(
            centerX: 120, centerY: 90, radius: 80, surface: [(60, 60), (140, 20)], count: 2000)
        return [
            CheckPoint("C-3", "infinite slope 3 : 1, dry", 2.0235256, within: 1e-7) {
                slope.factorOfSafety(poreRatio: 0)
            },
            CheckPoint("C-3", "infinite slope 3 : 1, r_u = .25", 1.4614351, within: 1e-7) {
                slope.factorOfSafety(poreRatio: 0.25)
            },
            CheckPoint("C-4", "Fredlund & Krahn 1, Bishop (our book's 2.0756)", 2.0756, within: 1e-4) {
                circle.factorOfSafety(.bishop, strength: soil)
            },
            CheckPoint("C-4", "Fredlund & Krahn 1, Bishop", 2.080, within: 0.005) {
                circle.factorOfSafety(.bishop, strength: soil)
            },
            CheckPoint("C-4", "Fredlund & Krahn 1, ordinary", 1.928, within: 0.005) {
                circle.factorOfSafety(.ordinary, strength: soil)
            },
            CheckPoint("C-4", "Fredlund & Krahn 3, r_u = .25, Bishop", 1.766, within: 0.005) {
                circle.factorOfSafety(.bishop, strength: soil) { 0.25 * 120 * $0.height }
            },
            CheckPoint("C-4", "Fredlund & Krahn 2, weak layer on a floor, Bishop", 1.377, within: 0.02) {
                composite(poreRatio: 0)
            },
            CheckPoint("C-4", "Fredlund & Krahn 4, the same with r_u = .25, Bishop", 1.124, within: 0.02) {
                composite(poreRatio: 0.25)
            },
        ]
    }

    private static var rest: [CheckPoint] {
        let creep = InverseVelocity(slope: 0.01, failureDay: 60)
        return [(0.0, 1.6667), (30, 3.3333), (50, 10), (55, 20)].map { day, velocity in
            CheckPoint("C-6", "inverse velocity: v on day \(day), mm/d", velocity, within: 3e-5) {
                creep.velocityMmPerDay(day: day)
            }
        } + [
            CheckPoint("C-6", "failure foretold from days 30 and 50", 60, within: 1e-9) {
                InverseVelocity.failureDay(
                    day: 30, velocity: creep.velocityMmPerDay(day: 30), day: 50,
                    velocity: creep.velocityMmPerDay(day: 50)) ?? .nan
            },
            CheckPoint("C-10", "C-band ambiguity, mm", 13.87, within: 1e-3) { InSAR.ambiguityMm() },
            CheckPoint("C5", "aliasing limit of 12 days, mm/a", 422, within: 1e-3) {
                InSAR.aliasingLimitMmPerYear(repeatDays: 12)
            },
            CheckPoint("C-10", "14 mm are seen as, mm", -13.733, within: 1e-4) {
                InSAR.displacementMm(phaseRad: InSAR.wrapped(phaseRad: InSAR.phaseRad(displacementMm: 14)))
            },
        ]
    }
}
