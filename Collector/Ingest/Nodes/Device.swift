import Model
import Sparkplug

/// A device as the last DBIRTH gave it, or the metrics of a foreign node itself. Confined to the ingest thread.
final class Device {
    /// The device id in the topic; empty for the node itself.
    let name: String
    /// Nil until its birth could be registered.
    var asset: AssetState?
    /// Whether its birth in the node's session is known: aliases of an earlier one mean something else.
    var isBorn = false
    /// When that came, by the monotonic clock.
    var bornMs: Int64 = 0
    var aliases = AliasMap()
    /// Metrics that its birth declares and that are not stored.
    var unstoredCount = 0
    /// Tells whether a birth declares what the last one did; nil before the first that was registered.
    var birthDigest: Int?

    init(name: String) { self.name = name }
}
