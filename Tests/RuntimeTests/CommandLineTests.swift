import Glibc
import Testing

@testable import Runtime

/// A program like ours; every command prints what it was given.
private let program = Program(
    name: "bellwether-agent", summary: "delivers every reading of one asset.", version: "0.1.0 (abc1234)",
    commands: [
        Command(
            "run", "Runs the agent until SIGTERM or SIGINT.",
            options: [Option("config", "FILE", "The configuration file.", isRequired: true)],
            example: "--config /etc/bellwether/agent.yaml", action: show),
        Command(
            "check-config", "Checks a configuration file.",
            options: [Option("config", "FILE", "The file.", isRequired: true, byPlace: true)],
            example: "agent.yaml", action: show),
        Command(
            "status", "Shows the state of an agent.",
            options: [
                Option("config", "FILE", "The configuration file.", isRequired: true),
                Option("json", "Prints JSON."), Option("count", "N", "How often."),
                Option("rate", "HZ", "How fast."), Option("kind", "KIND", "What kind."),
                Option("asset", "ASSET", "Which asset.", byPlace: true),
            ],
            example: "--config agent.yaml --json", action: show),
        Command("fail", "Fails.", example: "") { _ in .failure },
    ])

private func show(_ arguments: Arguments) throws(UsageFailure) -> ExitCode {
    let count = try arguments.int("count", in: 1...1_000_000)
    let rate = try arguments.double("rate", in: 0.1...50)
    let kind = try arguments.choice("kind", of: ["candu", "caster"])
    var text = "config=\(arguments["config"]) json=\(arguments.has("json")) asset=\(arguments["asset"])"
    if let count { text += " count=\(count)" }
    if let rate { text += " rate=\(rate)" }
    if let kind { text += " kind=\(kind)" }
    return StandardOutput.finish(text + "\n")
}

struct CommandLineTests {
    private func arguments(_ words: String...) -> Arguments? {
        guard case .run(_, let arguments) = Request(words, commands: program.commands) else { return nil }
        return arguments
    }

    private func failure(_ words: [String]) -> String? {
        switch Request(words, commands: program.commands) {
        case .wrong(_, let failure): return failure.description
        case .run(let command, let arguments):
            do {
                _ = try command.action(arguments)
                return nil
            } catch { return error.description }
        default: return nil
        }
    }

    @Test func readsOptions() {
        #expect(arguments("run", "--config", "a.yaml")?["config"] == "a.yaml")
        #expect(arguments("run", "--config=a=b.yaml")?["config"] == "a=b.yaml")
        #expect(arguments("run", "--config", "-")?["config"] == "-")
        #expect(arguments("status", "--config", "x", "--json")?.has("json") == true)
        #expect(arguments("status", "--config", "x")?.has("json") == false)
        #expect(arguments("status", "--count", "-5", "--config", "x")?.value("count") == "-5")
        #expect(arguments("status", "--config=--odd")?.value("config") == "--odd")
        #expect(arguments("status", "--config", "x")?.value("count") == nil)
    }

    @Test func readsOptionsByTheirPlace() {
        #expect(arguments("check-config", "a")?["config"] == "a")
        #expect(arguments("check-config", "--config", "a")?["config"] == "a")
        #expect(arguments("check-config", "--", "--help")?["config"] == "--help")
        #expect(arguments("check-config", "-")?["config"] == "-")
        #expect(arguments("status", "candu-1", "--config", "x", "--json")?["asset"] == "candu-1")
        #expect(arguments("status", "--config", "x", "--", "--json")?.has("json") == false)
    }

    @Test(
        arguments: [
            (["rn"], "unknown command \"rn\"; did you mean \"run\"?"),
            (["chekc-config"], "unknown command \"chekc-config\"; did you mean \"check-config\"?"),
            (["zzzzzz"], "unknown command \"zzzzzz\""),
            (["--config", "x", "run"], "the command must come first, got \"--config\""),
            (["run"], "--config FILE is missing"),
            (["run", "--cofig", "x"], "unknown option \"--cofig\"; did you mean \"--config\"?"),
            (["run", "--cofig=x"], "unknown option \"--cofig\"; did you mean \"--config\"?"),
            (["run", "-c", "x"], "unknown option \"-c\""),
            (["run", "--"], "--config FILE is missing"),
            (["run", "--config"], "--config needs a value: FILE"),
            (["run", "--config="], "--config needs a value: FILE"),
            (["run", "--config", ""], "--config needs a value: FILE"),
            (["status", "--config", "--json"], "--config needs a value: FILE"),
            (["run", "--config", "x", "--config", "y"], "--config is given twice"),
            (["status", "--config", "x", "--json=yes"], "--json takes no value"),
            (["run", "--config", "x", "y"], "\"y\" is one word too many"),
            (["check-config"], "FILE is missing"),
            (["check-config", "a", "b"], "\"b\" is one word too many"),
            (["run", "\u{1B}[2J"], "\"\\u{1b}[2J\" is one word too many"),
            (["check-config", "--config", "a", "b"], "\"b\" is one word too many"),
            (["\u{1B}[2J"], "unknown command \"\\u{1b}[2J\""),
            (["status", "--config", "x", "--count", "-5"], "--count must be 1 to 1000000, got -5"),
            (["status", "--config", "x", "--count", "0"], "--count must be 1 to 1000000, got 0"),
            (["status", "--config", "x", "--count", "1e18"], "--count must be 1 to 1000000, got 1e18"),
            (["status", "--config", "x", "--count", "NaN"], "--count must be 1 to 1000000, got \"NaN\""),
            (
                ["status", "--config", "x", "--count", "99999999999999999999"],
                "--count must be 1 to 1000000, got 99999999999999999999"
            ),
            (["status", "--config", "x", "--rate", "inf"], "--rate must be 0.1 to 50, got \"inf\""),
            (
                ["status", "--config", "x", "--kind", "cadnu"],
                "--kind must be candu or caster, got \"cadnu\"; did you mean \"candu\"?"
            ),
        ] as [([String], String)])
    func saysWhatIsWrong(words: [String], problem: String) {
        #expect(failure(words) == problem)
    }

