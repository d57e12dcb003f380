import Model
import Outbox
import Sparkplug

/// What the sampler tells the link.
enum LinkNews: Sendable {
    /// Committed just now, oldest first.
    case committed([StoredRecord])
    case epochBegan(EpochState)
    case outbox(OutboxStatus)
    /// What scenarios run now, as a JSON array.
    case scenarios(String)
    /// Deliver what can be delivered until then, say goodbye, and end.
    case stop(deadlineMs: Int64)
}

/// The outbox's own state, as births and status reports show it.
struct OutboxStatus: Sendable, Equatable {
    var firstHeld: Int64 = 0
    var usedBytes: Int64 = 0
    var capacityBytes: Int64 = 0
    var dropped: Int64 = 0
    /// Records accepted since the outbox was created, and the newest of them.
    var made: Int64 = 0
    var newest: Int64 = 0
    /// How long the room would last without receipts; nil if nothing is being stored.
    var daysLeft: Double?
}

/// What the link tells the sampler.
enum SamplerOrder: Sendable {
    /// Settled up to this place.
    case receipted(Place)
    /// The collector needs everything from this place on again.
    case withdraw(from: Place)
    /// These rows are not what was written.
    case damaged([Place])
    /// Another life of this outbox has used numbers above `inherited`; only `published` ones were ever seen.
    case contradicted(inherited: Int64, published: SequenceSet)
    /// Somebody is there to receive reports, or not.
    case hasReceiver(Bool)
    /// Start or stop a scenario with the next tick.
    case scenario(ScenarioOrder)
    /// The link's reading of the outbox failed.
    case failed(OutboxFailure)
    /// The link has ended; nothing more will come.
    case ended
    /// End the agent.
    case stop
}
