import Assets
import Runtime
import Tables
import TestSupport
import Testing

@testable import Datasets

/// Casts as files, and what others find in them.
@Suite(.timeLimit(.minutes(10))) struct CastFilesTests {
    private static let script =
        #filePath.split(separator: "/").dropLast(2).reduce(into: "") { $0 += "/\($1)" } + "/Python/recompute_rules.py"

    /// Every other cast, so that a few of them break every rule; by thresholds that are not the usual ones.
    private static let defects = """
        defects:
          share: 0.5
          surface_cracks: {deviation_mm: 19, longer_than_s: 55}
          internal_cracks: {drop_k: 48, within_s: 29}
          shape: {vibration_above_mm_per_s: 7.0}

        """

    private func generate(
        _ path: String, layout: String = "wide", formats: [TableFormat] = [.parquet], jobs: Int = 2, seed: UInt64 = 3
    ) throws {
        let config = path + ".yaml"
        try writeFile(config, "outputs: {layout: \(layout)}\n" + Self.defects)
        let request = DatasetRequest(
            numbers: [.count: 22, .minutes: 25], seed: seed, formats: formats, configPath: config)
        let run = DatasetRun(kind: try CasterDataset(request), request: request, jobs: jobs, stop: Locked(false))
        var progress = Progress(isShown: false)
        let ending = try run.run(to: path, .anew, &progress)
        #expect(ending == .complete)
    }

    private func findings(_ path: String) throws -> [Validation.Finding] {
        Validation.findings(try DatasetReader(path), [CasterDataset.self])
    }

    /// Check point B-10, by other code in another language, from the text of the files alone.
    @Test func pythonFindsTheSameRules() async throws {
        try await offPool {
            let folder = try TemporaryFolder("casts")
            try generate(folder.path("d"), formats: [.csv])
            let answer = try ChildProcess.run("python3", [Self.script, folder.path("d")], timeout: .seconds(300))
            let json = try JSON(answer)
            #expect(json["casts"]?.int == 22 && (json["broken"]?.int ?? 0) >= 7, "\(answer)")
            #expect(json["wrong"]?.array == [], "\(answer)")
        }
    }

    /// A script that finds nothing wrong with anything would prove nothing.
    @Test func pythonFindsAWrongFlag() async throws {
        try await offPool {
            let folder = try TemporaryFolder("casts")
            try generate(folder.path("d"), formats: [.csv])
            let path = folder.path("d/casts.csv")
            let lines = (fileText(path) ?? "").split(whereSeparator: \.isNewline)
            let place = lines[0].split(separator: ",").firstIndex(of: "rule_shape") ?? 0
            var cells = lines[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            cells[place] = cells[place] == "true" ? "false" : "true"
            let changed = [String(lines[0]), cells.joined(separator: ",")] + lines.dropFirst(2).map(String.init)
            try writeFile(path, changed.joined(separator: "\n") + "\n")
            let child = try ChildProcess("python3", [Self.script, folder.path("d")])
            #expect(try child.waitForExit(.seconds(300)) == .code(1))
        }
    }

    @Test(arguments: ["wide", "long", "both"]) func everyLayoutIsValid(_ layout: String) async throws {
        try await offPool {
            let folder = try TemporaryFolder("casts")
            try generate(folder.path("d"), layout: layout)
            let findings = try findings(folder.path("d"))
            #expect(findings.filter { !$0.isGood }.isEmpty, "\(findings)")
            #expect(findings.contains { "\($0)".contains("22 of 22") })
            let names = try Files.entries(of: folder.path("d"))
            #expect(names.contains("process.parquet") == (layout != "long"))
            #expect(names.contains("readings.parquet") == (layout != "wide"))
            #expect(try Files.entries(of: folder.path("d/metadata")).count == 22)
        }
    }

    @Test func jobsChangeNothing() async throws {
        try await offPool {
            let folder = try TemporaryFolder("casts")
            try generate(folder.path("one"), jobs: 1)
            try generate(folder.path("three"), jobs: 3)
            for name in try Files.entries(of: folder.path("one")) where name.hasSuffix(".parquet") {
                #expect(
                    try SHA256.ofFile(folder.path("one/\(name)")) == SHA256.ofFile(folder.path("three/\(name)")),
                    "\(name)")
            }
            try generate(folder.path("other"), seed: 4)
            #expect(
                try SHA256.ofFile(folder.path("one/process.parquet"))
                    != SHA256.ofFile(folder.path("other/process.parquet")))
        }
    }

    @Test func metadataSaysWhatTheTablesSay() async throws {
        try await offPool {
            let folder = try TemporaryFolder("casts")
            try generate(folder.path("d"))
            let campaign = try CastCampaign(
                config: try CasterDatasetConfig.load(folder.path("d.yaml")), seed: 3, minutes: 25)
            let record = campaign.cast(5)
            let json = try JSON(fileText(folder.path("d/metadata/cast-000005.json")) ?? "")
            #expect(json["steel_grade"]?.string == record.plan.gradeName)
            #expect(json["composition"]?["carbon"]?.double == record.plan.heat.composition.carbon)
            #expect(json["labels"]?["defect"]?.bool == record.labels.isDefective)
            #expect(json["labels"]?["defect_type"]?.string == record.labels.className)
            #expect(json["duration_s"]?.int == 1500 && json["scenarios"]?.array?.count == record.plan.injections.count)
            let level = json["statistics"]?["mold_level"]
            #expect(level?["readings"]?.int == 1500 && abs((level?["mean"]?.double ?? 0) - 100) < 15)
        }
    }
}
