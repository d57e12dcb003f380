import Model

@testable import Runtime

/// What must hold for any bytes of a configuration file: asked by the tests and by the fuzz target. Nil if it does,
/// else what does not.
enum ConfigurationChecks {
    static func check(_ bytes: [UInt8]) -> String? { file(bytes) ?? text(bytes) }

    private enum Word: String, CaseIterable { case stop, dropOldest = "drop_oldest" }

    /// Every form of value, as the programs ask for them.
    private struct Values: Equatable {
        var text = ""
        var names: [String] = []
        var pieces: [String] = []
        var word = Word.stop
        var whole = 0
        var decimal: Double?
        var isOn = false
        var spanMs = 0
        var path: String?
        var sections: [String] = []

        init(_ root: ConfigReader) {
            text = root.string("site", maxBytes: 64, default: "demo")
            names = [root.name("agent", default: "a"), root.section("asset").name("id", default: "b")]
            pieces = root.strings("sites", maxBytes: 64)
            word = root.choice("when_full", default: .stop)
            whole = root.int("port", in: 0...65_535, default: 1)
            decimal = root.optionalDouble("rate_hz", in: 0.1...50)
            isOn = root.bool("on", default: true)
            spanMs = root.durationMs("age", in: 1...86_400_000, default: 5)
            path = root.optionalPath("journal")
            sections = root.sectionList("list").map { $0.string("name", default: "n") }
            if root.has("tls"), let tls = root.optionalSection("tls") { text += tls.string("ca") }
            if whole == 7 { root.fail("port", "must not be seven") }
        }
    }

    private static func environment(_ name: String) -> String? {
        switch name {
        case "SET": "value"
        case "EMPTY": ""
        case "NESTED": "${SET} *x &y [\n"
        default: nil
        }
    }

    /// Reading gives values within their ranges or problems with a place, and the same both times.
    private static func file(_ bytes: [UInt8]) -> String? {
        func read() -> Result<Values, ConfigFailure> {
            do throws(ConfigFailure) {
                return .success(try ConfigFile.parse(bytes, name: "x", environment: environment, decode: Values.init))
            } catch {
                return .failure(error)
            }
        }
        let result = read()
        guard result == read() else { return "another result the second time" }
        switch result {
        case .success(let values): return problem(values)
        case .failure(let failure): return problem(failure, lines: bytes.count { $0 == UInt8(ascii: "\n") } + 1)
        }
    }

    private static func problem(_ values: Values) -> String? {
        for text in [values.text] + values.names + values.pieces + values.sections + [values.path ?? "/"] {
            if text.isEmpty || text.utf8.contains(0) { return "a text that is empty or has a NUL" }
        }
        if !values.names.allSatisfy(Names.isConfigurable) { return "a name \(values.names)" }
        if !(0...65_535).contains(values.whole) || values.whole == 7 { return "a number \(values.whole)" }
        if let decimal = values.decimal, !(0.1...50).contains(decimal) { return "a number \(decimal)" }
        if !(1...86_400_000).contains(values.spanMs) { return "a span of \(values.spanMs) ms" }
        return nil
    }

    private static func problem(_ failure: ConfigFailure, lines: Int) -> String? {
        guard (1...ConfigDocument.maxProblems).contains(failure.problems.count) else {
            return "\(failure.problems.count) problems"
        }
        for problem in failure.problems {
            // YAML knows four more line ends than we count, so that it may see more lines; never fewer than one.
            if problem.line < 0 || problem.column < 0 { return "a problem at \(problem)" }
            if problem.line > 0, problem.column < 1 { return "a problem without a column: \(problem)" }
            let text = problem.description
            if text.utf8.count > 4_000 { return "a problem of \(text.utf8.count) bytes" }
            if text.unicodeScalars.contains(where: { !Text.isVisible($0) }) { return "an unseen character: \(text)" }
        }
        return nil
    }

    /// Any text can be written: in quotes for YAML, and with its variables taken back.
    private static func text(_ bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes.prefix(512), as: UTF8.self)
        let escaped = ConfigText.escapingVariables(text)
        let expanded = try? Substitution(environment: environment).expand(escaped)
        guard expanded == text else { return "\(escaped) expands to \(expanded ?? "nothing")" }
        guard !text.isEmpty, text.unicodeScalars.allSatisfy(isYAML) else { return nil }
        let file = Array("{\"k\": \(ConfigText.quoted(text))}".utf8)
        let read = try? ConfigFile.parse(file, name: "x", environment: environment) {
            $0.string("k", maxBytes: 4096)
        }
        guard read == text else { return "in quotes, \(text.debugDescription) is read as \(read ?? "nothing")" }
        return nil
    }

    /// Characters that YAML takes as they are (those below a space stand escaped).
    private static func isYAML(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x01...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...: true
        default: false
        }
    }
}
