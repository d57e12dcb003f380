import Assets
import Model
import Outbox

/// The asset behind the agent: a simulator, advanced tick by tick, and read into frames.
///
/// Which frames a tick makes, and what is in them, is a function of kind, seed and tick number alone. A restart
/// continues from the last checkpoint and repeats the ticks since then without making frames of them.
struct AssetSource: ~Copyable {
    let kind: AssetKind
    private let asset: AgentConfig.Asset
    private var simulator: any Simulator
    private var schedule: GroupSchedule
    private var readings: [Readings]
    private let calm: Disturbances
    /// The next tick's number.
    private(set) var tick: Int64 = 0

    init?(_ asset: AgentConfig.Asset) {
        guard let kind = AssetCatalog[asset.kind] else { return nil }
        self.kind = kind
        self.asset = asset
        simulator = kind.makeSimulator(asset.seed)
        schedule = GroupSchedule(groups: kind.groups, rateHz: asset.rateHz)
        readings = kind.groups.map { Readings(count: $0.signals.count) }
        calm = Disturbances(count: kind.scenarios.count)
    }

    /// Continues after `last`, if the checkpoint is this asset's and whole; else starts afresh at tick 0.
    mutating func resume(_ checkpoint: Checkpoint?, last: TickMark?) {
        guard let checkpoint, let last, checkpoint.asset == asset.id, checkpoint.kind == asset.kind,
            checkpoint.seed == asset.seed, checkpoint.tick <= last.tick, last.tick - checkpoint.tick < 100_000
        else { return }
        var archive = StateArchive(restoring: checkpoint.words)
        var restored = kind.makeSimulator(asset.seed)
        restored.visitState(&archive)
        var restoredSchedule = schedule
        restoredSchedule.visitState(&archive)
        guard archive.isComplete else { return }
        simulator = restored
        schedule = restoredSchedule
        tick = checkpoint.tick + 1
        while tick <= last.tick { _ = take(timeMs: 0) }
    }

    /// Advances the asset by one tick and returns the frames that it makes.
    mutating func take(timeMs: Int64) -> [Frame] {
        if tick > 0 { simulator.advance(seconds: 1 / asset.rateHz, under: calm) }
        var frames: [Frame] = []
        for group in kind.groups.indices where schedule.isDue(group, tick: tick) {
            simulator.read(group: group, into: &readings[group])
            let frame = Frame(
                group: UInt8(group), timeMs: timeMs, values: readings[group].values,
                qualities: readings[group].qualities)
            if schedule.isNews(frame.values, of: group) { frames.append(frame) }
        }
        tick += 1
        return frames
    }

    /// The state after the last tick taken.
    mutating func checkpoint() -> Checkpoint {
        var archive = StateArchive()
        simulator.visitState(&archive)
        schedule.visitState(&archive)
        return Checkpoint(
            asset: asset.id, kind: asset.kind, seed: asset.seed, tick: tick - 1, words: archive.words)
    }
}
