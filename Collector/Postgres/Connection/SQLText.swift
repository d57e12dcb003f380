/// Names and texts inside generated SQL. Sessions run with standard_conforming_strings, so that only quotes matter;
/// NUL characters are refused where the statement is sent.
enum SQLText {
    static func identifier(_ name: String) -> String { quoted(name, "\"") }
    static func literal(_ text: String) -> String { quoted(text, "'") }

    private static func quoted(_ text: String, _ quote: Character) -> String {
        var result = String(quote)
        for character in text.unicodeScalars {
            result.unicodeScalars.append(character)
            if String(character) == String(quote) { result.append(quote) }
        }
        result.append(quote)
        return result
    }
}
