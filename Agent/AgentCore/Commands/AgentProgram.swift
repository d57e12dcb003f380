import Assets
import Model
public import Runtime
import Scenarios
import Tables

/// The command line of `bellwether-agent`.
public enum AgentProgram {
    private static let configOption = Option("config", "FILE", "The agent's configuration file.", isRequired: true)
    private static let checkedOption = Option(
        "config", "FILE", "The agent's configuration file.", isRequired: true, byPlace: true)

    public static let program = Program(
        name: "bellwether-agent",
        summary:
            "Reads one asset, keeps every reading until the collector has stored it, and publishes it as Sparkplug B.",
        version: Version.text,
        commands: [
            Command(
                "run", "Runs the agent until SIGTERM or SIGINT.", options: [configOption],
                example: "--config /etc/bellwether/candu-1.yaml", action: run),
            Command(
                "check-config", "Checks a configuration file and says everything that is wrong with it.",
                options: [checkedOption], example: "candu-1.yaml", action: check),
            Command(
                "config", "Prints a complete configuration file with comments.",
                options: [
                    Option("kind", "KIND", "The kind of asset: \(AssetCatalog.all.map(\.id).joined(separator: ", ")).")
                ], example: "--kind candu > candu-1.yaml", action: sample),
            Command(
                "scenarios", "Prints the file that declares what a kind of asset has built in.",
                options: [
                    Option("kind", "KIND", "The kind of asset: \(AssetCatalog.all.map(\.id).joined(separator: ", ")).")
                ], example: "--kind caster > scenarios.yaml", action: scenarios),
            Command(
                "status", "Shows how the agent of a configuration file is doing.",
                options: [configOption, Option("json", "Print JSON.")], example: "--config candu-1.yaml --json",
                action: status),
        ])

    private static func load(_ arguments: Arguments) -> AgentConfig? {
        do throws(ConfigFailure) {
            return try AgentConfig.load(arguments["config"])
        } catch {
            StandardError.write("\(error)\n")
            return nil
        }
    }

    private static func run(_ arguments: Arguments) throws(UsageFailure) -> ExitCode {
        // Before any thread: all of them shall leave the signals to one.
        let signals = StopSignal()
        guard let config = load(arguments) else { return .usage }
        config.log.apply()
        let agent = Agent(config)
        do throws(SystemFailure) {
            try signals.start(graceMs: 4_800, onStop: agent.stop)
        } catch {
            StandardError.write("bellwether-agent: \(error)\n")
            return .failure
        }
        let code = agent.run()
        Log.flush()
        guard let progress = agent.replayProgress else { return code }
        let told = StandardOutput.finish("played \(progress.text)\n")
        return code == .success ? told : code
    }

    private static func check(_ arguments: Arguments) throws(UsageFailure) -> ExitCode {
        guard let config = load(arguments) else { return .usage }
        do throws(TableFailure) {
            if let recording = config.asset.recording { _ = try ReplayFeed(recording) }
        } catch {
            StandardError.write("\(arguments["config"]): asset.replay: \(error)\n")
            return .usage
        }
        return StandardOutput.finish(
            "\(arguments["config"]) is good: agent \(config.agent) of site \(config.site), "
                + "asset \(config.asset.id) (\(config.asset.kind))\n")
    }

    private static func sample(_ arguments: Arguments) throws(UsageFailure) -> ExitCode {
        let kind = try arguments.choice("kind", of: AssetCatalog.all.map(\.id)) ?? AssetCatalog.all[0].id
        return StandardOutput.finish(AgentConfigSample.text(kind: kind))
    }

    private static func scenarios(_ arguments: Arguments) throws(UsageFailure) -> ExitCode {
        let id = try arguments.choice("kind", of: AssetCatalog.all.map(\.id)) ?? AssetCatalog.all[0].id
        guard let kind = AssetCatalog[id] else { return .usage }
        return StandardOutput.finish(ScenarioFile.text(kind))
    }

    private static func status(_ arguments: Arguments) throws(UsageFailure) -> ExitCode {
        guard let config = load(arguments) else { return .usage }
        do {
            let report = try AgentStatusReport(config)
            return StandardOutput.finish(arguments.has("json") ? report.json : report.text)
        } catch {
            StandardError.write("bellwether-agent status: \(error)\n")
            return .failure
        }
    }
}
