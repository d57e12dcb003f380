import Analytics
import Assets
import Model
import Runtime
import Scenarios

/// `bellwether-collector evaluate`: how good the detector is, on data whose faults are known.
enum EvaluateCommand {
    static let command = Command(
        "evaluate", "Runs the detector over labelled data, row by row, and says how good it is.",
        options: [
            Option(
                "set", "SET", "\(EvaluationSet.allCases.map(\.rawValue).joined(separator: ", ")).", isRequired: true),
            Option("path", "DIR", "The set's folder, or one in it; of csv also a file. Not for simulated."),
            Option("json", "Print JSON: one object on the last line."),
            Option("findings", "Also print every finding, a line each, first."),
            Option("kind", "KIND,...", "Simulated: only these kinds of asset."),
            Option("scenario", "ID,...", "Simulated: only these scenarios."),
            Option("scenarios", "FILE,...", "Simulated: those that these files declare, instead of those built in."),
            Option("seeds", "COUNT", "Simulated: assets of each kind (1)."),
            Option("first-seed", "NUMBER", "Simulated: the seed of the first (1)."),
            Option("hours", "COUNT", "Simulated: hours of normal operation (24)."),
            Option("severity", "SHARE", "Simulated: of every scenario, 0.01 to 1 (1)."),
        ],
        example: "--set nab --path NAB/data"
    ) { (arguments) throws(UsageFailure) in
        guard let name = try arguments.choice("set", of: EvaluationSet.allCases.map(\.rawValue)),
            let set = EvaluationSet(rawValue: name)
        else { throw UsageFailure("--set is missing") }
        if set != .simulated, !arguments.has("path") { throw UsageFailure("--path DIR is missing") }
        guard let plan = try plan(arguments) else { return .usage }
        do {
            let report = try Evaluation.run(set, path: arguments["path"], simulated: plan)
            let findings = arguments.has("findings") ? report.findings.map { $0 + "\n" }.joined() : ""
            return StandardOutput.finish(findings + (arguments.has("json") ? report.json : report.text))
        } catch {
            StandardError.write("bellwether-collector evaluate: \(error)\n")
            return .failure
        }
    }

    /// Nil if a file is wrong, which has been said.
    private static func plan(_ arguments: Arguments) throws(UsageFailure) -> SimulatedPlan? {
        var plan = SimulatedPlan()
        if let kinds = arguments.value("kind") {
            plan.kinds = kinds.split(separator: ",").map(String.init)
            let known = AssetCatalog.all.map(\.id)
            if let other = plan.kinds.first(where: { !known.contains($0) }) {
                throw UsageFailure(
                    "--kind \(Text.quoted(other)) is unknown, there is \(known.joined(separator: ", "))"
                        + NearestName.hint(for: other, in: known))
            }
        }
        if let scenarios = arguments.value("scenario") {
            let wanted = scenarios.split(separator: ",").map(String.init)
            let known = plan.kinds.flatMap { AssetCatalog[$0]?.scenarios.map(\.id) ?? [] }
            if let other = wanted.first(where: { !known.contains($0) }) {
                throw UsageFailure(
                    "--scenario \(Text.quoted(other)) is unknown\(NearestName.hint(for: other, in: known))")
            }
            plan.scenarios = wanted
        }
        if let files = arguments.value("scenarios") {
            for path in files.split(separator: ",") {
                do {
                    plan.declared += try ScenarioFile.load(String(path), kinds: AssetCatalog.all).scenarios
                } catch {
                    StandardError.write("\(error)\n")
                    return nil
                }
            }
            plan.kinds = plan.kinds.filter { kind in plan.declared.contains { $0.kind == kind } }
        }
        plan.seeds = try arguments.int("seeds", in: 1...1000) ?? plan.seeds
        plan.firstSeed = UInt64(try arguments.int("first-seed", in: 0...Int(Int32.max)) ?? 1)
        plan.normalHours = try arguments.int("hours", in: 2...8784) ?? plan.normalHours
        plan.severity = try arguments.double("severity", in: 0.01...1) ?? plan.severity
        return plan
    }
}
