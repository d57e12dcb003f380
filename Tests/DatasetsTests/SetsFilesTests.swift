import Model
import Runtime
import Tables
import TestSupport
import Testing

@testable import Datasets

/// Record sets and reactor runs as files: their own checks, and the same rules by Python, which shares no code with us.
@Suite(
    .timeLimit(.minutes(15)), .serialized,
    .enabled(if: IndependentReaders.obstacle == nil, "\(IndependentReaders.obstacle ?? "")"))
struct SetsFilesTests {
    private static let kinds: [any DatasetKind.Type] = [
        MonitoringDataset.self, DocumentsDataset.self, ComplianceDataset.self, GeotechnicalDataset.self,
        EnvironmentalDataset.self, FinancialDataset.self,
    ]

    private func generate(
        _ type: any DatasetKind.Type, to path: String, count: Int, facilities: Int = 1, minutes: Int? = nil,
        seed: UInt64, jobs: Int = 1
    ) throws {
        var numbers = Dictionary(uniqueKeysWithValues: type.parameters.map { ($0.name, $0.standard) })
        numbers[.count] = count
        if numbers[.facilities] != nil { numbers[.facilities] = facilities }
        if let minutes { numbers[.minutes] = minutes }
        // The simulator takes its time in debug builds.
        if numbers[.interval] != nil { numbers[.interval] = 10 }
        let request = DatasetRequest(numbers: numbers, seed: seed, formats: [.parquet])
        let run = DatasetRun(kind: try type.init(request), request: request, jobs: jobs, stop: Locked(false))
        var progress = Progress(isShown: false)
        #expect(try run.run(to: path, .anew, &progress) == .complete)
    }

    /// Our checks, and Python's rules: none broken. How many rules Python looked at.
    private func expectGood(_ path: String, _ type: any DatasetKind.Type, _ about: String) throws -> Int {
        for check in try type.check(DatasetReader(path)) {
            #expect(check.isKept, "\(type.name), \(about): \(check.rule): \(check.example)")
        }
        let rules = try JSON(Array(Judge.run(path, type.name).utf8)).object ?? [:]
        for (rule, counts) in rules {
            #expect(counts.array?.last?.int == 0, "\(type.name), \(about): \(rule): \(counts)")
        }
        return rules.count
    }

    @Test(arguments: [(1, 1), (3, 10), (60, 4), (1500, 3)]) func recordsKeepTheirRules(_ size: (Int, Int)) async throws
    {
        try await offPool {
            let folder = try TemporaryFolder("sets")
            for seed in Seeds.list(fixed: 1) {
                for type in Self.kinds {
                    let count = type == MonitoringDataset.self ? min(size.0, 80) : size.0
                    let path = folder.path("\(type.name)-\(seed)")
                    try generate(type, to: path, count: count, facilities: size.1, seed: seed)
                    let about = "count \(count), facilities \(size.1), seed \(seed)"
                    #expect(try expectGood(path, type, about) > 15)
                }
            }
        }
    }

