import TestSupport
import Testing

/// The fuzz target's corpus and whatever it once found, replayed.
@Suite(.timeLimit(.minutes(10)))
struct FuzzFixtureTests {
    @Test(arguments: FuzzInputs.Folder.allCases)
    func scenarios(folder: FuzzInputs.Folder) throws {
        for (name, bytes) in try FuzzInputs.all("ScenarioBytes", folder) {
            #expect(ScenarioBytesChecks.check(bytes) == nil, "\(name)")
        }
    }
}
