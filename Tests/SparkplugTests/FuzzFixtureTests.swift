import TestSupport
import Testing

/// The fuzz targets' corpora and whatever they once found, replayed.
@Suite(.timeLimit(.minutes(10)))
struct FuzzFixtureTests {
    @Test(arguments: FuzzInputs.Folder.allCases)
    func payloads(folder: FuzzInputs.Folder) throws {
        for (name, bytes) in try FuzzInputs.all("SparkplugPayload", folder) {
            #expect(SparkplugChecks.payload(bytes) == nil, "\(name)")
        }
    }

    @Test(arguments: FuzzInputs.Folder.allCases)
    func topics(folder: FuzzInputs.Folder) throws {
        for (name, bytes) in try FuzzInputs.all("SparkplugTopic", folder) {
            #expect(SparkplugChecks.topic(bytes) == nil, "\(name)")
        }
    }
}
