import Model
import Testing

@testable import Assets

@Suite(.timeLimit(.minutes(10))) struct TailingsBehaviourTests {
    private let tailings = AssetKind.tailings

    /// Check point C-8: rain leads the pond, the pond the upstream piezometer, that one the toe.
    @Test func waterTakesItsTime() {
        var random = SeededRandom(seed: 12)
        var water = TailingsWater()
        var (rain, pond, upstream, toe): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        // Four years of hours, seen once a day.
        for _ in 0..<1460 {
            let wet = random.unit() < 0.12 ? 25 * random.unit() : 0
            for _ in 0..<24 {
                water.step(seconds: 3600, TailingsWater.Inputs(rainMmH: wet / 24))
            }
            rain.append(wet)
            pond.append(water.levelM)
            upstream.append(water.surface.headM(atM: water.design.tips[1].xM))
            toe.append(water.surface.headM(atM: water.design.tips[5].xM))
        }
        func later(_ x: [Double], _ y: [Double]) -> Int {
            Stats.bestLag(Array(x.dropFirst(300)), Array(y.dropFirst(300)), most: 400)
        }
        let lags = [later(rain, pond), later(rain, upstream), later(rain, toe)]
        #expect(lags[0] <= 2 && lags[0] < lags[1] && lags[1] < lags[2], "\(lags) days")
    }

    /// Seepage grows with the head that drives it.
    @Test func seepageFollowsTheHead() {
        var low = TailingsWater()
        var heads: [(Double, Double)] = []
        for rise in [0.0, 1, 2] {
            for _ in 0..<20_000 {
                low.step(seconds: 86_400, TailingsWater.Inputs(slurryM3H: 600 + 10_000 * rise))
            }
            heads.append((low.levelM, low.seepageLS))
        }
        #expect(heads[0].1 < heads[1].1 && heads[1].1 <= heads[2].1)
        for (head, seepage) in heads {
            let expected = DupuitFlow(
                conductivityMPerS: 3e-6, lengthM: low.design.pathM, upstreamM: min(head, low.design.crestM),
                downstreamM: low.design.drainM)
            expect(seepage, 1 + expected.dischargeM2PerS(atM: 0) * 1200 * 1000, within: 0.01)
        }
    }

    /// Within a metre of its usual level, seepage is proportional to the head that drives it within ten per cent.
    @Test func seepageIsNearlyProportionalToTheHead() {
        let design = TailingsDesign.standard
        func drained(_ levelM: Double) -> Double {
            DupuitFlow(
                conductivityMPerS: design.outline.conductivityMPerS, lengthM: design.pathM, upstreamM: levelM,
                downstreamM: design.drainM
            ).dischargeM2PerS(atM: 0)
        }
        let rest = design.restLevelM
        for level in [rest - 1, rest - 0.5, rest + 0.5, rest + 1] {
            expect(drained(level) / drained(rest), level / rest, within: 0.1)
        }
    }

    /// Settlement as it is published never goes back by more than the seasons and the noise.
    @Test func settlementDoesNotReverse() throws {
        var recording = Recording(tailings, seed: 13)
        let place = try #require(tailings.place(of: "settlement_1"))
        var highest = 0.0
        for _ in 0..<365 {
            recording.advance(86_400)
            let value = recording.read(place.group).values[place.signal]
            #expect(value > highest - 3 - 4)
            highest = max(highest, value)
        }
        #expect(highest > recording.read(place.group).values[place.signal] - 1)
    }

    /// A year of hours: what came in, less what went out, is what is there.
    @Test func theWaterBalanceCloses() {
        var random = SeededRandom(seed: 3)
        var water = TailingsWater()
        for _ in 0..<8760 {
            let before = water.pond.volumeM3
            let inputs = TailingsWater.Inputs(
                rainMmH: random.unit() < 0.05 ? 8 * random.unit() : 0, evaporationMmD: 5 * random.unit())
            let (area, seepage) = (water.pond.areaM2, water.seepageLS)
            water.step(seconds: 3600, inputs)
            let rain = inputs.rainMmH / 1000 * (area + 0.55 * (9e5 - area))
            let losses = inputs.evaporationMmD / 24_000 * area + seepage * 3.6 + water.decantM3H
            expect(water.pond.volumeM3 - before, 600 * 0.565 + rain - losses, plusMinus: 1e-6)
            #expect(water.levelM > 25 && water.levelM < 27.5)
        }
    }

    /// The circle that is published is the weakest one, within half a per cent.
    @Test func noCircleIsMuchWeaker() {
        let water = TailingsWater()
        func safety(_ circle: SlipCircle) -> Double {
            circle.factorOfSafety(.bishop, strength: TailingsDesign.standard.strength) {
                PorePressure.kPa(headM: water.surface.headM(atM: $0.middle), tipM: $0.base)
            }
        }
        let published = safety(TailingsDesign.standard.circle)
        #expect(published > 1.6 && published < 1.8)
        for x in stride(from: 220.0, through: 240, by: 5) {
            for y in stride(from: 75.0, through: 110, by: 5) {
                let circle = SlipCircle(
                    centerX: x, centerY: y, radius: y + 5, surface: [(160, 30), (250, 0)], count: 24)
                guard let first = circle.slices.first, first.middle < 165 else { continue }
                #expect(safety(circle) > 0.995 * published, "\(x), \(y)")
            }
        }
    }

    /// Settlement is a consolidation curve: it goes on, ever more slowly, beyond the seasons' breathing.
    @Test func settlementConsolidates() {
        for plate in 0..<3 {
            let finalMm = TailingsDesign.standard.finalSettlementMm[plate]
            let years = (6..<20).map { TailingsGround.settlementMm(finalMm: finalMm, ageYears: Double($0)) }
            let steps = zip(years, years.dropFirst()).map { $1 - $0 }
            #expect(steps.allSatisfy { $0 > 1 } && zip(steps, steps.dropFirst()).allSatisfy { $0 > $1 }, "\(steps)")
        }
    }

    /// 1 / v falls in a line while creep accelerates, and its line meets zero at the failure.
    @Test func creepCanBeForetold() throws {
        var recording = Recording(tailings, seed: 5)
        try recording.set("creep-to-failure", 1)
        var (days, rates): ([Double], [Double]) = ([], [])
        let place = try #require(tailings.place(of: "displacement_rate"))
        for hour in 1...40 {
            recording.advance(3600)
            guard hour > 4 else { continue }
            days.append(Double(hour) / 24)
            rates.append(recording.read(place.group).values[place.signal])
        }
        let foretold = try #require(InverseVelocity.failureDay(days: days, velocitiesMmPerDay: rates))
        expect(foretold, 2, within: 0.03)
        for _ in 0..<9 { recording.advance(3600) }
        let displaced = try #require(tailings.place(of: "displacement_2"))
        #expect(recording.read(displaced.group).values[displaced.signal] > 5000)
    }

    /// Check point C-9 and the lesson of Brumadinho: a brittle failure that no piezometer and no TARP rule announces.
    @Test func aBrittleFailureComesWithoutWarning() throws {
        let twin = try Twin(tailings, scenario: "brittle-failure", onset: 600, seconds: 23_000, every: 100)
        let failure = try #require(twin.upset["displacement_2"].firstIndex { $0 > 500 })
        #expect(failure > 200)
        for index in 1...6 {
            #expect(twin.upset["piezometer_\(index)"][..<failure] == twin.calm["piezometer_\(index)"][..<failure])
        }
        #expect(twin.upset["tarp_level"][..<failure].allSatisfy { $0 == 0 })
        #expect(twin.upset["tarp_level"].last == 3)
        #expect(twin.upset["displacement_rate"][..<(failure - 5)].allSatisfy { $0 < 0.3 })
    }

    /// Every twelve days a satellite passes; slow motion is followed, fast motion wrapped.
    @Test func radarPasses() throws {
        let pass = try #require(tailings.place(of: "insar_pass"))
        let seen = try #require(tailings.place(of: "insar_displacement"))
        var recording = Recording(tailings, seed: 6)
        var passes: [Double] = []
        for _ in 0..<25 {
            recording.advance(86_400)
            passes.append(recording.read(pass.group).values[pass.signal])
        }
        #expect(passes.last == 2 || passes.last == 3)
        #expect(abs(recording.read(seen.group).values[seen.signal]) < 12)
        #expect(abs(recording.read(pass.group).values[1]) <= Double.pi + 1e-4)
    }
}
