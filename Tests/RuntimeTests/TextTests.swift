import Testing

@testable import Runtime

struct TextTests {
    @Test(arguments: [
        ("plain", "\"plain\""), ("", "\"\""), ("a\"b\\c", #""a\"b\\c""#), ("\r\n\t", #""\r\n\t""#),
        ("\u{1B}[31m", #""\u{1b}[31m""#), ("é 東京 🙂", "\"é 東京 🙂\""),
        ("\u{202E}\u{FEFF}\u{2028}", #""\u{202e}\u{feff}\u{2028}""#),
    ])
    func quotes(text: String, quoted: String) {
        #expect(Text.quoted(text) == quoted)
    }

    @Test func cutsLongText() {
        #expect(Text.quoted("abcdef", maxCharacters: 3) == "\"abc…\"")
        #expect(Text.quoted("abc", maxCharacters: 3) == "\"abc\"")
    }

    @Test(
        arguments: [
            ("brokr", "broker"), ("Broker", "broker"), ("rebork", nil), ("prot", "port"), ("por", "port"), ("xyz", nil),
            ("", nil), ("tsl", "tls"), ("database_ur", "database_url"), ("zzzz", nil), ("p", nil),
            (String(repeating: "x", count: 1_000_000), nil),
        ] as [(String, String?)])
    func findsTheNearestName(word: String, name: String?) {
        #expect(NearestName.of(word, in: ["broker", "port", "tls", "database_url"]) == name)
    }

    @Test func prefersTheNearestOfSeveral() {
        #expect(NearestName.of("rate_hx", in: ["rate_ms", "rate_hz"]) == "rate_hz")
    }

    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "ab", 2), ("abc", "abc", 0), ("abc", "acb", 1), ("kitten", "sitting", 3),
        ("ca", "abc", 3),
    ])
    func countsChanges(left: String, right: String, distance: Int) {
        #expect(NearestName.distance(Array(left.unicodeScalars), Array(right.unicodeScalars)) == distance)
        #expect(NearestName.distance(Array(right.unicodeScalars), Array(left.unicodeScalars)) == distance)
    }
}
