import Model
import Runtime
import Sparkplug
import TestSupport
import Testing

/// Bytes that no honest encoder writes. Each must give a payload or an error; a trap ends the test process.
@Suite(.timeLimit(.minutes(10)))
struct HostileBytesTests {
    private func check(_ bytes: [UInt8], _ hint: @autoclosure () -> String = "") {
        if let problem = SparkplugChecks.payload(bytes) { Issue.record("\(problem) \(hint())") }
    }

    private func problem(_ bytes: [UInt8], limits: PayloadLimits = PayloadLimits()) -> PayloadError.Problem? {
        do throws(PayloadError) {
            _ = try Payload(decoding: bytes, limits: limits)
            return nil
        } catch { return error.problem }
    }

    @Test func emptyIsAnEmptyPayload() throws {
        #expect(try Payload(decoding: []) == Payload())
        #expect(try Payload(decoding: UnsafeRawBufferPointer(start: nil, count: 0)) == Payload())
        #expect(Payload().encoded() == [])
        check([])
    }

    @Test(arguments: Seeds.list())
    func truncatedAtEveryByte(seed: UInt64) throws {
        var source = RandomPayload(seed: seed)
        for _ in 0..<20 {
            let bytes = source.payload().encoded()
            for count in 0..<bytes.count { check(Array(bytes[..<count]), replayHint(seed)) }
        }
    }

    @Test(arguments: Seeds.list())
    func everyByteTurnedToTheLongestVarint(seed: UInt64) throws {
        var source = RandomPayload(seed: seed)
        let bytes = source.payload().encoded()
        for place in bytes.indices {
            check(Array(bytes[..<place]) + [UInt8](repeating: 0xFF, count: 10) + bytes[(place + 1)...])
            check(Array(bytes[..<place]) + [UInt8](repeating: 0xFF, count: 9) + [1] + bytes[(place + 1)...])
        }
    }

    @Test func varintsAtTheirLimits() {
        let ones = [UInt8](repeating: 0xFF, count: 9)
        #expect(problem([0x08] + ones + [0x01]) == nil)
        #expect(problem([0x08] + ones + [0x02]) == .integerTooLong)
        #expect(problem([0x08] + ones + [0xFF]) == .integerTooLong)
        #expect(problem([0x08] + ones) == .truncated)
        #expect(problem([0x08]) == .truncated)
        #expect(problem(ones + [0x01]) == .badTag)
        // Padded with zeros a number is still itself: allowed by protocol buffers, sent by some.
        let padded = try? Payload(decoding: [0x88, 0x00, 0x85, 0x80, 0x80, 0x00])
        #expect(padded == Payload(timestampMs: 5))
        for count in 0...12 { check([0x08] + [UInt8](repeating: 0x80, count: count) + [0]) }
    }

    @Test(arguments: [UInt64(1) << 63, .max, UInt64(Int64.max), 1 << 32, 1 << 31, 3])
    func lengthsBeyondTheEnd(length: UInt64) {
        for field in [UInt64(2), 4, 5, 99] {
            let bytes = Wire.varint(field << 3 | 2) + Wire.varint(length) + [0, 0]
            #expect(problem(bytes) == .truncated)
            check(bytes)
            // The same one and two levels deeper.
            for inner in [UInt64(1), 8, 9, 15, 16, 17, 18, 19] {
                let nested = Wire.field(2, bytes: Wire.varint(inner << 3 | 2) + Wire.varint(length) + [0])
                #expect(problem(nested) == .truncated)
                check(nested)
            }
        }
    }

    @Test func nestingIsBounded() {
        // Templates in templates, property sets in property sets; each level wraps the ones before.
        for wrap: ([UInt8]) -> [UInt8] in [
            { Wire.field(18, bytes: Wire.field(2, bytes: $0)) },
            { Wire.field(9, bytes: Wire.field(2, bytes: $0)) },
        ] {
            var inner: [UInt8] = []
            for depth in 1...200 {
                inner = wrap(inner)
                let payload = Wire.field(2, bytes: inner)
                if 2 * depth + 1 <= 64 {
                    #expect(problem(payload) == nil)
                } else {
                    #expect(problem(payload) == .tooDeep(limit: 64))
                }
                check(payload)
            }
        }
        // 10,000 levels, each announcing the rest.
        var deep: [UInt8] = []
        for level in 0..<10_000 { deep += (level == 0 ? [0x12] : [0x4A, 0x12]) + [0xFF, 0x7F] }
        deep += [UInt8](repeating: 0, count: 20_000)
        #expect(problem(deep) != nil)
        check(deep)
    }