    @Test(arguments: [
        ["--help"], ["-h"], ["help"], ["help", "nonsense"], ["nonsense", "--help"], ["--bogus", "-h"],
    ])
    func helpOfTheProgram(words: [String]) {
        guard case .help(nil) = Request(words, commands: program.commands) else {
            Issue.record("\(words)")
            return
        }
    }

    @Test(arguments: [["run", "--help"], ["run", "--bogus", "-h"], ["help", "run"], ["run", "--config", "--help"]])
    func helpOfACommand(words: [String]) {
        guard case .help(let command) = Request(words, commands: program.commands) else {
            Issue.record("\(words)")
            return
        }
        #expect(command?.name == "run")
    }

    @Test(arguments: [["--version"], ["-V"], ["run", "-V"]]) func version(words: [String]) {
        guard case .version = Request(words, commands: program.commands) else {
            Issue.record("\(words)")
            return
        }
    }

    @Test func helpTexts() {
        let expected = """
            bellwether-agent: delivers every reading of one asset.

            Usage: bellwether-agent COMMAND [OPTIONS]

            Commands:
              run           Runs the agent until SIGTERM or SIGINT.
              check-config  Checks a configuration file.
              status        Shows the state of an agent.
              fail          Fails.

            Options:
              -h, --help     Shows this, or after a command the command's options.
              -V, --version  Shows the version.

            Example:
              bellwether-agent run --config /etc/bellwether/agent.yaml

            """
        #expect(program.help == expected)
        let status = """
            Shows the state of an agent.

            Usage: bellwether-agent status --config FILE [--json] [--count N] [--rate HZ] [--kind KIND] [ASSET]

            Options:
              --config FILE  The configuration file. Required.
              --json         Prints JSON.
              --count N      How often.
              --rate HZ      How fast.
              --kind KIND    What kind.
              --asset ASSET  Which asset.
              -h, --help     Shows this.

            Example:
              bellwether-agent status --config agent.yaml --json

            Exit status: 0 done, 1 it could not be done, 2 the command line or the configuration is wrong.

            """
        #expect(program.help(of: program.commands[2]) == status)
        for command in program.commands { #expect(program.help(of: command).contains("Example:\n  bellwether-agent")) }
    }
}

/// In processes of their own, as users run them.
@Suite(.timeLimit(.minutes(10)))
struct ProgramTests {
    @Test func successPrintsToStdout() async throws {
        let result = try await #require(processExitsWith: .exitCode(0), observing: [\.standardOutputContent]) {
            exit(program.run(["status", "--config", "x", "--rate", "2.5"]).rawValue)
        }
        let text = String(decoding: result.standardOutputContent, as: UTF8.self)
        #expect(text.contains("config=x json=false asset= rate=2.5"))
    }

    @Test func wrongUsageGoesToStderrWithStatus2() async throws {
        let observing: [any PartialKeyPath<ExitTest.Result> & Sendable] = [
            \.standardOutputContent, \.standardErrorContent,
        ]
        let result = try await #require(processExitsWith: .exitCode(2), observing: observing) {
            exit(program.run(["run", "--cofig"]).rawValue)
        }
        let expected = """
            bellwether-agent run: unknown option "--cofig"; did you mean "--config"?
            Try: bellwether-agent run --help
            """
        #expect(String(decoding: result.standardErrorContent, as: UTF8.self).contains(expected))
        #expect(!String(decoding: result.standardOutputContent, as: UTF8.self).contains("--config"))
    }

    @Test func noWordsShowHelpWithStatus2() async throws {
        let result = try await #require(processExitsWith: .exitCode(2), observing: [\.standardErrorContent]) {
            exit(program.run([]).rawValue)
        }
        #expect(
            String(decoding: result.standardErrorContent, as: UTF8.self).contains("Usage: bellwether-agent COMMAND"))
    }

    @Test func aCommandsFailureIsTheProgramsStatus() async {
        await #expect(processExitsWith: .exitCode(1)) { exit(program.run(["fail"]).rawValue) }
    }

    @Test func aReaderThatWentAwayIsNoFailure() async {
        await #expect(processExitsWith: .exitCode(0)) {
            signal(SIGPIPE, SIG_IGN)
            var ends: [CInt] = [-1, -1]
            guard pipe(&ends) == 0, close(ends[0]) == 0, dup2(ends[1], 1) == 1 else { exit(90) }
            exit(program.run(["--help"]).rawValue)
        }
    }

    @Test func aFullDiskAndAClosedStdoutAreFailures() async {
        await #expect(processExitsWith: .exitCode(1)) {
            guard dup2(open("/dev/full", O_WRONLY), 1) == 1 else { exit(90) }
            exit(program.run(["--help"]).rawValue)
        }
        await #expect(processExitsWith: .exitCode(1)) {
            close(1)
            exit(program.run(["--version"]).rawValue)
        }
    }
}
