/// Text from outside, made fit to be shown: in messages, logs and error texts.
public enum Text {
    /// The text in double quotes, with everything escaped that is unseen, that moves the cursor or that reverses the
    /// direction of reading, cut after `maxCharacters` characters.
    public static func quoted(_ text: some StringProtocol, maxCharacters: Int = 80) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        append(text.unicodeScalars, maxScalars: maxCharacters, escapingQuotes: true, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// As `quoted`, without the quotes.
    public static func escaped(_ text: some StringProtocol, maxCharacters: Int = 2000) -> String {
        var bytes: [UInt8] = []
        append(text.unicodeScalars, maxScalars: maxCharacters, escapingQuotes: false, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func append(
        _ scalars: some Sequence<Unicode.Scalar>, maxScalars: Int, escapingQuotes: Bool, to bytes: inout [UInt8]
    ) {
        var count = 0
        for scalar in scalars {
            guard count < maxScalars else {
                bytes.append(contentsOf: "…".utf8)
                return
            }
            count += 1
            switch scalar {
            case "\n": bytes.append(contentsOf: "\\n".utf8)
            case "\r": bytes.append(contentsOf: "\\r".utf8)
            case "\t": bytes.append(contentsOf: "\\t".utf8)
            case "\"" where escapingQuotes: bytes.append(contentsOf: "\\\"".utf8)
            case "\\" where escapingQuotes: bytes.append(contentsOf: "\\\\".utf8)
            default:
                if isVisible(scalar) {
                    bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                } else {
                    bytes.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
                }
            }
        }
    }

    /// False for controls, line and paragraph ends, and characters without a width or with a direction of their own.
    static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value >= 0x20 }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }
}