    /// The deepest payload that is accepted fits into the stack of our threads, with all that stands above it.
    @Test func theDeepestNestingFitsAThreadsStack() throws {
        var inner: [UInt8] = []
        for level in 0..<31 {
            inner =
                level < 20
                ? Wire.field(9, bytes: Wire.field(2, bytes: inner)) : Wire.field(18, bytes: Wire.field(2, bytes: inner))
        }
        let payload = Wire.field(2, bytes: inner)
        #expect(problem(payload) == nil)
        let thread = try NamedThread.start(name: "deep", stackBytes: NamedThread.defaultStackBytes / 2) {
            _ = SparkplugChecks.payload(payload)
        }
        thread.join()
    }

    @Test func countsAreBounded() {
        let limits = PayloadLimits(maxBytes: 1000, maxMetrics: 3, maxElements: 10, maxDepth: 3)
        let metric: [UInt8] = [0x12, 0]
        #expect(problem(metric + metric + metric, limits: limits) == nil)
        #expect(problem(metric + metric + metric + metric, limits: limits) == .tooManyMetrics(limit: 3))
        #expect(problem([UInt8](repeating: 0, count: 1001), limits: limits) == .tooLarge(limitBytes: 1000))
        let key = Wire.field(1, bytes: [])
        let keys = { (count: Int) in
            Wire.field(2, bytes: Wire.field(9, bytes: Array((0..<count).map { _ in key }.joined())))
        }
        #expect(problem(keys(9), limits: limits) == nil)
        #expect(problem(keys(10), limits: limits) == .tooManyElements(limit: 10))
        let types = Wire.field(2, bytes: Wire.field(17, bytes: Wire.field(3, bytes: [UInt8](repeating: 1, count: 11))))
        #expect(problem(types, limits: limits) == .tooManyElements(limit: 10))
        for bytes in [metric + metric + metric + metric, keys(9), keys(10), types] {
            #expect(FlatPayload.fast(bytes, limits: limits) == FlatPayload.full(bytes, limits: limits))
        }
        // 16 MiB of empty metrics ask for gigabytes; the bound stops them first.
        let flood = [UInt8](unsafeUninitializedCapacity: 16 << 20) { buffer, count in
            for index in 0..<(16 << 20) { buffer[index] = index & 1 == 0 ? 0x12 : 0 }
            count = 16 << 20
        }
        #expect(problem(flood) == .tooManyMetrics(limit: 100_000))
    }

    @Test func wrongWireTypesAreErrors() {
        // Field 1 … 5 of a payload and 1 … 19 of a metric in every wire type but their own.
        let right: [UInt64: UInt64] = [1: 0, 2: 2, 3: 0, 4: 2, 5: 2]
        let rightInMetric: [UInt64: UInt64] = [
            1: 2, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0, 8: 2, 9: 2, 10: 0, 11: 0, 12: 5, 13: 1, 14: 0, 15: 2, 16: 2,
            17: 2, 18: 2, 19: 2,
        ]
        for wire: UInt64 in 0...7 {
            let value: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
            for (field, own) in right where own != wire {
                let bytes = Wire.varint(field << 3 | wire) + value
                let expected: PayloadError.Problem =
                    [3, 4, 6, 7].contains(wire) ? .badTag : .wrongWireType(field: UInt32(field))
                #expect(problem(bytes) == expected)
                check(bytes)
            }
            for (field, own) in rightInMetric where own != wire {
                let bytes = Wire.field(2, bytes: Wire.varint(field << 3 | wire) + value)
                #expect(problem(bytes) != nil, "field \(field) as wire type \(wire)")
                check(bytes)
            }
        }
        #expect(problem([0x00, 0x00]) == .badTag)
        #expect(problem(Wire.varint(1 << 32) + [0]) == .badTag)
    }

