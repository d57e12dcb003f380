import Assets
import Model
import Tables
import TestSupport
import Testing

@testable import Datasets

/// A small campaign, judged as a whole; `Tests/System` does the same to a thousand casts of an hour.
@Suite(.timeLimit(.minutes(20))) struct CastCampaignTests {
    private static let count = 80
    private static let minutes = 30

    /// The casts of two threads, made once for all tests here.
    private static let casts = Task {
        try await offPool {
            let campaign = try CastCampaign(config: .sample, seed: 11, minutes: minutes)
            return (campaign, (0..<count).map { campaign.cast($0) })
        }
    }

    /// By code of its own over whole columns.
    @Test func rulesCanBeEvaluatedAgain() async throws {
        let (_, casts) = try await Self.casts.value
        var broken = 0
        for cast in casts {
            let again = RulesAgain(cast.process).severities
            let told = cast.labels.ruleSeverities
            for (mine, theirs) in zip(again, told) {
                #expect(abs(mine - theirs) < 5.1e-5, "\(cast.plan.id): \(again), \(told)")
                #expect((mine > 0) == (theirs > 0), "\(cast.plan.id): \(again), \(told)")
            }
            broken += again.count { $0 > 0 }
        }
        #expect(broken > 5)
    }

    /// Rules are broken where an excursion was planned, by the rule that is meant, and nowhere else.
    @Test func excursionsBreakRulesAndNothingElseDoes() async throws {
        let (_, casts) = try await Self.casts.value
        let excursions = casts.filter(\.plan.isExcursion)
        #expect(excursions.count > 8)
        let kept = excursions.count { $0.labels.isRuleBroken }
        #expect(Double(kept) > 0.85 * Double(excursions.count), "\(kept) of \(excursions.count)")
        for cast in casts where !cast.plan.isExcursion {
            #expect(!cast.labels.isRuleBroken, "\(cast.plan.id) \(cast.plan.template ?? "calm") \(cast.labels)")
            #expect(cast.labels.probability < 0.05)
        }
    }

    /// physics.md B10.
    @Test func castsLookLikeCasts() async throws {
        let (_, casts) = try await Self.casts.value
        let calm = casts.filter { $0.plan.template == nil }
        let steady = calm.filter { $0.plan.placeInSequence > 0 }
        #expect(steady.allSatisfy { $0.summary.tundishTrendKPerMin < 0 })
        for cast in calm {
            #expect((1...3).contains(cast.summary.levelRmsMm), "\(cast.plan.id) rms \(cast.summary.levelRmsMm)")
            #expect((0.5...0.95).contains(cast.summary.levelLagOne), "\(cast.plan.id) \(cast.summary.levelLagOne)")
            #expect(cast.process["mold_level"].allSatisfy { abs($0 - 100) < 15 })
        }
        #expect(correlation(casts.map(\.summary.meanSpeedMPerMin), casts.map(\.summary.meanMouldWaterRiseK)) > 0.5)
        #expect(correlation(casts.map(\.summary.meanSuperheatK), casts.map(\.summary.shellConstantMmPerRootMin)) < 0)
        #expect(casts.allSatisfy { $0.summary.impossibleReadings == 0 })
        // The speed stays within 5 % of its aim once the cast has run up.
        for cast in steady {
            let speed = SignalStatistics(cast.process["casting_speed"])
            #expect(speed.least > 0.92 * cast.plan.speedAimMPerMin && speed.most < 1.08 * cast.plan.speedAimMPerMin)
            #expect(speed.deviation < 0.03 * cast.plan.speedAimMPerMin)
        }
    }

    /// Expected from the probabilities rather than counted, which takes a thousand casts.
    @Test func theShareIsWhatWasAskedFor() async throws {
        let (campaign, casts) = try await Self.casts.value
        let expected = casts.reduce(0) { $0 + $1.labels.probability } / Double(casts.count)
        #expect(abs(expected - 0.15) < 0.03, "\(expected), templates \(campaign.excursionProbabilities)")
        let defective = casts.count { $0.labels.isDefective }
        // 99.9 % of a binomial distribution.
        let wanted = 0.15 * Double(casts.count)
        let limit = 3.3 * (0.85 * wanted).squareRoot()
        #expect(abs(Double(defective) - wanted) < limit)
    }

    @Test func batchesFitTheirTables() async throws {
        let (campaign, casts) = try await Self.casts.value
        var config = campaign.config
        config.outputs.layout = .both
        let tables = CastTables(config)
        let templates = CastTables.templates(config)
        for cast in casts.prefix(20) {
            var batches = [
                (CastTables.Table.process, CastTables.process(cast)), (.environment, CastTables.environment(cast)),
                (.heats, CastTables.heats(cast)), (.casts, CastRow.batch([.init(cast)], config)),
            ]
            batches += CastTables.scenarios(cast, templates: templates).map { [(.scenarios, $0)] } ?? []
            batches += CastTables.readings(cast).prefix(3).map { (.readings, $0) }
            for (table, batch) in batches {
                let schema = tables.schemas[try #require(tables[table])]
                #expect(batch.columns.count == schema.columns.count, "\(schema.name)")
                #expect(batch.columns.allSatisfy { $0.count == batch.rowCount }, "\(schema.name)")
            }
        }
        config.outputs.layout = .long
        #expect(CastTables(config).schemas.map(\.name) == ["casts", "heats", "scenarios", "readings"])
    }

    private func correlation(_ x: [Double], _ y: [Double]) -> Double {
        let (mx, my) = (SignalStatistics(x), SignalStatistics(y))
        let products = zip(x, y).reduce(0.0) { $0 + ($1.0 - mx.mean) * ($1.1 - my.mean) }
        return products / Double(x.count) / (mx.deviation * my.deviation)
    }
}

/// The rules once more, over whole columns instead of second by second.
private struct RulesAgain {
    let process: SignalColumns

    init(_ process: SignalColumns) { self.process = process }

    var severities: [Double] { [surface, inner, corner, inclusions, shape] }

    private func runs(_ flags: [Bool]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for (place, flag) in (flags + [false]).enumerated() {
            if flag, start == nil { start = place }
            if !flag, let first = start {
                runs.append(first..<place)
                start = nil
            }
        }
        return runs
    }

    private var surface: Double {
        let off = zip(process["mold_level"], process["mold_level_target"]).map { abs($0 - $1) }
        return runs(off.map { $0 > 20 }).filter { $0.count > 60 }.compactMap { off[$0].max() }.max().map { $0 / 20 }
            ?? 0
    }

    private var inner: Double {
        let (tundish, speed) = (Array(process["tundish_temperature"]), Array(process["casting_speed"]))
        let drops = tundish.indices.dropFirst(30).filter { speed[$0] > 1 }.map { tundish[$0 - 30] - tundish[$0] }
        return drops.filter { $0 > 50 }.max().map { $0 / 50 } ?? 0
    }

    private var corner: Double {
        let cpm = Array(process["mold_oscillation_frequency"])
        let late = runs(cpm.map { $0 < 60 || $0 > 200 }).flatMap { $0.dropFirst(10) }
        return late.map { max(cpm[$0] / 200, 60 / cpm[$0]) }.max() ?? 0
    }

    private var inclusions: Double {
        let shares = [0.14, 0.25, 0.22, 0.18, 0.13, 0.08]
        let zones = (1...6).map { Array(process["zone_\($0)_water_flow"]) }
        let superheat = Array(process["superheat"])
        let off = superheat.indices.map { second in
            let total = zones.reduce(0) { $0 + $1[second] }
            return total > 0 ? zip(zones, shares).map { abs($0[second] / (total * $1) - 1) }.max() ?? 0 : 0
        }
        let late = runs(superheat.indices.map { superheat[$0] > 40 && off[$0] > 0.15 }).flatMap { $0.dropFirst(30) }
        return late.map { off[$0] / 0.15 }.max() ?? 0
    }

    private var shape: Double {
        let names = ["oscillator_vibration", "roller_vibration_1", "roller_vibration_2", "roller_vibration_3"]
        return names.flatMap { process[$0].filter { $0 > 7.1 } }.max().map { $0 / 7.1 } ?? 0
    }
}
