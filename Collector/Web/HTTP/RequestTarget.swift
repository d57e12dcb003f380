/// The target of a request line, taken apart and decoded. Nothing in it can climb out of a folder, end a string early
/// or be read in two ways: such targets are refused, never repaired.
struct RequestTarget: Sendable, Equatable {
    /// "/" and the decoded segments joined by "/"; "*" for `OPTIONS *`.
    let path: String
    /// The decoded segments; empty for "/". A trailing or double slash shows as an empty segment.
    let segments: [String]
    /// In the order of the query, repeated names included.
    let query: [QueryItem]

    static let maxQueryItems = 64

    /// `bytes` is what stood between method and version.
    static func parse(_ bytes: [UInt8]) throws(HTTPProblem) -> RequestTarget {
        for byte in bytes where byte <= 0x20 || byte >= 0x7F || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "#")
        {
            throw .closing(400, "The request target has a character that must be percent-encoded.")
        }
        if bytes == [UInt8(ascii: "*")] { return RequestTarget(path: "*", segments: ["*"], query: []) }
        let origin = try originForm(bytes)
        let mark = origin.firstIndex(of: UInt8(ascii: "?")) ?? origin.endIndex
        let segments = try segments(of: origin[..<mark])
        let query = mark < origin.endIndex ? try query(of: origin[(mark + 1)...]) : []
        return RequestTarget(path: "/" + segments.joined(separator: "/"), segments: segments, query: query)
    }

    /// Takes scheme and authority from a target in absolute form, which servers must accept (RFC 9112, 3.2.2).
    private static func originForm(_ bytes: [UInt8]) throws(HTTPProblem) -> ArraySlice<UInt8> {
        if bytes.first == UInt8(ascii: "/") { return bytes[...] }
        for scheme in ["http://", "https://"] where bytes.starts(with: scheme.utf8) {
            let rest = bytes[scheme.utf8.count...]
            guard let slash = rest.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }) else {
                return [UInt8(ascii: "/")]
            }
            guard slash > rest.startIndex else { break }
            return rest[slash] == UInt8(ascii: "/") ? rest[slash...] : [UInt8(ascii: "/")] + rest[slash...]
        }
        throw .closing(400, "The request target is neither a path nor an http URL.")
    }

    private static func segments(of path: ArraySlice<UInt8>) throws(HTTPProblem) -> [String] {
        guard path.count > 1 else { return [] }
        var segments: [String] = []
        for part in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let text = decode(part, plusIsSpace: false), text != ".", text != "..",
                !text.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") })
            else { throw HTTPProblem(400, "The path has a segment that is not allowed.") }
            segments.append(text)
        }
        return segments
    }

    private static func query(of text: ArraySlice<UInt8>) throws(HTTPProblem) -> [QueryItem] {
        var items: [QueryItem] = []
        for part in text.split(separator: UInt8(ascii: "&")) {
            guard items.count < maxQueryItems else {
                throw HTTPProblem(400, "The query has more than \(maxQueryItems) items.")
            }
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = decode(part[..<equals], plusIsSpace: true),
                let value = decode(part[min(equals + 1, part.endIndex)...], plusIsSpace: true)
            else { throw HTTPProblem(400, "The query is not percent-encoded UTF-8 text.") }
            items.append(QueryItem(name: name, value: value))
        }
        return items
    }

    /// Nil for a broken escape, a control character, or bytes that are not UTF-8.
    static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var at = bytes.startIndex
        while at < bytes.endIndex {
            var byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "%") {
                guard at + 1 < bytes.endIndex, let high = hexDigit(bytes[at]), let low = hexDigit(bytes[at + 1])
                else { return nil }
                byte = high << 4 | low
                at += 2
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                byte = 0x20
            }
            guard byte >= 0x20, byte != 0x7F else { return nil }
            decoded.append(byte)
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}

/// One `name=value` of a query, decoded. Without "=" the value is empty.
public struct QueryItem: Sendable, Equatable {
    public let name: String
    public let value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
