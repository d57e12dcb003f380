import Model
import TestSupport
import Testing

struct RecordCodingTests {
    private static func frame(_ random: inout SeededRandom) -> Frame {
        let count = random.below(4) == 0 ? random.below(RecordCoding.maxSignals + 1) : random.below(50)
        let specials = [
            Double.nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude, 1e308, Frame.noValue, 9.007e15,
        ]
        let values = (0..<count).map { _ in
            random.below(20) == 0 ? specials[random.below(specials.count)] : random.normal() * 1000
        }
        let qualities = random.below(2) == 0 ? [] : (0..<count).map { _ in Quality.allCases[random.below(3)] }
        return Frame(
            group: UInt8(truncatingIfNeeded: random.next()), timeMs: Int64(bitPattern: random.next()), values: values,
            qualities: qualities)
    }

    private static func report(_ random: inout SeededRandom) throws -> Report {
        let low = Int64(1 + random.below(1_000_000))
        return Report(
            cause: Report.Cause.allCases[random.below(Report.Cause.allCases.count)],
            epoch: try #require(Epoch(bits: random.next() | 1)),
            lost: random.below(2) == 0 ? nil : low...low + Int64(random.below(1000)),
            fromMs: Int64(bitPattern: random.next()), toMs: Int64(bitPattern: random.next()),
            ticks: Int64(random.below(1000)))
    }

    @Test(arguments: Seeds.list(fixed: 40)) func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20 {
            let record = random.below(3) == 0 ? Record.report(try Self.report(&random)) : .frame(Self.frame(&random))
            let bytes = RecordCoding.encode(record)
            let read = try RecordCoding.decode(bytes)
            #expect(RecordCoding.encode(read) == bytes, "\(replayHint(seed))")
            switch (record, read) {
            case (.frame(let frame), .frame(let read)):
                #expect(read.group == frame.group && read.timeMs == frame.timeMs && read.qualities == frame.qualities)
                #expect(read.values.map(\.bitPattern) == frame.values.map(\.bitPattern), "\(replayHint(seed))")
            default: #expect(read == record, "\(replayHint(seed))")
            }
        }
    }

    /// The byte form, written by hand from docs/formats/frame.md: it must never change.
    @Test func byteForm() throws {
        let frame = Frame(group: 7, timeMs: 0x0102_0304_0506_0708, values: [1, .nan], qualities: [.good, .stale])
        let bytes: [UInt8] = [
            1, 7, 2, 0, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F, 0, 1,
        ]
        #expect(RecordCoding.encode(.frame(frame)) == bytes)
        let report = Report(
            cause: .damaged, epoch: try #require(Epoch(bits: 3)), lost: 4...5, fromMs: 1, toMs: 2, ticks: 6)
        let numbers = ([1, 2, 3, 4, 5, 6] as [UInt8]).flatMap { [$0, 0, 0, 0, 0, 0, 0, 0] as [UInt8] }
        #expect(RecordCoding.encode(.report(report)) == [2, 0, 0, 0] + numbers + Array("damaged".utf8))
    }

    /// Whatever is accepted has exactly one byte form: hashes and checksums depend on it.
    @Test(arguments: Seeds.list(fixed: 30)) func changedBytes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for round in 0..<40 {
            let record = round % 2 == 0 ? Record.report(try Self.report(&random)) : .frame(Self.frame(&random))
            let good = RecordCoding.encode(record)
            for _ in 0..<40 {
                var bytes = good
                switch random.below(4) {
                case 0: bytes.removeLast(random.below(bytes.count + 1))
                case 1: bytes.append(contentsOf: (0...random.below(20)).map { _ in UInt8(random.below(3)) })
                default:
                    // Mostly the head, where the structure is.
                    let at = random.below(random.below(3) == 0 ? bytes.count : min(bytes.count, 60))
                    bytes[at] = UInt8(truncatingIfNeeded: random.next())
                }
                if let read = try? RecordCoding.decode(bytes) {
                    #expect(RecordCoding.encode(read) == bytes, "\(replayHint(seed)), round \(round)")
                }
            }
        }
    }

    @Test func everyChangeOfAShortRecord() throws {
        let report = Report(cause: .outboxFull, epoch: try #require(Epoch(bits: 3)), fromMs: 1, toMs: 2)
        let frame = Frame(group: 0, timeMs: 0, values: [1.5, .nan, -0.0], qualities: [.good, .bad, .stale])
        for good in [RecordCoding.encode(.report(report)), RecordCoding.encode(.frame(frame))] {
            for index in good.indices {
                for byte in UInt8.min...UInt8.max {
                    var bytes = good
                    bytes[index] = byte
                    if let read = try? RecordCoding.decode(bytes) {
                        #expect(RecordCoding.encode(read) == bytes, "byte \(index) as \(byte)")
                    }
                }
                #expect(throws: RecordCoding.Failure.malformed, "cut at \(index)") {
                    try RecordCoding.decode(Array(good[..<index]))
                }
            }
        }
    }

    @Test(arguments: Seeds.list(fixed: 20)) func randomBytes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<500 {
            var bytes = (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if !bytes.isEmpty { bytes[0] = UInt8(random.below(4)) }
            if let read = try? RecordCoding.decode(bytes) { #expect(RecordCoding.encode(read) == bytes) }
        }
    }

    @Test func refusesMoreSignalsThanAllowed() throws {
        func bytes(_ count: Int) -> [UInt8] {
            RecordCoding.encode(.frame(Frame(group: 0, timeMs: 0, values: Array(repeating: 0, count: count))))
        }
        #expect(throws: Never.self) { try RecordCoding.decode(bytes(RecordCoding.maxSignals)) }
        #expect(throws: RecordCoding.Failure.malformed) { try RecordCoding.decode(bytes(RecordCoding.maxSignals + 1)) }
        #expect(throws: RecordCoding.Failure.malformed) { try RecordCoding.decode(bytes(65_536)) }
    }
}

struct FrameTests {
    @Test func bringsReadingsIntoOneForm() {
        let frame = Frame(
            group: 1, timeMs: 2, values: [1, .infinity, .nan, Double(bitPattern: 0xFFF8_0000_0000_0001)],
            qualities: [.good, .good, .stale, .bad])
        #expect(frame.qualities == [.good, .bad, .stale, .bad])
        #expect(frame.values.dropFirst().allSatisfy { $0.bitPattern == Frame.noValue.bitPattern })
        #expect(frame.quality(at: 2) == .stale)
        #expect(frame.quality(at: 99) == .good && frame.quality(at: -1) == .good)
        #expect(Frame(group: 1, timeMs: 2, values: [1, 2], qualities: [.good, .good]).qualities.isEmpty)
        #expect(Frame(group: 1, timeMs: 2, values: [1, .nan]).qualities == [.good, .bad])
        #expect(Frame(group: 1, timeMs: 2, values: []).qualities.isEmpty)
    }
}