    @Test func unknownFieldsArePassedOver() throws {
        let unknown =
            Wire.field(20, varint: .max) + Wire.field(21, bytes: [1, 2, 3]) + Wire.field(22, fixed64: 1)
            + Wire.field(23, fixed32: 1)
        let metric = Wire.field(1, bytes: Array("m".utf8)) + unknown + Wire.field(10, varint: 3)
        let bytes = unknown + Wire.field(2, bytes: unknown + metric) + unknown + Wire.field(3, varint: 9)
        #expect(
            try Payload(decoding: bytes)
                == Payload(metrics: [Metric(name: "m", value: .scalar(.int(3)))], seq: 9))
        check(bytes)
    }

    @Test func theLastOfSeveralWins() throws {
        let metric =
            Wire.field(2, varint: 1) + Wire.field(2, varint: 2) + Wire.field(10, varint: 5)
            + Wire.field(15, bytes: [0x61]) + Wire.field(13, fixed64: 1.5.bitPattern)
            + Wire.field(9, bytes: Wire.field(1, bytes: [0x61])) + Wire.field(9, bytes: Wire.field(1, bytes: [0x62]))
        let bytes = Wire.field(3, varint: 1) + Wire.field(2, bytes: metric) + Wire.field(3, varint: 2)
        #expect(
            try Payload(decoding: bytes)
                == Payload(
                    metrics: [
                        Metric(alias: 2, properties: PropertySet(keys: ["b"]), value: .scalar(.double(1.5)))
                    ], seq: 2))
        check(bytes)
    }

    @Test func packedTypesAreAccepted() throws {
        let set = Wire.field(3, bytes: [10, 0x8C, 0x00]) + Wire.field(3, varint: 3)
        let bytes = Wire.field(2, bytes: Wire.field(17, bytes: set))
        #expect(
            try Payload(decoding: bytes).metrics.first?.value
                == .dataSet(DataSet(types: [.double, .string, .int32])))
    }

    @Test func textThatIsNotUTF8IsRepaired() throws {
        let bytes = Wire.field(
            2, bytes: Wire.field(1, bytes: [0xB0, 0x43]) + Wire.field(15, bytes: [0xED, 0xA0, 0x80]))
        let payload = try Payload(decoding: bytes)
        #expect(payload.metrics.first?.name == "\u{FFFD}C")
        check(bytes)
    }

    /// The property `Quality` in every place and shape, where the two decoders find it in different ways.
    @Test(arguments: Seeds.list())
    func qualityIsFoundAlike(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let value = { (random: inout SeededRandom) -> [UInt8] in
            switch random.below(7) {
            case 0: Wire.field(1, varint: 3) + Wire.field(3, varint: 500)
            case 1: Wire.field(4, varint: UInt64(bitPattern: -1)) + Wire.field(2, varint: 1)
            case 2: Wire.field(3, varint: 192) + Wire.field(8, bytes: [0x61])
            case 3: Wire.field(6, fixed64: 7) + Wire.field(3, varint: 0)
            case 4: Wire.field(9, bytes: []) + Wire.field(5, fixed32: 7)
            case 5: Wire.field(10, bytes: Wire.field(1, bytes: [])) + Wire.field(7, varint: 7)
            default: Wire.field(11, bytes: [7]) + Wire.field(2, varint: 0)
            }
        }
        for _ in 0..<2000 {
            var set: [UInt8] = []
            for _ in 0..<random.below(6) {
                switch random.below(4) {
                case 0: set += Wire.field(1, bytes: Array("Quality".utf8))
                case 1: set += Wire.field(1, bytes: Array("q".utf8))
                default: set += Wire.field(2, bytes: value(&random))
                }
            }
            check(Wire.field(2, bytes: Wire.field(9, bytes: set)), replayHint(seed))
        }
    }

    @Test(arguments: Seeds.list(fixed: 3))
    func mutatedPayloads(seed: UInt64) {
        var source = RandomPayload(seed: seed)
        for _ in 0..<200 {
            let bytes = source.payload().encoded()
            guard !bytes.isEmpty else { continue }
            for _ in 0..<25 {
                var mutated = bytes
                for _ in 0...source.random.below(3) {
                    let place = source.random.below(mutated.count)
                    switch source.random.below(4) {
                    case 0: mutated[place] = UInt8(truncatingIfNeeded: source.random.next())
                    case 1: mutated[place] ^= 1 << UInt8(source.random.below(8))
                    case 2: mutated.remove(at: place)
                    default: mutated.insert(0xFF, at: place)
                    }
                    if mutated.isEmpty { break }
                }
                check(mutated, replayHint(seed))
            }
        }
    }

    @Test(arguments: Seeds.list(fixed: 3))
    func randomBytes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var accepted = 0
        for _ in 0..<30_000 {
            // Half of the bytes are tags of the schema, so that chance gets deeper than the first field.
            let bytes = (0..<random.below(48)).map { _ -> UInt8 in
                random.below(2) == 0
                    ? UInt8(truncatingIfNeeded: random.next())
                    : [0x08, 0x12, 0x18, 0x0A, 0x10, 0x69, 0x4A, 0x50, 0x92, 0x01, 0x02, 0x00, 0x05][random.below(13)]
            }
            if FlatPayload.full(bytes) != nil { accepted += 1 }
            check(bytes, replayHint(seed))
        }
        #expect(accepted > 100, "the random bytes no longer reach the inner messages")
    }

    @Test func errorsSayWhere() {
        do throws(PayloadError) {
            _ = try Payload(decoding: [0x08, 0x01, 0x12, 0x05, 0x10])
            Issue.record("accepted")
        } catch {
            #expect(error.offset == 4)
            #expect(error.description.contains("byte 4"))
        }
    }
}
