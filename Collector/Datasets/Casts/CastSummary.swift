import Assets
import Model

/// A few figures of a cast that say how it went, from the readings as they stand in the files.
struct CastSummary: Sendable, Equatable {
    let meanSpeedMPerMin: Double
    let meanSuperheatK: Double
    let leastSuperheatK: Double
    let mostSuperheatK: Double
    /// Standard deviation of the mould level about its set point.
    let levelRmsMm: Double
    /// Correlation of the level with itself a second later.
    let levelLagOne: Double
    /// Slope of the straight line through the tundish temperature.
    let tundishTrendKPerMin: Double
    let meanMouldWaterRiseK: Double
    let meanMouldHeatFluxKWPerM2: Double
    /// K of S = K sqrt(t), mm/min^0.5: two-phase Stefan solution for the cast's liquidus and mean superheat, with a
    /// skin of 1000 Cel.
    let shellConstantMmPerRootMin: Double
    /// Readings beyond what their sensors can show, and missing ones.
    let impossibleReadings: Int
    let missingReadings: Int

    init(plan: CastPlan, process: SignalColumns, statistics: [SignalStatistics]) {
        let groups = CasterGroups.all
        func of(_ name: String) -> SignalStatistics { statistics[groups.process(name)] }
        let superheat = of("superheat")
        meanSpeedMPerMin = Distribution.rounded(of("casting_speed").mean, decimals: 5)
        meanSuperheatK = Distribution.rounded(superheat.mean, decimals: 4)
        leastSuperheatK = superheat.least
        mostSuperheatK = superheat.most
        let level = process[groups.process("mold_level")]
        levelRmsMm = Distribution.rounded(of("mold_level").deviation, decimals: 4)
        levelLagOne = Distribution.rounded(CastSummary.lagOne(level, mean: of("mold_level").mean), decimals: 5)
        tundishTrendKPerMin = Distribution.rounded(
            60 * CastSummary.slope(process[groups.process("tundish_temperature")]), decimals: 6)
        meanMouldWaterRiseK = Distribution.rounded(
            of("mold_water_outlet_temperature").mean - of("mold_water_inlet_temperature").mean, decimals: 5)
        meanMouldHeatFluxKWPerM2 = Distribution.rounded(of("mold_heat_flux").mean, decimals: 3)
        let steel = StefanProblem.Material(conductivityWPerMK: 30, densityKgPerM3: 7400, heatJPerKgK: 700)
        shellConstantMmPerRootMin = Distribution.rounded(
            StefanProblem(
                solid: steel, latentJPerKg: 271_000, freezingC: plan.heat.liquidusC, wallC: 1000,
                superheatK: max(superheat.mean, 0)
            ).constantMmPerRootMin, decimals: 5)
        var (impossible, missing) = (0, 0)
        for (signal, statistics) in zip(groups.process, statistics) {
            missing += process.rowCount - statistics.count
            guard let physical = signal.physical, statistics.count > 0 else { continue }
            if statistics.least < physical.lowerBound || statistics.most > physical.upperBound {
                impossible += process[signal.name].count { $0 < physical.lowerBound || $0 > physical.upperBound }
            }
        }
        impossibleReadings = impossible
        missingReadings = missing
    }

    /// Correlation of a series with itself one reading later; pairs with a missing reading are left out.
    static func lagOne(_ values: ArraySlice<Double>, mean: Double) -> Double {
        var (products, squares) = (0.0, 0.0)
        var before = Double.nan
        for value in values {
            let off = value - mean
            if off == off { squares += off * off }
            if before == before, off == off { products += before * off }
            before = off
        }
        return squares > 0 ? products / squares : 0
    }

    /// Least-squares slope per reading.
    static func slope(_ values: ArraySlice<Double>) -> Double {
        var (count, times, sum, timesSquared, products) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (index, value) in values.enumerated() where value == value {
            let time = Double(index)
            count += 1
            times += time
            sum += value
            timesSquared += time * time
            products += time * value
        }
        let spread = count * timesSquared - times * times
        return spread > 0 ? (count * products - times * sum) / spread : 0
    }
}
