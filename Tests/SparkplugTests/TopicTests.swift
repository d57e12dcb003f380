import Model
import Sparkplug
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct TopicTests {
    private func failure(_ text: String) -> Topic.Failure? {
        do throws(Topic.Failure) {
            _ = try Topic(text)
            return nil
        } catch { return error }
    }

    @Test func everyTopicOfTheStandard() throws {
        let topics: [(String, Topic)] = [
            ("spBv1.0/s/NBIRTH/a", .node(.birth, site: "s", agent: "a")),
            ("spBv1.0/s/NDATA/a", .node(.data, site: "s", agent: "a")),
            ("spBv1.0/s/NDEATH/a", .node(.death, site: "s", agent: "a")),
            ("spBv1.0/s/NCMD/a", .node(.command, site: "s", agent: "a")),
            ("spBv1.0/s/DBIRTH/a/d", .device(.birth, site: "s", agent: "a", device: "d")),
            ("spBv1.0/s/DDATA/a/d", .device(.data, site: "s", agent: "a", device: "d")),
            ("spBv1.0/s/DDEATH/a/d", .device(.death, site: "s", agent: "a", device: "d")),
            ("spBv1.0/s/DCMD/a/d", .device(.command, site: "s", agent: "a", device: "d")),
            ("spBv1.0/STATE/h", .state(host: "h")),
            (
                "spBv1.0/Süd Werk/DDATA/Kessel-1/Pumpe 日本",
                .device(.data, site: "Süd Werk", agent: "Kessel-1", device: "Pumpe 日本")
            ),
            // A site may be called as the standard calls something else.
            ("spBv1.0/STATE/NDATA/a", .node(.data, site: "STATE", agent: "a")),
        ]
        for (text, topic) in topics {
            #expect(try Topic(text) == topic)
            #expect(topic.text == text)
        }
    }

    @Test func whatIsRefused() {
        let long = String(repeating: "x", count: 129)
        let cases: [(String, Topic.Failure)] = [
            ("", .otherNamespace), ("/", .otherNamespace), ("spBv1.0", .wrongLevelCount),
            ("spAv1.0/s/NDATA/a", .otherNamespace), ("spBv1.0x/s/NDATA/a", .otherNamespace),
            ("spbv1.0/s/NDATA/a", .otherNamespace), ("STATE/h", .otherNamespace),
            ("spBv1.0/s", .wrongLevelCount), ("spBv1.0/s/NDATA", .wrongLevelCount),
            ("spBv1.0/s/NDATA/a/d", .wrongLevelCount), ("spBv1.0/s/DDATA/a", .wrongLevelCount),
            ("spBv1.0/s/DDATA/a/d/e", .wrongLevelCount), ("spBv1.0/s/DDATA/a/d/", .wrongLevelCount),
            ("spBv1.0/STATE/h/x", .unknownMessage), ("spBv1.0/s/NDATA/a/", .wrongLevelCount),
            ("spBv1.0/s/data/a", .unknownMessage), ("spBv1.0/s/NDATAX/a", .unknownMessage),
            ("spBv1.0/s/XDATA/a", .unknownMessage), ("spBv1.0/s//a", .unknownMessage),
            ("spBv1.0/s/NSTATE/a", .unknownMessage),
            ("spBv1.0//NDATA/a", .badIdentifier(level: 1)), ("spBv1.0/s/NDATA/", .badIdentifier(level: 3)),
            ("spBv1.0/s/DDATA/a/", .badIdentifier(level: 4)), ("spBv1.0/+/NDATA/a", .badIdentifier(level: 1)),
            ("spBv1.0/s/NDATA/#", .badIdentifier(level: 3)), ("spBv1.0/../NDATA/a", .badIdentifier(level: 1)),
            ("spBv1.0/s/NDATA/a\u{0}", .badIdentifier(level: 3)),
            ("spBv1.0/s/NDATA/\u{202E}a", .badIdentifier(level: 3)),
            ("spBv1.0/\(long)/NDATA/a", .badIdentifier(level: 1)), ("spBv1.0/STATE/", .badIdentifier(level: 2)),
        ]
        for (text, expected) in cases {
            #expect(failure(text) == expected, "\(text)")
        }
        #expect(failure(String(repeating: "a/", count: 201)) == .otherNamespace)
        #expect(failure("spBv1.0" + String(repeating: "/a", count: 200)) == .unknownMessage)
        #expect(failure(String(repeating: "a", count: 65_535)) == .tooLong(bytes: 65_535))
    }

    @Test func bytesThatAreNotUTF8() {
        for tail: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xC3]] {
            let bytes = Array("spBv1.0/s/NDATA/".utf8) + tail
            #expect(throws: Topic.Failure.badIdentifier(level: 3)) { try bytes.withUnsafeBytes { try Topic($0) } }
        }
    }

    /// Whatever is accepted is what it says it is.
    @Test(arguments: Seeds.list(fixed: 2))
    func randomTopics(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let words = ["spBv1.0", "NDATA", "DBIRTH", "STATE", "site", "é", "+", "", "..", "\u{0}", "a/b"]
        var accepted = 0
        for _ in 0..<20_000 {
            var levels = (0..<1 + random.below(6)).map { _ in words[random.below(words.count)] }
            if random.below(4) > 0 { levels[0] = "spBv1.0" }
            var bytes = Array(levels.joined(separator: "/").utf8)
            if random.below(8) == 0, !bytes.isEmpty {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            if let topic = try? bytes.withUnsafeBytes({ try Topic($0) }) {
                accepted += 1
                #expect(Array(topic.text.utf8) == bytes, "\(replayHint(seed))")
            }
        }
        #expect(accepted > 100)
    }

    @Test func filtersHearBirthsDataAndDeaths() {
        #expect(Topic.agentFilters(site: nil).contains("spBv1.0/+/NBIRTH/+"))
        #expect(Topic.agentFilters(site: "s").contains("spBv1.0/s/DDATA/+/+"))
        #expect(Topic.agentFilters(site: "s").count == 6)
        #expect(!Topic.agentFilters(site: "s").contains { $0.contains("CMD") })
    }
}
