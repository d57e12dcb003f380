public import Model

/// PostgreSQL's text form of int8multirange: `{[1,6),[8,9)}`.
///
/// The server writes every range as lower bound included, upper bound excluded. As no int8 follows `Int64.max`, a range
/// that includes it is written without upper bound, and read so; likewise `Int64.min` without lower bound.
public enum MultirangeText {
    public static func encode(_ set: SequenceSet) -> String {
        var text = "{"
        for range in set.ranges {
            if text.utf8.count > 1 { text += "," }
            text += range.lowerBound == .min ? "(" : "[\(range.lowerBound)"
            text += range.upperBound == .max ? ",)" : ",\(range.upperBound + 1))"
        }
        return text + "}"
    }

    /// Nil unless the text has the form that the server writes.
    public static func decode(_ text: String) -> SequenceSet? {
        guard text.hasPrefix("{"), text.hasSuffix("}"), text.utf8.count >= 2 else { return nil }
        var rest = text.dropFirst().dropLast()
        var set = SequenceSet()
        while !rest.isEmpty {
            guard let end = rest.firstIndex(of: ")"), let range = decodeRange(rest[..<end]) else { return nil }
            set.insert(range)
            rest = rest[rest.index(after: end)...]
            if rest.isEmpty { break }
            guard rest.hasPrefix(","), rest.utf8.count > 1 else { return nil }
            rest = rest.dropFirst()
        }
        return set
    }

    /// `[a,b` with both bounds optional; empty ranges do not occur in a multirange.
    private static func decodeRange(_ text: Substring) -> ClosedRange<Int64>? {
        guard let comma = text.firstIndex(of: ","), let opening = text.first, opening == "[" || opening == "(" else {
            return nil
        }
        let lowerText = text[text.index(after: text.startIndex)..<comma]
        let upperText = text[text.index(after: comma)...]
        guard lowerText.isEmpty == (opening == "(") else { return nil }
        guard let lower = lowerText.isEmpty ? .min : number(lowerText) else { return nil }
        if upperText.isEmpty { return lower...Int64.max }
        guard let above = number(upperText), above > lower else { return nil }
        return lower...(above - 1)
    }

    private static func number(_ text: Substring) -> Int64? {
        guard text.first != "+" else { return nil }
        return Int64(text)
    }
}
