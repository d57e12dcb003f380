import Glibc
import Runtime
import TestSupport
import Testing

extension SystemTests {
    /// The command lines as people and scripts meet them.
    @Suite("Commands", .serialized, .timeLimit(.minutes(2)))
    struct Commands {
        struct Outcome {
            let code: ChildProcess.Exit
            let output: String
            let error: String
        }

        private static func run(
            _ program: String, _ words: [String], _ environment: [String: String]? = nil
        ) throws -> Outcome {
            let child = try ChildProcess(program, words, environment: environment)
            let exit = try child.waitForExit(.seconds(20))
            return Outcome(code: exit, output: child.standardOutput, error: child.standardError)
        }

        private static let programs = [Programs.agent(), Programs.collector()]

        @Test("Help and version go to stdout, wrong usage to stderr with exit status 2")
        func usage() async throws {
            try await offPool {
                for program in Commands.programs {
                    let help = try Commands.run(program, ["--help"])
                    #expect(help.code == .code(0) && help.output.contains("run") && help.error.isEmpty)
                    let version = try Commands.run(program, ["--version"])
                    #expect(version.code == .code(0) && version.output.hasPrefix("bellwether-"))
                    for command in ["run", "check-config", "config"] {
                        let help = try Commands.run(program, [command, "--help"])
                        #expect(help.code == .code(0) && help.output.contains("Example"), "\(command): \(help.output)")
                    }
                    for (words, named) in [
                        ([], "run"), (["rum"], "run"), (["run"], "--config"), (["run", "--confg", "x"], "--config"),
                        (["run", "--config"], "--config"), (["run", "--config", "/nowhere.yaml"], "/nowhere.yaml"),
                    ] {
                        let wrong = try Commands.run(program, words)
                        #expect(wrong.code == .code(2) && wrong.output.isEmpty, "\(words)")
                        #expect(wrong.error.contains(named), "\(words): \(wrong.error)")
                    }
                }
            }
        }

        @Test("What config prints is accepted by check-config")
        func sample() async throws {
            try await offPool {
                let folder = try TemporaryFolder("samples")
                var samples: [(program: String, words: [String])] = [(Programs.collector(), ["config"])]
                for kind in ["candu", "smr", "caster", "tailings"] {
                    samples.append((Programs.agent(), ["config", "--kind", kind]))
                }
                for (program, words) in samples {
                    let sample = try Commands.run(program, words)
                    #expect(sample.code == .code(0) && sample.output.contains("#"))
                    let path = folder.path("sample.yaml")
                    try writeFile(path, sample.output, mode: 0o600)
                    let check = try Commands.run(program, ["check-config", path])
                    #expect(check.code == .code(0), "\(words): \(check.error)")
                    #expect(check.output.contains("is good"))
                }
                #expect(try Commands.run(Programs.agent(), ["config", "--kind", "cando"]).error.contains("candu"))
            }
        }

        @Test("An unknown key is refused with file, line and the nearest name; all problems are named at once")
        func unknownKeys() async throws {
            try await offPool {
                let plant = try Plant(Plant.Settings(agents: [.init("candu-1")]))
                for (program, path, wrong) in [
                    (
                        Programs.agent(), plant.agent.configPath,
                        [("outbocks: {}", "outbox"), ("jurnal: /tmp/x", "journal")]
                    ),
                    (Programs.collector(), plant.collector.configPath, [("sitse: []", "sites"), ("wep: {}", "web")]),
                ] {
                    let text = try #require(fileText(path))
                    let line = text.split(separator: "\n", omittingEmptySubsequences: false).count
                    try writeFile(path, text + wrong.map { $0.0 + "\n" }.joined(), mode: 0o600)
                    for words in [["check-config", path], ["run", "--config", path]] {
                        let outcome = try Commands.run(program, words)
                        #expect(outcome.code == .code(2), "\(words)")
                        for (offset, entry) in wrong.enumerated() {
                            #expect(outcome.error.contains("\(path):\(line + offset)"), "\(outcome.error)")
                            #expect(outcome.error.contains("\(entry.1)"), "\(outcome.error)")
                        }
                    }
                }
            }
        }

