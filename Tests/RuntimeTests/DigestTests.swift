import CSystem
import Model
import Runtime
import Testing

struct DigestTests {
    // RFC 3720, appendix B.4, and the check value of the CRC catalogue.
    @Test(
        arguments: [
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            ([UInt8](0...31), 0x46DD_794E),
            ([UInt8]((0...31).reversed()), 0x113F_DB5C),
            (Array("123456789".utf8), 0xE306_9283),
            ([], 0),
        ] as [([UInt8], UInt32)])
    func knownChecksums(bytes: [UInt8], crc: UInt32) {
        #expect(CRC32C.of(bytes) == crc)
        #expect(csystem_crc32c_by_table(0, bytes, bytes.count) == crc)
    }

    @Test func piecesGiveTheSameAsTheWhole() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<300 {
            let bytes = (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let cut = random.below(bytes.count + 1)
            var crc = CRC32C()
            crc.update(Array(bytes[..<cut]))
            crc.update(Array(bytes[cut...]))
            #expect(crc.value == CRC32C.of(bytes))
            #expect(crc.value == csystem_crc32c_by_table(0, bytes, bytes.count))
        }
    }

    @Test func recordChecksumCoversPlaceAndContent() throws {
        let epoch = try #require(Epoch(bits: 0x0102_0304_0506_0708))
        let other = try #require(Epoch(bits: 0x0102_0304_0506_0709))
        let bytes: [UInt8] = [1, 2, 3]
        let crc = CRC32C.ofRecord(epoch: epoch, sequence: 9, bytes: bytes)
        #expect(crc == CRC32C.of([8, 7, 6, 5, 4, 3, 2, 1, 9, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]))
        #expect(crc != CRC32C.ofRecord(epoch: other, sequence: 9, bytes: bytes))
        #expect(crc != CRC32C.ofRecord(epoch: epoch, sequence: 10, bytes: bytes))
        #expect(crc != CRC32C.ofRecord(epoch: epoch, sequence: 9, bytes: [1, 2, 4]))
    }

    /// Computed by: python3 -c "import hashlib,struct; p=0
    /// for s,r in ((1,b''),(2,b'abc'),(3,b'x'*40000)):
    ///   p=struct.unpack('<Q',hashlib.sha256(struct.pack('<QQq',p,0x1122334455667788,s)+r).digest()[:8])[0]; print(p)"
    @Test func chainIsTheDocumentedHash() throws {
        let epoch = try #require(Epoch(bits: 0x1122_3344_5566_7788))
        let first = ChainHash.next(after: ChainHash.start, epoch: epoch, sequence: 1, record: [])
        let second = ChainHash.next(after: first, epoch: epoch, sequence: 2, record: Array("abc".utf8))
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: 40_000)
        let third = ChainHash.next(after: second, epoch: epoch, sequence: 3, record: large)
        #expect([first, second, third] == [9382226070082361357, 2173605852497124327, 13495333376826431546])
    }

    @Test func randomBytesDiffer() throws {
        #expect(try RandomBytes.make(count: 0) == [])
        let first = try RandomBytes.make(count: 1000)
        #expect(first.count == 1000)
        #expect(try RandomBytes.make(count: 1000) != first)
        #expect(Set(first).count > 100)
        #expect(try Set((0..<100).map { _ in try Epoch.random() }).count == 100)
    }
}
