import Assets
import Runtime
import TestSupport
import Testing

@testable import Datasets

@Suite struct CasterConfigTests {
    private static let root = #filePath.split(separator: "/").dropLast(4).reduce(into: "") { $0 += "/\($1)" }

    @Test func theSampleLoads() throws {
        let path = "\(Self.root)/configs/datasets/caster.yaml"
        let config = try CasterDatasetConfig.load(path)
        #expect(config.grades.map(\.name) == ["Low_Carbon", "Medium_Carbon", "HSLA", "Stainless"])
        #expect(config.defects.share == 0.15 && config.outputs.layout == .wide)
        #expect(config.defects.thresholds == DefectRules.Thresholds(zoneShares: CasterSettings.zoneShares))
        #expect(fileText(path) == CasterDatasetSample.text, "the file is what `config --kind caster` prints")
    }

    @Test func everyDefectHasAnExcursion() {
        let scenarios = Set(CasterDatasetConfig.sample.excursions.flatMap { $0.parts.map(\.scenario) })
        #expect(scenarios.count >= 6)
    }

    @Test func whatIsLeftOutIsAsInTheSample() throws {
        #expect("\(try CasterDatasetConfig.parse("", name: "x"))" == "\(CasterDatasetConfig.sample)")
        let config = try CasterDatasetConfig.parse("defects: {share: 0.2, shape: {probability: 0.5}}\n", name: "x")
        var expected = CasterDatasetConfig.sample
        expected.defects.share = 0.2
        expected.defects.responses[DefectRules.Defect.shape.rawValue].threshold = 0.5
        #expect("\(config)" == "\(expected)")
    }

    private static let grade = "name: A, share: 1, speed_m_per_min: {value: 1}, cleanliness: {value: 90}"

    @Test(arguments: [
        ("defects: {share: -0.1}", "x:1:18: defects.share: must be 0 to 0.95, got -0.1"),
        ("defects: {share: nan}", "defects.share: must be a number, got \"nan\""),
        ("defects: {share: .nan}", "defects.share: must be a number"),
        ("defects: {shares: 0.1}", "unknown key \"shares\" in defects; did you mean \"share\"?"),
        ("defects: {corner_cracks: {low_per_min: 300}}", "defects.corner_cracks.low_per_min: is above high_per_min"),
        ("defects: {surface_cracks: {longer_than_s: -1}}", "defects.surface_cracks.longer_than_s: must be 0 to"),
        ("defects: {severity_levels: {moderate: 3, severe: 2}}", "defects.severity_levels.moderate: is above severe"),
        ("campaign: {start: yesterday}", "campaign.start: must be a whole second"),
        ("campaign: {casts_per_sequence: 0}", "campaign.casts_per_sequence: must be 1 to 100, got 0"),
        ("campaign: {split: {train: 0.9, validation: 0.2, test: 0.1}}", "campaign.split: train, validation and test"),
        ("caster: {ladle_t: 1e18}", "caster.ladle_t: must be 20 to 1000, got 1e18"),
        ("grades: []", "grades: must have at least one grade"),
        (
            "grades: [{\(grade), superheat_k: {min: 30, max: 20}, composition: {carbon: {value: 0.1}}}]",
            "grades[0].superheat_k.min: is above max: exchange the two"
        ),
        (
            "grades: [{\(grade), superheat_k: {mean: 50, deviation: 2, min: 20, max: 30}, "
                + "composition: {carbon: {value: 0.1}}}]",
            "grades[0].superheat_k.mean: lies outside min to max"
        ),
        (
            "grades: [{\(grade), superheat_k: {value: 20}, composition: {carbn: {value: 0.1}}}]",
            "did you mean \"carbon\"?"
        ),
        (
            "grades: [{\(grade), superheat_k: {value: 20}, composition: {carbon: {value: -0.1}}}]",
            "grades[0].composition.carbon.value: must be 0 to 50, got -0.1"
        ),
        (
            "excursions: [{name: a, weight: 1, parts: [{scenario: stoper-fault, duration_min: {value: 5}}]}]",
            "did you mean \"stopper-fault\"?"
        ),
        (
            "excursions: [{name: a, weight: 0, parts: [{scenario: stopper-fault, duration_min: {value: 5}}]}]",
            "all weights are 0"
        ),
        ("outputs: {layout: tall}", "outputs.layout: must be wide, long or both, got \"tall\""),
    ])
    func mistakesAreNamed(text: String, part: String) {
        let failure = #expect(throws: ConfigFailure.self) { _ = try CasterDatasetConfig.parse(text + "\n", name: "x") }
        #expect(failure.map { "\($0)".contains(part) } == true, "\(failure.map { "\($0)" } ?? "accepted")")
    }

    @Test func impossibleSharesAreRefused() throws {
        var config = CasterDatasetConfig.sample
        config.defects.share = 0.9
        for index in config.defects.responses.indices { config.defects.responses[index].threshold = 0.1 }
        for index in config.defects.responses.indices { config.defects.responses[index].steepness = 0 }
        config.excursions = Array(config.excursions.suffix(1))
        let high = #expect(throws: CampaignFailure.self) { _ = try CastCampaign(config: config, seed: 1, minutes: 5) }
        #expect(high?.field == "defects.share" && high?.problem.contains("cannot be reached") == true)
        config.defects.share = 0
        let low = #expect(throws: CampaignFailure.self) { _ = try CastCampaign(config: config, seed: 1, minutes: 5) }
        #expect(low?.problem.contains("background") == true)
    }
}
