import Assets
import Model
import Runtime

/// Why a set of casts cannot be what its configuration wants.
struct CampaignFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The configuration's key.
    let field: String
    let problem: String
    var description: String { "\(field): \(problem)" }
}

/// A set of casts: any of them can be made at any time, by any thread, with the same result.
struct CastCampaign: Sendable {
    let planner: CastPlanner
    let run: CastRun
    /// How probable a defect is under each template of `excursions`, found by trying.
    let excursionProbabilities: [Double]

    var config: CasterDatasetConfig { planner.config }
    var seed: UInt64 { planner.seed }

    /// Tries every template on a few casts, so as to know how many of them the wanted share of defects takes.
    init(config: CasterDatasetConfig, seed: UInt64, minutes: Int) throws(CampaignFailure) {
        run = CastRun(defects: config.defects)
        let pilot = CastPilot(config: config, seed: seed, seconds: minutes * 60, run: run)
        excursionProbabilities = config.excursions.map { pilot.probability($0) }
        let excursions = CastCampaign.mean(excursionProbabilities, config.excursions.map(\.weight))
        let calm = pilot.backgroundProbability()
        let disturbed =
            config.disturbanceShare > 0
            ? CastCampaign.mean(
                config.disturbances.map { pilot.probability($0) }, config.disturbances.map(\.weight)) : 0
        let rest = config.disturbanceShare * disturbed + (1 - config.disturbanceShare) * calm
        let wanted = config.defects.share
        guard wanted >= rest else {
            throw CampaignFailure(
                field: "defects.share",
                problem: "\(wanted) is less than the \(CastCampaign.percent(rest)) of casts that become defective "
                    + "without any excursion: raise it, or lower defects.background.probability and "
                    + "disturbances.share")
        }
        guard wanted <= excursions else {
            let idle = zip(config.excursions, excursionProbabilities).first { $0.1 < 0.5 }?.0
            let hint = idle.map { "; \(Text.quoted($0.name)) hardly breaks its rule: raise its severity or duration" }
            throw CampaignFailure(
                field: "defects.share",
                problem: "\(wanted) cannot be reached: of casts with an excursion only "
                    + "\(CastCampaign.percent(excursions)) become defective in \(minutes) minutes; "
                    + "lower it, or make casts longer" + (hint ?? ""))
        }
        let share = excursions > rest ? (wanted - rest) / (excursions - rest) : 0
        planner = CastPlanner(config: config, seed: seed, seconds: minutes * 60, excursionShare: share)
    }

    func cast(_ number: Int) -> CastRecord { run(planner.plan(number)) }

    private static func mean(_ values: [Double], _ weights: [Double]) -> Double {
        let sum = weights.reduce(0, +)
        return sum > 0 ? zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / sum : 0
    }

    private static func percent(_ share: Double) -> String { "\(Distribution.rounded(100 * share, decimals: 1)) %" }
}

/// Finds out what a template does, on a few casts that are not part of the set.
private struct CastPilot {
    private static let casts = 8
    private static let heats = 400
    /// Before the onset and after the end.
    private static let marginS = 60

    let config: CasterDatasetConfig
    let seed: UInt64
    let seconds: Int
    let run: CastRun

    /// Mean probability of a defect.
    func probability(_ template: CastTemplate) -> Double {
        let sum = (0..<CastPilot.casts).reduce(0.0) { $0 + probability(template, trial: $1) }
        return sum / Double(CastPilot.casts)
    }

    private func probability(_ template: CastTemplate, trial: Int) -> Double {
        var random = SeededRandom(
            seed: seed,
            stream: template.name.utf8.reduce(UInt64(trial) << 8 | 0xFF) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
        // A plan like that of any cast, with the template's scenarios put near its start.
        let planner = CastPlanner(config: config, seed: random.next(), seconds: seconds, excursionShare: 0)
        var plan = planner.plan(config.campaign.castsPerSequence > 1 ? 1 : 0)
        let whole = CastPlanner.injections(template, seconds: plan.seconds, &random)
        let first = whole.map(\.onsetS).min() ?? 0
        plan.injections = whole.map { injection in
            var moved = injection
            moved.onsetS += min(first, CastPilot.marginS) - first
            return moved
        }
        // As long as it lasts, and no longer than the cast would have gone on.
        let last = plan.injections.map(\.endS).max() ?? 0
        plan.seconds = max(min(last + CastPilot.marginS, plan.seconds - max(first - CastPilot.marginS, 0)), 1)
        let speed = plan.speedAimMPerMin * template.speedFactor.draw(&random)
        plan.speedAimMPerMin = Distribution.rounded(min(max(speed, 0.3), 2.5), decimals: 2)
        plan.settings.speedAimMPerMin = plan.speedAimMPerMin
        return run(plan).labels.probability
    }

    /// Mean probability of a defect where nothing happens.
    func backgroundProbability() -> Double {
        var random = SeededRandom(seed: seed, stream: 0xFE)
        let shares = config.grades.map(\.share)
        let sum = (0..<CastPilot.heats).reduce(0.0) { sum, index in
            let share = (Double(index) + 0.5) / Double(CastPilot.heats)
            let grade = config.grades[CastPlanner.choose(shares, at: share)]
            return sum + config.defects.backgroundProbability(CastPlanner.heat(grade, &random))
        }
        return sum / Double(CastPilot.heats)
    }
}
