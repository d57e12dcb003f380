import Assets
public import Model
import Runtime
public import Scenarios

/// Which scenarios the agent's asset may be put through, by whom and when.
public struct ScenarioSettings: Sendable, Equatable {
    /// Whether DCMD may start and stop scenarios.
    public enum Commands: String, Sendable, CaseIterable { case allow, refuse }

    public var commands = Commands.allow
    public var library: ScenarioLibrary
    public var plan = ScenarioPlan()

    public init(_ kind: AssetKind) { library = ScenarioLibrary(kind) }

    /// Reads the optional section `scenarios`. `kind` is nil where the configuration names none that is known.
    init(_ root: ConfigReader, kind: AssetKind?) {
        let kind = kind ?? AssetCatalog.all[0]
        self.init(kind)
        guard let section = root.optionalSection("scenarios") else { return }
        commands = section.choice("commands", default: .allow)
        for (index, path) in section.paths("files").enumerated() {
            do throws(ConfigFailure) {
                let file = try ScenarioFile.load(path, kinds: AssetCatalog.all)
                guard file.kind == kind.id else {
                    section.fail("files", "[\(index)] is for a \(file.kind), and the asset is a \(kind.id)")
                    continue
                }
                for scenario in file.scenarios { library.add(scenario) }
            } catch {
                for problem in error.problems { section.fail("files", "[\(index)]: \(problem)") }
            }
        }
        if library.announcement.utf8.count > ScenarioLibrary.longestAnnouncement {
            section.fail("files", "declare more than can be announced (64 KiB)")
        }
        plan = ScenarioPlan(section, library: library)
    }
}
