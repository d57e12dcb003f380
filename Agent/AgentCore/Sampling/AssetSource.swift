import Assets
import Model
import Outbox
import Scenarios

/// The asset behind the agent: a simulator, advanced tick by tick under the scenarios that act on it, and read into
/// frames.
///
/// Which frames a tick makes, and what is in them, is a function of kind, seed, tick number and the runs of scenarios
/// alone. A restart continues from the last checkpoint and repeats the ticks since then without making frames of them;
/// a tick with events is not repeated, because its checkpoint is saved with it.
struct AssetSource: ~Copyable {
    /// What one tick gives.
    struct Taken {
        var frames: [Frame] = []
        /// What has become of scenarios; if there is anything, the caller saves a checkpoint with this tick.
        var events: [ScenarioEvent] = []
    }

    let kind: AssetKind
    private let asset: AgentConfig.Asset
    private let plan: ScenarioPlan
    /// What is played; nil where the asset is simulated.
    let feed: ReplayFeed?
    private var simulator: any Simulator
    private var schedule: GroupSchedule
    private var readings: [Readings]
    private(set) var scenarios: ScenarioMachine
    /// What was asked for since the last tick.
    private var requests: [ScenarioOrder] = []
    /// The last tick's time by the clock; nil before the first one of this process.
    private var lastMs: Int64?
    /// The next tick's number.
    private(set) var tick: Int64 = 0

    init?(_ asset: AgentConfig.Asset, plan: ScenarioPlan = ScenarioPlan(), feed: ReplayFeed? = nil) {
        guard let kind = feed?.kind ?? AssetCatalog[asset.kind] else { return nil }
        self.feed = feed
        self.kind = kind
        self.asset = asset
        self.plan = plan
        simulator = AssetSource.makeSimulator(kind, asset, feed)
        schedule = GroupSchedule(groups: kind.groups, rateHz: asset.rateHz)
        readings = kind.groups.map { Readings(count: $0.signals.count) }
        scenarios = ScenarioMachine(kind)
    }

    /// Continues after `last`, if the checkpoint is this asset's and whole; else starts afresh at tick 0. False if
    /// there was something to continue and it could not be.
    @discardableResult
    mutating func resume(_ checkpoint: Checkpoint?, last: TickMark?) -> Bool {
        guard let last else { return true }
        guard let checkpoint, checkpoint.asset == asset.id, checkpoint.kind == asset.kind,
            checkpoint.seed == asset.seed, checkpoint.tick <= last.tick, last.tick - checkpoint.tick < 100_000
        else { return false }
        var archive = StateArchive(restoring: checkpoint.words)
        var restored = AssetSource.makeSimulator(kind, asset, feed)
        restored.visitState(&archive)
        var restoredSchedule = schedule
        restoredSchedule.visitState(&archive)
        feed?.visitState(&archive)
        var restoredScenarios = scenarios
        // A state in which no scenario has ever run says nothing of them.
        if !archive.isComplete { restoredScenarios.visitState(&archive) }
        guard archive.isComplete else {
            feed?.restart()
            return false
        }
        simulator = restored
        schedule = restoredSchedule
        scenarios = restoredScenarios
        tick = checkpoint.tick + 1
        while tick <= last.tick { _ = take(timeMs: nil, lateMs: 0) }
        lastMs = last.timeMs
        return true
    }

    private static func makeSimulator(
        _ kind: AssetKind, _ asset: AgentConfig.Asset, _ feed: ReplayFeed?
    ) -> any Simulator {
        feed == nil ? kind.makeSimulator(asset.seed) : Stillness()
    }

    /// Starts or stops a run with the next tick.
    mutating func obey(_ order: ScenarioOrder) { requests.append(order) }

