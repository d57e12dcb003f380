public import Model

/// What distinguishes one tailings facility from another: the geometry of its instrumented section, its soils, its
/// basin. The simulator takes any; `standard` is the asset kind's.
///
/// The section is seen from the pond's edge (x = 0) over beach and crest to the toe; elevations are above its base.
public struct TailingsDesign: Sendable, Equatable {
    /// A piezometer's tip.
    public struct Tip: Sendable, Equatable {
        public let xM: Double
        public let elevationM: Double

        public init(xM: Double, elevationM: Double) {
            self.xM = xM
            self.elevationM = elevationM
        }
    }

    /// What a design is made from.
    public struct Outline: Sendable, Equatable {
        public var heightM = 30.0
        /// Downstream slope, horizontal to one vertical.
        public var slopeRatio = 3.0
        public var beachM = 150.0
        /// Crest less pond at rest.
        public var restDepthM = 4.0
        public var crestLengthM = 1200.0
        /// Of the pond at rest.
        public var pondAreaM2 = 3.5e5
        /// What the decant pumps can take out of a pond of 35 ha; of others in proportion to their area.
        public var decantM3H = 700.0
        public var conductivityMPerS = 3e-6
        public var strength = Strength(cohesion: 7, frictionDeg: 31.5, unitWeight: 19.5)
        public var meanAirC = 16.0
        public var airSwingC = 7.0

        public init() {}

        /// The downstream edge of the crest, and the toe.
        public var crestXM: Double { beachM + TailingsDesign.crestWidthM }
        public var toeXM: Double { crestXM + heightM * slopeRatio }

        /// Steady flow from the pond at rest to the toe drain, which reaches two ninths under the slope.
        public var restFlow: DupuitFlow {
            DupuitFlow(
                conductivityMPerS: conductivityMPerS, lengthM: crestXM + heightM * slopeRatio * 7 / 9,
                upstreamM: heightM - restDepthM, downstreamM: heightM / 15)
        }
    }

    public static let crestWidthM = 10.0
    public static let runUpM = 0.3
    static let specificYield = 0.12
    static let foundationLS = 1.0

    public let outline: Outline
    public let crestM: Double
    public let restLevelM: Double
    /// From the pond's edge to the toe drain, and the drain's head.
    public let pathM: Double
    public let drainM: Double
    /// From the beach to the toe.
    public let tips: [Tip]
    public let strength: Strength
    /// The most critical of the circles through crest and toe, found by a search over centres and radii.
    public let circle: SlipCircle
    public let circleX: Double
    public let circleY: Double
    public let circleRadius: Double
    /// The circle's slices without water, and between which heads the water table over each is found.
    private let drySlices: [LimitEquilibrium.Slice]
    private let slicePlaces: [SlicePlace]
    /// Head under the crest and seepage at the weir at rest.
    public let restPhreaticM: Double
    public let restSeepageLS: Double
    /// Final settlement of each plate.
    public let finalSettlementMm: [Double]
    public let plan: TriggerResponsePlan

    private struct SlicePlace: Sendable, Equatable {
        let segment: Int
        let part: Double
        let baseM: Double

        /// `ends`: where the heads are known, from the pond to the drain.
        init(_ slice: SlipCircle.Slice, ends: [Double]) {
            segment = max((ends.firstIndex { slice.middle <= $0 } ?? ends.count - 1) - 1, 0)
            let (left, right) = (ends[segment], ends[segment + 1])
            part = right > left ? min(max((slice.middle - left) / (right - left), 0), 1) : 0
            baseM = slice.base
        }
    }

    /// The piezometer under the crest.
    public static let crestTip = 3
    public static let sliceCount = 24

    public static let standard = TailingsDesign(Outline(), circle: (235, 90, 95))

    /// The design of an outline, with its critical circle.
    public init(_ outline: Outline) { self.init(outline, circle: nil) }

