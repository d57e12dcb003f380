/// What somebody asks of a simulated asset, and how it travels: a DCMD with one metric. The values are JSON texts; what
/// they mean is said by the module Scenarios.
public enum DeviceCommand: Sendable, Equatable {
    case startScenario(String)
    case stopScenario(String)

    /// Send with QoS 0 and not retained; there is no seq.
    public func payload(sentMs: Int64) -> Payload {
        let timeMs = UInt64(bitPattern: sentMs)
        let (name, text) =
            switch self {
            case .startScenario(let text): (MetricName.startScenario, text)
            case .stopScenario(let text): (MetricName.stopScenario, text)
            }
        return Payload(
            timestampMs: timeMs,
            metrics: [
                Metric(name: name, timestampMs: timeMs, datatype: .string, value: .scalar(.string(text)))
            ])
    }

    /// The metrics of a DCMD as an agent understands them, in their order; nil for one that is no command of ours.
    public static func parse(_ payload: Payload) -> [(name: String?, command: DeviceCommand?)] {
        payload.metrics.map { metric in
            switch metric.name {
            case MetricName.startScenario: (metric.name, metric.text.map { .startScenario($0) })
            case MetricName.stopScenario: (metric.name, metric.text.map { .stopScenario($0) })
            default: (metric.name, nil)
            }
        }
    }
}
