import Glibc
import Runtime
import Sparkplug
import TestSupport
import Testing

extension SystemTests {
    /// A Sparkplug edge node that is not ours: no receipts, no numbers, other data types.
    @Suite("Plain nodes", .serialized, .timeLimit(.minutes(2)))
    struct PlainNodes {
        private static func metric(_ name: String?, _ alias: UInt64, _ type: DataType, _ value: Scalar, _ timeMs: Int64)
            -> Metric
        {
            Metric(
                name: name, alias: alias, timestampMs: UInt64(timeMs), datatype: name == nil ? nil : type,
                value: .scalar(value))
        }

        @Test("A third-party node becomes an asset with its signals; what it sends twice is stored once")
        func stored() async throws {
            try await offPool {
                let plant = try Plant(Plant.Settings())
                let collector = plant.collector
                try plant.start()
                try plant.wait("the collector to be online") { collector.unit.log.contains("host: online") }
                let node = try HostileClient(port: plant.broker.port, name: "pump-station")
                let prefix = "spBv1.0/\(plant.site)"
                let startMs = Clock.wallMs() - 20_000
                var seq: UInt64 = 0
                func publish(_ verb: String, _ device: String = "", metrics: [Metric]) throws {
                    if verb == "NBIRTH" { seq = 0 }
                    let payload = Payload(timestampMs: UInt64(Clock.wallMs()), metrics: metrics, seq: seq).encoded()
                    seq = (seq + 1) % 256
                    let topic = "\(prefix)/\(verb)/pumps" + (device.isEmpty ? "" : "/\(device)")
                    try node.publish(topic, payload)
                }
                func birth() throws {
                    try publish(
                        "NBIRTH",
                        metrics: [
                            PlainNodes.metric("bdSeq", 90, .int64, .long(0), startMs),
                            PlainNodes.metric("Node Control/Rebirth", 91, .boolean, .boolean(false), startMs),
                        ])
                    try publish(
                        "DBIRTH", "pump-7",
                        metrics: [
                            PlainNodes.metric("speed", 1, .float, .float(1_450), startMs),
                            PlainNodes.metric("running", 2, .boolean, .boolean(true), startMs),
                            PlainNodes.metric("starts", 3, .uint32, .int(17), startMs),
                            PlainNodes.metric("state", 4, .string, .string("ramping"), startMs),
                        ])
                }
                try birth()
                func data(_ number: Int) -> [Metric] {
                    [PlainNodes.metric(nil, 1, .float, .float(Float(1_450 + number)), startMs + Int64(number) * 100)]
                }
                for number in 1...50 { try publish("DDATA", "pump-7", metrics: data(number)) }
                func frames() throws -> Int {
                    try plant.number("select count(*) from telemetry join assets using (asset) where kind = 'generic'")
                }
                try plant.wait("frames of the plain node") { try frames() == 51 }
                // The whole session again: the same content under other numbers of the session.
                try birth()
                for number in 1...50 { try publish("DDATA", "pump-7", metrics: data(number)) }
                try publish("DDATA", "pump-7", metrics: data(51))
                try plant.wait("the one new frame") { try frames() >= 52 }
                #expect(try frames() == 52)

                let assets = try collector.json("/api/v1/assets")["assets"]?.array ?? []
                let asset = try #require(assets.first { $0["id"]?.string == "pump-7" })
                #expect(asset["kind"]?.string == "generic" && asset["agent"]?.string == "pumps")
                #expect(asset["status"]?.string == "healthy")
                let signals = try collector.json("/api/v1/assets/pump-7")["signals"]?.array ?? []
                #expect(
                    signals.map { "\($0["name"]?.string ?? "") \($0["form"]?.string ?? "")" }
                        == ["speed number", "running flag", "starts number", "state text"])
                let rows = try collector.json(
                    "/api/v1/assets/pump-7/telemetry?signals=speed&from=2020-01-01T00:00:00Z&limit=1000")["rows"]?.array
                let speeds = Set((rows ?? []).compactMap { $0["values"]?["speed"]?.double })
                #expect(speeds == Set((0...51).map { 1_450 + Double($0) }))

                // It dies, and is shown as what it is.
                try node.publish(
                    "\(prefix)/NDEATH/pumps",
                    Payload(metrics: [PlainNodes.metric("bdSeq", 90, .int64, .long(0), startMs)]).encoded())
                try plant.wait("the asset to be offline") {
                    try collector.json("/api/v1/assets/pump-7")["asset"]?["status"]?.string == "offline"
                }
                // The audit knows that there is nothing to prove about it, and is not disturbed.
                _ = try ChildProcess.run(Programs.collector(), ["audit", "--config", collector.configPath])
            }
        }
    }
}
