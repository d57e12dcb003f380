import Model
import TestSupport
import Testing

struct ReceiptTests {
    private static let epoch = "00000000000000ff"

    @Test(
        arguments: [
            ("\(epoch):0", 0, []), ("\(epoch):12", 12, []), ("\(epoch):12,14-20", 12, [14...20]),
            ("\(epoch):0,2-2,4-9", 0, [2...2, 4...9]),
            ("\(epoch):9223372036854775805,9223372036854775807-9223372036854775807", .max - 2, [.max ... .max]),
        ] as [(String, Int64, [ClosedRange<Int64>])])
    func readsItsOwnText(text: String, through: Int64, beyond: [ClosedRange<Int64>]) throws {
        let receipt = try #require(Receipt(text))
        #expect(receipt.epoch.bits == 255)
        #expect(receipt.through == through)
        #expect(receipt.beyond.ranges == beyond)
        #expect(receipt.text == text)
    }

    @Test(arguments: [
        "", ":", "0", "\(epoch)", "\(epoch):", "\(epoch):-1", "\(epoch):+1", "\(epoch): 1", "\(epoch):1 ",
        "\(epoch):01",
        "\(epoch):00", "\(epoch):1,", "\(epoch):1,,3-4", "\(epoch):1,3", "\(epoch):1,3-", "\(epoch):1,-3",
        "\(epoch):1,4-3", "\(epoch):5,4-6", "\(epoch):5,5-6", "\(epoch):5,6-7", "\(epoch):1,3-4,5-6",
        "\(epoch):1,3-5,4-9",
        "\(epoch):1,7-8,3-4", "\(epoch):1,3-4,3-4", "\(epoch):1,03-4", "\(epoch):1,3-04",
        "\(epoch):9223372036854775808",
        "\(epoch):1,3-9223372036854775808", "\(epoch):99999999999999999999", "\(epoch):1;3-4", "\(epoch):1,3—4",
        "\(epoch):1\n", "\(epoch):1\0", "\(epoch):١", "\(epoch)::1", "0000000000000000:1", "00000000000000FF:1",
        "0ff:1", "00000000000000fg:1", "+0000000000000ff:1", "000000000000000ff:1",
        "\(epoch):0" + (1...2000).map { ",\($0 * 2)-\($0 * 2)" }.joined(),
    ])
    func refusesEverythingElse(text: String) {
        #expect(Receipt(text) == nil)
    }

    /// What is settled survives the text, up to the number of ranges that fit.
    @Test(arguments: Seeds.list(fixed: 200)) func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var settled = SequenceSet()
        for _ in 0..<random.below(120) {
            let low = 1 + Int64(random.below(2000))
            settled.insert(low...low + Int64(random.below(5)))
        }
        if random.below(3) == 0 { settled.insert(1...Int64(1 + random.below(500))) }
        let receipt = Receipt(epoch: try #require(Epoch(bits: random.next() | 1)), settled: settled)
        let read = try #require(Receipt(receipt.text), "\(replayHint(seed))")
        #expect(read == receipt, "\(replayHint(seed))")
        #expect(
            settled.isSuperset(of: read.settled), "a receipt must never cover more than is settled; \(replayHint(seed))"
        )
        #expect(read.through == settled.contiguousFromOne)
        #expect(read.beyond.ranges.count <= Receipt.maxRanges)
        if settled.ranges.count <= Receipt.maxRanges { #expect(read.settled == settled, "\(replayHint(seed))") }
    }

    @Test func theLongestTextIsAccepted() throws {
        let last = (0..<200).map { Int64.max - Int64($0) * 2 }
        let receipt = Receipt(
            epoch: try #require(Epoch(bits: .max)), settled: SequenceSet(last.map { $0...$0 } + [1...(.max / 2)]))
        #expect(receipt.beyond.ranges.count == Receipt.maxRanges)
        #expect(receipt.text.utf8.count <= Receipt.maxTextBytes)
        #expect(Receipt(receipt.text) == receipt)
    }

    /// A damaged text is refused or means something else; whatever is accepted is written back unchanged.
    @Test func everyChangedByte() throws {
        let good = Array("\(Self.epoch):120,122-130,150-150".utf8)
        for index in good.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = good
                bytes[index] = byte
                let text = String(decoding: bytes, as: UTF8.self)
                if let receipt = Receipt(text) { #expect(receipt.text == text) }
            }
            if let receipt = Receipt(String(decoding: good[..<index], as: UTF8.self)) {
                #expect(receipt.text.utf8.elementsEqual(good[..<index]))
            }
        }
    }

    @Test func resendRequests() throws {
        let request = try #require(ResendRequest("\(Self.epoch):3-9"))
        #expect(request.range == 3...9)
        #expect(request.text == "\(Self.epoch):3-9")
        for wrong in [
            "", "\(Self.epoch)", "\(Self.epoch):", "\(Self.epoch):3", "\(Self.epoch):0-3", "\(Self.epoch):9-3",
            "\(Self.epoch):3-9,11-12", "\(Self.epoch):03-9", "\(Self.epoch):3-9 ", "x:3-9",
            "\(Self.epoch):3-" + String(repeating: "9", count: 100),
        ] {
            #expect(ResendRequest(wrong) == nil, "\(wrong)")
        }
    }
}

struct EpochTests {
    @Test func textForm() throws {
        #expect(Epoch(bits: 0) == nil)
        let epoch = try #require(Epoch(bits: 0xABC))
        #expect(epoch.description == "0000000000000abc")
        #expect(Epoch(epoch.description) == epoch)
        #expect(Epoch(bits: .max)?.description == "ffffffffffffffff")
        for wrong in [
            "", "abc", "0000000000000ABC", "000000000000000g", "0000000000000000", "0x00000000000abc",
            "０000000000000ab",
        ] {
            #expect(Epoch(wrong) == nil, "\(wrong)")
        }
        var random = SeededRandom(seed: 9)
        for _ in 0..<1000 {
            let epoch = try #require(Epoch(bits: random.next() >> UInt64(random.below(63)) | 1))
            #expect(Epoch(epoch.description) == epoch)
        }
    }

    @Test func streamsAreNamed() throws {
        let stream = StreamID(site: "demo", agent: "candu-1", epoch: try #require(Epoch(bits: 1)))
        #expect(stream.description == "demo/candu-1@0000000000000001")
    }
}