    private init(_ outline: Outline, circle given: (x: Double, y: Double, radius: Double)?) {
        self.outline = outline
        let scale = outline.heightM / 30
        let (beach, edge, foot) = (outline.beachM, outline.crestXM, outline.toeXM - outline.crestXM)
        let rest = outline.restFlow
        crestM = outline.heightM
        restLevelM = rest.upstreamM
        pathM = rest.lengthM
        drainM = rest.downstreamM
        strength = outline.strength
        tips = [
            Tip(xM: beach * 2 / 15, elevationM: 8 * scale), Tip(xM: beach * 7 / 15, elevationM: 6 * scale),
            Tip(xM: beach * 12 / 15, elevationM: 5 * scale), Tip(xM: edge, elevationM: 4 * scale),
            Tip(xM: edge + foot / 3, elevationM: 3 * scale), Tip(xM: edge + foot * 2 / 3, elevationM: scale),
        ]
        finalSettlementMm = [620 * scale, 560 * scale, 380 * scale]
        restPhreaticM = rest.headM(atM: edge)
        restSeepageLS = TailingsDesign.foundationLS + rest.dischargeM2PerS(atM: 0) * outline.crestLengthM * 1000
        // The standard's 15.5 m and 6.5 L/s at a little under 14.5 m and 6.3 L/s.
        plan = TriggerResponsePlan(
            designPhreaticM: given == nil ? restPhreaticM + 1.06 * scale : 15.5,
            usualSeepageLPerS: given == nil ? 1.04 * restSeepageLS : 6.5)
        let found = given ?? TailingsDesign.criticalCircle(outline)
        (circleX, circleY, circleRadius) = found
        circle = TailingsDesign.slipCircle(outline, found)
        drySlices = circle.dry(outline.strength)
        let ends = [0] + tips.map(\.xM) + [rest.lengthM]
        slicePlaces = circle.slices.map { SlicePlace($0, ends: ends) }
    }

    private static func slipCircle(_ outline: Outline, _ circle: (x: Double, y: Double, radius: Double)) -> SlipCircle {
        SlipCircle(
            centerX: circle.x, centerY: circle.y, radius: circle.radius,
            surface: [(outline.crestXM, outline.heightM), (outline.toeXM, 0)], count: sliceCount)
    }

    /// The weakest, at rest, of the circles that enter at the crest and reach a sixth of the height into the
    /// foundation: a search by ever smaller steps of the centre.
    private static func criticalCircle(_ outline: Outline) -> (x: Double, y: Double, radius: Double) {
        let height = outline.heightM
        let rest = outline.restFlow
        func circle(_ place: (across: Double, up: Double)) -> (x: Double, y: Double, radius: Double) {
            let x = outline.crestXM + (outline.toeXM - outline.crestXM) * place.across
            return (x, height * place.up, height * place.up + height / 6)
        }
        func safety(_ place: (across: Double, up: Double)) -> Double {
            let slip = slipCircle(outline, circle(place))
            // One that leaves the crest untouched is no failure of the embankment.
            guard let first = slip.slices.first, first.middle < outline.crestXM + height / 6 else { return .infinity }
            return slip.factorOfSafety(.bishop, strength: outline.strength) { slice in
                let head = rest.headM(atM: min(max(slice.middle, 0), rest.lengthM))
                return PorePressure.kPa(headM: head, tipM: slice.base)
            }
        }
        var best = (across: 0.8, up: 3.0)
        var least = safety(best)
        var step = (across: 0.08, up: 1.0)
        while step.across > 0.015 {
            let center = best
            for across in -1...1 {
                for up in -1...1 where across != 0 || up != 0 {
                    let place = (
                        across: center.across + Double(across) * step.across,
                        up: max(center.up + Double(up) * step.up, 1.2)
                    )
                    let factor = safety(place)
                    if factor < least {
                        least = factor
                        best = place
                    }
                }
            }
            if best == center { step = (step.across / 2, step.up / 2) }
        }
        return circle(best)
    }

    /// Heads at the piezometers, joined by straight lines to the pond and to the toe drain, give the water table;
    /// Bishop's simplified method gives the factor of safety. A pure function of published readings.
    public func factorOfSafety(pondM: Double, porePressuresKPa: (Int) -> Double) -> Double {
        var heads: [8 of Double] = .init(repeating: pondM)
        for index in 0..<6 {
            heads[index + 1] = PorePressure.headM(kPa: porePressuresKPa(index), tipM: tips[index].elevationM)
        }
        heads[7] = drainM
        var slices = drySlices
        for index in slices.indices {
            let place = slicePlaces[index]
            let head = heads[place.segment] + (heads[place.segment + 1] - heads[place.segment]) * place.part
            slices[index].porePressure = max(PorePressure.kPa(headM: head, tipM: place.baseM), 0)
        }
        return LimitEquilibrium.factorOfSafety(.bishop, slices)
    }

    /// The same with the water table at rest.
    public var restFactorOfSafety: Double {
        let rest = outline.restFlow
        return factorOfSafety(pondM: restLevelM) { index in
            PorePressure.kPa(headM: rest.headM(atM: tips[index].xM), tipM: tips[index].elevationM)
        }
    }

    /// Its simulator, with the signals of the asset kind `tailings`.
    public func makeSimulator(seed: UInt64) -> any Simulator { TailingsSimulator(seed: seed, design: self) }
}
