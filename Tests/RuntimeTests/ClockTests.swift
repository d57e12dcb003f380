import Glibc
import Model
import Runtime
import Testing

struct ClockTests {
    @Test func clocksAgreeWithTheSystem() {
        // time(2) reads a coarser clock that may lag by a tick.
        #expect(abs(Clock.wallMs() - Int64(time(nil)) * 1000) < 60_000)
        let first = Clock.monotonicNs()
        #expect(Clock.monotonicNs() >= first)
        #expect(Clock.monotonicMs() >= first / 1_000_000)
        #expect(Clock.bootNs() >= first)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_795_252_087_123, "2026-11-21T09:08:07.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-11_644_473_600_000, "1601-01-01T00:00:00.000Z"),
            (2_147_483_648_000, "2038-01-19T03:14:08.000Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
            (-62_135_596_800_001, "0001-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "9999-12-31T23:59:59.999Z"),
            (.min, "0001-01-01T00:00:00.000Z"),
            (.max, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func formats(ms: Int64, text: String) {
        #expect(RFC3339.format(ms: ms) == text)
    }

    /// The C library is the independent oracle.
    @Test func formatsAsTheCLibraryDoesAndReadsBack() {
        var random = SeededRandom(seed: 20_261_121)
        let span = UInt64(RFC3339.lastMs - RFC3339.firstMs + 1)
        for round in 0..<20_000 {
            let ms = RFC3339.firstMs + Int64(random.next() % span)
            var seconds = time_t(ms >= 0 ? ms / 1000 : (ms - 999) / 1000)
            var parts = tm()
            gmtime_r(&seconds, &parts)
            let text = RFC3339.format(ms: ms)
            let expected = [
                parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
            ]
            let numbers = text.dropLast(5).split { !$0.isNumber }.compactMap { CInt($0) }
            #expect(numbers == expected, "round \(round): \(ms)")
            #expect(RFC3339.parse(text) == ms)
        }
    }

    @Test(
        arguments: [
            ("1985-04-12T23:20:50.52Z", 482_196_050_520),
            ("1996-12-19T16:39:57-08:00", 851_042_397_000),
            ("1990-12-31T23:59:60Z", 662_688_000_000),
            ("1990-12-31T15:59:60-08:00", 662_688_000_000),
            ("2015-06-30T23:59:60.5Z", 1_435_708_800_500),
            ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130),
            ("2026-11-21t09:08:07.123z", 1_795_252_087_123),
            ("2026-11-21T09:08:07.123999999999Z", 1_795_252_087_123),
            ("2026-11-21T09:08:07.1Z", 1_795_252_087_100),
            ("2026-11-21T09:08:07-00:00", 1_795_252_087_000),
            ("2026-11-22T08:07:07+22:59", 1_795_252_087_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000),
            ("0001-01-01T01:00:00+01:00", -62_135_596_800_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
        ] as [(String, Int64)])
    func parses(text: String, ms: Int64) {
        #expect(RFC3339.parse(text) == ms)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T09:08:07", "2026-11-21 09:08:07Z", "2026-11-21T09:08Z", "2026-11-21T09:08:07.Z",
        "2026-11-21T09:08:07,5Z", "2026-11-21T24:00:00Z", "2026-11-21T09:60:00Z", "2026-11-21T09:08:61Z",
        "2026-11-21T09:08:60Z", "2026-11-21T23:59:60Z", "2026-11-30T23:59:60+00:01", "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-11-00T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
        "9999-12-31T23:59:60Z", "2026-11-21T09:08:07+24:00", "2026-11-21T09:08:07+01:60", "2026-11-21T09:08:07+0100",
        "2026-11-21T09:08:07Z ", " 2026-11-21T09:08:07Z", "2026-11-21T09:08:07ZZ", "+2026-11-21T09:08:07Z",
        "20261-11-21T09:08:07Z", "2026-1-21T09:08:07.00Z", "२०२६-११-२१T०९:०८:०७Z",
        "2026-11-21T09:08:07." + String(repeating: "1", count: 100) + "Z",
    ])
    func refuses(text: String) {
        #expect(RFC3339.parse(text) == nil)
    }

    @Test func survivesEverySingleByteChange() {
        let good = Array("2026-11-30T23:59:60.123+00:00".utf8)
        for index in good.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = good
                bytes[index] = byte
                if let ms = RFC3339.parse(String(decoding: bytes, as: UTF8.self)) {
                    #expect((RFC3339.firstMs...RFC3339.lastMs).contains(ms))
                }
            }
        }
    }
}
