/// The small grammar that header fields share (RFC 9110, 5.6).
enum HTTPToken {
    static func isToken(_ bytes: some Collection<UInt8>) -> Bool { !bytes.isEmpty && bytes.allSatisfy(isTokenByte) }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    /// Equal but for the case of ASCII letters.
    static func equal(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
        left.utf8.elementsEqual(right.utf8, by: { lower($0) == lower($1) })
    }

    /// The elements of a comma-separated list over all the fields given, without white space around them.
    static func list(_ values: some Sequence<String>) -> [Substring] {
        values.flatMap { value in
            value.split(separator: ",").map { part in
                let start = part.firstIndex { $0 != " " && $0 != "\t" } ?? part.endIndex
                let end = part.lastIndex { $0 != " " && $0 != "\t" }.map(part.index(after:)) ?? part.endIndex
                return start < end ? part[start..<end] : ""
            }.filter { !$0.isEmpty }
        }
    }

    /// A host name or address with an optional port, as `Host` and `Origin` give it.
    static func isAuthority(_ text: some StringProtocol) -> Bool {
        let bytes = text.utf8
        guard !bytes.isEmpty, bytes.count <= 260 else { return false }
        return bytes.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
        }
    }

    private static func lower(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }
}
