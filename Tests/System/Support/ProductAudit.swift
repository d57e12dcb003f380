import Runtime
import TestSupport

/// The product's own word on a plant, by `bellwether-collector audit`, beside the tests' account in `Witness`.
struct ProductAudit: Sendable, CustomStringConvertible {
    let exit: ChildProcess.Exit
    let verdict: String
    /// Records that are declared as lost.
    let lost: Int64
    let description: String

    /// Compares with the journals of all agents.
    init(_ plant: Plant) throws {
        let journals = plant.agents.map { "\(plant.site)/\($0.name)=\($0.journalPath)" }
        let child = try ChildProcess(
            Programs.collector(plant.collector.settings.programs),
            [
                "audit", "--json", "--config", plant.collector.configPath, "--journal",
                journals.joined(separator: ","),
            ])
        exit = try child.waitForExit(.seconds(120))
        let json = try JSON(Array(child.standardOutput.utf8))
        verdict = json["verdict"]?.string ?? ""
        lost = (json["streams"]?.array ?? []).reduce(0) { $0 + ($1["lost"]?.int ?? 0) }
        description = "audit ends with \(exit)\n\(child.standardOutput)\(child.standardError)"
    }

    var isWhole: Bool { exit == .code(0) }
    /// Every record is stored, once; at most there were moments at which an agent took no readings, and said so.
    var isComplete: Bool { isWhole || verdict == "whole_with_losses" && lost == 0 }
}
