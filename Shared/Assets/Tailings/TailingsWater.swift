import Model

/// Water of the facility: rain, pond, phreatic surface through beach and embankment, seepage. Steps of any length; the
/// plant takes a minute.
struct TailingsWater: Sendable {
    private static let runoff = 0.55
    private static let infiltration = 0.25
    /// What infiltrates is on its way through the unsaturated beach for some days.
    private static let percolationSeconds = 6 * 86_400.0
    /// Water set free by 600 m3/h of slurry at 1.4 t/m3 with grains of 2.75, less what the voids keep.
    private static let bleedM3PerM3 = 0.565
    /// Of a pond of `usualAreaM2` at rest; other basins in proportion.
    static let usualSlurryM3H = 600.0
    private static let usualDecantM3H = 260.0
    private static let usualAreaM2 = 3.5e5
    private static let catchmentM2 = 9e5

    let design: TailingsDesign
    /// The basin's area as a share of the usual one.
    let size: Double
    private(set) var pond: PondBalance
    private(set) var surface: PhreaticSurface
    private(set) var levelM: Double
    /// Water between the beach's surface and the water table, as a depth.
    private var percolatingM = 0.0
    private(set) var decantM3H: Double
    private(set) var seepageLS: Double

    init(_ design: TailingsDesign = .standard) {
        self.design = design
        size = design.outline.pondAreaM2 / TailingsWater.usualAreaM2
        // Six metres deep; each metre adds 2 ha to a usual basin of 23 ha.
        let basin = PondBalance.Basin(
            datumM: design.restLevelM - 6, areaM2: 2.3e5 * size, areaPerM: 2e4 * size)
        pond = PondBalance(basin: basin, levelM: design.restLevelM)
        surface = PhreaticSurface(
            conductivityMPerS: design.outline.conductivityMPerS, lengthM: design.pathM,
            specificYield: TailingsDesign.specificYield, upstreamM: design.restLevelM, downstreamM: design.drainM,
            nodes: 47)
        levelM = design.restLevelM
        decantM3H = TailingsWater.usualDecantM3H * size
        seepageLS =
            TailingsDesign.foundationLS + surface.toeDischargeM2PerS * design.outline.crestLengthM * 1000
    }

    struct Inputs: Sendable {
        var rainMmH = 0.0
        var evaporationMmD = 4.0
        var slurryM3H = TailingsWater.usualSlurryM3H
        /// 0...1: the decant fails and a diversion ditch spills into the pond.
        var pondRise = 0.0
        var breachM3PerS = 0.0
        /// Flow along a pipe that erosion has opened, L/s.
        var pipeLS = 0.0
    }

    mutating func step(seconds: Double, _ inputs: Inputs) {
        let usual = TailingsWater.usualDecantM3H + 6000 * (levelM - design.restLevelM)
        decantM3H = size * min(max(usual, 0), design.outline.decantM3H) * (1 - inputs.pondRise)
        var flows = PondBalance.Flows()
        flows.slurryWaterM3PerS = inputs.slurryM3H * TailingsWater.bleedM3PerM3 / 3600 + 4 * size * inputs.pondRise
        flows.rainMPerS = inputs.rainMmH / 1000 / 3600
        flows.catchmentM2 = TailingsWater.catchmentM2 * size
        flows.runoff = TailingsWater.runoff
        flows.evaporationMPerS = inputs.evaporationMmD / 1000 / 86_400
        flows.seepageM3PerS = seepageLS / 1000
        flows.decantM3PerS = decantM3H / 3600 + inputs.breachM3PerS
        pond.advance(seconds: seconds, flows)
        levelM = pond.levelM
        percolatingM += flows.rainMPerS * TailingsWater.infiltration * seconds
        let arrived = percolatingM * (1 - Maths.exp(-seconds / TailingsWater.percolationSeconds))
        percolatingM -= arrived
        surface.advance(
            seconds: seconds, upstreamM: min(levelM, design.crestM), downstreamM: design.drainM,
            rechargeMPerS: arrived / seconds, rechargedM: design.outline.beachM)
        seepageLS =
            TailingsDesign.foundationLS + surface.toeDischargeM2PerS * design.outline.crestLengthM * 1000
            + inputs.pipeLS
    }

    /// Beach between the pond's edge and the crest: a slope of 1.5 %.
    var beachM: Double { max(design.outline.beachM - (levelM - design.restLevelM) / 0.015, 0) }

    mutating func visitState(_ archive: inout StateArchive) {
        pond.replaceVolume { archive.visit(&$0) }
        surface.replaceHeads { archive.visit(&$0) }
        archive.visit(&levelM)
        archive.visit(&percolatingM)
        archive.visit(&decantM3H)
        archive.visit(&seepageLS)
    }
}
