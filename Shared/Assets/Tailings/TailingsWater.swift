import Model

/// Water of the facility: rain, pond, phreatic surface through beach and embankment, seepage. Steps of any length; the
/// plant takes a minute.
struct TailingsWater: Sendable {
    static let crestM = 30.0
    static let runUpM = 0.3
    static let restLevelM = 26.0
    /// From the pond's edge to the toe drain, and the drain's head.
    static let pathM = 230.0
    static let drainM = 2.0
    private static let damLengthM = 1200.0
    private static let beachReachM = 150.0
    private static let catchmentM2 = 9e5
    private static let runoff = 0.55
    private static let infiltration = 0.25
    private static let foundationLS = 1.0
    /// Water set free by 600 m3/h of slurry at 1.4 t/m3 with grains of 2.75, less what the voids keep.
    private static let bleedM3PerM3 = 0.565
    private static let usualDecantM3H = 260.0
    private static let basin = PondBalance.Basin(datumM: 20, areaM2: 2.3e5, areaPerM: 2e4)

    private(set) var pond = PondBalance(basin: TailingsWater.basin, levelM: TailingsWater.restLevelM)
    private(set) var surface = PhreaticSurface(
        conductivityMPerS: 3e-6, lengthM: TailingsWater.pathM, specificYield: 0.12,
        upstreamM: TailingsWater.restLevelM, downstreamM: TailingsWater.drainM, nodes: 47)
    private(set) var levelM = TailingsWater.restLevelM
    private(set) var decantM3H = TailingsWater.usualDecantM3H
    private(set) var seepageLS: Double

    init() { seepageLS = TailingsWater.foundationLS + surface.toeDischargeM2PerS * TailingsWater.damLengthM * 1000 }

    struct Inputs: Sendable {
        var rainMmH = 0.0
        var evaporationMmD = 4.0
        var slurryM3H = 600.0
        /// 0...1: the decant fails and a diversion ditch spills into the pond.
        var pondRise = 0.0
        var breachM3PerS = 0.0
        /// Flow along a pipe that erosion has opened, L/s.
        var pipeLS = 0.0
    }

    mutating func step(seconds: Double, _ inputs: Inputs) {
        let usual = TailingsWater.usualDecantM3H + 6000 * (levelM - TailingsWater.restLevelM)
        decantM3H = min(max(usual, 0), 700) * (1 - inputs.pondRise)
        var flows = PondBalance.Flows()
        flows.slurryWaterM3PerS = inputs.slurryM3H * TailingsWater.bleedM3PerM3 / 3600 + 4 * inputs.pondRise
        flows.rainMPerS = inputs.rainMmH / 1000 / 3600
        flows.catchmentM2 = TailingsWater.catchmentM2
        flows.runoff = TailingsWater.runoff
        flows.evaporationMPerS = inputs.evaporationMmD / 1000 / 86_400
        flows.seepageM3PerS = seepageLS / 1000
        flows.decantM3PerS = decantM3H / 3600 + inputs.breachM3PerS
        pond.advance(seconds: seconds, flows)
        levelM = pond.levelM
        surface.advance(
            seconds: seconds, upstreamM: min(levelM, TailingsWater.crestM), downstreamM: TailingsWater.drainM,
            rechargeMPerS: flows.rainMPerS * TailingsWater.infiltration, rechargedM: TailingsWater.beachReachM)
        seepageLS =
            TailingsWater.foundationLS + surface.toeDischargeM2PerS * TailingsWater.damLengthM * 1000 + inputs.pipeLS
    }

    /// Beach between the pond's edge and the crest: a slope of 1.5 %.
    var beachM: Double { max(150 - (levelM - TailingsWater.restLevelM) / 0.015, 0) }

    mutating func visitState(_ archive: inout StateArchive) {
        pond.replaceVolume { archive.visit(&$0) }
        surface.replaceHeads { archive.visit(&$0) }
        archive.visit(&levelM)
        archive.visit(&decantM3H)
        archive.visit(&seepageLS)
    }
}
