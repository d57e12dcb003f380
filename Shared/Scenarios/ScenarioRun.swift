/// A scenario that was started on an asset.
public struct ScenarioRun: Sendable, Equatable {
    /// Who or what has started it.
    public enum Source: String, Sendable, CaseIterable {
        /// The agent's configuration.
        case schedule
        /// Somebody who sent a command.
        case command
        /// A dataset's plan.
        case plan
    }

    /// Unique for the asset, for as long as anybody remembers.
    public internal(set) var id: String
    public internal(set) var scenario: DeclaredScenario
    public internal(set) var source: Source
    /// Who has asked for it.
    public internal(set) var by: String
    /// The asset's time at which it was started, in nanoseconds.
    public internal(set) var startNs: Int64
    /// The same by the clock, in milliseconds since 1970.
    public internal(set) var acceptedMs: Int64
    /// When it first acted, by the clock; nil before that. The label of every later evaluation.
    public internal(set) var onsetMs: Int64?
    /// When somebody has stopped it: by the asset's time since its start, and by the clock.
    public internal(set) var stoppedNs: Int64?
    public internal(set) var stoppedMs: Int64?
    public internal(set) var stoppedBy: String?
    /// When it was over, by the clock.
    public internal(set) var endedMs: Int64?

    public init(
        id: String, _ scenario: DeclaredScenario, source: Source, by: String, startNs: Int64, acceptedMs: Int64
    ) {
        self.id = id
        self.scenario = scenario
        self.source = source
        self.by = by
        self.startNs = startNs
        self.acceptedMs = acceptedMs
    }

    /// The asset's time of its first effect.
    public var onsetNs: Int64 { startNs + scenario.onsetMs * ScenarioPart.nsPerMs }

    /// The asset's time at which it is over; nil if only a stop ends it.
    public var endNs: Int64? { scenario.endNs(stoppedNs: stoppedNs).map { startNs + $0 } }

    /// The scenario's id where it is not known.
    public static let unknownScenario = "unknown"

    fileprivate static func nameless(_ id: String, by: String, timeMs: Int64) -> ScenarioRun {
        ScenarioRun(
            id: id, DeclaredScenario(id: unknownScenario, title: unknownScenario, kind: "", parts: []),
            source: .command, by: by, startNs: 0, acceptedMs: timeMs)
    }

    /// A place for a restored one.
    init() {
        self.init(
            id: "", DeclaredScenario(id: "", title: "", kind: "", parts: []), source: .schedule, by: "", startNs: 0,
            acceptedMs: 0)
    }
}

/// What has become of a run.
public struct ScenarioEvent: Sendable, Equatable {
    public enum Phase: String, Sendable, CaseIterable {
        /// It was started, and will act later.
        case accepted
        /// It begins to act.
        case onset
        /// Somebody has stopped it: it recovers.
        case stopped
        /// It does not act any more.
        case ended
        /// It was not started.
        case refused
        /// The asset's simulation has begun anew: whatever ran before is over. The run's name says nothing.
        case reset
    }

    public var phase: Phase
    public var run: ScenarioRun
    /// Why, where it was refused or ended otherwise than by its course.
    public var reason: String?

    public init(_ phase: Phase, _ run: ScenarioRun, reason: String? = nil) {
        self.phase = phase
        self.run = run
        self.reason = reason
    }

    /// A run that was to be stopped, and is not there.
    public static func unknown(_ id: String, by: String, timeMs: Int64) -> ScenarioEvent {
        var run = ScenarioRun.nameless(id, by: by, timeMs: timeMs)
        run.endedMs = timeMs
        return ScenarioEvent(.ended, run, reason: "the asset knows no such run")
    }

    public static func reset(timeMs: Int64) -> ScenarioEvent {
        ScenarioEvent(
            .reset, .nameless("reset-\(timeMs)", by: "agent", timeMs: timeMs),
            reason: "the asset's simulation could not be continued and has begun anew")
    }
}
