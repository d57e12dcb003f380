import Model
import Runtime
import Testing

@testable import API
@testable import Ingest
@testable import Web

@Suite struct FeedTests {
    @Test func theFirstMinuteOfAClient() {
        let bench = FeedBench()
        bench.publish([FeedBench.frame("b", 1), FeedBench.frame("a", 1), FeedBench.frame("a", 2, group: 1)])
        let peer = bench.open()
        let hello = bench.next(peer)
        #expect(hello?.type == "hello")
        #expect(hello?["protocol"]?.int == 1)
        #expect(hello?["resume_window_s"]?.int == 600)
        #expect(hello?["server_time"]?.string == "2026-05-28T20:26:40.000Z")
        #expect(hello?.cursor == FeedCursor(instance: 7, number: 3))
        #expect(bench.next(peer) == nil)

        bench.send(#"{"type":"subscribe","id":1,"assets":["a"]}"#, peer)
        let snapshot = bench.next(peer)
        #expect(snapshot?.type == "snapshot")
        #expect(snapshot?["id"]?.int == 1)
        #expect(snapshot?["more"]?.bool == false)
        #expect(snapshot?.cursor?.number == 3)
        #expect(snapshot?["frames"]?.array?.compactMap { $0["seq"]?.int } == [1, 2])
        #expect(bench.next(peer) == nil)

        bench.publish([
            FeedBench.frame("b", 2), FeedBench.frame("a", 3, values: [1.5, .nan], qualities: [.good, .bad]),
        ])
        let delta = bench.next(peer)
        #expect(delta?.type == "delta")
        #expect(delta?.cursor?.number == 5)
        let frame = delta?["frame"]
        #expect(frame?["asset"]?.string == "a")
        #expect(frame?["group"]?.string == "group0")
        #expect(frame?["epoch"]?.string == "00000000000000ab")
        #expect(frame?["values"]?["flow"]?.double == 1.5)
        #expect(frame?["values"]?["power"]?.isNull == true)
        #expect(frame?["quality"]?.object == ["power": .string("bad")])
        #expect(frame?["health"]?.double == 97.5)
        #expect(frame?["historical"] == nil)
        #expect(bench.next(peer) == nil)

        bench.send(#"{"type":"unsubscribe","id":1}"#, peer)
        #expect(bench.next(peer)?.type == "unsubscribed")
        bench.publish([FeedBench.frame("a", 4)])
        #expect(bench.next(peer) == nil)
    }

    @Test func flagsAndCategoriesAreWords() {
        let bench = FeedBench()
        let signals = [
            AssetInfo.SignalInfo(name: "valve_open", labels: [], isFlag: true),
            AssetInfo.SignalInfo(name: "grade", labels: ["S235", "S355"], isFlag: false),
        ]
        let peer = bench.open()
        bench.send(#"{"type":"subscribe","id":1,"assets":"*"}"#, peer)
        _ = bench.all(peer)
        for values in [[1, 1], [0.5, 7]] {
            bench.publish([
                FeedFrame(
                    asset: "a", kind: "caster", groupIndex: 0, group: "cast", signals: signals, timeMs: 0, epochBits: 0,
                    sequence: 1, values: values, qualities: [], health: nil, status: "healthy", isHistorical: false)
            ])
        }
        let frames = bench.all(peer).compactMap { $0["frame"] }
        #expect(frames[0]["values"]?.object == ["valve_open": .bool(true), "grade": .string("S355")])
        #expect(frames[1]["values"]?.object == ["valve_open": .double(0.5), "grade": .int(7)])
        #expect(frames[0]["epoch"]?.isNull == true)
    }

    @Test func chosenSignalsOnly() {
        let bench = FeedBench()
        let peer = bench.open()
        bench.send(#"{"type":"subscribe","id":"x","assets":"*","signals":["power","nothing"]}"#, peer)
        _ = bench.all(peer)
        bench.publish([FeedBench.frame("a", 1, qualities: [.bad, .good])])
        let frame = bench.next(peer)?["frame"]
        #expect(frame?["values"]?.object == ["power": .int(2)])
        #expect(frame?["quality"] == nil)
        bench.send(#"{"type":"subscribe","id":"x","assets":"*","signals":["nothing"]}"#, peer)
        #expect(bench.next(peer)?["frames"]?.array == [])
        bench.publish([FeedBench.frame("a", 2)])
        #expect(bench.next(peer) == nil)
    }

    @Test func theSameSelectionIsEncodedOnce() {
        let bench = FeedBench()
        let peers = (0..<3).map { _ in bench.open() }
        for (index, peer) in peers.enumerated() {
            let signals = index < 2 ? #"["power","flow"]"# : #"["flow"]"#
            bench.send(#"{"type":"subscribe","id":\#(index),"assets":"*","signals":\#(signals)}"#, peer)
            _ = bench.all(peer)
        }
        bench.publish([FeedBench.frame("a", 1)])
        let frames = peers.compactMap { $0.client }.compactMap { bench.core.next(for: $0) }
        #expect(frames.count == 3)
        #expect(frames[0] === frames[1])
        #expect(frames[0] !== frames[2])
    }

    @Test func lateFramesOnlyForWhoWantsThem() {
        let bench = FeedBench()
        let (live, all) = (bench.open(), bench.open())
        bench.send(#"{"type":"subscribe","id":1,"assets":"*"}"#, live)
        bench.send(#"{"type":"subscribe","id":1,"assets":"*","history":true}"#, all)
        _ = (bench.all(live), bench.all(all))
        bench.publish([FeedBench.frame("a", 1, historical: true), FeedBench.frame("a", 2)])
        #expect(bench.all(live).map(\.sequence) == [2])
        let both = bench.all(all)
        #expect(both.map(\.sequence) == [1, 2])
        #expect(both[0]["frame"]?["historical"]?.bool == true)
        #expect(both[0]["frame"]?["health"]?.isNull == true)
    }

    @Test func aLargeStateComesInParts() {
        let bench = FeedBench { $0.snapshotItems = 10 }
        bench.publish((1...25).map { FeedBench.frame("asset\($0)", Int64($0)) })
        let peer = bench.open()
        bench.send(#"{"type":"subscribe","id":1,"assets":"*"}"#, peer)
        let messages = bench.all(peer).filter { $0.type == "snapshot" }
        #expect(messages.map { $0["more"]?.bool } == [true, true, false])
        #expect(messages.map { $0.cursor?.number } == [nil, nil, 25])
        #expect(messages.flatMap { $0["frames"]?.array ?? [] }.compactMap { $0["seq"]?.int } == Array(1...25))
    }

    @Test func newsDuringALongSnapshotComeAfterIt() {
        let bench = FeedBench { $0.snapshotItems = 1 }
        bench.publish([FeedBench.frame("a", 1), FeedBench.frame("b", 1)])
        let peer = bench.open()
        _ = bench.all(peer)
        bench.send(#"{"type":"subscribe","id":1,"assets":"*"}"#, peer)
        _ = bench.next(peer)
        bench.publish([FeedBench.frame("b", 2)])
        let rest = bench.all(peer)
        #expect(rest.map(\.type) == ["snapshot", "delta"])
        #expect(rest[0]["frames"]?.array?.first?["seq"]?.int == 1)
        #expect(rest[1].sequence == 2)
    }

    @Test func resumeBringsWhatWasMissed() {
        let bench = FeedBench()
        let first = bench.open()
        bench.send(#"{"type":"subscribe","id":1,"assets":["a"]}"#, first)
        bench.publish([FeedBench.frame("a", 1)])
        let cursor = bench.all(first).last?["cursor"]?.string ?? ""
        if let client = first.client { bench.core.close(client) }
        bench.publish((2...50).map { FeedBench.frame($0 % 2 == 0 ? "a" : "b", Int64($0)) })
        let second = bench.open()
        bench.send(#"{"type":"subscribe","id":1,"assets":["a"],"since":"\#(cursor)"}"#, second)
        let messages = bench.all(second).dropFirst()
        #expect(messages.first?.type == "snapshot")
        #expect(messages.first?["frames"]?.array == [])
        #expect(messages.first?["cursor"]?.string == cursor)
        #expect(messages.dropFirst().compactMap(\.sequence) == stride(from: 2, through: 50, by: 2).map { $0 })
        bench.publish([FeedBench.frame("a", 51)])
        #expect(bench.all(second).compactMap(\.sequence) == [51])
    }

    @Test func resumeFromTooFarBackIsToldSo() {
        let bench = FeedBench { $0.resumeWindowMs = 10_000 }
        bench.publish([FeedBench.frame("a", 1), FeedBench.frame("a", 2)])
        bench.pass(11_000)
        bench.publish([FeedBench.frame("a", 3)])
        let peer = bench.open()
        _ = bench.all(peer)
        bench.send(#"{"type":"subscribe","id":1,"assets":["a"],"since":"7-0"}"#, peer)
        let messages = bench.all(peer)
        #expect(messages.map(\.type) == ["snapshot", "gap", "delta"])
        #expect(messages[1]["from"]?.string == "7-0")
        #expect(messages[1]["to"]?.string == "7-2")
        #expect(messages[1]["missed"]?.isNull == true)
        #expect(messages[1]["reason"]?.string == "expired")
        #expect(messages[2].sequence == 3)
    }

    @Test func resumeAfterARestartIsToldSo() {
        let bench = FeedBench(instance: 8)
        bench.publish([FeedBench.frame("a", 1)])
        let peer = bench.open()
        _ = bench.all(peer)
        bench.send(#"{"type":"subscribe","id":1,"assets":["a"],"since":"7-5"}"#, peer)
        let messages = bench.all(peer)
        #expect(messages.map(\.type) == ["snapshot", "gap"])
        #expect(messages[0]["frames"]?.array?.count == 1)
        #expect(messages[1]["from"]?.string == "7-5")
        #expect(messages[1]["to"]?.string == "8-1")
        #expect(messages[1]["reason"]?.string == "restarted")
    }

    @Test func aSlowClientGetsTheNewestAndIsToldWhatItMissed() {
        let bench = FeedBench { $0.maxQueued = 10 }
        let peer = bench.open()
        bench.send(#"{"type":"subscribe","id":1,"assets":"*"}"#, peer)
        _ = bench.all(peer)
        bench.publish((1...21).map { FeedBench.frame($0 % 2 == 0 ? "a" : "b", Int64($0)) })
        let messages = bench.all(peer)
        #expect(messages.first?.type == "gap")
        let missed = messages.first?["missed"]?.int ?? 0
        let delivered = messages.compactMap(\.sequence)
        #expect(Int(missed) + delivered.count == 21)
        #expect(delivered == delivered.sorted())
        #expect(delivered.suffix(2) == [20, 21])
        #expect(messages.first?["reason"]?.string == "slow_client")
        #expect(bench.core.counters.thinned == UInt64(missed))
    }

    @Test func aLimitedRateBringsTheNewestOfEachInterval() {
        let bench = FeedBench()
        let peer = bench.open()
        bench.send(#"{"type":"subscribe","id":1,"assets":"*","max_hz":2}"#, peer)
        _ = bench.all(peer)
        bench.publish([FeedBench.frame("a", 1)])
        #expect(bench.all(peer).compactMap(\.sequence) == [1])
        for sequence in 2...5 {
            bench.pass(100)
            bench.publish([FeedBench.frame("a", Int64(sequence)), FeedBench.frame("b", Int64(sequence))])
            #expect(bench.all(peer).compactMap(\.sequence) == [])
        }
        bench.pass(100)
        #expect(bench.all(peer).filter { $0.type == "delta" }.compactMap(\.sequence) == [5, 5])
        bench.pass(1000)
        #expect(bench.all(peer).filter { $0.type != "heartbeat" } == [])
    }

    @Test func aLimitedRateResumesWithASample() {
        let bench = FeedBench()
        bench.publish((1...1000).map { FeedBench.frame($0 % 2 == 0 ? "a" : "b", Int64($0)) })
        let peer = bench.open()
        _ = bench.all(peer)
        bench.send(#"{"type":"subscribe","id":1,"assets":"*","max_hz":1,"since":"7-5"}"#, peer)
        #expect(bench.all(peer).compactMap(\.sequence) == [999, 1000])
    }

    @Test func heartbeatsSayHowFarItIs() {
        let bench = FeedBench()
        let peer = bench.open()
        bench.send(#"{"type":"subscribe","id":1,"assets":["a"],"max_hz":0.1}"#, peer)
        bench.pass(0)
        _ = bench.all(peer)
        bench.publish([FeedBench.frame("a", 1), FeedBench.frame("b", 1)])
        _ = bench.all(peer)
        bench.pass(5_000)
        #expect(bench.all(peer).map { $0.cursor?.number } == [2])
        // Something is held back: what has been sent does not reach to the newest.
        bench.publish([FeedBench.frame("a", 2)])
        bench.pass(4_999)
        #expect(bench.all(peer) == [])
        bench.pass(1)
        let messages = bench.all(peer)
        #expect(messages.map(\.type) == ["delta", "heartbeat"])
        #expect(messages.last?.cursor?.number == 3)
    }

    @Test(arguments: [
        (#"nonsense"#, "bad_json"), (#"[]"#, "bad_message"), (#"{"type":"subscribe","id":1}"#, "bad_assets"),
        (#"{"type":"hello","id":1}"#, "unknown_type"), (#"{"id":1}"#, "unknown_type"),
        (#"{"type":"subscribe","assets":"*"}"#, "bad_id"), (#"{"type":"subscribe","id":1.5,"assets":"*"}"#, "bad_id"),
        (#"{"type":"subscribe","id":"","assets":"*"}"#, "bad_id"),
        (#"{"type":"subscribe","id":true,"assets":"*"}"#, "bad_id"),
        (#"{"type":"subscribe","id":1,"assets":[]}"#, "bad_assets"),
        (#"{"type":"subscribe","id":1,"assets":"all"}"#, "bad_assets"),
        (#"{"type":"subscribe","id":1,"assets":[1]}"#, "bad_assets"),
        (#"{"type":"subscribe","id":1,"assets":[""]}"#, "bad_assets"),
        (#"{"type":"subscribe","id":1,"assets":"*","signals":[]}"#, "bad_signals"),
        (#"{"type":"subscribe","id":1,"assets":"*","signals":"x"}"#, "bad_signals"),
        (#"{"type":"subscribe","id":1,"assets":"*","max_hz":0}"#, "bad_max_hz"),
        (#"{"type":"subscribe","id":1,"assets":"*","max_hz":-1}"#, "bad_max_hz"),
        (#"{"type":"subscribe","id":1,"assets":"*","max_hz":1e300}"#, "bad_max_hz"),
        (#"{"type":"subscribe","id":1,"assets":"*","max_hz":"1"}"#, "bad_max_hz"),
        (#"{"type":"subscribe","id":1,"assets":"*","history":1}"#, "bad_history"),
        (#"{"type":"subscribe","id":1,"assets":"*","metrics":["x"]}"#, "unknown_member"),
        (#"{"type":"unsubscribe","id":1,"assets":"*"}"#, "unknown_member"),
        (#"{"type":"unsubscribe","id":9}"#, "unknown_subscription"),
        (#"{"type":"subscribe","id":2,"assets":["a","b"]}"#, "overlap"),
        (#"{"type":"subscribe","id":2,"assets":"*"}"#, "overlap"),
        (#"{"type":"subscribe","id":1,"assets":["z"],"since":"7-1"}"#, "bad_cursor"),
        (#"{"type":"subscribe","id":1,"assets":"*","since":"07-0"}"#, "bad_cursor"),
        (#"{"type":"subscribe","id":1,"assets":"*","since":"7-00"}"#, "bad_cursor"),
        (#"{"type":"subscribe","id":1,"assets":"*","since":"7--1"}"#, "bad_cursor"),
        (#"{"type":"subscribe","id":1,"assets":"*","since":"7-zzzzzzzzzzzzzzzzzzzzzzzz"}"#, "bad_cursor"),
        (#"{"type":"subscribe","id":1,"assets":"*","since":5}"#, "bad_cursor"),
        (#"{"type":"subscribe","id":1,"id":2,"assets":"*"}"#, "bad_json"),
        (#"{"type":"subscribe","id":1,"assets":[[[[[["x"]]]]]]}"#, "bad_json"),
    ]) func refusals(_ text: String, _ code: String) {
        let bench = FeedBench()
        let peer = bench.open()
        bench.send(#"{"type":"subscribe","id":5,"assets":["a"]}"#, peer)
        _ = bench.all(peer)
        bench.send(text, peer)
        let answer = bench.all(peer)
        #expect(answer.count == 1)
        #expect(answer.first?.type == "error")
        #expect(answer.first?["code"]?.string == code)
        #expect(answer.first?["message"]?.string?.isEmpty == false)
        // The subscription that was there is untouched.
        bench.publish([FeedBench.frame("a", 1)])
        #expect(bench.all(peer).compactMap(\.sequence) == [1])
    }

    @Test func boundsOfOneConnection() {
        let bench = FeedBench {
            $0.maxSubscriptions = 3
            $0.maxAssets = 4
            $0.maxAnswers = 8
        }
        let peer = bench.open()
        for id in 1...3 { bench.send(#"{"type":"subscribe","id":\#(id),"assets":["x\#(id)"]}"#, peer) }
        bench.send(#"{"type":"subscribe","id":4,"assets":["x4"]}"#, peer)
        #expect(bench.all(peer).last { $0.type == "error" }?["code"]?.string == "too_many_subscriptions")
        bench.send(#"{"type":"subscribe","id":3,"assets":["a","b","c"]}"#, peer)
        #expect(bench.all(peer).last?["code"]?.string == "too_many_assets")
        bench.send(#"{"type":"subscribe","id":3,"assets":["a","b","c","d","e"]}"#, peer)
        #expect(bench.all(peer).last?["code"]?.string == "bad_assets")
        for _ in 0..<20 { bench.send("x", peer) }
        #expect(peer.ended?.code == .policyViolation)
        #expect(bench.core.clientCount == 0)
    }

    @Test func replacingASubscriptionChangesItAtOnce() {
        let bench = FeedBench()
        let peer = bench.open()
        bench.send(#"{"type":"subscribe","id":1,"assets":["a"]}"#, peer)
        bench.send(#"{"type":"subscribe","id":1,"assets":["b"]}"#, peer)
        _ = bench.all(peer)
        bench.publish([FeedBench.frame("a", 1), FeedBench.frame("b", 2)])
        #expect(bench.all(peer).compactMap(\.sequence) == [2])
    }

    @Test func alertsAreNeverLeftOut() {
        let bench = FeedBench(.close) {
            $0.maxQueued = 100
            $0.snapshotAlerts = 2
        }
        func alert(_ number: Int) -> FeedItem {
            .alert(
                FeedAlert(
                    kind: "status", severity: "warning", site: "demo", agent: nil, asset: number % 2 == 0 ? "a" : nil,
                    timeMs: 1_780_000_000_000, message: "number \(number)",
                    detail: number == 3 ? "{broken" : #"{"n":\#(number)}"#, health: nil, status: "warning"))
        }
        bench.core.publish((1...4).map(alert), nowMs: bench.nowMs)
        let peer = bench.open()
        _ = bench.all(peer)
        bench.send(#"{"type":"subscribe","id":1,"assets":"*"}"#, peer)
        let snapshot = bench.next(peer)
        #expect(snapshot?["alerts"]?.array?.compactMap { $0["message"]?.string } == ["number 3", "number 4"])
        #expect(snapshot?["alerts"]?[0]?["detail"]?.isNull == true)
        #expect(snapshot?["alerts"]?[1]?["detail"]?["n"]?.int == 4)
        bench.core.publish((5...104).map(alert), nowMs: bench.nowMs)
        let news = bench.all(peer)
        #expect(news.map { $0["alert"]?["message"]?.string } == (5...104).map { "number \($0)" })
        let cursor = news.last?["cursor"]?.string ?? ""
        bench.core.publish((105...205).map(alert), nowMs: bench.nowMs)
        #expect(peer.ended?.code == .tryAgainLater)
        let again = bench.open()
        bench.send(#"{"type":"subscribe","id":1,"assets":"*","since":"\#(cursor)"}"#, again)
        let missed = bench.all(again).filter { $0.type == "alert" }
        #expect(missed.compactMap { $0["alert"]?["message"]?.string } == (105...205).map { "number \($0)" })
        let other = bench.open()
        bench.send(#"{"type":"subscribe","id":1,"assets":["a"]}"#, other)
        bench.core.publish([alert(206), alert(207)], nowMs: bench.nowMs)
        #expect(bench.all(other).filter { $0.type == "alert" }.count == 1)
    }

    @Test func whatIsKeptIsBounded() {
        let bench = FeedBench { $0.resumeBytes = 100_000 }
        for sequence in 1...5000 { bench.publish([FeedBench.frame("a", Int64(sequence))]) }
        #expect(bench.core.ring.byteCount <= 100_000)
        #expect(bench.core.ring.newest == 5000)
        #expect(bench.core.ring[5000] != nil && bench.core.ring[1] == nil)
        bench.pass(700_000)
        #expect(bench.core.ring.count == 0)
        let peer = bench.open()
        bench.send(#"{"type":"subscribe","id":1,"assets":"*"}"#, peer)
        // The present state outlives what can be resumed.
        #expect(bench.all(peer).last { $0.type == "snapshot" }?["frames"]?[0]?["seq"]?.int == 5000)
    }

    @Test func assetsThatNobodyHasHeardOfAreForgotten() {
        let bench = FeedBench()
        for round in 0..<10 {
            let peer = bench.open()
            bench.send(#"{"type":"subscribe","id":1,"assets":["ghost\#(round)"]}"#, peer)
            if let client = peer.client { bench.core.close(client) }
        }
        #expect(bench.core.assetCount == 0)
    }
}
