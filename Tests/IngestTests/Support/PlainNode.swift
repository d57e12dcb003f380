import Runtime
import Sparkplug

/// A foreign edge node without receipts, by our own codec.
struct PlainNode {
    let site: String
    let name: String

    init(_ name: String, site: String = "site-1") {
        self.site = site
        self.name = name
    }

    /// NBIRTH with these metrics of type Double.
    func birth(_ values: KeyValuePairs<String, Double>, bdSeq: UInt64 = 0) -> [TestMessage] {
        let time = UInt64(Clock.wallMs())
        var metrics = [
            Metric(name: "bdSeq", timestampMs: time, datatype: .int64, value: .scalar(.long(bdSeq))),
            Metric(
                name: "Node Control/Rebirth", timestampMs: time, datatype: .boolean, value: .scalar(.boolean(false))),
        ]
        for (index, entry) in values.enumerated() {
            metrics.append(
                Metric(
                    name: entry.key, alias: UInt64(index + 1), timestampMs: time, datatype: .double,
                    value: .scalar(.double(entry.value))))
        }
        return [message(.birth, Payload(timestampMs: time, metrics: metrics, seq: 0))]
    }

    /// NDATA by names.
    func data(_ values: KeyValuePairs<String, Double>, seq: UInt8, atMs timeMs: Int64 = Clock.wallMs()) -> TestMessage {
        let time = UInt64(timeMs)
        let metrics = values.map { name, value in
            Metric(name: name, timestampMs: time, value: .scalar(.double(value)))
        }
        return message(.data, Payload(timestampMs: time, metrics: metrics, seq: UInt64(seq)))
    }

    /// NDEATH.
    func death(bdSeq: UInt64 = 0) -> TestMessage {
        message(.death, Payload(metrics: [Metric(name: "bdSeq", datatype: .int64, value: .scalar(.long(bdSeq)))]))
    }

    func message(_ verb: Topic.Verb, _ payload: Payload, device: String? = nil) -> TestMessage {
        let topic =
            device.map { Topic.device(verb, site: site, agent: name, device: $0) }
            ?? Topic.node(verb, site: site, agent: name)
        return TestMessage(topic: topic.text, payload: payload.encoded())
    }
}
