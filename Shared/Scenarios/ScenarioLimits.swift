import Model
import Runtime

/// What a declared scenario may be. The same bounds hold in files, in commands and in requests.
public enum ScenarioLimits {
    public static let mostParts = 8
    public static let mostEffects = 16
    public static let longestTitle = 120
    public static let longestOperator = 64
    /// Weaker ones could not be told from none.
    public static let severity = 0.001...1.0
    /// Of onset, ramp, duration and recovery: a year.
    public static let longestMs: Int64 = 366 * 86_400_000
    /// Runs of one asset at the same time.
    public static let mostRuns = 16
    /// Longest text of a request or a note.
    public static let longestText = 8_192

    /// lower-kebab-case of 1 to 64 bytes.
    public static func isID(_ text: String) -> Bool {
        guard Names.isConfigurable(text), text.utf8.first != UInt8(ascii: "-") else { return false }
        return text.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 }
    }

    /// Words for people: neither empty nor with characters that cannot be seen.
    public static func isTitle(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longestTitle && isVisible(text)
    }

    /// Who asks for something.
    public static func isOperator(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longestOperator && isVisible(text)
            && text.utf8.first != UInt8(ascii: " ") && text.utf8.last != UInt8(ascii: " ")
    }

    private static func isVisible(_ text: String) -> Bool { Text.escaped(text) == text }

    /// Why the part cannot be, by field; empty if it can.
    static func problems(_ part: ScenarioPart, _ kind: AssetKind) -> [(field: String, problem: String)] {
        var problems: [(String, String)] = []
        let known = kind.scenarios.map(\.id)
        if !known.contains(part.scenario) {
            let hint = NearestName.hint(for: part.scenario, in: known)
            problems.append(
                (
                    "scenario",
                    "is no disturbance of a \(kind.id): \(Text.quoted(part.scenario))"
                        + (hint.isEmpty ? "; known are \(known.joined(separator: ", "))" : hint)
                ))
        }
        if !(severity ~= part.severity) { problems.append(("severity", "must be \(severity.lowerBound) to 1")) }
        let spans = [
            ("onset", part.onsetMs), ("ramp", part.rampMs), ("duration", part.durationMs ?? 0),
            ("recovery", part.recoveryMs),
        ]
        for (name, span) in spans where span < 0 || span > longestMs {
            problems.append((name, "must be 0 to 366 days"))
        }
        if let duration = part.durationMs, problems.isEmpty, duration == 0, part.rampMs == 0, part.recoveryMs == 0 {
            problems.append(("duration", "ramp, duration and recovery are all 0: it would never act"))
        }
        return problems
    }
}
