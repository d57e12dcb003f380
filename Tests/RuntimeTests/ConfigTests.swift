import Runtime
import Testing

struct ConfigTests {
    private enum Policy: String, CaseIterable { case stop, dropOldest = "drop_oldest" }

    private struct Sample: Equatable {
        var site = ""
        var rateHz = 0.0
        var seed = 0
        var port = 0
        var username: String?
        var ca: String?
        var whenFull = Policy.stop
        var sites: [String] = []
        var isVerbose = false
        var timeoutMs = 0
        var stateDir = ""
        var servers: [String] = []
    }

    private static func decode(_ root: ConfigReader) -> Sample {
        let asset = root.section("asset")
        let mqtt = root.section("mqtt")
        let outbox = root.optionalSection("outbox")
        return Sample(
            site: root.name("site"), rateHz: asset.double("rate_hz", in: 0.1...50, default: 1),
            seed: asset.int("seed", in: 0...Int.max, default: 42), port: mqtt.int("port", in: 1...65535, default: 1883),
            username: mqtt.optionalString("username"), ca: mqtt.optionalSection("tls")?.path("ca"),
            whenFull: outbox?.choice("when_full", default: .stop) ?? .stop, sites: root.strings("sites"),
            isVerbose: root.bool("verbose", default: false),
            timeoutMs: root.durationMs("timeout", in: 100...60_000, default: 5000), stateDir: root.path("state_dir"),
            servers: root.sectionList("servers").map { $0.string("host") })
    }

    private static func load(_ text: String, environment: [String: String] = [:]) throws(ConfigFailure) -> Sample {
        try ConfigFile.parse(
            Array(text.utf8), name: "/etc/bellwether/agent.yaml", environment: { environment[$0] }, decode: decode)
    }

    /// The problems without the file's name.
    private static func problems(_ text: String, environment: [String: String] = [:]) -> [String] {
        do {
            _ = try load(text, environment: environment)
            return []
        } catch {
            return error.problems.map { "\($0.line):\($0.column): \($0.message)" }
        }
    }

    private static let minimal = "site: demo\nstate_dir: state\nasset: {}\nmqtt: {}\n"

