import Model
import Postgres
import Sparkplug

/// What other threads tell the ingest thread.
enum IngestControl: Sendable {
    /// The leases that are held now; every other site is none of ours.
    case leases([Leases.Lease])
    /// The writer has stored its batch and can take another.
    case writerIsIdle
    /// Numbers of the batch that PostgreSQL has refused and that were not set aside: they are not claimed any more.
    case unsettled([StreamID: SequenceSet])
    /// Frames of the batch are not stored as they were analysed.
    case analysisIsVoid
    /// The database does not hold any more what was stored last: nothing that was read from it before is true.
    case databaseWasSetBack
    /// A batch could not be stored and is gone: what it claimed is not claimed any more.
    case batchLost(why: String)
    /// The broker's connection came or went.
    case link(isUp: Bool)
    /// The assets on which people are at work.
    case maintenance(Set<Int32>)
    case stop
}

/// What others ask of the thread that talks to the broker.
enum HostOrder: Sendable {
    case command(site: String, agent: String, Command)
    case deviceCommand(site: String, agent: String, device: String, DeviceCommand)
    /// What the collector is fit for, until this time by the monotonic clock unless it is said again.
    case duty(HostDuty, untilMs: Int64)
    case stop
}

/// What the ingest thread asks of upkeep.
enum UpkeepRequest: Sendable {
    /// A site that was heard of and that nobody of us serves yet.
    case wants(site: String)
    /// Commands for agents wait in the database.
    case commandsWait
    case stop
}
