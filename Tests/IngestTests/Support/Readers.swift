import Model
import Postgres
import Sparkplug

@testable import Ingest

/// A device as a birth gives it, without a database.
struct BornDevice {
    let asset: AssetState
    let aliases: AliasMap

    /// Of our agents.
    init(_ agent: inout TestAgent) throws {
        let births = agent.birth()
        let birth = try BirthReading.device(try Payload(decoding: births[1].payload))
        self.init(birth.metrics, SignalSet(agent.kind), kind: agent.kind)
    }

    /// Of a foreign node: every metric in one group.
    init(foreign metrics: [Metric]) throws {
        let birth = try BirthReading.device(Payload(metrics: metrics, seq: 1))
        let entries = birth.metrics.compactMap(Registrar.entry)
        self.init(
            birth.metrics, SignalSet(name: "x", kind: SignalSet.generic, groups: [SignalSet.Group("m", entries)]),
            kind: nil)
    }

    private init(_ metrics: [BornMetric], _ set: SignalSet, kind: AssetKind?) {
        let info = AssetInfo(
            number: 1, id: "a", kind: set.kind, site: "s", agent: "a", groups: set.groups.map(AssetInfo.Group.init))
        asset = AssetState(info: info, set: set, kind: kind, isInMaintenance: false)
        aliases = AliasMap(metrics, SignalPlaces(set))
    }
}

/// Lends bytes as a message.
func withDecoder<T>(_ bytes: [UInt8], _ body: (DataDecoder) throws -> T) throws -> T {
    try bytes.withUnsafeBytes { try body(try DataDecoder($0)) }
}
