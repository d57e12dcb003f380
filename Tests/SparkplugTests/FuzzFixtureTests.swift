import Glibc
import TestSupport
import Testing

/// The fuzz targets' corpora and whatever they once found, in Tests/Fuzz, replayed.
@Suite(.timeLimit(.minutes(2)))
struct FuzzFixtureTests {
    private static let fuzz = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined() + "/Fuzz"

    @Test(arguments: ["Corpus", "Crashers"])
    func payloads(folder: String) throws {
        for (name, bytes) in try inputs("\(folder)/SparkplugPayload", mayBeEmpty: folder == "Crashers") {
            #expect(SparkplugChecks.payload(bytes) == nil, "\(name)")
        }
    }

    @Test(arguments: ["Corpus", "Crashers"])
    func topics(folder: String) throws {
        for (name, bytes) in try inputs("\(folder)/SparkplugTopic", mayBeEmpty: folder == "Crashers") {
            #expect(SparkplugChecks.topic(bytes) == nil, "\(name)")
        }
    }

    private func inputs(_ folder: String, mayBeEmpty: Bool) throws -> [(name: String, bytes: [UInt8])] {
        let path = "\(FuzzFixtureTests.fuzz)/\(folder)"
        guard let entries = opendir(path) else {
            if mayBeEmpty { return [] }
            throw SupportFailure("cannot open \(path)")
        }
        defer { closedir(entries) }
        var inputs: [(name: String, bytes: [UInt8])] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix(".") else { continue }
            inputs.append((name, try InputFile.read("\(path)/\(name)")))
        }
        guard mayBeEmpty || !inputs.isEmpty else { throw SupportFailure("\(path) is empty") }
        return inputs
    }
}
