import Model
import Runtime
import TestSupport
import Testing

extension SystemTests {
    @Suite("Link return", .serialized, .timeLimit(.minutes(3)))
    struct LinkReturn {
        /// At one tick in ten seconds: to wait for the next one would leave operators blind for so long.
        @Test("What was sampled last while the link was down is live data when it returns")
        func newestFirst() async throws {
            try await offPool {
                var settings = Plant.Settings()
                settings.agents = [.init("candu-1", kind: "candu", rateHz: 0.1)]
                let plant = try Plant(settings)
                try plant.start()
                try plant.wait("the collector's port") { plant.collector.webPort != nil }
                let feed = try WebSocketPeer(port: plant.collector.webPort ?? 0, path: "/ws/telemetry")
                feed.send(text: #"{"type":"subscribe","id":1,"assets":"*"}"#)
                let before = try LinkReturn.nextLive(feed)

                let link = plant.agent.link
                link.refuse(true)
                link.cut()
                func newest() -> Int64 { plant.agent.made.values.compactMap(\.max).max() ?? 0 }
                let atCut = newest()
                try plant.wait("a tick without a link") { newest() > atCut }
                let sampled = newest()
                link.refuse(false)
                var live = try LinkReturn.nextLive(feed)
                // Another group of the tick before the cut.
                while live <= atCut { live = try LinkReturn.nextLive(feed) }
                #expect(live <= sampled, "the first live frame is \(live), after \(before); sampled was \(sampled)")
                try plant.drainAndStop()
                for finding in try plant.findings() { #expect(finding.isWhole(), "\(finding)") }
            }
        }

        /// The sequence number of the next live frame.
        private static func nextLive(_ feed: WebSocketPeer) throws -> Int64 {
            while let message = try feed.nextMessage() {
                let json = try JSON(message.payload).object ?? [:]
                if json["type"]?.string == "delta", let number = json["frame"]?.object?["seq"]?.int {
                    return Int64(number)
                }
            }
            throw SupportFailure("the feed has ended")
        }
    }
}