    /// Advances the asset by one tick. `timeMs`: the tick's time by the clock; nil when it is repeated. `lateMs`: how
    /// long ago it was.
    mutating func take(timeMs: Int64?, lateMs: Double = 0) -> Taken {
        var taken = Taken()
        if let feed {
            taken.frames = feed.due(atS: Double(tick) / asset.rateHz, timeMs: timeMs, lateMs: lateMs)
            tick += 1
            return taken
        }
        let (beforeNs, nowNs) = (tick > 0 ? timeNs(tick - 1) : -1, timeNs(tick))
        if tick > 0 { advance(fromNs: beforeNs) }
        startDue(beforeNs, nowNs, timeMs, &taken)
        taken.events += scenarios.advance(toNs: nowNs, timeMs: timeMs ?? 0)
        for group in kind.groups.indices where schedule.isDue(group, tick: tick) {
            simulator.read(group: group, into: &readings[group])
            let frame = Frame(
                group: UInt8(group), timeMs: timeMs ?? 0, values: readings[group].values,
                qualities: readings[group].qualities)
            if schedule.isNews(frame.values, of: group) { taken.frames.append(frame) }
        }
        tick += 1
        lastMs = timeMs
        return taken
    }

    /// The asset's time of a tick.
    private func timeNs(_ tick: Int64) -> Int64 { Int64((Double(tick) / asset.rateHz * 1e9).rounded()) }

    /// The scenarios' strengths hold for a second at most.
    private mutating func advance(fromNs startNs: Int64) {
        let periodS = 1 / asset.rateHz
        guard !scenarios.isIdle, periodS > 1 else {
            return simulator.advance(seconds: periodS, under: scenarios.disturbances(atNs: startNs))
        }
        var doneS = 0.0
        while doneS < periodS {
            let stepS = min(1, periodS - doneS)
            simulator.advance(
                seconds: stepS, under: scenarios.disturbances(atNs: startNs + Int64((doneS * 1e9).rounded())))
            doneS += stepS
        }
    }

    // MARK: - Scenarios

    private mutating func startDue(_ beforeNs: Int64, _ nowNs: Int64, _ timeMs: Int64?, _ taken: inout Taken) {
        guard let timeMs else { return }
        if !plan.entries.isEmpty {
            let clock = lastMs.map { (afterMs: $0, upToMs: timeMs) }
            for index in plan.due(afterNs: beforeNs, upToNs: nowNs, clock: clock) {
                let run = ScenarioRun(
                    id: "schedule-\(index)-\(timeMs)", plan.entries[index].scenario, source: .schedule,
                    by: "schedule", startNs: nowNs, acceptedMs: timeMs)
                start(run, nowNs, &taken)
            }
        }
        guard !requests.isEmpty else { return }
        for request in requests {
            switch request {
            case .start(let id, let scenario, let by):
                let run = ScenarioRun(id: id, scenario, source: .command, by: by, startNs: nowNs, acceptedMs: timeMs)
                start(run, nowNs, &taken)
            case .stop(let id, let by): stop(id, by, nowNs, timeMs, &taken)
            }
        }
        requests.removeAll()
    }

    private mutating func start(_ run: ScenarioRun, _ nowNs: Int64, _ taken: inout Taken) {
        do throws(ScenarioMachine.Refusal) {
            try scenarios.start(run)
            if run.onsetNs > nowNs { taken.events.append(ScenarioEvent(.accepted, run)) }
        } catch {
            // A command that comes again is no news.
            if case .known = error { return }
            taken.events.append(ScenarioEvent(.refused, run, reason: "\(error)"))
        }
    }

    private mutating func stop(
        _ id: String, _ by: String, _ nowNs: Int64, _ timeMs: Int64, _ taken: inout Taken
    ) {
        do throws(ScenarioMachine.Refusal) {
            try scenarios.stop(id, by: by, atNs: nowNs, timeMs: timeMs)
        } catch {
            // Whoever asks shall not wait for the end of something that is not there.
            if case .unknown = error, !scenarios.remembers(id) {
                taken.events.append(.unknown(id, by: by, timeMs: timeMs))
            }
            return
        }
        if let run = scenarios.runs.first(where: { $0.id == id }) { taken.events.append(ScenarioEvent(.stopped, run)) }
    }

    /// The state after the last tick taken.
    mutating func checkpoint() -> Checkpoint {
        var archive = StateArchive()
        simulator.visitState(&archive)
        schedule.visitState(&archive)
        feed?.visitState(&archive)
        if !scenarios.isPristine { scenarios.visitState(&archive) }
        return Checkpoint(
            asset: asset.id, kind: asset.kind, seed: asset.seed, tick: tick - 1, words: archive.words)
    }
}

/// What somebody asks of the asset.
enum ScenarioOrder: Sendable, Equatable {
    case start(run: String, DeclaredScenario, by: String)
    case stop(run: String, by: String)
}
