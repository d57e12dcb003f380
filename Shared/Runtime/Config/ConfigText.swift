/// Texts as a configuration file has them, for programs that write one.
public enum ConfigText {
    /// In quotes, so that reading the file gives the very text: neither YAML nor variables find anything in it.
    public static func quoted(_ text: String) -> String {
        var json = JSONWriter()
        json.string(escapingVariables(text))
        var quoted = String.UnicodeScalarView()
        for scalar in String(decoding: json.bytes, as: UTF8.self).unicodeScalars {
            // The end of a line to YAML, also within quotes.
            if scalar == "\u{85}" { quoted.append(contentsOf: "\\u0085".unicodeScalars) } else { quoted.append(scalar) }
        }
        return String(quoted)
    }

    static func escapingVariables(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            // By scalars: a mark that joins the brace makes it another character.
            if scalar == "{", escaped.last == "$" { escaped.append("$") }
            escaped.append(scalar)
        }
        return String(escaped)
    }
}