    @Test func runsKeepTheirRules() async throws {
        try await offPool {
            let folder = try TemporaryFolder("runs")
            for seed in Seeds.list(fixed: 1) {
                try generate(
                    ReactorDataset<CanduReactor>.self, to: folder.path("candu-\(seed)"), count: 6, minutes: 2,
                    seed: seed)
                try generate(
                    ReactorDataset<SmallModularReactor>.self, to: folder.path("smr-\(seed)"), count: 6, minutes: 2,
                    seed: seed)
                #expect(
                    try expectGood(folder.path("candu-\(seed)"), ReactorDataset<CanduReactor>.self, "\(seed)") > 10)
                #expect(
                    try expectGood(folder.path("smr-\(seed)"), ReactorDataset<SmallModularReactor>.self, "\(seed)") > 10
                )
            }
        }
    }

    /// The examples of the document, as they stand there.
    @Test func theExamplesRun() async throws {
        try await offPool {
            let folder = try TemporaryFolder("examples")
            let data = try folder.folder("data")
            try generate(MonitoringDataset.self, to: "\(data)/tailings-monitoring", count: 40, facilities: 2, seed: 42)
            try generate(ComplianceDataset.self, to: "\(data)/compliance", count: 500, facilities: 5, seed: 42)
            try generate(ReactorDataset<CanduReactor>.self, to: "\(data)/candu", count: 4, minutes: 2, seed: 42)
            #expect(try Judge.examples(in: folder.path).contains("2 examples"))
        }
    }

    /// However many threads make it.
    @Test func theSameSeedGivesTheSameBytes() async throws {
        try await offPool {
            let folder = try TemporaryFolder("bytes")
            for type in Self.kinds {
                let count = type == MonitoringDataset.self ? 40 : 25_000
                var sums: [[String]] = []
                for jobs in [1, 3] {
                    let path = folder.path("\(type.name)-\(jobs)")
                    try generate(type, to: path, count: count, facilities: 2, seed: 6, jobs: jobs)
                    sums.append(try DatasetReader(path).files.map { "\($0.path) \($0.sha256)" })
                }
                #expect(sums[0] == sums[1] && sums[0].count > 3, "\(type.name)")
            }
        }
    }

    /// A rule that is broken is found: a status, a sum, a reference.
    @Test func brokenRulesAreFound() async throws {
        try await offPool {
            let folder = try TemporaryFolder("broken")
            let path = folder.path("geotechnical")
            try generate(GeotechnicalDataset.self, to: path, count: 50, seed: 3)
            let file = "\(path)/geotechnical.parquet"
            let reader = try ParquetReader(path: file)
            var batch = try reader.read(group: 0, columns: reader.schema.columns.map(\.name))
            for (name, rule) in [("saturation", "e = Gs w / S"), ("clay", "grain sizes"), ("borehole_id", "borehole")] {
                let place = try #require(reader.schema.index(of: name))
                let good = batch.columns[place]
                switch good {
                case .numbers(var numbers):
                    numbers[7] += 0.01
                    batch.columns[place] = .numbers(numbers)
                case .texts(var texts):
                    texts[7] = "nowhere"
                    batch.columns[place] = .texts(texts)
                default: Issue.record("\(name) is no number and no text")
                }
                var writer = try ParquetWriter(path: file, schema: reader.schema, metadata: [:])
                try writer.append(batch)
                try writer.finish()
                batch.columns[place] = good
                let broken = try GeotechnicalDataset.check(DatasetReader(path)).filter { !$0.isKept }
                #expect(broken.contains { $0.rule.contains(rule) && $0.looked - $0.agreed == 1 }, "\(name)")
            }
        }
    }

    @Test func impossibleRequestsAreRefused() {
        func failure(_ type: any DatasetKind.Type, count: Int, facilities: Int) -> DatasetFailure? {
            let request = DatasetRequest(
                numbers: [.count: count, .facilities: facilities, .interval: 1440], seed: 1)
            do throws(DatasetFailure) {
                _ = try type.init(request)
                return nil
            } catch { return error }
        }
        for type in Self.kinds {
            #expect(failure(type, count: 0, facilities: 1)?.exitCode == .usage)
            #expect(failure(type, count: 1, facilities: 0)?.exitCode == .usage)
            #expect(failure(type, count: .max, facilities: 1)?.exitCode == .usage)
            #expect(failure(type, count: 1, facilities: 1) == nil)
        }
        // Daily readings beyond the year 9999.
        let long = failure(MonitoringDataset.self, count: 3_000_000, facilities: 1)
        #expect(long?.description.contains("--interval") == true && long?.exitCode == .usage)
        #expect(failure(MonitoringDataset.self, count: 2_900_000, facilities: 1) == nil)
    }
}

/// Debian's Python with pandas, which holds the files against their rules.
private enum Judge {
    /// What `record_sets.py` printed. Blocks, the first time for a minute.
    static func run(_ folder: String, _ kind: String) throws -> String {
        try IndependentReaders.run("DatasetsTests/Python/record_sets.py", [folder, kind])
    }

    /// Runs the examples of `docs/datasets-records.md` in a folder; what they printed.
    static func examples(in folder: String) throws -> String {
        try IndependentReaders.run("TablesTests/Python/run_examples.py", [document], folder: folder)
    }

    private static let document =
        #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
        + "/docs/datasets-records.md"
}
