import Model
import TestSupport
import Testing

@testable import Runtime

@Suite(.timeLimit(.minutes(10)))
struct LogTests {
    /// A logger into a pipe, with a clock that the test sets.
    private struct Fixture {
        let pipe: Pipe
        let sink: LogSink
        let log: Log
        let nowMs = Locked(Int64(0))

        init(_ format: Log.Format = .text, level: Log.Level = .debug) throws {
            pipe = try Pipe()
            sink = LogSink(fd: pipe.input, nowMs: { [nowMs] in nowMs.withLock { $0 } })
            sink.configure(level: level, format: format)
            log = Log("mqtt", sink: sink)
        }

        func pass(ms: Int64) { nowMs.withLock { $0 += ms } }

        /// The lines written since the last call, without their times.
        func lines() -> [String] {
            pipe.text().split(separator: "\n").map { line in
                #expect(RFC3339.parse(line.prefix(24)) != nil, "\(line)")
                return String(line.dropFirst(25))
            }
        }
    }

    @Test func writesOneReadableLine() throws {
        let fixture = try Fixture()
        let user: String? = nil
        fixture.log.info("connected", ["host": "127.0.0.1", "port": 1883, "tls": true, "lag_s": 0.25, "user": user])
        #expect(fixture.lines() == ["info mqtt: connected host=127.0.0.1 port=1883 tls=true lag_s=0.25"])
    }

    @Test func escapesWhatWouldBreakALine() throws {
        let fixture = try Fixture()
        fixture.log.warning(
            "bad\nname\u{1B}[2J",
            ["a": "", "b": "x y", "c": "say \"hi\" \\", "d": "k=v", "e": "\u{202E}\u{7F}\u{85}\0"])
        let expected =
            #"warning mqtt: bad\nname\u{1b}[2J a="" b="x y" c="say \"hi\" \\" d="k=v" e="\u{202e}\u{7f}\u{85}\u{0}""#
        #expect(fixture.lines() == [expected])
    }

    @Test func writesFromItsLevelOn() throws {
        let fixture = try Fixture(level: .warning)
        func never() -> String {
            Issue.record("evaluated although it is not written")
            return ""
        }
        fixture.log.debug(never())
        fixture.log.info("no", ["x": never()])
        fixture.log.warning("yes")
        fixture.log.error("yes")
        #expect(fixture.lines() == ["warning mqtt: yes", "error mqtt: yes"])
    }

    @Test func jsonLinesAreJSON() throws {
        let fixture = try Fixture(.json)
        fixture.log.error(
            "lost \"it\"\n",
            [
                "msg": "a field of a reserved name", "n": Int64.min, "nan": Double.nan, "e": 1e300,
                "twice": 1, "twice": 2, "text": "\u{2028}\u{1F}é\u{202E}",
            ])
        let text = fixture.pipe.text()
        #expect(text.hasSuffix("}\n"))
        let json = try JSON(text)
        #expect(json["level"]?.string == "error")
        #expect(json["component"]?.string == "mqtt")
        #expect(json["msg"]?.string == "lost \"it\"\\n")
        #expect(json["msg_"]?.string == "a field of a reserved name")
        #expect(json["n"]?.int == .min)
        #expect(json["nan"]?.string == "nan")
        #expect(json["e"]?.double == 1e300)
        #expect(json["twice"]?.int == 1)
        #expect(json["twice_"]?.int == 2)
        #expect(json["text"]?.string == #"\u{2028}\u{1f}é\u{202e}"#)
        #expect(RFC3339.parse(json["ts"]?.string ?? "") != nil)
    }

    @Test func boundsALine() throws {
        let fixture = try Fixture()
        fixture.log.info("long", ["text": String(repeating: "x", count: 1_000_000)])
        let line = try #require(fixture.lines().first)
        #expect(line.utf8.count < 3000)
        #expect(line.hasSuffix("x…"))
    }

    @Test func countsRepeatsInsteadOfWritingThem() throws {
        let fixture = try Fixture()
        for _ in 0..<1000 { fixture.log.warning("no connection", ["error": "refused"]) }
        #expect(fixture.lines() == ["warning mqtt: no connection error=refused"])
        fixture.pass(ms: 10_000)
        fixture.log.info("something else")
        #expect(fixture.lines() == ["warning mqtt: no connection repeated=999", "info mqtt: something else"])
        fixture.log.warning("no connection", ["error": "refused"])
        #expect(fixture.lines() == ["warning mqtt: no connection error=refused"])
    }

