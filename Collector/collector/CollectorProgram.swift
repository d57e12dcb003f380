import Ingest
import Model
import Postgres
import Runtime

/// The command line of `bellwether-collector`.
enum CollectorProgram {
    private static let configOption = Option("config", "FILE", "The collector's configuration file.", isRequired: true)
    private static let checkedOption = Option(
        "config", "FILE", "The collector's configuration file.", isRequired: true, byPlace: true)

    static let program = Program(
        name: "bellwether-collector",
        summary: "Stores what the agents publish in PostgreSQL, exactly once, and serves it.",
        version: Version.text,
        commands: [
            Command(
                "run", "Runs the collector until SIGTERM or SIGINT.", options: [configOption],
                example: "--config /etc/bellwether/collector.yaml", action: run),
            Command(
                "check-config", "Checks a configuration file and says everything that is wrong with it.",
                options: [checkedOption], example: "collector.yaml", action: check),
            Command(
                "config", "Prints a complete configuration file with comments.", example: "> collector.yaml",
                action: sample),
            Command(
                "migrate", "Brings the database's schema up to this version.",
                options: [configOption, Option("dry-run", "Only say what would be done.")],
                example: "--config collector.yaml --dry-run", action: migrate),
            AuditCommand.command, CheckAlarmsCommand.command,
            EvaluateCommand.command,
        ])

    static func load(_ arguments: Arguments) -> CollectorConfig? {
        do throws(ConfigFailure) {
            return try CollectorConfig.load(arguments["config"])
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
        let code = RunCommand(config).run(signals)
        Log.flush()
        return code
    }

    private static func check(_ arguments: Arguments) throws(UsageFailure) -> ExitCode {
        guard let config = load(arguments) else { return .usage }
        let sites = config.sites.isEmpty ? "every site" : config.sites.joined(separator: ", ")
        return StandardOutput.finish("\(arguments["config"]) is good: host \(config.hostID), for \(sites)\n")
    }

    private static func sample(_: Arguments) throws(UsageFailure) -> ExitCode {
        StandardOutput.finish(CollectorConfigSample.text)
    }

    private static func migrate(_ arguments: Arguments) throws(UsageFailure) -> ExitCode {
        guard let config = load(arguments) else { return .usage }
        do {
            let connection = try PostgresConnection(config.postgres("migrate", statementLimit: nil))
            let isDry = arguments.has("dry-run")
            let migrations = try Migrations.apply(connection, dryRun: isDry)
            var text = migrations.map { "\(isDry ? "would apply" : "applied") \($0.version) \($0.name)\n" }.joined()
            if migrations.isEmpty { text = "the database is up to date\n" }
            return StandardOutput.finish(text)
        } catch {
            StandardError.write("bellwether-collector migrate: \(error)\n")
            return .failure
        }
    }
}
