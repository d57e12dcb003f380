import Assets
import Model
import TestSupport
import Testing

@testable import Scenarios

/// The list of scenarios in docs/scenarios.md is what the programs have built in.
@Suite struct ScenarioDocumentTests {
    private static let path =
        #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" } + "/docs/scenarios.md"

    private static func list() -> String {
        var text = ""
        for kind in AssetCatalog.all {
            text += "### \(kind.title) (`\(kind.id)`)\n\n"
            text += "| id | what happens | effects | ramp, duration, recovery |\n|---|---|---|---|\n"
            for scenario in ScenarioLibrary(kind).scenarios {
                let effects = scenario.effects.map { "`\($0.signal)` \($0.direction.word)" }.joined(separator: ", ")
                let part = scenario.parts[0]
                let course = [part.rampMs, part.durationMs ?? 0, part.recoveryMs].map(ScenarioFile.span)
                text += "| `\(scenario.id)` | \(scenario.title) | \(effects) | \(course.joined(separator: ", ")) |\n"
            }
            text += "\n"
        }
        return text
    }

    @Test func theListIsComplete() throws {
        let (start, end) = ("<!-- scenarios -->\n", "<!-- end of scenarios -->")
        let text = try #require(fileText(Self.path))
        let parts = text.split(separator: start, maxSplits: 1, omittingEmptySubsequences: false)
        #expect(parts.count == 2)
        if environmentVariable("BELLWETHER_WRITE_DOCS") != nil {
            try writeFile(Self.path, parts[0] + start + Self.list() + end + "\n")
        } else {
            #expect(
                parts[1] == Self.list() + end + "\n",
                "write it: BELLWETHER_WRITE_DOCS=1 swift test --filter ScenarioDocument")
        }
    }
}
