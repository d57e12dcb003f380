public import Postgres
public import Runtime

/// How faults are told, alike in the REST API and on the feed.
extension AlarmWords {
    /// `what`: what has become of it.
    public static func alert(_ fault: Faults.Fault, _ what: String) -> CommittedAlert {
        var json = JSONWriter()
        json.object { write(fault, &$0) }
        return CommittedAlert(
            kind: "fault", severity: fault.severity, site: fault.site, agent: fault.agent, asset: fault.asset,
            occurredMs: fault.resolvedMs ?? fault.openedMs, message: "\(fault.asset): \(fault.title) \(what)",
            detail: String(decoding: json.bytes, as: UTF8.self), health: nil, status: nil)
    }

    /// The members of a fault.
    public static func write(_ fault: Faults.Fault, _ json: inout JSONWriter) {
        json.field("fault", fault.number)
        json.field("asset", fault.asset)
        json.field("cause", fault.cause)
        json.field("title", fault.title)
        json.field("severity", fault.severity)
        json.field("state", fault.state)
        json.field("probability", fault.probability)
        json.field("response", fault.response)
        json.key("evidence")
        json.raw(Array(fault.evidence.utf8))
        json.field("opened_at", timeMs: fault.openedMs)
        json.field("opened_by", fault.openedBy)
        json.field("known_at", timeMs: fault.knownMs)
        json.field("resolved_at", timeMs: fault.resolvedMs)
        json.field("resolved_by", fault.resolvedBy)
        json.field("resolution", fault.resolution)
        json.field("anomaly", fault.anomaly)
        json.field("alarms", array: { json in for alarm in fault.alarms { json.int(alarm) } })
    }
}
