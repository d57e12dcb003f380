import TestSupport
import Testing

/// The fuzz targets' corpora and whatever they once found, replayed.
@Suite(.timeLimit(.minutes(10)))
struct FuzzFixtureTests {
    @Test(arguments: FuzzInputs.Folder.allCases)
    func parquetFiles(folder: FuzzInputs.Folder) throws {
        for (name, bytes) in try FuzzInputs.all("ParquetTable", folder) {
            #expect(TableChecks.parquet(bytes) == nil, "\(name)")
        }
    }

    @Test(arguments: FuzzInputs.Folder.allCases)
    func filesOfText(folder: FuzzInputs.Folder) throws {
        for (name, bytes) in try FuzzInputs.all("TextTable", folder) {
            #expect(TableChecks.text(bytes) == nil, "\(name)")
        }
    }
}
