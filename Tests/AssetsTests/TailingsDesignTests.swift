import Model
import Testing

@testable import Assets

/// The simulator takes any design, not only the standard one.
@Suite(.timeLimit(.minutes(10))) struct TailingsDesignTests {
    private func design(_ change: (inout TailingsDesign.Outline) -> Void) -> TailingsDesign {
        var outline = TailingsDesign.Outline()
        change(&outline)
        return TailingsDesign(outline)
    }

    private var others: [TailingsDesign] {
        [
            design { ($0.heightM, $0.slopeRatio, $0.beachM, $0.conductivityMPerS) = (18, 3.5, 100, 5e-6) },
            design { ($0.heightM, $0.restDepthM, $0.pondAreaM2, $0.crestLengthM) = (38, 5, 8e5, 2400) },
        ]
    }

    /// The general search finds the standard design's circle, or one as weak.
    @Test func theSearchFindsTheCriticalCircle() {
        let found = design { _ in }
        expect(found.restFactorOfSafety, TailingsDesign.standard.restFactorOfSafety, within: 0.005)
        #expect(found.tips == TailingsDesign.standard.tips && found.pathM == 230 && found.drainM == 2)
    }

    /// Rain leads the pond, the pond the upstream piezometer, that one the toe, in any design.
    @Test func waterTakesItsTime() {
        for design in others {
            var random = SeededRandom(seed: 12)
            var water = TailingsWater(design)
            var (rain, pond, upstream, toe): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
            for _ in 0..<1460 {
                let wet = random.unit() < 0.12 ? 25 * random.unit() : 0
                for _ in 0..<24 {
                    water.step(
                        seconds: 3600,
                        TailingsWater.Inputs(rainMmH: wet / 24, slurryM3H: water.size * TailingsWater.usualSlurryM3H))
                }
                rain.append(wet)
                pond.append(water.levelM)
                upstream.append(water.surface.headM(atM: design.tips[1].xM))
                toe.append(water.surface.headM(atM: design.tips[5].xM))
            }
            func later(_ y: [Double]) -> Int {
                Stats.bestLag(Array(rain.dropFirst(300)), Array(y.dropFirst(300)), most: 500)
            }
            let lags = [later(pond), later(upstream), later(toe)]
            #expect(lags[0] <= 2 && lags[0] < lags[1] && lags[1] < lags[2], "\(lags) days")
            #expect(abs(water.levelM - design.restLevelM) < 0.6)
        }
    }

    /// Six hours at rest: nothing moves much, and the response plan stays green.
    @Test func otherDesignsRest() throws {
        for design in others {
            var simulator = design.makeSimulator(seed: 3)
            let kind = AssetKind.tailings
            let calm = Disturbances(count: kind.scenarios.count)
            var readings = Readings(count: kind.groups[0].signals.count)
            let pond = try #require(kind.place(of: "pond_level")).signal
            let level = try #require(kind.place(of: "tarp_level")).signal
            for _ in 0..<6 {
                simulator.advance(seconds: 3600, under: calm)
                simulator.read(group: 0, into: &readings)
                #expect(abs(readings.values[pond] - design.restLevelM) < 0.15)
                #expect(readings.values[level] == 0)
                #expect(readings.qualities.allSatisfy { $0 == .good })
            }
        }
    }
}
