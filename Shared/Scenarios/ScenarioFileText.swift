public import Model

/// The file that declares what a kind has built in: a beginning for files of one's own.
extension ScenarioFile {
    public static func text(_ kind: AssetKind) -> String {
        var text = """
            # The scenarios that every \(kind.id) has built in, each with the pace that it has where nobody says otherwise.
            # A file like this one declares others, or changes these: docs/scenarios.md describes it.
            kind: \(kind.id)
            scenarios:

            """
        for scenario in ScenarioLibrary(kind).scenarios {
            text += "  - id: \(scenario.id)\n    title: \"\(scenario.title)\"\n    parts:\n"
            for part in scenario.parts {
                text += "      - scenario: \(part.scenario)\n        severity: \(number(part.severity))\n"
                text += "        onset: \(span(part.onsetMs))\n        ramp: \(span(part.rampMs))\n"
                text += "        duration: \(part.durationMs.map(span) ?? "until-stopped")\n"
                text += "        recovery: \(span(part.recoveryMs))\n"
            }
            let effects = scenario.effects.map { "\($0.signal) \($0.direction.word)" }
            text += "    effects: [\(effects.joined(separator: ", "))]\n"
        }
        return text
    }

    /// As the configuration writes spans of time, in the largest unit that divides it.
    static func span(_ ms: Int64) -> String {
        let units: [(name: String, ms: Int64)] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
        guard ms > 0, let unit = units.first(where: { ms % $0.ms == 0 }) else { return ms == 0 ? "0s" : "\(ms)ms" }
        return "\(ms / unit.ms)\(unit.name)"
    }

    static func number(_ value: Double) -> String { value == 1 ? "1" : "\(value)" }
}
