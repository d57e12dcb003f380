import Glibc
import Model
import Runtime
import Testing

@testable import API
@testable import Web

/// The conversations in docs/websocket.md are what the feed says, word for word.
@Suite struct FeedDocumentTests {
    private static func conversations() throws -> [(feed: String, lines: [String])] {
        let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
        let text = String(decoding: try Files.read(root + "/docs/websocket.md", maxBytes: 1 << 20), as: UTF8.self)
        var found: [(feed: String, lines: [String])] = []
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```feed ") {
                found.append((String(line.dropFirst(8)), []))
                isInside = true
            } else if line.hasPrefix("```") {
                isInside = false
            } else if isInside {
                found[found.count - 1].lines.append(String(line))
            }
        }
        return found
    }

    @Test func theConversations() throws {
        let all = try Self.conversations()
        #expect(all.map(\.feed) == ["telemetry", "alerts"])
        for (feed, lines) in all {
            let bench = FeedBench(feed == "alerts" ? .close : .thin)
            if feed == "telemetry" { bench.publish([FeedBench.frame("candu-1", 1), FeedBench.frame("smr-1", 1)]) }
            bench.pass(0)
            let peer = bench.open()
            var compared = 0
            for line in lines {
                let rest = String(line.dropFirst(2))
                switch line.first {
                case ">": bench.send(rest, peer)
                case "<":
                    let said = bench.next(peer)
                    #expect(said == (try JSON(rest)), "the document says: \(rest)")
                    compared += 1
                default: try Self.happen(rest, bench, peer)
                }
            }
            #expect(bench.next(peer) == nil)
            #expect(compared >= 3)
        }
    }

    private static func happen(_ what: String, _ bench: FeedBench, _ peer: FeedBench.Peer) throws {
        switch what {
        case "candu-1 commits a frame with a bad reading":
            bench.publish([FeedBench.frame("candu-1", 2, values: [.nan, 1], qualities: [.bad, .good])])
        case "five seconds pass": bench.pass(5000)
        case "the client reads too slowly while candu-1 commits 1500 frames":
            for sequence in 3...1502 { bench.publish([FeedBench.frame("candu-1", Int64(sequence))]) }
        case "the client reads on": _ = bench.all(peer)
        case "candu-1 becomes critical":
            let alert = FeedAlert(
                kind: "status", severity: "critical", site: "demo", agent: "candu-1", asset: "candu-1",
                timeMs: 1_780_000_000_000, message: "candu-1 is critical", detail: #"{"from":"warning"}"#, health: 41.2,
                status: "critical")
            bench.core.publish([.alert(alert)], nowMs: bench.nowMs)
        default: Issue.record("docs/websocket.md: nobody knows how to do: \(what)")
        }
    }

    /// Every code, reason and message that the program can send is explained.
    @Test func everythingIsExplained() throws {
        let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
        let text = String(decoding: try Files.read(root + "/docs/websocket.md", maxBytes: 1 << 20), as: UTF8.self)
        for file in ["FeedRequest.swift", "FeedCore.swift", "FeedHub.swift"] {
            let source = String(
                decoding: try Files.read(root + "/Collector/API/Feed/" + file, maxBytes: 1 << 20), as: UTF8.self)
            for part in source.split(separator: "FeedRefusal(").dropFirst() {
                let pieces = part.split(separator: "\"", omittingEmptySubsequences: false)
                guard pieces.count > 2, pieces[0].allSatisfy(\.isWhitespace) else { continue }
                let quoted = pieces[1]
                #expect(text.contains("`\(quoted)`"), "\(quoted) is not explained")
            }
        }
        for reason in [FeedQueue.Reason.slowClient, .expired, .restarted] {
            #expect(text.contains("`\(reason.rawValue)`"))
        }
    }
}
