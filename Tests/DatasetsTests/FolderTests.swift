import Model
import Runtime
import Tables
import TestSupport
import Testing

@testable import Datasets

/// A kind for the tests of folder and command line: two tables and a file for each part.
struct TestKind: DatasetKind {
    static let name = "test"
    static let summary = "Numbers that mean nothing."
    static let parameters = [DatasetParameter(.count, "parts", in: 1...100_000, standard: 3)]

    let request: DatasetRequest
    /// The part that tells the run to stop.
    var stop: (part: Int, flag: Locked<Bool>)?

    init(_ request: DatasetRequest) throws(DatasetFailure) { self.request = request }

    let tables = [
        TableSchema(
            "values", "Values over time.",
            [
                Column("part", .text, "Which part."), Column("time", .timeMs, "When."),
                Column("value", .number, unit: "mm", "What.", isNullable: true, range: -10...10),
            ]),
        TableSchema(
            "parts", "The parts.", [Column("part", .text, "Which."), Column("is_odd", .flag, "Whether it is odd.")]),
    ]
    var partCount: Int { request[.count] }

    func generate(part: Int, into output: inout DatasetPart) throws(DatasetFailure) {
        if let stop, stop.part == part { stop.flag.withLock { $0 = true } }
        var random = SeededRandom(seed: request.seed, stream: UInt64(part))
        let rows = 500
        let values = (0..<rows).map { $0 % 50 == 0 ? Double.nan : (random.unit() * 100).rounded() / 10 }
        let start: Int64 = 1_767_225_600_000
        try output.append(
            TableBatch([
                .repeatedText("part-\(part)", count: rows), .timesMs((0..<rows).map { start + Int64($0) * 1000 }),
                .numbers(values),
            ]), to: 0)
        try output.append(TableBatch([.texts(["part-\(part)"]), .flags([part % 2 == 1])]), to: 1)
        output.file("parts/part-\(part).json", Array("{\"part\":\(part)}\n".utf8))
        output.total("rows", Double(rows))
        output.total("mean sum", values.filter { !$0.isNaN }.reduce(0, +))
    }

    func writeConfiguration(_ json: inout JSONWriter) { json.field("rows", 500) }
    func card(_ totals: DatasetTotals) -> DatasetCard {
        DatasetCard(title: "Test values", summary: "\(totals["rows"]) rows.", sections: [("Limits", "None.")])
    }
    static func check(_ dataset: DatasetReader) throws(DatasetFailure) -> [DatasetCheck] {
        var agreed = 0
        var looked = 0
        try dataset.forEachBatch(of: "parts", columns: ["part", "is_odd"]) { (batch) throws(DatasetFailure) in
            for (part, isOdd) in zip(batch.columns[0].asTexts, batch.columns[1].asNumbers) {
                looked += 1
                agreed += (Int(part.dropFirst(5)) ?? 0) % 2 == Int(isOdd) ? 1 : 0
            }
        }
        return [DatasetCheck("odd parts are flagged", agreed: agreed, of: looked)]
    }
}

