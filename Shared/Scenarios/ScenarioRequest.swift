public import Model
public import Runtime

/// What is wrong with a request about scenarios, by field.
public struct ScenarioProblems: Error, Sendable, Equatable, CustomStringConvertible {
    public struct Field: Sendable, Equatable {
        /// A JSON pointer: "/severity", "/parts/0/ramp_s"; empty for the whole.
        public let pointer: String
        /// What is wrong and what is allowed.
        public let detail: String
    }

    public private(set) var fields: [Field] = []

    mutating func add(_ pointer: String, _ detail: String) { fields.append(Field(pointer: pointer, detail: detail)) }

    init() {}

    init(_ pointer: String, _ detail: String) { add(pointer, detail) }

    public var description: String {
        fields.map { $0.pointer.isEmpty ? $0.detail : "\($0.pointer) \($0.detail)" }.joined(separator: "; ")
    }
}

/// A request to start a scenario, from a command or from the API: by id, or with parts of its own.
///
///     {"scenario": "coolant-leak", "severity": 0.5, "onset_s": 0, "ramp_s": 60, "duration_s": 600, "recovery_s": 120}
///     {"scenario": "leak-and-drift", "title": "…", "parts": [{"scenario": "coolant-leak", "severity": 0.4}, …]}
///
/// `run` names the run, `by` says who asks; what is not said of a known scenario is as it was declared.
public struct ScenarioRequest: Sendable, Equatable {
    /// Nil where the receiver may choose.
    public var run: String?
    public var by: String?
    public var scenario: DeclaredScenario

    private static let members = [
        "run", "by", "scenario", "title", "severity", "onset_s", "ramp_s", "duration_s", "recovery_s", "parts",
    ]
    private static let partMembers = ["scenario", "severity", "onset_s", "ramp_s", "duration_s", "recovery_s"]

    public init(run: String, by: String, scenario: DeclaredScenario) {
        self.run = run
        self.by = by
        self.scenario = scenario
    }

    /// Throws everything that is wrong with it at once.
    public init(
        _ json: JSON, kind: AssetKind, library: ScenarioLibrary
    ) throws(ScenarioProblems) {
        guard let object = json.object else { throw ScenarioProblems("", "must be a JSON object") }
        var reader = Reader(problems: ScenarioProblems())
        reader.refuseUnknown(object, ScenarioRequest.members, at: "")
        run = reader.id(object["run"], "/run", isName: true)
        by = reader.text(object["by"], "/by", "1 to \(ScenarioLimits.longestOperator) bytes that can be seen") {
            ScenarioLimits.isOperator($0)
        }
        let id = reader.id(object["scenario"], "/scenario", isName: false)
        if object["scenario"] == nil { reader.problems.add("/scenario", "is missing") }
        let title = reader.text(object["title"], "/title", "1 to \(ScenarioLimits.longestTitle) bytes that can be seen")
        {
            ScenarioLimits.isTitle($0)
        }
        var changes = reader.changes(object, at: "")
        var declared: DeclaredScenario?
        if let parts = object["parts"] {
            declared = reader.inline(parts, id: id ?? "", title: title ?? id ?? "", kind)
        } else if let id {
            declared = library[id]
            if declared == nil {
                let known = library.scenarios.map(\.id)
                let hint = NearestName.hint(for: id, in: known)
                reader.problems.add(
                    "/scenario",
                    "is not known: \(Text.quoted(id))"
                        + (hint.isEmpty ? "; known are \(known.joined(separator: ", "))" : hint))
            }
            if title != nil { reader.problems.add("/title", "belongs to a scenario with parts of its own") }
        }
        if let declared, declared.parts.count > 1, !changes.keepsCourse {
            reader.problems.add("", "ramp_s, duration_s and recovery_s of a scenario of several parts are its own")
            changes = DeclaredScenario.Changes()
        }
        guard reader.problems.fields.isEmpty, let changed = declared?.changed(changes) else { throw reader.problems }
        for (index, part) in changed.parts.enumerated() {
            for (field, problem) in ScenarioLimits.problems(part, kind) {
                let name = ["scenario", "severity"].contains(field) ? field : "\(field)_s"
                reader.problems.add(object["parts"] == nil ? "/\(name)" : "/parts/\(index)/\(name)", problem)
            }
        }
        guard reader.problems.fields.isEmpty else { throw reader.problems }
        scenario = changed
    }

