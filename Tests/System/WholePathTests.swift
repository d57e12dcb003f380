import Runtime
import TestSupport
import Testing

extension SystemTests {
    @Suite("Whole path", .serialized, .timeLimit(.minutes(5)))
    struct WholePath {
        @Test("What agents of all kinds make is stored exactly once")
        func everyKind() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = ["candu", "smr", "caster", "tailings"].map { .init("\($0)-1", kind: $0, rateHz: 10) }
                let plant = try Plant(settings)
                try plant.start()
                try plant.waitForFrames(40)
                try plant.drainAndStop()
                for finding in try plant.findings() {
                    #expect(finding.isWhole() && finding.made >= 40, "\(finding)")
                    #expect(finding.stored == finding.made, "\(finding)")
                    #expect(finding.unjournalled == 0, "\(finding)")
                }
            }
        }

        /// Through the program as it is linked: C callbacks of two modules must not answer to one name.
        @Test("A WebSocket client that subscribes is sent every new frame")
        func feed() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = [.init("candu-1", kind: "candu", rateHz: 10)]
                let plant = try Plant(settings)
                try plant.start()
                try plant.wait("the collector's port") { plant.collector.webPort != nil }
                let client = try WebSocketPeer(port: plant.collector.webPort ?? 0, path: "/ws/telemetry")
                client.send(text: #"{"type":"subscribe","id":1,"assets":"*"}"#)
                var types: [String] = []
                while types.count(where: { $0 == "delta" }) < 5, let message = try client.nextMessage() {
                    types.append(try JSON(message.payload).object?["type"]?.string ?? "")
                }
                #expect(types.first == "hello" && types.contains("snapshot"), "\(types)")
                #expect(types.count(where: { $0 == "delta" }) == 5, "\(types)")
            }
        }
    }
}
