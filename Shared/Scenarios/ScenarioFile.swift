public import Model
public import Runtime

/// A file of declared scenarios of one kind of asset; `docs/scenarios.md` describes it.
///
///     kind: caster
///     scenarios:
///       - id: aging-nozzle
///         title: A nozzle that clogs while the steel is too hot
///         parts:
///           - {scenario: nozzle-clogging, severity: 0.8, ramp: 20m, duration: 30m, recovery: 5m}
///           - {scenario: high-superheat, severity: 0.5, onset: 10m, ramp: 2m, duration: 15m, recovery: 5m}
///         effects: [stopper_position up, superheat up]
public struct ScenarioFile: Sendable, Equatable {
    /// `AssetKind.id`.
    public let kind: String
    public let scenarios: [DeclaredScenario]

    /// Throws everything that is wrong with the file at once, each with its line. `kinds`: the product's.
    public static func load(_ path: String, kinds: [AssetKind]) throws(ConfigFailure) -> ScenarioFile {
        try ConfigFile.load(path) { ScenarioFile($0, kinds: kinds) }
    }

    /// The same for text that is already there.
    public static func parse(
        _ bytes: [UInt8], name: String, kinds: [AssetKind]
    ) throws(ConfigFailure) -> ScenarioFile {
        try ConfigFile.parse(bytes, name: name) { ScenarioFile($0, kinds: kinds) }
    }

    /// Of a section of another file that has the same keys.
    public init(_ root: ConfigReader, kinds: [AssetKind]) {
        let word = root.choice("kind", of: kinds.map(\.id))
        kind = word
        let sections = root.sectionList("scenarios")
        if sections.isEmpty { root.fail("scenarios", "must be a list of at least one scenario") }
        guard let kind = kinds.first(where: { $0.id == word }) else {
            // Nothing can be said about parts and effects of an unknown kind; the keys are looked at all the same.
            for section in sections { _ = ScenarioFile.scenario(section, nil) }
            scenarios = []
            return
        }
        var declared: [DeclaredScenario] = []
        for section in sections {
            let scenario = ScenarioFile.scenario(section, kind)
            if declared.contains(where: { $0.id == scenario.id }) {
                section.fail("id", "is declared twice: \(Text.quoted(scenario.id))")
            }
            declared.append(scenario)
        }
        scenarios = declared
    }

    private static func scenario(_ section: ConfigReader, _ kind: AssetKind?) -> DeclaredScenario {
        let id = section.string("id", maxBytes: 64)
        if !id.isEmpty, !ScenarioLimits.isID(id) {
            section.fail("id", "must be lower-case letters, digits and '-', got \(Text.quoted(id))")
        }
        let title = section.string("title", maxBytes: ScenarioLimits.longestTitle)
        if !title.isEmpty, !ScenarioLimits.isTitle(title) {
            section.fail("title", "holds characters that are not seen")
        }
        let parts = section.sectionList("parts")
        if parts.isEmpty || parts.count > ScenarioLimits.mostParts {
            section.fail("parts", "must be a list of 1 to \(ScenarioLimits.mostParts) parts")
        }
        let scenario = DeclaredScenario(
            id: id, title: title, kind: kind?.id ?? "",
            parts: parts.prefix(ScenarioLimits.mostParts).map { part($0, kind) }, effects: effects(section, kind))
        if !scenario.parts.isEmpty, scenario.onsetMs > 0 {
            section.fail("parts", "one of them must begin at once: their onsets are counted from the first")
        }
        return scenario
    }

    private static func part(_ section: ConfigReader, _ kind: AssetKind?) -> ScenarioPart {
        let longest = 0...Int(ScenarioLimits.longestMs)
        func span(_ key: String, _ usual: Int64) -> Int64 {
            Int64(section.durationMs(key, in: longest, default: Int(usual)))
        }
        let scenario = section.string("scenario", maxBytes: 64)
        let usual = ScenarioPaces.part(scenario, kind: kind?.id ?? "")
        var part = ScenarioPart(
            scenario, severity: section.double("severity", in: ScenarioLimits.severity, default: 1),
            onsetMs: span("onset", 0), rampMs: span("ramp", usual.rampMs), durationMs: usual.durationMs,
            recoveryMs: span("recovery", usual.recoveryMs))
        if section.string("duration", maxBytes: 64, default: "-") == "until-stopped" {
            part.durationMs = nil
        } else {
            part.durationMs = span("duration", usual.durationMs ?? 0)
        }
        guard let kind, !scenario.isEmpty else { return part }
        for (field, problem) in ScenarioLimits.problems(part, kind) { section.fail(field, problem) }
        return part
    }

    /// Each as "signal direction".
    private static func effects(_ section: ConfigReader, _ kind: AssetKind?) -> [Scenario.Effect] {
        let words = section.strings("effects", maxBytes: 200)
        if words.count > ScenarioLimits.mostEffects {
            section.fail("effects", "must be at most \(ScenarioLimits.mostEffects)")
        }
        let signals = kind?.groups.flatMap(\.signals).map(\.name) ?? []
        var effects: [Scenario.Effect] = []
        for (index, word) in words.prefix(ScenarioLimits.mostEffects).enumerated() {
            let parts = word.split(separator: " ").map(String.init)
            guard parts.count == 2, let direction = Scenario.Direction(word: parts[1]) else {
                section.fail(
                    "effects",
                    "[\(index)] must be a signal and up, down, spread, frozen or missing, got \(Text.quoted(word))")
                continue
            }
            if kind != nil, !signals.contains(parts[0]) {
                section.fail(
                    "effects",
                    "[\(index)] names no signal of a \(kind?.id ?? ""): \(Text.quoted(parts[0]))"
                        + NearestName.hint(for: parts[0], in: signals))
            }
            effects.append(Scenario.Effect(parts[0], direction))
        }
        return effects
    }
}

extension Scenario.Direction {
    /// "up", "down", "spread", "frozen" or "missing".
    public var word: String {
        switch self {
        case .up: "up"
        case .down: "down"
        case .spread: "spread"
        case .frozen: "frozen"
        case .missing: "missing"
        }
    }

    public init?(word: String) {
        switch word {
        case "up": self = .up
        case "down": self = .down
        case "spread": self = .spread
        case "frozen": self = .frozen
        case "missing": self = .missing
        default: return nil
        }
    }
}
