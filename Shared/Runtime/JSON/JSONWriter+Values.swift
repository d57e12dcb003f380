extension JSONWriter {
    /// Appends the text as a JSON string. Besides what JSON demands, U+2028 and U+2029 are escaped, which end a line
    /// in old JavaScript, and U+007F.
    public static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.withContiguousStorageIfAvailable({ append(escaping: $0, to: &bytes) }) == nil {
            var copy = text
            copy.withUTF8 { append(escaping: $0, to: &bytes) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func append(escaping text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        var plain = 0
        var at = 0
        while at < text.count {
            let byte = text[at]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte != 0x7F, byte != 0xE2 {
                at += 1
                continue
            }
            if byte == 0xE2 {
                let isLineEnd =
                    at + 2 < text.count && text[at + 1] == 0x80 && (text[at + 2] == 0xA8 || text[at + 2] == 0xA9)
                guard isLineEnd else {
                    at += 1
                    continue
                }
                bytes.append(contentsOf: text[plain..<at])
                append(ascii: text[at + 2] == 0xA8 ? "\\u2028" : "\\u2029", to: &bytes)
                at += 3
            } else {
                bytes.append(contentsOf: text[plain..<at])
                append(escape: byte, to: &bytes)
                at += 1
            }
            plain = at
        }
        bytes.append(contentsOf: text[plain...])
    }

    private static func append(escape byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""): append(ascii: "\\\"", to: &bytes)
        case UInt8(ascii: "\\"): append(ascii: "\\\\", to: &bytes)
        case 0x0A: append(ascii: "\\n", to: &bytes)
        case 0x0D: append(ascii: "\\r", to: &bytes)
        case 0x09: append(ascii: "\\t", to: &bytes)
        default:
            append(ascii: "\\u00", to: &bytes)
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func append(ascii text: StaticString, to bytes: inout [UInt8]) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Appends the number's digits.
    public static func append(integer value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { digits in
            var start = 40
            repeat {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
                rest = quotient
            } while rest != 0
            bytes.append(contentsOf: digits[start...])
        }
    }

    /// Appends the shortest text that reads back as the same value; `null` for what JSON cannot say.
    public static func append(_ value: Double, to bytes: inout [UInt8]) {
        guard value.isFinite else { return append(ascii: "null", to: &bytes) }
        if append(asDecimal: value, to: &bytes) { return }
        var text = value.description
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// Readings have few decimals. If `scaled / 10^d`, with both exact in a double, divides to the value again, then
    /// the decimal number reads back as the value, because division and reading both round to the nearest.
    private static func append(asDecimal value: Double, to bytes: inout [UInt8]) -> Bool {
        let magnitude = value.magnitude
        guard magnitude < 1e9, magnitude >= 1e-3 || magnitude == 0 else { return false }
        var power: Int64 = 1
        for decimals in 0...6 {
            let scaled = (magnitude * Double(power)).rounded()
            if scaled / Double(power) == magnitude {
                if value.sign == .minus { bytes.append(UInt8(ascii: "-")) }
                let number = Int64(scaled)
                append(integer: number / power, to: &bytes)
                if decimals > 0 { append(fraction: number % power, power: power, to: &bytes) }
                return true
            }
            power *= 10
        }
        return false
    }

    private static func append(fraction: Int64, power: Int64, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "."))
        var power = power / 10
        while power > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction / power % 10))
            power /= 10
        }
    }
}
