import Model
import Sparkplug

/// A device as the last DBIRTH gave it, or the metrics of a foreign node itself. Confined to the ingest thread.
final class Device {
    /// The device id in the topic; empty for the node itself.
    let name: String
    /// Nil until its birth could be registered.
    var asset: AssetState?
    var aliases = AliasMap()
    /// When it was last heard of, by the monotonic clock.
    var heardMs: Int64 = 0

    init(name: String) { self.name = name }
}