        @Test("Variables are put in; one that is missing is named")
        func variables() async throws {
            try await offPool {
                let folder = try TemporaryFolder("variables")
                let path = folder.path("agent.yaml")
                try writeFile(
                    path,
                    """
                    site: ${SITE:-demo}
                    agent: ${AGENT}
                    asset: {id: candu-1, kind: candu}
                    state_dir: \(folder.path)/state
                    mqtt: {host: 127.0.0.1}

                    """, mode: 0o600)
                let without = try Commands.run(Programs.agent(), ["check-config", path], [:])
                #expect(
                    without.code == .code(2) && without.error.contains("\(path):2") && without.error.contains("AGENT"))
                let with = try Commands.run(Programs.agent(), ["check-config", path], ["AGENT": "one"])
                #expect(with.code == .code(0) && with.output.contains("agent one of site demo"))
            }
        }

        @Test("A password file that others can read is refused")
        func openSecret() async throws {
            try await offPool {
                var settings = Plant.Settings(agents: [.init("candu-1")])
                let folder = try TemporaryFolder("secret")
                let secret = folder.path("password")
                try writeFile(secret, "hunter2\n", mode: 0o644)
                let lines = ["username: me", "password_file: \(secret)"]
                settings.agents[0].mqttLines = lines
                settings.collectors[0].mqttLines = lines
                let plant = try Plant(settings)
                for unit in plant.units {
                    try unit.start()
                    #expect(try unit.waitForExit() == .code(2))
                    #expect(unit.log.contains("chmod 600 \(secret)") && !unit.log.contains("hunter2"), "\(unit.log)")
                }
                chmod(secret, 0o600)
                try plant.start()
                try plant.waitForFrames(2)
            }
        }

        @Test("A second agent on the same folder is refused with exit status 1, and the first is not disturbed")
        func secondAgent() async throws {
            try await offPool {
                let plant = try Plant(Plant.Settings(agents: [.init("candu-1", rateHz: 10)]))
                try plant.start()
                try plant.waitForFrames(5)
                let second = try Commands.run(Programs.agent(), ["run", "--config", plant.agent.configPath])
                #expect(second.code == .code(1))
                let pid = try #require(plant.agent.unit.pid)
                #expect(second.error.contains("in use by process \(pid)"), "\(second.error)")
                let status = try plant.agent.status()
                #expect(status["running"]?.bool == true && status["publishing"]?.bool == true)
                try plant.waitForFrames(5)
                try plant.drainAndStop()
                let after = try plant.agent.status()
                #expect(after["running"]?.bool == false && after["pending"]?.int == 0)
                let text = try Commands.run(Programs.agent(), ["status", "--config", plant.agent.configPath])
                #expect(text.code == .code(0) && text.output.contains("not running"))
                for finding in try plant.findings() { #expect(finding.isWhole(), "\(finding)") }
            }
        }

        @Test("A status that there is none of, and a database that cannot be reached, are exit status 1")
        func failures() async throws {
            try await offPool {
                let plant = try Plant(Plant.Settings(agents: [.init("candu-1")]))
                let status = try Commands.run(Programs.agent(), ["status", "--config", plant.agent.configPath])
                #expect(status.code == .code(1) && status.error.contains("has it run?"))
                plant.collector.databaseLink.refuse(true)
                for words in [["migrate"], ["audit"]] {
                    let outcome = try Commands.run(
                        Programs.collector(), words + ["--config", plant.collector.configPath])
                    #expect(outcome.code == .code(1) && outcome.output.isEmpty, "\(words): \(outcome.error)")
                    #expect(outcome.error.contains("connect"), "\(outcome.error)")
                }
            }
        }
    }
}
