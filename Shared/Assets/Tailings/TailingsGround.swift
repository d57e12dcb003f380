import Model

/// Movement of the embankment: consolidation, creep, and the two ways in which it can fail.
struct TailingsGround: Sendable {
    /// Share of the section's movement that each prism sees.
    private static let prismShares: [3 of Double] = [0.75, 1.0, 0.45]
    private static let cvM2PerYear = 5.0
    private static let drainageM = 12.0
    /// Background creep, mm a day.
    private static let creepMmPerDay = 0.05
    /// A of Fukuzono's law, and days to failure at full severity.
    private static let creepSlope = 0.01
    private static let creepDays = 2.0
    private static let brittleDays = 0.25
    private static let secondsPerYear = 365.25 * 86_400

    private(set) var settlementMm: [3 of Double] = [0, 0, 0]
    private(set) var displacementMm: [3 of Double] = [24, 31, 14]
    private(set) var rateMmPerDay = TailingsGround.creepMmPerDay
    private(set) var tiltDeg = 0.01
    private(set) var hasFailed = false
    /// How far the accelerating creep has got, 0 ... 1 at failure; and the same of the brittle course.
    private(set) var creepProgress = 0.0
    private(set) var brittleProgress = 0.0
    private var ageYears: Double
    private var slideMm = 0.0
    private var secondsToSettle = 0
    private let finalSettlementMm: [Double]

    init(_ design: TailingsDesign = .standard, random: inout SeededRandom) {
        finalSettlementMm = design.finalSettlementMm
        ageYears = 6 + 4 * random.unit()
        for prism in 0..<3 { displacementMm[prism] += 6 * random.unit() }
        settle()
    }

    /// Terzaghi's curve, with the seasons' breathing of a millimetre and a half.
    static func settlementMm(finalMm: Double, ageYears: Double) -> Double {
        let factor = Consolidation.timeFactor(cvM2PerYear: cvM2PerYear, years: ageYears, drainageM: drainageM)
        let season = 1.5 * Maths.sin(2 * .pi * (ageYears - ageYears.rounded(.down)))
        return finalMm * Consolidation.degree(timeFactor: factor) + season
    }

    private mutating func settle() {
        for plate in 0..<3 {
            let settled = TailingsGround.settlementMm(finalMm: finalSettlementMm[plate], ageYears: ageYears)
            settlementMm[plate] = settled + 0.15 * slideMm
        }
    }

    /// Once a second. `creep` and `brittle` are the scenarios' strengths.
    mutating func step(creep: Double, brittle: Double) {
        let day = 1.0 / 86_400
        var rate = TailingsGround.creepMmPerDay
        if hasFailed {
            // The slide comes to rest within minutes.
            rate = rateMmPerDay * (1 - 1.0 / 45)
        } else {
            if creep > 0 {
                creepProgress += creep / TailingsGround.creepDays * day
                // v = 1 / (A (tf - t)), the time left counted at the present severity.
                let left = max(1 - creepProgress, 1e-7) * TailingsGround.creepDays / creep
                rate += 1 / (TailingsGround.creepSlope * left)
            } else if creepProgress > 0 {
                // Unloaded in time, creep dies down and strength comes back.
                creepProgress = max(creepProgress - 0.5 * day, 0)
            }
            if brittle > 0 {
                brittleProgress += brittle / TailingsGround.brittleDays * day
                // As before Brumadinho: some tens of millimetres a year, and nothing to see in the piezometers.
                rate += 0.06 * brittleProgress
            } else if brittleProgress > 0 {
                brittleProgress = max(brittleProgress - day, 0)
            }
            if creepProgress >= 1 || brittleProgress >= 1 {
                hasFailed = true
                rate = 9e6
            }
        }
        // Radar follows within minutes.
        let lag = rate > 1000 ? 1.0 : 1.0 / 300
        rateMmPerDay += (rate - rateMmPerDay) * lag
        let moved = min(rateMmPerDay * day, max(40_000 - displacementMm[1], 0))
        for prism in 0..<3 { displacementMm[prism] += moved * TailingsGround.prismShares[prism] }
        if hasFailed || creepProgress > 0 { slideMm += moved }
        tiltDeg += moved * 4e-5
        ageYears += 1 / TailingsGround.secondsPerYear
        secondsToSettle += 1
        if secondsToSettle >= 600 {
            secondsToSettle = 0
            settle()
        }
    }

    mutating func visitState(_ archive: inout StateArchive) {
        for index in 0..<3 {
            archive.visit(&settlementMm[index])
            archive.visit(&displacementMm[index])
        }
        archive.visit(&rateMmPerDay)
        archive.visit(&tiltDeg)
        archive.visit(&hasFailed)
        archive.visit(&creepProgress)
        archive.visit(&brittleProgress)
        archive.visit(&ageYears)
        archive.visit(&slideMm)
        archive.visit(&secondsToSettle)
    }
}
