import Glibc
import Model
import Runtime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct HostileConfigTests {
    private static func problem(_ bytes: [UInt8]) -> String? {
        do {
            try ConfigFile.parse(bytes, name: "x", environment: { _ in nil }) { root in
                _ = root.optionalString("a", maxBytes: 2 << 20)
                _ = root.strings("l")
            }
            return nil
        } catch {
            return error.problems.first?.description
        }
    }

    private static func problem(_ text: String) -> String? { problem(Array(text.utf8)) }

    @Test func billionLaughs() {
        var text = "a0: &a0 lol\n"
        for level in 1..<10 {
            text += "a\(level): &a\(level) [" + String(repeating: "*a\(level - 1),", count: 9) + "]\n"
        }
        #expect(Self.problem(text) == "x:1:5: anchors (&name) are not allowed: write the value out")
    }

    @Test func deepNesting() {
        for opening in ["[", "{a: ", "- ", "? "] {
            for depth in [33, 1000, 20_000, 200_000] {
                let text =
                    "l: " + (opening == "- " || opening == "? " ? "\n " : "") + String(repeating: opening, count: depth)
                #expect(Self.problem(text) != nil, "\(opening) × \(depth)")
            }
        }
        let allowed = "l: " + String(repeating: "[", count: 31) + String(repeating: "]", count: 31)
        #expect(Self.problem(allowed) == "x:1:5: l[0]: must be text, got a list")
        #expect(Self.problem("l: [" + allowed.dropFirst(3) + "]") == "x:1:35: nested deeper than 32 levels")
    }

    @Test func manyValues() {
        let fits = "l: [" + String(repeating: "a,", count: 9_990) + "]"
        #expect(Self.problem(fits) == nil)
        let many = "l: [" + String(repeating: "a,", count: 20_000) + "]"
        #expect(Self.problem(many)?.hasSuffix("more than 10000 values") == true)
        let keys = (0..<9000).map { "k\($0): x\n" }.joined()
        #expect(Self.problem(keys)?.hasSuffix("more than 10000 values") == true)
        let unknown = (0..<4000).map { "k\($0): x\n" }.joined()
        #expect(Self.problem(unknown)?.hasPrefix("x:1:1: unknown key \"k0\"") == true)
    }

    @Test func sizes() {
        let line = "a: " + String(repeating: "x", count: (1 << 20) - 3)
        #expect(Self.problem(line) == nil, "a line of 1 MiB is fine where text of that size is allowed")
        #expect(Self.problem(line + "x") == "x: is larger than 1048576 bytes")
        #expect(Self.problem(String(repeating: "k", count: 500_000) + ": x")?.utf8.count ?? 0 < 500)
        #expect(Self.problem([UInt8](repeating: 0xFF, count: 1 << 20)) != nil)
        #expect(Self.problem(String(repeating: "#", count: 1 << 20)) == nil)
        #expect(Self.problem(String(repeating: "\n", count: 1 << 20)) == nil)
    }

    @Test func bytesThatAreNotText() {
        let prefix = Array("a: b\nc: ".utf8)
        for tail: [UInt8] in [
            [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80], [0], [0x1B],
        ] {
            #expect(Self.problem(prefix + tail)?.hasPrefix("x:2:4: not plain UTF-8 text: ") == true, "\(tail)")
        }
        let utf16: [UInt8] = [0xFF, 0xFE, 0x61, 0, 0x3A, 0, 0x20, 0, 0x62, 0]
        #expect(Self.problem(utf16)?.contains("not plain UTF-8 text") == true)
    }

    /// A sound file with bytes changed, removed, doubled and swapped: an error or a value, never a trap or a hang.
    @Test(arguments: Seeds.list(fixed: 8)) func mutations(seed: UInt64) {
        let sound = Array(
            "a: \"x${HOME:-y}\"\nl: [a, 'b', \"c\\n\"]\nm:\n  - {k: |\n     text\n   , z: >-\n t}\n# end\n".utf8)
        let alphabet = Array("[]{}:,-?&*!|>'\"%@`#\\ \n\t\0\u{85}\u{2028}\u{FEFF}$".utf8)
        var random = SeededRandom(seed: seed)
        for _ in 0..<3000 {
            var bytes = sound
            for _ in 0...random.below(6) where !bytes.isEmpty {
                let at = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[at] = alphabet[random.below(alphabet.count)]
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(contentsOf: bytes[at..<min(at + random.below(20), bytes.count)], at: at)
                default: bytes[at] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            _ = Self.problem(bytes)
        }
    }
}

struct ConfigFileTests {
    @Test func namesTheFileThatCannotBeRead() throws {
        let folder = try TemporaryFolder()
        func problem(_ path: String) -> String {
            do {
                return try ConfigFile.load(path) { $0.string("a") }
            } catch { return error.description.replacing(folder.path, with: "DIR") }
        }
        #expect(problem(folder.path + "/none.yaml") == "DIR/none.yaml: cannot open: No such file or directory")
        #expect(problem(folder.path) == "DIR: is a folder, not a file")
        #expect(problem("/dev/zero") == "/dev/zero: is not a regular file")
        #expect(problem("a\0b") == "a\\u{0}b: has a NUL in its name")
        #expect(problem("") == "\"\": is not a path")
        let loop = folder.path + "/loop.yaml"
        symlink(loop, loop)
        #expect(problem(loop) == "DIR/loop.yaml: cannot open: Too many levels of symbolic links")
        let pipe = folder.path + "/pipe.yaml"
        mkfifo(pipe, 0o600)
        #expect(problem(pipe) == "DIR/pipe.yaml: is not a regular file")
        let large = try folder.file("large.yaml", [UInt8](repeating: 0x20, count: (1 << 20) + 1))
        #expect(problem(large) == "DIR/large.yaml: is larger than the 1048576 bytes allowed")
        #expect(problem(try folder.file("good.yaml", "a: value")) == "value")
    }

    @Test func resolvesPathsBelowTheFile() throws {
        let folder = try TemporaryFolder()
        let secret = try folder.file("password", "s3cret\n")
        let file = try folder.file("agent.yaml", "a: certs/ca.pem\nb: /abs\nc: password")
        let values = try ConfigFile.load(file) {
            [$0.path("a"), $0.path("b"), $0.optionalSecret(inFile: "c"), $0.optionalPath("d")]
        }
        #expect(values == [folder.path + "/certs/ca.pem", "/abs", "s3cret", nil])
        #expect(chmod(secret, 0o644) == 0)
        do {
            _ = try ConfigFile.load(file) { ($0.has("a"), $0.has("b"), $0.optionalSecret(inFile: "c")) }
            Issue.record("a secret that others can read was taken")
        } catch {
            let expected = "\(file):3:4: c: \(secret): can be read by others (mode 644); run: chmod 600 \(secret)"
            #expect(error.description == expected)
        }
    }
}

struct SecretFileTests {
    private static func problem(_ path: String) -> String? {
        do {
            _ = try SecretFile.read(path)
            return nil
        } catch { return error.problem }
    }

    @Test func trimsOneNewline() throws {
        let folder = try TemporaryFolder()
        let cases = [("a", "a"), ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a ", " a "), ("é", "é")]
        for (content, secret) in cases {
            #expect(try SecretFile.read(folder.file("secret", content)) == secret)
        }
        #expect(try SecretFile.read(folder.file("secret", "a", mode: 0o400)) == "a")
    }

    @Test func refusesWhatIsNoSecret() throws {
        let folder = try TemporaryFolder()
        for mode: mode_t in [0o640, 0o604, 0o660, 0o610, 0o601, 0o666] {
            let problem = try Self.problem(folder.file("secret", "hidden", mode: mode))
            #expect(problem?.contains("chmod 600") == true, "\(String(mode, radix: 8))")
            #expect(problem?.contains("hidden") == false)
        }
        #expect(Self.problem(folder.path) == "is a folder, not a file")
        #expect(Self.problem(folder.path + "/none") == "cannot open: No such file or directory")
        #expect(try Self.problem(folder.file("secret", ""))?.hasPrefix("is empty") == true)
        #expect(try Self.problem(folder.file("secret", "\n"))?.hasPrefix("is empty") == true)
        #expect(try Self.problem(folder.file("secret", [0xFF, 0xFE]))?.hasPrefix("is not text") == true)
        #expect(try Self.problem(folder.file("secret", "a\0b"))?.hasPrefix("is not text") == true)
        let large = [UInt8](repeating: 0x61, count: SecretFile.maxBytes + 1)
        #expect(try Self.problem(folder.file("secret", large))?.hasPrefix("is larger") == true)
        symlink("secret", folder.path + "/link")
        _ = try folder.file("secret", "fine")
        #expect(Self.problem(folder.path + "/link") == nil)
    }
}
