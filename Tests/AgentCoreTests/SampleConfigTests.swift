import Assets
import Model
import Outbox
import TestSupport
import Testing

@testable import AgentCore

@Suite struct SampleConfigTests {
    /// The repository's root, from this file's place in it.
    private static let root = #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" }

    @Test(arguments: AssetCatalog.all.map(\.id))
    func everyKindHasASampleThatLoads(kind: String) throws {
        let path = "\(Self.root)/configs/agent-\(kind).yaml"
        let config = try AgentConfig.load(path)
        #expect(config.asset.kind == kind && config.asset.rateHz == 1 && config.site == "demo")
        #expect(config.outbox == OutboxSettings(folder: "/var/lib/bellwether/\(kind)-1"))
        #expect(fileText(path) == AgentConfigSample.text(kind: kind), "the file is what `config --kind` prints")
    }
}
