import Model
import Sparkplug

/// An edge node as the collector knows it. Confined to the ingest thread.
final class Node {
    /// A message that came too early and has to wait; a copy.
    struct Kept {
        let verb: Topic.Verb
        let device: String?
        let message: MessageBatch
    }

    let site: String
    let agent: String
    var order = OrderMachine<Kept>()
    /// About what the messages take that wait for the gap to close.
    var keptBytes = 0
    /// bdSeq of the birth held; a death counts only if it has the same.
    var bdSeq: Int64?
    /// What the last birth said about delivery; nil for a plain Sparkplug node, or before the first birth.
    var delivery: NodeBirth.Delivery?
    /// The number of a plain node's stream.
    var plainStream: Int32?
    var isOnline = false
    var rebirthAskedMs: Int64?
    var aliases = AliasMap()
    var devices: [String: Device] = [:]

    init(site: String, agent: String) {
        self.site = site
        self.agent = agent
    }

    /// What its births have registered is void: it is to be born anew.
    func forgetBirth() {
        order = OrderMachine()
        plainStream = nil
        rebirthAskedMs = nil
        for device in devices.values {
            device.isBorn = false
            device.asset = nil
            device.birthDigest = nil
        }
    }
}
