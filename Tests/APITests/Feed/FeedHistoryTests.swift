import Model
import Runtime
import TestSupport
import Testing

@testable import API
@testable import Web

/// Random histories of publishers and clients, compared with a list of everything that was published.
@Suite struct FeedHistoryTests {
    /// What one subscription must get, by a naive reading of the contract.
    private final class Expected {
        let peer: FeedBench.Peer
        let assets: Set<String>?
        let wantsHistory: Bool
        let isSampled: Bool
        /// Items after this one belong to it.
        var start: Int
        var delivered: [Int] = []
        var gaps: [(from: Int, to: Int, missed: Int?)] = []
        var hasSnapshot = false

        init(_ peer: FeedBench.Peer, assets: Set<String>?, wantsHistory: Bool, isSampled: Bool, start: Int) {
            self.peer = peer
            self.assets = assets
            self.wantsHistory = wantsHistory
            self.isSampled = isSampled
            self.start = start
        }

        func wants(_ frame: FeedFrame) -> Bool {
            (assets?.contains(frame.asset) ?? true) && (wantsHistory || !frame.isHistorical)
        }
    }

    private static let names = ["a", "b", "c", "d"]

    @Test(arguments: Seeds.list(fixed: 25, fresh: 3)) func randomHistory(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let bench = FeedBench {
            $0.maxQueued = 8 + random.below(30)
            $0.resumeBytes = [4_000, 40_000, 4_000_000][random.below(3)]
            $0.snapshotItems = 1 + random.below(5)
            $0.heartbeatMs = 500
        }
        // Nil: what the feed could not take up.
        var published: [FeedFrame?] = []
        var clients: [Expected] = []
        var sequence: Int64 = 0
        let hint = replayHint(seed)

        func publish() {
            let batch: [FeedFrame] = (0..<(1 + random.below(12))).map { _ in
                sequence += 1
                return FeedBench.frame(
                    Self.names[random.below(4)], sequence, group: UInt8(random.below(3)),
                    historical: random.below(5) == 0)
            }
            bench.publish(batch)
            published += batch
        }

        func join() {
            let peer = bench.open()
            let assets = random.below(2) == 0 ? nil : Set(Self.names.filter { _ in random.below(2) == 0 } + ["a"])
            let history = random.below(2) == 0
            let rate = random.below(3) == 0 ? #","max_hz":5"# : ""
            var since = ""
            var start = published.count
            if random.below(2) == 0 {
                start = random.below(published.count + 1)
                since = #","since":"\#(FeedCursor(instance: 7, number: start).text)""#
            }
            let list = assets.map { "[" + $0.sorted().map { "\"\($0)\"" }.joined(separator: ",") + "]" } ?? "\"*\""
            bench.send(#"{"type":"subscribe","id":1,"assets":\#(list),"history":\#(history)\#(rate)\#(since)}"#, peer)
            clients.append(
                Expected(peer, assets: assets, wantsHistory: history, isSampled: !rate.isEmpty, start: start))
        }

        func read(_ client: Expected) {
            guard let message = bench.next(client.peer) else { return }
            switch message.type {
            case "delta":
                #expect(client.hasSnapshot, "news before the snapshot; \(hint)")
                let number = message.cursor?.number ?? 0
                #expect(message.sequence == published[number - 1]?.sequence, "\(hint)")
                #expect(published[number - 1].map(client.wants) == true, "not asked for; \(hint)")
                #expect(number > client.delivered.last ?? client.start, "out of order; \(hint)")
                client.delivered.append(number)
            case "gap":
                let (from, to) = (message["from"]?.cursorNumber ?? 0, message["to"]?.cursorNumber ?? 0)
                #expect(from < to, "\(hint)")
                client.gaps.append((from, to, message["missed"]?.int.map { Int($0) }))
            case "snapshot": if message["more"]?.bool == false { client.hasSnapshot = true }
            case "heartbeat":
                if let cursor = message.cursor { check(client, upTo: cursor.number) }
            case "hello": break
            default: Issue.record("unexpected \(message); \(hint)")
            }
        }

        /// Everything up to here has been sent, or its absence been told.
        func check(_ client: Expected, upTo end: Int) {
            guard client.start < end else { return }
            let numbers = (client.start + 1)...end
            let untold = numbers.filter { published[$0 - 1] == nil && !isTold(client, $0) }
            #expect(untold.isEmpty, "\(untold) were not taken up, and nobody said so; \(hint)")
            let wanted = numbers.filter { published[$0 - 1].map(client.wants) == true }
            let missing = Set(wanted).subtracting(client.delivered)
            if client.isSampled {
                // The newest of each asset and group is never missing, unless it is not kept any more.
                var newest: [String: Int] = [:]
                for number in wanted {
                    guard let frame = published[number - 1] else { continue }
                    newest["\(frame.asset)/\(frame.groupIndex)/\(frame.isHistorical)"] = number
                }
                let lost = newest.values.filter { missing.contains($0) && !isTold(client, $0) }
                #expect(lost.isEmpty, "the newest \(lost) never came; \(hint)")
                return
            }
            let silent = missing.filter { !isTold(client, $0) }
            #expect(silent.isEmpty, "\(silent.sorted()) are missing without notice; \(hint)")
            if client.gaps.allSatisfy({ $0.missed != nil }) {
                let told = client.gaps.reduce(0) { $0 + ($1.missed ?? 0) }
                let untaken = numbers.count { published[$0 - 1] == nil } * 5
                #expect(told == missing.count + untaken, "the notices do not add up; \(hint)")
            }
        }

        func isTold(_ client: Expected, _ number: Int) -> Bool {
            client.gaps.contains { $0.from < number && number <= $0.to }
        }

        for _ in 0..<400 {
            switch random.below(12) {
            case 0...3: publish()
            case 4: if clients.count < 12 { join() }
            case 5: bench.pass(Int64(random.below(300)))
            case 6 where random.below(3) == 0:
                bench.core.publish([.missing(5)], nowMs: bench.nowMs)
                published.append(nil)
            case 6 where !clients.isEmpty && random.below(4) == 0:
                let gone = clients.remove(at: random.below(clients.count))
                if let client = gone.peer.client { bench.core.close(client) }
            default:
                guard !clients.isEmpty else { continue }
                let client = clients[random.below(clients.count)]
                for _ in 0..<random.below(20) { read(client) }
            }
        }
        // In the end everyone reads everything.
        bench.pass(10_000)
        for client in clients {
            for _ in 0..<20_000 where client.peer.isAwake { read(client) }
            check(client, upTo: published.count)
        }
    }
}

extension JSON {
    fileprivate var cursorNumber: Int? { string.flatMap { FeedCursor($0) }?.number }
}
