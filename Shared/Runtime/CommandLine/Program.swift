import Glibc

/// A program of several commands: reads its command line, prints help, and runs the command that was asked for.
///
///     Program(
///         name: "bellwether-agent", summary: "…", version: "0.1.0",
///         commands: [
///             Command(
///                 "run", "Runs the agent until it is told to stop.",
///                 options: [Option("config", "FILE", "The configuration file.", isRequired: true)],
///                 example: "--config /etc/bellwether/agent.yaml"
///             ) { arguments in run(config: arguments["config"]) }
///         ]
///     ).main()
///
/// What is asked for goes to stdout, everything else to stderr. A command line that is wrong ends with status 2.
public struct Program: Sendable {
    public let name: String
    public let summary: String
    /// What `--version` prints after the name.
    public let version: String
    public let commands: [Command]

    public init(name: String, summary: String, version: String, commands: [Command]) {
        self.name = name
        self.summary = summary
        self.version = version
        self.commands = commands
    }

    /// Does what the process's command line says and ends the process.
    public func main() -> Never {
        // A reader that went away shall not kill us in the middle of something.
        signal(SIGPIPE, SIG_IGN)
        var words: [String] = []
        for index in 1..<max(Int(CommandLine.argc), 1) {
            guard let word = CommandLine.unsafeArgv[index].flatMap({ String(validatingCString: $0) }) else {
                exit(refuse(UsageFailure("argument \(index) is not UTF-8 text")).rawValue)
            }
            words.append(word)
        }
        exit(run(words).rawValue)
    }

    /// Does what the words after the program's name say.
    public func run(_ words: [String]) -> ExitCode {
        switch Request(words, commands: commands) {
        case .help(let command):
            return StandardOutput.finish(command.map { help(of: $0) } ?? help)
        case .version:
            return StandardOutput.finish("\(name) \(version)\n")
        case .nothing:
            StandardError.write(help)
            return .usage
        case .wrong(let command, let failure):
            return refuse(failure, command)
        case .run(let command, let arguments):
            do {
                return try command.action(arguments)
            } catch {
                return refuse(error, command)
            }
        }
    }

    private func refuse(_ failure: UsageFailure, _ command: Command? = nil) -> ExitCode {
        let path = command.map { "\(name) \($0.name)" } ?? name
        StandardError.write("\(path): \(failure)\nTry: \(path) --help\n")
        return .usage
    }
}

/// One thing a program does.
public struct Command: Sendable {
    public let name: String
    public let summary: String
    public let options: [Option]
    /// The words after the command in its example.
    public let example: String
    /// Does it; blocks until it is done. What it throws is shown as wrong usage.
    public let action: @Sendable (Arguments) throws(UsageFailure) -> ExitCode

    public init(
        _ name: String, _ summary: String, options: [Option] = [], example: String,
        action: @escaping @Sendable (Arguments) throws(UsageFailure) -> ExitCode
    ) {
        self.name = name
        self.summary = summary
        self.options = options
        self.example = example
        self.action = action
    }
}

/// `--name`, or `--name VALUE` and `--name=VALUE`.
public struct Option: Sendable {
    public let name: String
    /// The word that stands for the value in help; nil for an option that is only there or not.
    public let placeholder: String?
    public let help: String
    public let isRequired: Bool
    /// Whether the name may be left out: a word that belongs to no other option is then the value.
    public let byPlace: Bool

    /// An option with a value.
    public init(
        _ name: String, _ placeholder: String, _ help: String, isRequired: Bool = false, byPlace: Bool = false
    ) {
        self.name = name
        self.placeholder = placeholder
        self.help = help
        self.isRequired = isRequired
        self.byPlace = byPlace
    }

    /// An option that is there or not.
    public init(_ name: String, _ help: String) {
        self.name = name
        placeholder = nil
        self.help = help
        isRequired = false
        byPlace = false
    }
}

/// A command line that cannot be obeyed; in words that name the option.
public struct UsageFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
