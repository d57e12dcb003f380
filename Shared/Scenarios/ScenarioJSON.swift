public import Model
import Runtime

/// Scenarios as JSON: the same members in commands, requests, announcements and notes. Times are in seconds.
enum ScenarioJSON {
    static func write(_ scenario: DeclaredScenario, to json: inout JSONWriter, withEffects: Bool) {
        json.field("scenario", scenario.id)
        json.field("title", scenario.title)
        json.field("severity", scenario.severity)
        json.field("parts", array: { json in for part in scenario.parts { write(part, &json) } })
        guard withEffects else { return }
        json.field(
            "effects",
            array: { json in
                for effect in scenario.effects {
                    json.object { json in
                        json.field("signal", effect.signal)
                        json.field("direction", effect.direction.word)
                    }
                }
            })
    }

    static func write(_ part: ScenarioPart, _ json: inout JSONWriter) {
        json.object { json in
            json.field("scenario", part.scenario)
            json.field("severity", part.severity)
            json.field("onset_s", seconds(part.onsetMs))
            json.field("ramp_s", seconds(part.rampMs))
            json.field("duration_s", part.durationMs.map(seconds))
            json.field("recovery_s", seconds(part.recoveryMs))
        }
    }

    private static func seconds(_ ms: Int64) -> Double { Double(ms) / 1000 }

    /// Nil unless it is a number of seconds within bounds, or null where that is allowed.
    static func milliseconds(_ json: JSON) -> Int64? {
        guard let seconds = json.double, seconds >= 0, seconds <= Double(ScenarioLimits.longestMs) / 1000 else {
            return nil
        }
        return Int64((seconds * 1000).rounded())
    }

    /// What `write` has written. Nil if it is anything else. Without the kind's signals nothing is said about effects.
    static func read(_ json: JSON, kind: AssetKind) -> DeclaredScenario? {
        guard let id = json["scenario"]?.string, ScenarioLimits.isID(id), let title = json["title"]?.string,
            ScenarioLimits.isTitle(title), let list = json["parts"]?.array, !list.isEmpty,
            list.count <= ScenarioLimits.mostParts
        else { return nil }
        var parts: [ScenarioPart] = []
        for item in list {
            guard let part = part(item), ScenarioLimits.problems(part, kind).isEmpty else { return nil }
            parts.append(part)
        }
        var effects: [Scenario.Effect] = []
        for item in (json["effects"]?.array ?? []).prefix(ScenarioLimits.mostEffects) {
            guard let signal = item["signal"]?.string, signal.utf8.count <= 64,
                let direction = item["direction"]?.string.flatMap({ Scenario.Direction(word: $0) })
            else { return nil }
            effects.append(Scenario.Effect(signal, direction))
        }
        return DeclaredScenario(id: id, title: title, kind: kind.id, parts: parts, effects: effects)
    }

    private static func part(_ json: JSON) -> ScenarioPart? {
        guard let scenario = json["scenario"]?.string, let severity = json["severity"]?.double,
            let onset = json["onset_s"].flatMap(milliseconds), let ramp = json["ramp_s"].flatMap(milliseconds),
            let duration = json["duration_s"], let recovery = json["recovery_s"].flatMap(milliseconds)
        else { return nil }
        var part = ScenarioPart(scenario, severity: severity, onsetMs: onset, rampMs: ramp, recoveryMs: recovery)
        if !duration.isNull {
            guard let ms = milliseconds(duration) else { return nil }
            part.durationMs = ms
        }
        return part
    }
}

extension ScenarioLibrary {
    /// Longest announcement that is read.
    public static let longestAnnouncement = 1 << 16

    /// What an agent tells of it, as a JSON array.
    public var announcement: String {
        var json = JSONWriter()
        json.array { json in
            for scenario in scenarios {
                json.object { ScenarioJSON.write(scenario, to: &$0, withEffects: true) }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Nil unless the text is an announcement of scenarios of this kind. Those that this version cannot start, because
    /// they have disturbances that it does not know, are left out.
    public init?(announcement: String, kind: AssetKind) {
        guard announcement.utf8.count <= ScenarioLibrary.longestAnnouncement,
            let list = (try? JSON(announcement))?.array, list.count <= 256
        else { return nil }
        self.init(kind: kind.id, scenarios: [])
        for item in list { if let scenario = ScenarioJSON.read(item, kind: kind) { add(scenario) } }
    }
}