    @Test func writesTenDifferentLinesOfAMessage() throws {
        let fixture = try Fixture()
        for asset in 0..<25 { fixture.log.info("online", ["asset": asset]) }
        #expect(fixture.lines() == (0..<10).map { "info mqtt: online asset=\($0)" })
        fixture.log.info("online", ["asset": 3])
        #expect(fixture.lines() == [])
        fixture.sink.flush()
        #expect(fixture.lines() == ["info mqtt: online repeated=16"])
        fixture.sink.flush()
        #expect(fixture.lines() == [])
    }

    @Test func levelsAndComponentsAreLimitedSeparately() throws {
        let fixture = try Fixture()
        let other = Log("outbox", sink: fixture.sink)
        for _ in 0..<2 {
            fixture.log.info("same")
            fixture.log.error("same")
            other.info("same")
        }
        #expect(fixture.lines() == ["info mqtt: same", "error mqtt: same", "info outbox: same"])
    }

    @Test func remembersABoundedNumberOfMessages() throws {
        let fixture = try Fixture()
        fixture.log.info("first")
        fixture.log.info("first")
        for number in 0..<RepeatLimit.maxMessages {
            fixture.pass(ms: 1)
            fixture.log.info("message \(number)")
        }
        #expect(fixture.lines().contains("info mqtt: first repeated=1"), "forgotten, but not silently")
    }

    /// Whatever the order of events: every line is either written or counted.
    @Test(arguments: Seeds.list(fixed: 20)) func accountsForEveryLine(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var limit = RepeatLimit()
        var nowMs: Int64 = 0
        var (offered, written, counted) = (0, 0, 0)
        for _ in 0..<5000 {
            nowMs += Int64(random.below(40) == 0 ? random.below(15_000) : random.below(20))
            let message = RepeatLimit.Message(
                level: .info, component: "c", text: "\(random.below(random.below(8) == 0 ? 600 : 5))")
            let (isWritten, remainders) = limit.admit(message, variant: random.below(15), nowMs: nowMs)
            offered += 1
            written += isWritten ? 1 : 0
            counted += remainders.reduce(0) { $0 + $1.count }
        }
        counted += limit.drain().reduce(0) { $0 + $1.count }
        #expect(written + counted == offered, "\(replayHint(seed))")
        #expect(written < offered)
    }

    @Test func threadsDoNotMixTheirLines() async throws {
        let fixture = try Fixture()
        try await offPool {
            let threads = try (0..<4).map { number in
                try NamedThread.start(name: "log") {
                    let log = Log("thread\(number)", sink: fixture.sink)
                    for line in 0..<200 { log.info("line \(line)", ["x": String(repeating: "x", count: 100)]) }
                }
            }
            for thread in threads { thread.join() }
        }
        let lines = fixture.lines()
        #expect(lines.count == 800)
        for line in lines { #expect(line.hasSuffix(" x=" + String(repeating: "x", count: 100))) }
    }

    @Test func settingsComeFromTheConfiguration() throws {
        func settings(_ text: String) throws(ConfigFailure) -> Log.Settings {
            try ConfigFile.parse(Array(text.utf8), name: "x") { Log.Settings($0) }
        }
        let full = try settings("log: {level: debug, format: json}")
        #expect(full.level == .debug && full.format == .json)
        for text in ["", "log: {}", "log: {level: info}"] {
            let settings = try settings(text)
            #expect(settings.level == .info && settings.format == .text)
        }
        do {
            _ = try settings("log: {level: warn, fromat: json}")
            Issue.record("taken")
        } catch {
            let expected = """
                x:1:14: log.level: must be debug, info, warning or error, got "warn"
                x:1:20: unknown key "fromat" in log; did you mean "format"?
                """
            #expect(error.description == expected)
        }
    }

    @Test func aClosedDescriptorHarmsNobody() throws {
        let sink = LogSink(fd: -1)
        Log("mqtt", sink: sink).error("into nothing")
    }
}
