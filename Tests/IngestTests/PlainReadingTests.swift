import Model
import Sparkplug
import TestSupport
import Testing

@testable import Ingest

/// Readings of plain Sparkplug nodes: changed metrics only, any type, several instants.
@Suite struct PlainReadingTests {
    private static func born(_ types: [(String, DataType)]) throws -> BornDevice {
        try BornDevice(
            foreign: types.enumerated().map { Metric(name: $1.0, alias: UInt64($0 + 1), datatype: $1.1) })
    }

    private static func read(
        _ born: BornDevice, _ metrics: [Metric], sentMs: UInt64? = 500
    ) throws -> (frames: [PlainFrame], unknown: Int) {
        try Payload(timestampMs: sentMs, metrics: metrics, seq: 1).encoded().withUnsafeBytes {
            try PlainReading.read($0, aliases: born.aliases, asset: born.asset, receivedMs: 900)
        }
    }

    @Test func whatIsNotMentionedIsStale() throws {
        let born = try PlainReadingTests.born([("a", .double), ("b", .double), ("c", .double)])
        let (frames, unknown) = try PlainReadingTests.read(
            born, [Metric(alias: 2, timestampMs: 7, value: .scalar(.double(5)))])
        #expect(unknown == 0 && frames.count == 1)
        #expect(frames[0].timeMs == 7 && frames[0].values[1] == 5 && !frames[0].isHistorical)
        #expect(frames[0].qualities == [.stale, .good, .stale])
        #expect(frames[0].values[0].isNaN && frames[0].values[2].isNaN)
    }

