/// A field of a CSV file (RFC 4180).
enum CSVText {
    /// Quotes what would else be taken for something other: separators, quotes, ends of lines, spaces at the ends, and
    /// the empty text, which without quotes is a null.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        let utf8 = text.utf8
        let isPlain =
            utf8.allSatisfy { $0 != 0x22 && $0 != 0x2C && $0 != 0x0A && $0 != 0x0D } && !utf8.isEmpty
            && utf8.first != 0x20 && utf8.last != 0x20
        guard !isPlain else { return bytes.append(contentsOf: utf8) }
        bytes.append(0x22)
        for byte in utf8 {
            if byte == 0x22 { bytes.append(0x22) }
            bytes.append(byte)
        }
        bytes.append(0x22)
    }
}
