import TestSupport

/// The product's own word on a plant, by `bellwether-collector audit`, beside the tests' account in `Witness`.
struct ProductAudit: Sendable, CustomStringConvertible {
    let exit: ChildProcess.Exit
    let description: String

    /// Compares with the journals of all agents.
    init(_ plant: Plant) throws {
        let journals = plant.agents.map { "\(plant.site)/\($0.name)=\($0.journalPath)" }
        let child = try ChildProcess(
            Programs.collector(plant.collector.settings.programs),
            [
                "audit", "--config", plant.collector.configPath, "--journal", journals.joined(separator: ","),
            ])
        exit = try child.waitForExit(.seconds(120))
        description = "audit ends with \(exit)\n\(child.standardOutput)\(child.standardError)"
    }

    var isWhole: Bool { exit == .code(0) }
}