    /// Its parts, as a JSON array.
    public var parts: String {
        var json = JSONWriter()
        json.array { json in for part in scenario.parts { ScenarioJSON.write(part, &json) } }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The request with everything said, as a command carries it.
    public var text: String {
        var json = JSONWriter()
        json.object { json in
            if let run { json.field("run", run) }
            if let by { json.field("by", by) }
            json.field("scenario", scenario.id)
            json.field("title", scenario.title)
            json.key("parts")
            json.raw(Array(parts.utf8))
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Collects what is wrong.
    private struct Reader {
        var problems: ScenarioProblems

        mutating func refuseUnknown(_ object: [String: JSON], _ members: [String], at pointer: String) {
            for name in object.keys.sorted() where !members.contains(name) {
                problems.add(
                    "\(pointer)/\(Text.escaped(name, maxCharacters: 64))",
                    "is unknown\(NearestName.hint(for: name, in: members))")
            }
        }

        mutating func text(
            _ json: JSON?, _ pointer: String, _ allowed: String, _ isGood: (String) -> Bool
        ) -> String? {
            guard let json else { return nil }
            guard let text = json.string, isGood(text) else {
                problems.add(pointer, "must be \(allowed)")
                return nil
            }
            return text
        }

        mutating func id(_ json: JSON?, _ pointer: String, isName: Bool) -> String? {
            let allowed =
                isName ? "1 to 64 letters, digits, '-', '_' and '.'" : "1 to 64 lower-case letters, digits and '-'"
            return text(json, pointer, allowed) { isName ? Names.isConfigurable($0) : ScenarioLimits.isID($0) }
        }

        mutating func changes(_ object: [String: JSON], at pointer: String) -> DeclaredScenario.Changes {
            var changes = DeclaredScenario.Changes()
            if let json = object["severity"] {
                if let severity = json.double, ScenarioLimits.severity ~= severity {
                    changes.severity = severity
                } else {
                    problems.add("\(pointer)/severity", "must be a number from 0.001 to 1")
                }
            }
            changes.onsetMs = span(object, "onset_s", pointer)
            changes.rampMs = span(object, "ramp_s", pointer)
            changes.recoveryMs = span(object, "recovery_s", pointer)
            if let json = object["duration_s"] {
                changes.durationMs = json.isNull ? .some(nil) : span(object, "duration_s", pointer).map { .some($0) }
            }
            return changes
        }

        private mutating func span(_ object: [String: JSON], _ name: String, _ pointer: String) -> Int64? {
            guard let json = object[name] else { return nil }
            guard let ms = ScenarioJSON.milliseconds(json) else {
                let orNull = name == "duration_s" ? ", or null: until it is stopped" : ""
                problems.add("\(pointer)/\(name)", "must be 0 to 31622400 seconds\(orNull)")
                return nil
            }
            return ms
        }

        mutating func inline(_ json: JSON, id: String, title: String, _ kind: AssetKind) -> DeclaredScenario? {
            guard let list = json.array, !list.isEmpty, list.count <= ScenarioLimits.mostParts else {
                problems.add("/parts", "must be a list of 1 to \(ScenarioLimits.mostParts) parts")
                return nil
            }
            var parts: [ScenarioPart] = []
            for (index, item) in list.enumerated() {
                guard let object = item.object else {
                    problems.add("/parts/\(index)", "must be an object")
                    continue
                }
                let pointer = "/parts/\(index)"
                refuseUnknown(object, ScenarioRequest.partMembers, at: pointer)
                guard let scenario = self.id(object["scenario"], "\(pointer)/scenario", isName: false) else {
                    if object["scenario"] == nil { problems.add("\(pointer)/scenario", "is missing") }
                    continue
                }
                let usual = DeclaredScenario(
                    id: scenario, title: "", kind: kind.id, parts: [ScenarioPaces.part(scenario, kind: kind.id)])
                parts += usual.changed(changes(object, at: pointer)).parts
            }
            guard parts.count == list.count else { return nil }
            let effects = parts.count == 1 ? kind.scenarios.first { $0.id == parts[0].scenario }?.effects ?? [] : []
            return DeclaredScenario(id: id, title: title, kind: kind.id, parts: parts, effects: effects)
        }
    }
}

/// A request to stop a run: it recovers from where it stands. `{"run": "…", "by": "…"}`
public struct ScenarioStop: Sendable, Equatable {
    public var run: String
    public var by: String?

    public init(run: String, by: String?) {
        self.run = run
        self.by = by
    }

    public init(_ json: JSON) throws(ScenarioProblems) {
        guard let object = json.object, Set(object.keys).isSubset(of: ["run", "by"]) else {
            throw ScenarioProblems("", "must be a JSON object with run, and by if it is known")
        }
        guard let run = object["run"]?.string, Names.isConfigurable(run) else {
            throw ScenarioProblems("/run", "must be 1 to 64 letters, digits, '-', '_' and '.'")
        }
        if let by = object["by"] {
            guard let text = by.string, ScenarioLimits.isOperator(text) else {
                throw ScenarioProblems("/by", "must be 1 to \(ScenarioLimits.longestOperator) bytes that can be seen")
            }
            self.by = text
        }
        self.run = run
    }

    public var text: String {
        var json = JSONWriter()
        json.object { json in
            json.field("run", run)
            if let by { json.field("by", by) }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
