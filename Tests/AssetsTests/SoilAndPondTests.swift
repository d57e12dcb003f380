import Model
import Testing

@testable import Assets

/// Grain sizes and surveyed basins.
@Suite struct SoilAndPondTests {
    /// Whatever is weighed adds up to 100 per cent exactly, each part within one step of its share.
    @Test func grainSizesAddUp() throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<2000 {
            let parts = (0..<4).map { _ in random.unit() < 0.2 ? 0 : random.unit() * 1e3 }
            let step = [1, 10, 100, 1000][random.below(4)]
            guard parts.reduce(0, +) > 0 else { continue }
            let sizes = try #require(
                GrainSizes(clay: parts[0], silt: parts[1], sand: parts[2], gravel: parts[3], stepsPerPercent: step))
            #expect(sizes.sumPercent == 100)
            let shown = [sizes.clayPercent, sizes.siltPercent, sizes.sandPercent, sizes.gravelPercent]
            for (part, percent) in zip(parts, shown) {
                #expect(abs(percent - 100 * part / parts.reduce(0, +)) < 1.001 / Double(step) && percent >= 0)
            }
            #expect(abs(shown.reduce(0, +) - 100) < 1e-9)
            #expect(abs(sizes.finesPercent - shown[0] - shown[1]) < 1e-9)
        }
        #expect(GrainSizes(clay: 0, silt: 0, sand: 0, gravel: 0) == nil)
        #expect(GrainSizes(clay: -1, silt: 2, sand: 0, gravel: 0) == nil)
        #expect(GrainSizes(clay: .nan, silt: 2, sand: 0, gravel: 0) == nil)
        #expect(GrainSizes(clay: 1e308, silt: 1e308, sand: 0, gravel: 0) == nil)
        #expect(GrainSizes(clay: 1, silt: 2, sand: 0, gravel: 0, stepsPerPercent: 0) == nil)
    }

    /// A curve that is a straight line over the logarithm of the size: 0 % at 0.01 mm, 100 % at 10 mm.
    @Test func gradation() throws {
        let curve = try #require(
            GradationCurve(sizesMm: [0.01, 0.1, 1, 10], passingPercent: [0, 100.0 / 3, 200.0 / 3, 100]))
        let decade = { (share: Double) in Maths.exp((share * 3 - 2) * Maths.log(10)) }
        expect(try #require(curve.sizeMm(passing: 10)), decade(0.1), within: 1e-12)
        expect(try #require(curve.uniformity), decade(0.6) / decade(0.1), within: 1e-12)
        expect(try #require(curve.curvature), decade(0.3) * decade(0.3) / decade(0.6) / decade(0.1), within: 1e-12)
        let sizes = try #require(curve.grainSizes)
        let sieve = { (size: Double) in 100 * (Maths.log(size) / Maths.log(10) + 2) / 3 }
        #expect(sizes.clayPercent == 0 && sizes.sumPercent == 100)
        expect(sizes.siltPercent, sieve(0.075), plusMinus: 0.1)
        expect(sizes.gravelPercent, 100 - sieve(4.75), plusMinus: 0.1)
        #expect(curve.passingPercent(sizeMm: 1e-9) == 0 && curve.passingPercent(sizeMm: 1e9) == 100)
        #expect(GradationCurve(sizesMm: [1, 1], passingPercent: [0, 100]) == nil)
        #expect(GradationCurve(sizesMm: [1, 2], passingPercent: [50, 40]) == nil)
        #expect(GradationCurve(sizesMm: [1], passingPercent: [50]) == nil)
        #expect(GradationCurve(sizesMm: [1, 2], passingPercent: [5, 50])?.sizeMm(passing: 60) == nil)
    }

    /// A table with many rows is the basin it was made from; there and back again is the same level.
    @Test func aTableStandsForABasin() throws {
        let basin = PondBalance.Basin(datumM: 20, areaM2: 2.3e5, areaPerM: 2e4)
        let table = try #require(StageVolumeTable(basin, levelsM: (0...1000).map { 20 + Double($0) * 0.01 }))
        var random = SeededRandom(seed: 12)
        for _ in 0..<500 {
            let level = 20 + 10 * random.unit()
            expect(table.volumeM3(levelM: level), basin.volumeM3(levelM: level), plusMinus: 1)
            expect(table.levelM(volumeM3: table.volumeM3(levelM: level)), level, within: 1e-12)
            expect(table.areaM2(levelM: level), basin.areaM2(levelM: level), within: 1e-3)
        }
        // Beyond its ends as in the segment next to them.
        expect(table.levelM(volumeM3: table.volumeM3(levelM: 31)), 31, within: 1e-12)
        #expect(table.volumeM3(levelM: 19) < 0)
    }

    /// Three rows by hand, and what flows through a pond of that shape.
    @Test func aSurveyedPondKeepsItsWater() throws {
        let table = try #require(StageVolumeTable(levelsM: [0, 2, 5], volumesM3: [0, 1000, 4000]))
        #expect(table.volumeM3(levelM: 1) == 500 && table.levelM(volumeM3: 2000) == 3)
        #expect(table.areaM2(levelM: 1) == 500 && table.areaM2(levelM: 2) == 1000 && table.areaM2(levelM: 9) == 1000)
        var pond = PondBalance(table: table, levelM: 1)
        var flows = PondBalance.Flows()
        flows.slurryWaterM3PerS = 1
        flows.decantM3PerS = 0.5
        for _ in 0..<3000 { pond.advance(seconds: 1, flows) }
        expect(pond.volumeM3, 2000, within: 1e-12)
        expect(pond.levelM, 3, within: 1e-12)
        // 100 mm of rain on the pond alone: 1000 m2 of it.
        flows = PondBalance.Flows()
        flows.rainMPerS = 0.1
        pond.advance(seconds: 1, flows)
        expect(pond.volumeM3, 2100, within: 1e-12)
        #expect(StageVolumeTable(levelsM: [0, 0], volumesM3: [0, 1]) == nil)
        #expect(StageVolumeTable(levelsM: [0, 1], volumesM3: [1, 1]) == nil)
        #expect(StageVolumeTable(levelsM: [0, .nan], volumesM3: [0, 1]) == nil)
        #expect(StageVolumeTable(levelsM: [0], volumesM3: [0]) == nil)
    }
}
