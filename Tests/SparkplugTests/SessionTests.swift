import Model
import Sparkplug
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct CommandTests {
    @Test func everyCommandComesBack() throws {
        let commands: [Command] = [.rebirth, .receipt(Samples.receipt), .resend(Samples.resend)]
        let payload = Command.payload(commands, sentMs: 1000)
        #expect(payload.seq == nil)
        #expect(payload.timestampMs == 1000)
        #expect(payload.metrics.map(\.datatype) == [.boolean, .string, .string])
        #expect(payload.metrics.allSatisfy { $0.timestampMs == 1000 && $0.alias == nil })
        let received = ReceivedCommand.parse(try Payload(decoding: payload.encoded()))
        #expect(received == commands.map { .accepted($0) })
    }

    @Test func everyDeviceCommandComesBack() throws {
        for command in [DeviceCommand.startScenario("{\"scenario\":\"ä\"}"), .stopScenario("{}"), .startScenario("")] {
            let payload = command.payload(sentMs: 1000)
            #expect(payload.seq == nil && payload.timestampMs == 1000)
            #expect(payload.metrics.allSatisfy { $0.datatype == .string && $0.timestampMs == 1000 && $0.alias == nil })
            let received = DeviceCommand.parse(try Payload(decoding: payload.encoded()))
            #expect(received.map(\.command) == [command])
        }
        let others = [
            Metric(name: "Device Control/Reboot", value: .scalar(.boolean(true))), Metric(alias: 3), Metric(),
            Metric(name: "Device Control/Scenario Start", value: .scalar(.int(1))),
            Metric(name: "Device Control/Scenario Start"), Metric(name: "device control/scenario start"),
        ]
        #expect(DeviceCommand.parse(Payload(metrics: others)).allSatisfy { $0.command == nil })
    }

    @Test func whatHostsSend() {
        let cases: [(Metric, ReceivedCommand)] = [
            (Metric(name: "Node Control/Rebirth", value: .scalar(.boolean(true))), .accepted(.rebirth)),
            (Metric(name: "Node Control/Rebirth", value: .scalar(.int(1))), .accepted(.rebirth)),
            (Metric(name: "Node Control/Rebirth", value: .scalar(.boolean(false))), .noRequest),
            (Metric(name: "Node Control/Rebirth"), .malformed(name: "Node Control/Rebirth")),
            (
                Metric(name: "Node Control/Rebirth", isNull: true, value: .scalar(.boolean(true))),
                .malformed(name: "Node Control/Rebirth")
            ),
            (
                Metric(name: "Node Control/Rebirth", value: .scalar(.string("true"))),
                .malformed(name: "Node Control/Rebirth")
            ),
            (
                Metric(name: "Node Control/Receipt", value: .scalar(.string("0123456789abcdef:7,9-12"))),
                .accepted(.receipt(Samples.receipt))
            ),
            (
                Metric(name: "Node Control/Receipt", value: .scalar(.string("nonsense"))),
                .malformed(name: "Node Control/Receipt")
            ),
            (Metric(name: "Node Control/Receipt", value: .bytes([1])), .malformed(name: "Node Control/Receipt")),
            (
                Metric(name: "Node Control/Resend", value: .scalar(.string("0123456789abcdef:3-5"))),
                .accepted(.resend(Samples.resend))
            ),
            (
                Metric(name: "Node Control/Reboot", value: .scalar(.boolean(true))),
                .unknown(name: "Node Control/Reboot")
            ),
            (Metric(alias: 3, value: .scalar(.double(1))), .unknown(name: nil)),
            (Metric(), .unknown(name: nil)),
        ]
        for (metric, expected) in cases {
            #expect(ReceivedCommand.parse(Payload(metrics: [metric])) == [expected])
        }
        #expect(ReceivedCommand.parse(Payload()) == [])
    }
}

@Suite(.timeLimit(.minutes(10)))
struct ReportTextTests {
    @Test func examplesOfTheDocumentation() {
        let text = "outbox_full:00c0ffee00c0ffee:17-42:1767225600000:1767225642000:0"
        let report = Report(
            cause: .outboxFull, epoch: Epoch("00c0ffee00c0ffee")!, lost: 17...42, fromMs: 1_767_225_600_000,
            toMs: 1_767_225_642_000)
        #expect(report.text == text)
        #expect(Report(text) == report)
        let other = "not_sampled:00c0ffee00c0ffee:-:1767225600000:1767225642000:42"
        #expect(Report(other)?.ticks == 42)
        #expect(Report(other)?.lost == nil)
        #expect(Report(other)?.text == other)
    }

