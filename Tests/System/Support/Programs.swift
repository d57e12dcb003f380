import TestSupport

/// Where the built programs are.
///
/// The sound ones are the release build when there is one, else the debug build; `BELLWETHER_PROGRAMS` names another
/// folder. Only the debug build can be sabotaged, so the control experiments always use that.
enum Programs {
    static let repository = #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" }

    static let sound: String = {
        if let folder = environmentVariable("BELLWETHER_PROGRAMS") { return folder }
        let release = "\(repository)/.build/release"
        let isBuilt =
            (try? ChildProcess.find("\(release)/bellwether-agent")) != nil
            && (try? ChildProcess.find("\(release)/bellwether-collector")) != nil
        return isBuilt ? release : debug
    }()

    static let debug = "\(repository)/.build/debug"

    static func agent(_ folder: String = sound) -> String { "\(folder)/bellwether-agent" }
    static func collector(_ folder: String = sound) -> String { "\(folder)/bellwether-collector" }
    static func dataset(_ folder: String = sound) -> String { "\(folder)/bellwether-dataset" }
}