@Suite(.timeLimit(.minutes(10))) struct FolderTests {
    private func generate(
        _ path: String, count: Int = 12, jobs: Int = 1, seed: UInt64 = 7, formats: [TableFormat] = TableFormat.allCases,
        start: DatasetFolder.Start = .anew, stop: Bool = false
    ) throws -> DatasetRun.Ending {
        let request = DatasetRequest(numbers: [.count: count], seed: seed, formats: formats)
        let run = DatasetRun(kind: try TestKind(request), request: request, jobs: jobs, stop: Locked(stop))
        var progress = Progress(isShown: false)
        return try run.run(to: path, start, &progress)
    }

    /// Every file with its sum.
    private func sums(_ path: String) throws -> [String] {
        var found: [String] = []
        for name in try Files.entries(of: path) {
            found +=
                Files.isFolder("\(path)/\(name)")
                ? try sums("\(path)/\(name)").map { "\(name)/\($0)" }
                : ["\(name) \(try SHA256.ofFile("\(path)/\(name)"))"]
        }
        return found
    }

    @Test func sameSeedGivesTheSameBytesWithAnyNumberOfJobs() async throws {
        try await offPool {
            let folder = try TemporaryFolder("dataset")
            #expect(try generate(folder.path("one"), jobs: 1) == .complete)
            #expect(try generate(folder.path("four"), jobs: 4) == .complete)
            #expect(try generate(folder.path("other"), seed: 8) == .complete)
            #expect(try sums(folder.path("one")) == sums(folder.path("four")))
            #expect(try sums(folder.path("one")) != sums(folder.path("other")))
            #expect(try Files.entries(of: folder.path).sorted() == ["four", "one", "other"])
            let names = try Files.entries(of: folder.path("one"))
            #expect(
                names == [
                    "README.md", "manifest.json", "parts", "parts.csv", "parts.json", "parts.parquet", "schema.json",
                    "values.csv", "values.json", "values.parquet",
                ])
        }
    }

    @Test func aFreshDatasetIsValid() async throws {
        try await offPool {
            let folder = try TemporaryFolder("dataset")
            _ = try generate(folder.path("d"))
            let findings = Validation.findings(try DatasetReader(folder.path("d")), [TestKind.self])
            #expect(findings.filter { !$0.isGood }.isEmpty, "\(findings)")
            #expect(findings.count == 9)
        }
    }

    @Test func everyDamageIsFound() async throws {
        try await offPool {
            let folder = try TemporaryFolder("dataset")
            for name in ["values.parquet", "values.csv", "values.json", "parts/part-3.json"] {
                let path = folder.path("d")
                _ = try generate(path, start: .replacing)
                var bytes = try Files.read("\(path)/\(name)", maxBytes: 1 << 24)
                bytes.removeLast(bytes.count / 3)
                try Files.write(bytes, to: "\(path)/\(name)")
                let findings = Validation.findings(try DatasetReader(path), [TestKind.self])
                #expect(findings.contains { !$0.isGood && $0.words.contains(name) }, "\(name): \(findings)")
                if !name.contains("/") {
                    #expect(findings.contains { !$0.isGood && $0.what == name }, "\(name): \(findings)")
                }
            }
        }
    }

    @Test func anInterruptedRunGoesOnToTheSameBytes() async throws {
        try await offPool {
            let folder = try TemporaryFolder("dataset")
            _ = try generate(folder.path("whole"), count: 40)
            // Told to stop before it began: the checkpoint is there, and nothing else.
            #expect(try generate(folder.path("d"), count: 40, jobs: 2, stop: true) == .interrupted)
            #expect(!Files.exists(folder.path("d")))
            #expect(throws: DatasetFailure.self) { try generate(folder.path("d"), count: 40) }
            #expect(throws: DatasetFailure.self) { try generate(folder.path("d"), count: 41, start: .resuming) }
            #expect(try generate(folder.path("d"), count: 40, jobs: 2, start: .resuming) == .complete)
            #expect(try sums(folder.path("whole")) == sums(folder.path("d")))
            #expect(try generate(folder.path("d"), count: 40, start: .resuming) == .wasComplete)
            #expect(try Files.entries(of: folder.path).sorted() == ["d", "whole"])
        }
    }

    /// Parts of few rows share row groups, also when the run is interrupted while rows wait for more.
    @Test(arguments: [3, 17, 20, 35]) func rowsThatWaitForMoreAreKept(part: Int) async throws {
        try await offPool {
            let folder = try TemporaryFolder("dataset")
            _ = try generate(folder.path("whole"), count: 40)
            #expect(try ParquetReader(path: folder.path("whole/parts.parquet")).groupCount == 1)
            #expect(try ParquetReader(path: folder.path("whole/values.parquet")).groupCount == 3)
            let request = DatasetRequest(numbers: [.count: 40], seed: 7, formats: TableFormat.allCases)
            let stop = Locked(false)
            var kind = try TestKind(request)
            kind.stop = (part, stop)
            var progress = Progress(isShown: false)
            let run = DatasetRun(kind: kind, request: request, jobs: 1, stop: stop)
            #expect(try run.run(to: folder.path("d"), .anew, &progress) == .interrupted)
            #expect(try generate(folder.path("d"), count: 40, jobs: 3, start: .resuming) == .complete)
            #expect(try sums(folder.path("whole")) == sums(folder.path("d")))
        }
    }

    @Test func nothingIsReplacedByMistake() async throws {
        try await offPool {
            let folder = try TemporaryFolder("dataset")
            _ = try generate(folder.path("d"), count: 2)
            #expect(throws: DatasetFailure.self) { try generate(folder.path("d"), count: 3) }
            #expect(try generate(folder.path("d"), count: 3, start: .replacing) == .complete)
            let precious = try folder.folder("home")
            try Files.write([1], to: "\(precious)/letter")
            #expect(throws: DatasetFailure.self) { try generate(precious, start: .replacing) }
            #expect(throws: DatasetFailure.self) { try generate(precious, start: .anew) }
            #expect(try Files.entries(of: precious) == ["letter"])
            let empty = try folder.folder("empty")
            #expect(try generate(empty, count: 2) == .complete)
        }
    }
}
