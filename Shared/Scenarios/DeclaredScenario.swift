public import Model

/// A course of events as people declare it: one or more disturbances of one kind of asset, in time.
public struct DeclaredScenario: Sendable, Equatable {
    /// lower-kebab-case.
    public var id: String
    public var title: String
    /// `AssetKind.id`.
    public var kind: String
    public var parts: [ScenarioPart]
    /// What it is expected to move, the earliest first. Empty: not said.
    public var effects: [Scenario.Effect]

    public init(
        id: String, title: String, kind: String, parts: [ScenarioPart], effects: [Scenario.Effect] = []
    ) {
        self.id = id
        self.title = title
        self.kind = kind
        self.parts = parts
        self.effects = effects
    }

    /// A disturbance of the kind by itself, at full severity and at its usual pace.
    public init(_ scenario: Scenario, of kind: AssetKind) {
        self.init(
            id: scenario.id, title: scenario.title, kind: kind.id,
            parts: [ScenarioPaces.part(scenario.id, kind: kind.id)], effects: scenario.effects)
    }

    /// The severity of its strongest part.
    public var severity: Double { parts.reduce(0) { max($0, $1.severity) } }

    /// From its start to its first effect.
    public var onsetMs: Int64 { parts.map(\.onsetMs).min() ?? 0 }

    /// When it is over, since its start; nil if only a stop ends it.
    public func endNs(stoppedNs: Int64? = nil) -> Int64? {
        var end: Int64 = 0
        for part in parts {
            guard let partEnd = part.endNs(stoppedNs: stoppedNs) else { return nil }
            end = max(end, partEnd)
        }
        return end
    }

    /// Changes made for one run; nil leaves what is declared.
    public struct Changes: Sendable, Equatable {
        /// Of the strongest part; the others stay in proportion.
        public var severity: Double?
        /// Instead of the first onset; the others keep their distance to it.
        public var onsetMs: Int64?
        public var rampMs: Int64?
        /// `.some(nil)`: until it is stopped.
        public var durationMs: Int64??
        public var recoveryMs: Int64?
        public init() {}

        /// Whether they can be made to a scenario of several parts.
        var keepsCourse: Bool { rampMs == nil && durationMs == nil && recoveryMs == nil }
    }

    /// The course of a scenario of several parts is its own: of that only severity and onset are changed.
    public func changed(_ changes: Changes) -> DeclaredScenario {
        var result = self
        let strongest = severity
        let shift = changes.onsetMs.map { $0 - onsetMs } ?? 0
        for index in parts.indices {
            if let severity = changes.severity, strongest > 0 {
                // In this order the strongest part gets exactly what was asked for.
                let share = severity * (parts[index].severity / strongest)
                result.parts[index].severity = max(ScenarioLimits.severity.lowerBound, share)
            }
            result.parts[index].onsetMs += shift
            guard parts.count == 1 else { continue }
            if let rampMs = changes.rampMs { result.parts[index].rampMs = rampMs }
            if let durationMs = changes.durationMs { result.parts[index].durationMs = durationMs }
            if let recoveryMs = changes.recoveryMs { result.parts[index].recoveryMs = recoveryMs }
        }
        return result
    }
}
