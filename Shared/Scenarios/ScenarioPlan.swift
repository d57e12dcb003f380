public import Runtime

/// When an agent starts scenarios by itself: at instants of the clock, or of the asset's time, once or again and again.
public struct ScenarioPlan: Sendable, Equatable {
    public enum Beginning: Sendable, Equatable {
        /// Milliseconds since 1970.
        case clock(Int64)
        /// The asset's time in nanoseconds.
        case asset(Int64)
    }

    public struct Entry: Sendable, Equatable {
        public var scenario: DeclaredScenario
        public var beginning: Beginning
        /// Milliseconds from one start to the next; nil = once.
        public var everyMs: Int64?
        /// How often in all; nil = without end.
        public var times: Int64?

        public init(
            _ scenario: DeclaredScenario, _ beginning: Beginning, everyMs: Int64? = nil, times: Int64? = nil
        ) {
            self.scenario = scenario
            self.beginning = beginning
            self.everyMs = everyMs
            self.times = times
        }

        /// The last start in the span, its beginning excluded; nil if there is none.
        func start(after from: Int64, upTo to: Int64, first: Int64, every: Int64?) -> Int64? {
            guard to >= first, to > from else { return nil }
            guard let every, every > 0 else { return first > from ? first : nil }
            let last = min((to - first) / every, (times ?? .max) - 1)
            let start = first + last * every
            return start > from ? start : nil
        }
    }

    public static let mostEntries = 64
    /// A start by the clock that was missed by more is left out: the agent was not running then.
    public static let mostLateMs: Int64 = 600_000

    public var entries: [Entry]

    public init(_ entries: [Entry] = []) { self.entries = entries }

    /// What starts between two ticks, by its place in the plan. `clock`: the ticks' times; nil where none is known.
    public func due(
        afterNs fromNs: Int64, upToNs toNs: Int64, clock: (afterMs: Int64, upToMs: Int64)?
    ) -> [Int] {
        entries.indices.filter { index in
            let entry = entries[index]
            switch entry.beginning {
            case .asset(let first):
                return entry.start(
                    after: fromNs, upTo: toNs, first: first, every: entry.everyMs.map { $0 * ScenarioPart.nsPerMs })
                    != nil
            case .clock(let first):
                guard let clock,
                    let start = entry.start(
                        after: clock.afterMs, upTo: clock.upToMs, first: first, every: entry.everyMs)
                else { return false }
                return clock.upToMs - start <= ScenarioPlan.mostLateMs
            }
        }
    }
}

extension ScenarioPlan {
    /// Reads the list `schedule` of a section. The scenarios are those of the library.
    ///
    ///     schedule:
    ///       - {scenario: coolant-leak, at: 2026-12-01T06:00:00Z, severity: 0.5}
    ///       - {scenario: sensor-drift, after: 10m, every: 6h, times: 3}
    public init(_ section: ConfigReader, library: ScenarioLibrary) {
        let items = section.sectionList("schedule")
        if items.count > ScenarioPlan.mostEntries {
            section.fail("schedule", "must be at most \(ScenarioPlan.mostEntries) entries")
        }
        self.init(items.prefix(ScenarioPlan.mostEntries).compactMap { ScenarioPlan.entry($0, library) })
    }

    private static func entry(_ item: ConfigReader, _ library: ScenarioLibrary) -> Entry? {
        let longest = 0...Int(ScenarioLimits.longestMs)
        let id = item.choice("scenario", of: library.scenarios.map(\.id))
        var changes = DeclaredScenario.Changes()
        changes.severity = item.optionalDouble("severity", in: ScenarioLimits.severity)
        changes.onsetMs = item.optionalDurationMs("onset", in: longest).map { Int64($0) }
        changes.rampMs = item.optionalDurationMs("ramp", in: longest).map { Int64($0) }
        changes.recoveryMs = item.optionalDurationMs("recovery", in: longest).map { Int64($0) }
        if item.optionalString("duration") == "until-stopped" {
            changes.durationMs = .some(nil)
        } else if let ms = item.optionalDurationMs("duration", in: longest) {
            changes.durationMs = .some(Int64(ms))
        }
        let everyMs = item.optionalDurationMs("every", in: 1_000...Int(ScenarioLimits.longestMs)).map { Int64($0) }
        let times = item.optionalInt("times", in: 1...1_000_000).map { Int64($0) }
        let at = item.optionalString("at", maxBytes: 64)
        let afterMs = item.optionalDurationMs("after", in: longest)
        if item.has("at") == item.has("after") {
            item.fail("at", "give either `at` (an instant) or `after` (a span of the asset's time)")
        }
        if times != nil, everyMs == nil { item.fail("times", "has no meaning without `every`") }
        var beginning = Beginning.asset(Int64(afterMs ?? 0) * ScenarioPart.nsPerMs)
        if let at {
            guard let ms = RFC3339.parse(at) else {
                item.fail("at", "must be an instant such as 2026-12-01T06:00:00Z, got \(Text.quoted(at))")
                return nil
            }
            beginning = .clock(ms)
        }
        guard let declared = library[id] else { return nil }
        if declared.parts.count > 1, !changes.keepsCourse {
            item.fail("scenario", "has several parts: its ramp, duration and recovery are its own")
        }
        let scenario = declared.changed(changes)
        if let endNs = scenario.endNs(), let everyMs, everyMs * ScenarioPart.nsPerMs < endNs {
            item.fail("every", "is shorter than the scenario lasts: \(ScenarioFile.span(endNs / ScenarioPart.nsPerMs))")
        }
        if scenario.endNs() == nil, everyMs != nil {
            item.fail("every", "a scenario that lasts until it is stopped cannot repeat")
        }
        return Entry(scenario, beginning, everyMs: everyMs, times: times)
    }
}