    /// Each type as nodes in the field send it, with and without the type in the data.
    @Test func everyType() throws {
        let cases: [(DataType, Scalar, Double?, String?)] = [
            (.int8, .int(0xFF), -1, nil), (.int8, .int(UInt32(bitPattern: -1)), -1, nil),
            (.int16, .int(0x8000), -32_768, nil), (.int32, .int(0x8000_0000), -2_147_483_648, nil),
            (.int64, .long(UInt64(bitPattern: .min)), -0x1p63, nil), (.uint8, .int(255), 255, nil),
            (.uint16, .int(65_535), 65_535, nil), (.uint32, .int(.max), 4_294_967_295, nil),
            (.uint32, .long(4_294_967_295), 4_294_967_295, nil),
            // Beyond 2^53 the exact integer is kept beside its nearest neighbour.
            (.int64, .long(0x20_0000_0000_0001), 0x1p53, "9007199254740993"),
            (.uint64, .long(.max), 0x1p64, nil), (.float, .float(0.5), 0.5, nil), (.double, .double(-0.0), -0.0, nil),
            (.boolean, .boolean(true), 1, nil), (.dateTime, .long(1_700_000_000_000), 1_700_000_000_000, nil),
            (.string, .string("grün"), nil, "grün"), (.text, .string("a\0b"), nil, "ab"),
            (.uuid, .string("6f1"), nil, "6f1"), (.string, .string(""), nil, ""),
        ]
        for (type, scalar, value, text) in cases {
            for isTyped in [false, true] {
                let born = try PlainReadingTests.born([("m", type)])
                let metric = Metric(
                    name: "m", timestampMs: 1, datatype: isTyped ? type : nil, value: .scalar(scalar))
                let (frames, _) = try PlainReadingTests.read(born, [metric])
                let frame = try #require(frames.first)
                #expect(
                    value.map { $0.bitPattern == frame.values[0].bitPattern } ?? frame.values[0].isNaN,
                    "\(type) \(scalar): \(frame.values[0])")
                #expect(frame.texts[0] == text, "\(type) \(scalar)")
                #expect(frame.qualities[0] == .good, "\(type) \(scalar)")
            }
        }
    }

    @Test func typesThatAreNotStoredAreDeclaredNotUnknown() throws {
        let born = try PlainReadingTests.born([
            ("set", .dataSet), ("template", .template), ("bytes", .bytes), ("file", .file), ("array", .int32Array),
            ("good", .double),
        ])
        let (frames, unknown) = try PlainReadingTests.read(
            born,
            [
                Metric(alias: 1, value: .dataSet(DataSet())), Metric(alias: 2, value: .template(Template())),
                Metric(alias: 3, value: .bytes([1, 2])), Metric(name: "file", value: .bytes([])),
                Metric(alias: 5, value: .bytes([0, 0, 0, 1])), Metric(alias: 6, value: .scalar(.double(1))),
                Metric(alias: 99, value: .scalar(.double(1))),
            ])
        #expect(unknown == 1)
        #expect(frames.count == 1 && frames[0].values == [1])
    }

    @Test func aValueOfAnotherTypeThanDeclaredIsNoValue() throws {
        let born = try PlainReadingTests.born([("number", .double), ("text", .string)])
        let (frames, _) = try PlainReadingTests.read(
            born,
            [
                Metric(alias: 1, value: .scalar(.string("five"))), Metric(alias: 2, value: .scalar(.double(5))),
            ])
        #expect(frames[0].values[0].isNaN && frames[0].qualities[0] == .bad && frames[0].texts[0] == nil)
    }

    @Test func instantsGroupsAndHistoryAreFramesOfTheirOwn() throws {
        let born = try PlainReadingTests.born([("a", .double), ("b", .double)])
        func metric(_ alias: UInt64, _ value: Double, _ timeMs: UInt64?, _ isHistorical: Bool? = nil) -> Metric {
            Metric(alias: alias, timestampMs: timeMs, isHistorical: isHistorical, value: .scalar(.double(value)))
        }
        let (frames, _) = try PlainReadingTests.read(
            born,
            [
                metric(1, 1, 10), metric(2, 2, 10), metric(1, 3, 20), metric(1, 4, 20), metric(2, 5, 20),
                metric(2, 6, 10, true), metric(1, 7, nil), metric(2, 8, UInt64(bitPattern: -5)),
            ])
        #expect(frames.map(\.timeMs) == [10, 20, 20, 10, 500, -5])
        #expect(
            frames.map { $0.values.map { $0.isNaN ? -1 : $0 } } == [
                [1, 2], [3, -1], [4, 5], [-1, 6], [7, -1], [-1, 8],
            ])
        #expect(frames.map(\.isHistorical) == [false, false, false, true, false, false])
    }

    @Test func transientReadingsAreNotKept() throws {
        let born = try PlainReadingTests.born([("a", .double)])
        let (frames, unknown) = try PlainReadingTests.read(
            born, [Metric(alias: 1, isTransient: true, value: .scalar(.double(1)))])
        #expect(frames.isEmpty && unknown == 0)
    }

    @Test func nullAndQuality() throws {
        let born = try PlainReadingTests.born([("a", .double), ("b", .double)])
        var stale = PropertySet()
        stale.append(PropertyKey.quality, PropertyValue(Int32(500)))
        let (frames, _) = try PlainReadingTests.read(
            born,
            [Metric(alias: 1, isNull: true), Metric(alias: 2, properties: stale, value: .scalar(.double(3)))])
        #expect(frames[0].values[0].isNaN && frames[0].qualities == [.bad, .stale] && frames[0].values[1] == 3)
    }

    /// The same content has the same number, whichever process computes it; another content has another.
    @Test func theContentNumberTellsContentsApart() throws {
        let born = try PlainReadingTests.born([("a", .double), ("t", .string)])
        var seen: [Int64: String] = [:]
        for value in [0, -0.0, 1, .infinity] {
            for text in ["", "x", "xy"] {
                for quality in [0, 192, 500] as [Int32] {
                    var set = PropertySet()
                    set.append(PropertyKey.quality, PropertyValue(quality))
                    let metrics = [
                        Metric(alias: 1, properties: set, value: .scalar(.double(value))),
                        Metric(alias: 2, value: .scalar(.string(text))),
                    ]
                    let number = try PlainReadingTests.read(born, metrics).frames[0].contentNumber
                    #expect(try PlainReadingTests.read(born, metrics).frames[0].contentNumber == number && number >= 0)
                    // An infinite value is of bad quality whatever was said.
                    if value.isFinite || quality == 192 {
                        #expect(seen.updateValue("\(value) \(text) \(quality)", forKey: number) == nil)
                    }
                }
            }
        }
    }

    /// A message of very many instants takes time and memory in proportion, and beyond a limit is refused.
    @Test(.timeLimit(.minutes(10))) func messagesWithoutEnd() throws {
        let born = try PlainReadingTests.born([("a", .double)])
        func message(_ count: Int) -> [Metric] {
            (0..<count).map { Metric(alias: 1, timestampMs: UInt64($0), value: .scalar(.double(1))) }
        }
        #expect(try PlainReadingTests.read(born, message(PlainReading.mostFrames)).frames.count == 10_000)
        #expect(throws: PlainReading.Failure.tooManyFrames) {
            _ = try PlainReadingTests.read(born, message(PlainReading.mostFrames + 1))
        }
        #expect(throws: PlainReading.Failure.self) { _ = try PlainReadingTests.read(born, message(100_001)) }
    }

    @Test(arguments: Seeds.list(fixed: 3))
    func damagedMessages(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let born = try PlainReadingTests.born([("a", .double), ("b", .string), ("c", .int64), ("d", .dataSet)])
        for _ in 0..<3_000 {
            let metrics = (0..<random.below(8)).map { _ in
                Metric(
                    alias: UInt64(random.below(6)), timestampMs: UInt64(random.below(3)),
                    value: random.below(2) == 0 ? .scalar(.double(1)) : .scalar(.string("text")))
            }
            var bytes = Payload(timestampMs: 1, metrics: metrics, seq: 1).encoded()
            for _ in 0...random.below(3) {
                bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            let read = try? bytes.withUnsafeBytes {
                try PlainReading.read($0, aliases: born.aliases, asset: born.asset, receivedMs: 1)
            }
            for frame in read?.frames ?? [] {
                #expect(frame.values.count == 3 && frame.qualities.count == 3, "\(replayHint(seed))")
                #expect(frame.values.allSatisfy { $0.isFinite || $0.bitPattern == Frame.noValue.bitPattern })
            }
        }
    }
}