    @Test(arguments: [
        "", ":::::", "outbox_full", "outbox_full:00c0ffee00c0ffee:17-42:1:2",
        "outbox_full:00c0ffee00c0ffee:17-42:1:2:0:",
        "OUTBOX_FULL:00c0ffee00c0ffee:17-42:1:2:0", "other:00c0ffee00c0ffee:17-42:1:2:0",
        "damaged:0000000000000000:17-42:1:2:0", "damaged:00C0FFEE00C0FFEE:17-42:1:2:0", "damaged:c0ffee:17-42:1:2:0",
        "damaged:00c0ffee00c0ffee:42-17:1:2:0", "damaged:00c0ffee00c0ffee:0-1:1:2:0", "damaged:00c0ffee00c0ffee::1:2:0",
        "damaged:00c0ffee00c0ffee:017-42:1:2:0", "damaged:00c0ffee00c0ffee:17-42:+1:2:0",
        "damaged:00c0ffee00c0ffee:17-42:01:2:0", "damaged:00c0ffee00c0ffee:17-42:1:2:99999999999999999999",
        "damaged:00c0ffee00c0ffee:17-42:1:2: 0", "damaged:00c0ffee00c0ffee:17-42:1:2:0\n",
        "damaged:00c0ffee00c0ffee:17-42:-0:2:0",
    ])
    func refused(text: String) { #expect(Report(text) == nil) }

    @Test(arguments: Seeds.list())
    func everyReportHasOneText(seed: UInt64) {
        var source = RandomPayload(seed: seed)
        for _ in 0..<500 {
            let low = Int64(source.number() >> 2) + 1
            let report = Report(
                cause: Report.Cause.allCases[source.random.below(4)], epoch: Epoch(bits: source.random.next() | 1)!,
                lost: source.flip() ? low...(low + Int64(source.random.below(1000))) : nil,
                fromMs: Int64(bitPattern: source.number()), toMs: Int64(bitPattern: source.number()),
                ticks: Int64(bitPattern: source.number()))
            #expect(Report(report.text) == report, "\(replayHint(seed))")
            var bytes = Array(report.text.utf8)
            bytes[source.random.below(bytes.count)] = UInt8(32 + source.random.below(95))
            let mutated = String(decoding: bytes, as: UTF8.self)
            if let other = Report(mutated) { #expect(other.text == mutated, "\(replayHint(seed))") }
        }
    }
}

@Suite struct SequenceTests {
    @Test func seqCountsTo255AndStartsAgain() {
        var counter = SequenceCounter()
        #expect((0..<258).map { _ in counter.next() } == (0...255).map { UInt8($0) } + [0, 1])
        counter.restart()
        #expect(counter.next() == 0)
    }

    @Test func bdSeqFollowsThePreviousConnect() {
        #expect(BirthDeathSequence.following(nil) == 0)
        #expect(BirthDeathSequence.following(0) == 1)
        #expect(BirthDeathSequence.following(255) == 0)
    }

    /// Every form in which bdSeq is found in the field.
    @Test func bdSeqIsReadTolerantly() {
        let forms: [(Metric, Int64?)] = [
            (Metric(name: "bdSeq", datatype: .int64, value: .scalar(.long(5))), 5),
            (Metric(name: "bdSeq", datatype: .uint64, value: .scalar(.long(5))), 5),
            (Metric(name: "bdSeq", value: .scalar(.long(5))), 5),
            (Metric(name: "bdSeq", datatype: .uint8, value: .scalar(.int(5))), 5),
            (Metric(name: "bdSeq", value: .scalar(.long(.max))), nil),
            (Metric(name: "bdSeq"), nil),
            (Metric(name: "bdseq", value: .scalar(.long(5))), nil),
        ]
        for (metric, value) in forms { #expect(Payload(metrics: [Metric(name: "x"), metric]).bdSeq == value) }
        #expect(Payload().bdSeq == nil)
    }

    @Test func qualityCodes() {
        for quality in Quality.allCases { #expect(Quality(sparkplugCode: quality.sparkplugCode) == quality) }
        #expect(Quality(sparkplugCode: nil) == .good)
        #expect(Quality(sparkplugCode: -1) == .bad)
    }

    @Test func dataTypeNames() {
        #expect(DataType.double.description == "Double")
        #expect(DataType(rawValue: 34).description == "DateTimeArray")
        #expect(DataType(rawValue: 35).description == "type 35")
        #expect(!DataType(rawValue: 35).isKnown)
    }
}

@Suite(.timeLimit(.minutes(10)))
struct HostStateTests {
    private func read(_ text: String) throws -> HostState {
        try Array(text.utf8).withUnsafeBytes { try HostState($0) }
    }

    @Test func isWrittenExactlyAsTheStandardSays() throws {
        let online = HostState(isOnline: true, timestampMs: 1_767_225_600_000)
        #expect(String(decoding: online.encoded(), as: UTF8.self) == #"{"online":true,"timestamp":1767225600000}"#)
        #expect(try online.encoded().withUnsafeBytes { try HostState($0) } == online)
        let offline = HostState(isOnline: false, timestampMs: 0)
        #expect(String(decoding: offline.encoded(), as: UTF8.self) == #"{"online":false,"timestamp":0}"#)
    }

    @Test(arguments: [
        #"{"timestamp":7,"online":true}"#, #" { "online" : true , "timestamp" : 7 } "#,
        #"{"online":true,"timestamp":7.0}"#,
        #"{"online":true,"timestamp":7e0,"bdSeq":3,"x":[1,{}]}"#,
    ])
    func accepted(text: String) throws {
        #expect(try read(text) == HostState(isOnline: true, timestampMs: 7))
    }

    @Test(arguments: [
        "", "ONLINE", "OFFLINE", "{}", "[]", "true", "null", #"{"online":true}"#, #"{"timestamp":7}"#,
        #"{"online":"true","timestamp":7}"#, #"{"online":1,"timestamp":7}"#, #"{"online":true,"timestamp":"7"}"#,
        #"{"online":true,"timestamp":-1}"#, #"{"online":true,"timestamp":7.5}"#, #"{"online":true,"timestamp":1e300}"#,
        #"{"online":true,"timestamp":99999999999999999999}"#, #"{"online":true,"online":false,"timestamp":7}"#,
        #"{"online":true,"timestamp":null}"#, #"{"online":true,"timestamp":7}x"#,
        "{\"online\":true,\"timestamp\":7}\u{0}",
        String(repeating: "[", count: 900), String(repeating: " ", count: 2000) + #"{"online":true,"timestamp":7}"#,
    ])
    func refused(text: String) {
        #expect(throws: HostState.Failure.self) { try read(text) }
    }
}