    @Test func readsEveryForm() throws {
        let sample = try Self.load(
            """
            # a comment
            site: demo
            state_dir: ../state
            asset: {rate_hz: 2.5e0, seed: "7"}
            mqtt:
              port: 8883
              username: no          # text, not a boolean
              tls: {ca: /etc/ca.pem}
            outbox: {when_full: drop_oldest}
            sites: [a, 'b c', "${MISSING:-d}"]
            verbose: true
            timeout: 2s
            servers:
              - host: one
              - {host: two}
            """)
        #expect(
            sample
                == Sample(
                    site: "demo", rateHz: 2.5, seed: 7, port: 8883, username: "no", ca: "/etc/ca.pem",
                    whenFull: .dropOldest, sites: ["a", "b c", "d"], isVerbose: true, timeoutMs: 2000,
                    stateDir: "/etc/bellwether/../state", servers: ["one", "two"]))
    }

    @Test func fillsInDefaults() throws {
        #expect(
            try Self.load(Self.minimal)
                == Sample(
                    site: "demo", rateHz: 1, seed: 42, port: 1883, timeoutMs: 5000, stateDir: "/etc/bellwether/state"))
    }

    @Test(arguments: [
        ("asset: {rate_hz: 900}", "1:18: asset.rate_hz: must be 0.1 to 50, got 900"),
        ("asset: {rate_hz: 0.09999}", "1:18: asset.rate_hz: must be 0.1 to 50, got 0.09999"),
        ("asset: {rate_hz: nan}", "1:18: asset.rate_hz: must be a number, got \"nan\""),
        ("asset: {rate_hz: 1e999}", "1:18: asset.rate_hz: must be a number, got \"1e999\""),
        ("asset: {rate_hz: 0x10}", "1:18: asset.rate_hz: must be a number, got \"0x10\""),
        ("asset: {rate_hz: fast}", "1:18: asset.rate_hz: must be a number, got \"fast\""),
        ("asset: {rate_hz: }", "1:18: asset.rate_hz: has no value; give one or remove the key"),
        ("asset: {rate_hz: [1]}", "1:18: asset.rate_hz: must be one value, got a list"),
        ("asset: {seed: 012}", "1:15: asset.seed: must be a whole number, got \"012\"; write it without leading zeros"),
        ("asset: {seed: 1e3}", "1:15: asset.seed: must be a whole number, got \"1e3\""),
        ("asset: {seed: 1_000}", "1:15: asset.seed: must be a whole number, got \"1_000\""),
        ("asset: {seed: 9223372036854775808}", "1:15: asset.seed: must be a whole number, got \"9223372036854775808\""),
        ("asset: {seed: -1}", "1:15: asset.seed: must be 0 to 9223372036854775807, got -1"),
        ("asset: {seed: -}", "1:15: asset.seed: must be a whole number, got \"-\""),
        ("asset: [1]", "1:8: asset: must be a section of keys and values, got a list"),
        ("asset: 5", "1:8: asset: must be a section of keys and values, got \"5\""),
        ("mqtt: {port: 0}", "1:14: mqtt.port: must be 1 to 65535, got 0"),
        ("mqtt: {username: \"\"}", "1:18: mqtt.username: must not be empty"),
        ("mqtt: {username: \"a\\0b\"}", "1:18: mqtt.username: must not contain a NUL"),
        ("mqtt: {username: ~}", "1:18: mqtt.username: has no value; give one or remove the key"),
        ("mqtt: {tls: {}}", "1:13: mqtt.tls.ca: is missing"),
        ("verbose: yes", "1:10: verbose: must be true or false, got \"yes\""),
        ("verbose: True", "1:10: verbose: must be true or false, got \"True\""),
        ("timeout: 5", "1:10: timeout: must be a time span such as 250ms, 10s, 5m, 24h or 7d, got \"5\""),
        ("timeout: 2m", "1:10: timeout: must be 100ms to 1m, got 2m"),
        (
            "timeout: 9223372036854775807d",
            "1:10: timeout: must be a time span such as 250ms, 10s, 5m, 24h or 7d, got \"9223372036854775807d\""
        ),
        (
            "outbox: {when_full: stopp}",
            "1:21: outbox.when_full: must be stop or drop_oldest, got \"stopp\"; did you mean \"stop\"?"
        ),
        ("sites: demo", "1:8: sites: must be a list, such as [a, b], got \"demo\""),
        ("sites: [a, [b], '']", "1:12: sites[1]: must be text, got a list"),
        ("servers: [{host: a}, {hots: b}]", "1:22: servers[1].host: is missing"),
        ("servers: [5]", "1:11: servers[0]: must be a section of keys and values, got \"5\""),
        ("mqtt: {prot: 1}", "1:8: unknown key \"prot\" in mqtt; did you mean \"port\"?"),
        ("mqtt: {tls: {ca: x, cq: y}}", "1:21: unknown key \"cq\" in mqtt.tls; did you mean \"ca\"?"),
        ("mqtt: {zebra: 1}", "1:8: unknown key \"zebra\" in mqtt; known are port, tls and username"),
        ("outbox: {when_full: stop, when_full: stop}", "1:27: duplicate key \"when_full\", first on line 1"),
        (
            "mqtt: {port: ${PORT}}",
            "1:15: not valid YAML: did not find expected ',' or '}'; inside { } and [ ] write \"${NAME}\" in quotes"
        ),
        (
            "mqtt: {port: '${PORT}'}",
            "1:14: mqtt.port: the environment variable PORT is not set; set it or write ${PORT:-default}"
        ),
        ("a: &x 1", "1:4: anchors (&name) are not allowed: write the value out"),
        ("a: *x", "1:4: aliases (*name) are not allowed: write the value out"),
        ("a: !!python/object:os.system x", "1:4: tags (!name) are not allowed"),
        ("a: !!str x", "1:4: tags (!name) are not allowed"),
        ("mqtt:\n\tport: 1", "2:1: a tab where YAML wants spaces"),
        ("mqtt: {port: 1\nx", "3:1: not valid YAML: did not find expected ',' or '}'"),
        ("? [a, b]\n: c", "1:3: a key must be a word, not a list or a section"),
        ("a: 1\n---\nb: 2", "3:1: a second document begins here; only one is allowed"),
        ("a: \u{1}", "1:4: not plain UTF-8 text: control characters are not allowed"),
        ("- a", "1:1: must be keys and values, such as \"site: demo\", got a list"),
        ("just words", "1:1: must be keys and values, such as \"site: demo\", got \"just words\""),
    ])
    func saysWhatIsWrongAndWhere(text: String, problem: String) {
        #expect(Self.problems(text).contains(problem), "\(Self.problems(text))")
    }

    @Test func findsEverythingInOneRunInTheOrderOfTheFile() {
        let problems = Self.problems(
            """
            sit: demo
            asset:
              rate_hz: 900
              seed: x
            verbose: on
            mqtt:
              port: 70000
              brokr: y
            """)
        #expect(
            problems == [
                "1:1: site: is missing",
                "1:1: state_dir: is missing",
                "1:1: unknown key \"sit\"; did you mean \"site\"?",
                "3:12: asset.rate_hz: must be 0.1 to 50, got 900",
                "4:9: asset.seed: must be a whole number, got \"x\"",
                "5:10: verbose: must be true or false, got \"on\"",
                "7:9: mqtt.port: must be 1 to 65535, got 70000",
                "8:3: unknown key \"brokr\" in mqtt; known are port, tls and username",
            ])
    }

    @Test func printsOneProblemALine() {
        #expect(throws: ConfigFailure.self) { try Self.load("site: a b") }
        do {
            _ = try Self.load("site: a b")
        } catch {
            let expected = """
                /etc/bellwether/agent.yaml:1:1: state_dir: is missing
                /etc/bellwether/agent.yaml:1:7: site: must be letters, digits, '-', '_' and '.', not starting with '.', \
                got "a b"
                """
            #expect(error.description == expected)
        }
    }

    @Test(arguments: ["", "\u{FEFF}", "# nothing\n", "---\n...\n"]) func anEmptyFileLacksItsKeys(text: String) {
        #expect(Self.problems(text) == ["1:1: site: is missing", "1:1: state_dir: is missing"])
    }

    @Test(arguments: [
        ("${A}", "alpha"), ("x${A}y${A}", "xalphayalpha"), ("$A $ ${A}", "$A $ alpha"), ("$${A}", "${A}"),
        ("${B:-beta}", "beta"), ("${E:-empty}", "empty"), ("${A:-beta}", "alpha"), ("${B:-}x", "x"),
        ("${B:-a:-b}", "a:-b"), ("${N}", "${A}"), ("${Q}", "a: [b"), ("€${A}", "€alpha"),
    ])
    func putsVariablesIn(text: String, value: String) throws {
        let environment = ["A": "alpha", "E": "", "N": "${A}", "Q": "a: [b"]
        let sample = try Self.load(
            Self.minimal.replacing("mqtt: {}", with: "mqtt: {username: \"\(text)\"}"), environment: environment)
        #expect(sample.username == value)
    }

    @Test(arguments: [
        ("${B}", "the environment variable B is not set; set it or write ${B:-default}"),
        ("${", "${ without }; write $${ for the two characters themselves"),
        ("${A", "${ without }; write $${ for the two characters themselves"),
        ("${}", "\"\" is not the name of an environment variable"),
        ("${1A}", "\"1A\" is not the name of an environment variable"),
        ("${A B}", "\"A B\" is not the name of an environment variable"),
        ("${A:=x}", "after ${A only :- and a plain default may stand"),
        ("${B:-${A}}", "after ${B only :- and a plain default may stand"),
    ])
    func refusesVariablesItCannotPutIn(text: String, problem: String) {
        let problems = Self.problems(
            Self.minimal.replacing("mqtt: {}", with: "mqtt: {username: \"\(text)\"}"), environment: ["A": "alpha"])
        #expect(problems == ["4:18: mqtt.username: \(problem)"])
    }

    @Test func programsCanAddProblems() {
        #expect(throws: ConfigFailure.self) {
            try ConfigFile.parse(Array("a: 1\nb: 2".utf8), name: "x") { root in
                if root.has("a"), root.has("b") { root.fail("b", "excludes a") }
            }
        }
    }
}
