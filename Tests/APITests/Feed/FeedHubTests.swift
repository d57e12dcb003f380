import Analytics
import Glibc
import Model
import Runtime
import Synchronization
import TestSupport
import Testing

@testable import API
@testable import Ingest
@testable import Web

/// Feeds behind a real server.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct FeedHubTests {
    private final class Running: Sendable {
        let telemetry: FeedHub
        let alerts: FeedHub
        let server: HTTPServer

        init(_ change: (inout FeedSettings) -> Void = { _ in }) throws {
            var settings = FeedSettings()
            change(&settings)
            telemetry = FeedHub.telemetry(settings: settings)
            alerts = FeedHub.alerts(settings: settings)
            var limits = HTTPServerSettings()
            // On a busy machine a client of these tests may be slow for longer than a real one may be.
            limits.webSocket.stuckTimeoutMs = 300_000
            limits.webSocket.pingEveryMs = 300_000
            server = try HTTPServer(
                settings: limits, router: Router(),
                endpoints: ["/ws/telemetry": telemetry, "/ws/alerts": alerts])
            telemetry.attach(to: server)
            alerts.attach(to: server)
        }

        deinit { server.stop(graceMs: 100) }

        func publish(_ frames: [FeedFrame]) { server.post { [telemetry] in telemetry.publish(frames: frames) } }

        func join(
            _ text: String, path: String = "/ws/telemetry", receiveBytes: CInt? = nil
        ) throws -> WebSocketPeer {
            let peer = try WebSocketPeer(
                port: server.port, path: path, headers: "Sec-WebSocket-Protocol: bellwether.v1.json\r\n",
                receiveBytes: receiveBytes)
            #expect(try Self.json(peer).type == "hello")
            peer.send(text: text)
            return peer
        }

        /// The next message that is not a heartbeat.
        static func json(_ peer: WebSocketPeer) throws -> JSON {
            while let frame = try peer.nextMessage() {
                let message = try JSON(frame.payload)
                if message.type != "heartbeat" { return message }
            }
            throw SupportFailure("the stream ended")
        }
    }

    @Test func fromPublisherToClient() async throws {
        try await offPool {
            let feed = try Running()
            let peer = try feed.join(#"{"type":"subscribe","id":1,"assets":["a"]}"#)
            #expect(try Running.json(peer).type == "snapshot")
            for sequence in 1...500 {
                feed.publish([FeedBench.frame("a", Int64(sequence)), FeedBench.frame("b", Int64(sequence))])
            }
            for sequence in 1...500 { #expect(try Running.json(peer).sequence == Int64(sequence)) }
            peer.send(text: "not json")
            #expect(try Running.json(peer)["code"]?.string == "bad_json")
            peer.client.send(WebSocketPeer.frame(0x82, [1, 2, 3]))
            #expect(try Running.json(peer)["code"]?.string == "bad_message")
            try waitUntil("counted") { feed.telemetry.statistics.published == 1000 }
            #expect(feed.telemetry.statistics.clients == 1)
            peer.close()
            #expect(try peer.closeCode() == 1000)
            try waitUntil("gone") { feed.telemetry.statistics.clients == 0 }
        }
    }

    @Test func aClientThatLosesItsConnectionMissesNothing() async throws {
        try await offPool {
            let feed = try Running()
            let isDone = Atomic(false)
            startThread {
                for sequence in 1...3000 {
                    feed.publish([FeedBench.frame("a", Int64(sequence))])
                    usleep(300)
                }
                isDone.store(true, ordering: .releasing)
            }
            var since = ""
            var sequences: [Int64] = []
            var random = SeededRandom(seed: 3)
            while sequences.last != 3000 {
                let peer = try feed.join(#"{"type":"subscribe","id":1,"assets":["a"]\#(since)}"#)
                for _ in 0..<(1 + random.below(400)) where sequences.last != 3000 {
                    let message = try Running.json(peer)
                    if let state = message["frames"]?.array?.first?["seq"]?.int { sequences = [state] }
                    if let sequence = message.sequence { sequences.append(sequence) }
                    if let cursor = message["cursor"]?.string { since = #","since":"\#(cursor)""# }
                    #expect(message.type != "gap")
                }
                // The socket is closed without a word.
            }
            #expect(sequences == Array((sequences.first ?? 0)...3000))
            try waitUntil("the publisher has ended") { isDone.load(ordering: .acquiring) }
        }
    }

    @Test func aSlowClientMissesSomeAndAQuickOneNothing() async throws {
        try await offPool {
            let feed = try Running { $0.maxQueued = 100 }
            let slow = try feed.join(#"{"type":"subscribe","id":1,"assets":"*"}"#, receiveBytes: 65_536)
            let quick = try feed.join(#"{"type":"subscribe","id":1,"assets":"*"}"#)
            #expect(try Running.json(quick).type == "snapshot")
            let values = (0..<200).map { Double($0) + 0.123 }
            let names = FeedBench.signals((0..<200).map { "signal_number_\($0)" })
            let count = 2000
            let got = Atomic(0)
            startThread {
                while let message = try? Running.json(quick), message.sequence != Int64(count) {
                    if message.type == "delta" { got.add(1, ordering: .acquiringAndReleasing) }
                    if message.type == "gap" {
                        Issue.record("the quick one misses some: \(message)")
                        return
                    }
                }
                got.add(1, ordering: .acquiringAndReleasing)
            }
            for sequence in 1...count {
                let frame = FeedFrame(
                    asset: "a", kind: "k", groupIndex: 0, group: "g", signals: names, timeMs: 0, epochBits: 1,
                    sequence: Int64(sequence), values: values, qualities: [], health: nil, status: "healthy",
                    isHistorical: false)
                // The quick one must have a chance to read.
                try waitUntil("room", within: .seconds(60)) { sequence - got.load(ordering: .acquiring) < 90 }
                feed.publish([frame])
            }
            try waitUntil("the quick one has all", within: .seconds(60)) { got.load(ordering: .acquiring) == count }
            var missed: Int64 = 0
            var delivered: Int64 = 0
            var last: Int64 = 0
            while last != Int64(count) {
                let message = try Running.json(slow)
                if message.type == "gap" { missed += message["missed"]?.int ?? 0 }
                guard let sequence = message.sequence else { continue }
                #expect(sequence > last)
                last = sequence
                delivered += 1
            }
            #expect(missed > 0)
            #expect(missed + delivered == Int64(count))
        }
    }

    /// The server is held up while the writer commits more than may wait: everybody is told what was left out.
    @Test func whatTheServerCannotTakeUpIsToldToEverybody() async throws {
        try await offPool {
            let metrics = Metrics()
            let feeds = Feeds(metrics, mostWaitingBytes: 10_000)
            let server = try HTTPServer(
                settings: HTTPServerSettings(), router: Router(),
                endpoints: ["/ws/telemetry": feeds.telemetry, "/ws/alerts": feeds.alerts])
            feeds.attach(to: server)
            defer { server.stop(graceMs: 100) }
            func join(_ path: String, _ members: String) throws -> WebSocketPeer {
                let peer = try WebSocketPeer(port: server.port, path: path)
                #expect(try Running.json(peer).type == "hello")
                peer.send(text: #"{"type":"subscribe","id":1,\#(members)}"#)
                #expect(try Running.json(peer).type == "snapshot")
                return peer
            }
            let all = try join("/ws/telemetry", #""assets":"*","history":true"#)
            let one = try join("/ws/telemetry", #""assets":["other"]"#)
            let sample = try join("/ws/telemetry", #""assets":["a"],"max_hz":100"#)
            let alerts = try join("/ws/alerts", #""assets":"*""#)
            let hold = Atomic(true)
            server.post { while hold.load(ordering: .acquiring) { usleep(1000) } }
            for sequence in 1...1000 {
                feeds.sink([Self.committed(Int64(sequence))], [Self.alert(sequence)])
            }
            hold.store(false, ordering: .releasing)
            let isDone = Atomic(false)
            server.post { isDone.store(true, ordering: .releasing) }
            try waitUntil("what waited is taken up") { isDone.load(ordering: .acquiring) }
            feeds.sink([Self.committed(1001)], [Self.alert(1001)])
            var delivered = 0
            var message = try Running.json(all)
            while message.type == "delta" {
                delivered += 1
                message = try Running.json(all)
            }
            #expect(delivered > 10 && delivered < 1000)
            #expect(message["reason"] == .string("overload"))
            #expect(message["missed"] == .int(Int64(1000 - delivered)))
            #expect(try Running.json(all).sequence == 1001)
            for peer in [one, sample, alerts] {
                var message = try Running.json(peer)
                while message.type != "gap" { message = try Running.json(peer) }
                #expect(message["reason"] == .string("overload") && message["missed"] == .null)
            }
            let text = String(decoding: metrics.render(), as: UTF8.self)
            #expect(text.contains("bellwether_feed_dropped_items_total "))
        }
    }

    private static func committed(_ sequence: Int64) -> CommittedFrame {
        let info = AssetInfo(
            number: 1, id: "a", kind: "k", site: "s", agent: "a",
            groups: [AssetInfo.Group(name: "g", signals: FeedBench.signals(["flow"]), cadenceS: nil)])
        return CommittedFrame(
            asset: info, group: 0, timeMs: sequence, epochBits: 1, sequence: sequence, values: [1], qualities: [],
            health: 99, status: .healthy, isHistorical: false)
    }

    private static func alert(_ number: Int) -> CommittedAlert {
        CommittedAlert(
            kind: "status", severity: "info", site: "s", agent: "a", asset: "a", occurredMs: Int64(number),
            message: "number \(number)", detail: "{}", health: nil, status: nil)
    }

    @Test func alertsOverTheSameServer() async throws {
        try await offPool {
            let feed = try Running()
            let peer = try feed.join(#"{"type":"subscribe","id":1,"assets":["a"]}"#, path: "/ws/alerts")
            #expect(try Running.json(peer)["alerts"]?.array == [])
            let alert = FeedAlert(
                kind: "status", severity: "warning", site: nil, agent: nil, asset: "a", timeMs: 0, message: "m",
                detail: "{}", health: 70, status: "warning")
            feed.server.post { [alerts = feed.alerts] in alerts.publish(alerts: [alert]) }
            #expect(try Running.json(peer)["alert"]?["health"]?.int == 70)
        }
    }

    /// Subscriptions that come and go in a storm, from several clients, while frames are published.
    @Test func subscriptionStorm() async throws {
        try await offPool {
            let feed = try Running()
            let done = Atomic(0)
            for thread in 0..<4 {
                startThread {
                    defer { done.add(1, ordering: .acquiringAndReleasing) }
                    for round in 0..<10 {
                        guard let peer = try? feed.join(#"{"type":"subscribe","id":0,"assets":["x"]}"#) else { return }
                        for id in 0..<20 {
                            peer.send(text: #"{"type":"subscribe","id":\#(id),"assets":["a\#(id)","b\#(thread)"]}"#)
                            peer.send(text: #"{"type":"unsubscribe","id":\#(round)}"#)
                        }
                        _ = try? Running.json(peer)
                    }
                }
            }
            var sequence: Int64 = 0
            while done.load(ordering: .acquiring) < 4 {
                sequence += 1
                feed.publish((0..<20).map { FeedBench.frame("a\($0)", sequence) })
                usleep(200)
            }
            let peer = try feed.join(#"{"type":"subscribe","id":1,"assets":["a1"]}"#)
            #expect(try Running.json(peer).type == "snapshot")
            feed.publish([FeedBench.frame("a1", sequence + 1)])
            #expect(try Running.json(peer).sequence == sequence + 1)
            try waitUntil("the others are gone") { feed.telemetry.statistics.clients == 1 }
        }
    }
}
