public import Model

/// What a collector asks of an agent, and how it travels: an NCMD with one metric for each command.
///
/// The metrics carry a data type although the standard would leave it out, because a widespread node library
/// loses its network thread on commands without one. Send with QoS 0 and not retained; there is no seq.
public enum Command: Sendable, Equatable {
    /// Send NBIRTH and all DBIRTHs again.
    case rebirth
    case receipt(Receipt)
    case resend(ResendRequest)

    public static func payload(_ commands: [Command], sentMs: Int64) -> Payload {
        let timeMs = UInt64(bitPattern: sentMs)
        let metrics = commands.map { command in
            switch command {
            case .rebirth:
                Metric(
                    name: MetricName.rebirth, timestampMs: timeMs, datatype: .boolean,
                    value: .scalar(.boolean(true)))
            case .receipt(let receipt):
                Metric(
                    name: MetricName.receipt, timestampMs: timeMs, datatype: .string,
                    value: .scalar(.string(receipt.text)))
            case .resend(let request):
                Metric(
                    name: MetricName.resend, timestampMs: timeMs, datatype: .string,
                    value: .scalar(.string(request.text)))
            }
        }
        return Payload(timestampMs: timeMs, metrics: metrics)
    }
}

/// One metric of an NCMD as an agent understands it.
public enum ReceivedCommand: Sendable, Equatable {
    case accepted(Command)
    /// A known command whose value asks for nothing, such as a rebirth that is false.
    case noRequest
    /// A known command whose value does not have its form.
    case malformed(name: String)
    /// A metric that is no command of ours. The agent never writes to its asset, so this is always refused.
    case unknown(name: String?)

    /// In the order of the metrics. Nothing a host sends is an error: it is understood or it is counted.
    public static func parse(_ payload: Payload) -> [ReceivedCommand] { payload.metrics.map(parse) }

    private static func parse(_ metric: Metric) -> ReceivedCommand {
        switch metric.name {
        case MetricName.rebirth:
            // Hosts without a birth at hand may send the flag as a number.
            guard let number = metric.integer() else { return .malformed(name: MetricName.rebirth) }
            return number != 0 ? .accepted(.rebirth) : .noRequest
        case MetricName.receipt:
            guard let receipt = metric.text.flatMap({ Receipt($0) }) else {
                return .malformed(name: MetricName.receipt)
            }
            return .accepted(.receipt(receipt))
        case MetricName.resend:
            guard let request = metric.text.flatMap({ ResendRequest($0) }) else {
                return .malformed(name: MetricName.resend)
            }
            return .accepted(.resend(request))
        default: return .unknown(name: metric.name)
        }
    }
}
