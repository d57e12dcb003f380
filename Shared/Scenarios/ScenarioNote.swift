import Model
import Runtime

/// An event of a run as a record carries it: one JSON text that says everything about the run, so that notes may come
/// late and in any order. `docs/formats/frame.md` describes it.
public struct ScenarioNote: Sendable, Equatable {
    public let phase: ScenarioEvent.Phase
    public let run: String
    public let scenario: String
    public let title: String
    public let severity: Double
    public let source: ScenarioRun.Source
    public let by: String
    /// Milliseconds since 1970, as are all that follow.
    public let acceptedMs: Int64
    public let onsetMs: Int64?
    public let stoppedMs: Int64?
    public let stoppedBy: String?
    public let endedMs: Int64?
    public let reason: String?
    /// The parts, as a JSON array.
    public let parts: String

    public init(_ event: ScenarioEvent) {
        let run = event.run
        phase = event.phase
        self.run = run.id
        scenario = run.scenario.id
        title = run.scenario.title
        severity = run.scenario.severity
        source = run.source
        by = run.by
        acceptedMs = run.acceptedMs
        onsetMs = run.onsetMs
        stoppedMs = run.stoppedMs
        stoppedBy = run.stoppedBy
        endedMs = run.endedMs
        reason = event.reason
        var json = JSONWriter()
        json.array { json in for part in run.scenario.parts { ScenarioJSON.write(part, &json) } }
        parts = String(decoding: json.bytes, as: UTF8.self)
    }

    public var text: String {
        var json = JSONWriter()
        json.object { json in
            json.field("phase", phase.rawValue)
            json.field("run", run)
            json.field("scenario", scenario)
            json.field("title", title)
            json.field("severity", severity)
            json.field("source", source.rawValue)
            json.field("by", by)
            json.field("accepted_ms", acceptedMs)
            json.field("onset_ms", onsetMs)
            json.field("stopped_ms", stoppedMs)
            json.field("stopped_by", stoppedBy)
            json.field("ended_ms", endedMs)
            json.field("reason", reason)
            json.key("parts")
            json.raw(Array(parts.utf8))
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Nil unless it is the text of a note. Members that a newer agent has more are passed over.
    public init?(_ text: String) {
        guard text.utf8.count <= ScenarioLimits.longestText, let json = try? JSON(text),
            let phase = json["phase"]?.string.flatMap({ ScenarioEvent.Phase(rawValue: $0) }),
            let run = json["run"]?.string, Names.isConfigurable(run),
            let scenario = json["scenario"]?.string, ScenarioLimits.isID(scenario),
            let title = json["title"]?.string, ScenarioLimits.isTitle(title),
            let severity = json["severity"]?.double, (0...1).contains(severity),
            let source = json["source"]?.string.flatMap({ ScenarioRun.Source(rawValue: $0) }),
            let by = json["by"]?.string, ScenarioLimits.isOperator(by),
            let acceptedMs = json["accepted_ms"]?.int, let list = json["parts"]?.array,
            list.count <= ScenarioLimits.mostParts
        else { return nil }
        self.phase = phase
        self.run = run
        self.scenario = scenario
        self.title = title
        self.severity = severity
        self.source = source
        self.by = by
        self.acceptedMs = acceptedMs
        onsetMs = json["onset_ms"]?.int
        stoppedMs = json["stopped_ms"]?.int
        stoppedBy = json["stopped_by"]?.string.flatMap { ScenarioLimits.isOperator($0) ? $0 : nil }
        endedMs = json["ended_ms"]?.int
        reason = json["reason"]?.string.map { Text.escaped($0, maxCharacters: 300) }
        var parts = JSONWriter()
        parts.value(json["parts"] ?? .null)
        self.parts = String(decoding: parts.bytes, as: UTF8.self)
    }
}

extension ScenarioMachine {
    /// What runs, as a JSON array for people and hosts.
    public var runningText: String {
        var json = JSONWriter()
        json.array { json in
            for run in runs {
                json.object { json in
                    json.field("run", run.id)
                    json.field("scenario", run.scenario.id)
                    json.field("severity", run.scenario.severity)
                    json.field("source", run.source.rawValue)
                    json.field("by", run.by)
                    json.field("onset", timeMs: run.onsetMs)
                    json.field("stopped", timeMs: run.stoppedMs)
                }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
