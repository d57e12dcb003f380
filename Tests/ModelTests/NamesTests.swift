import Model
import Testing

struct NamesTests {
    @Test(arguments: ["a", "candu-1", "A.b_C-9", "0", "_", "-", String(repeating: "x", count: 64)])
    func configurable(name: String) {
        #expect(Names.isConfigurable(name))
        #expect(Names.isAcceptable(name))
    }

    @Test(arguments: [
        "", ".", "..", ".hidden", "a b", "a/b", "a+", "a#", "é", "a\n", "a\0", "$SYS", "a:b", "%2e",
        String(repeating: "x", count: 65),
    ])
    func notConfigurable(name: String) {
        #expect(!Names.isConfigurable(name))
    }

    @Test(arguments: ["Druckmaß 1", "東京", "a b", ".hidden", "$x", "a:b", "%2e%2e", "🙂", "e\u{301}"])
    func acceptable(name: String) {
        #expect(Names.isAcceptable(name))
    }

    @Test(arguments: [
        "", ".", "..", "a/b", "a+b", "a#", "a\0b", "a\nb", "\u{7F}", "\u{85}", "\u{202E}abc", "\u{200B}", "\u{FEFF}",
        "\u{2028}", "\u{2029}", "\u{E000}", "\u{FFFF}", "\u{2066}x", String(repeating: "é", count: 65),
    ])
    func notAcceptable(name: String) {
        #expect(!Names.isAcceptable(name))
    }
}
