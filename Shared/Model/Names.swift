/// Rules for identifiers that come from outside. What passes is safe in topics, URLs, logs and file names.
public enum Names {
    /// Longest identifier in UTF-8 bytes.
    public static let maxBytes = 128

    /// An identifier of our own configuration: letters, digits, `-`, `_`, `.`; not starting with a dot.
    public static func isConfigurable(_ name: some StringProtocol) -> Bool {
        let bytes = name.utf8
        guard !bytes.isEmpty, bytes.count <= 64, bytes.first != UInt8(ascii: ".") else { return false }
        return bytes.allSatisfy { byte in
            (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122)
                || byte == 45 || byte == 46 || byte == 95
        }
    }

    /// An identifier of a foreign Sparkplug node: what the standard allows, bounded, and without characters
    /// that cannot be seen or that reverse the direction of text.
    public static func isAcceptable(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= maxBytes, name != ".", name != ".." else { return false }
        return name.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "+", "#", "/": false
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
                default: true
                }
            }
        }
    }
}
