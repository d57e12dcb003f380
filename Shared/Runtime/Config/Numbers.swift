/// The forms in which numbers may be written.
extension ConfigReader {
    /// Digits with an optional minus: no leading zeros (which YAML reads as octal), no underscores, no exponent.
    static func integer(_ text: String) -> Int? {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard let first = digits.first, digits.allSatisfy({ (48...57).contains($0) }), digits.count <= 19,
            first != UInt8(ascii: "0") || digits.count == 1
        else { return nil }
        return Int(text)
    }

    /// A finite decimal number, with an exponent or without.
    static func decimal(_ text: String) -> Double? {
        let allowed = text.utf8.allSatisfy {
            (48...57).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0)
        }
        guard allowed, text.utf8.count <= 64, let number = Double(text), number.isFinite else { return nil }
        return number
    }

    static func short(_ number: Double) -> String {
        var bytes: [UInt8] = []
        JSONWriter.append(number, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// "a, b or c"
    static func list(_ words: [String], _ conjunction: String) -> String {
        guard words.count > 1, let last = words.last else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }
}

/// Time spans in a configuration: a whole number and a unit.
enum ConfigDuration {
    private static let units: [(name: String, ms: Int)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    static func parseMs(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = ConfigReader.integer(String(digits)),
            let unit = units.first(where: { $0.name == text.dropFirst(digits.count) })
        else { return nil }
        let (ms, overflow) = number.multipliedReportingOverflow(by: unit.ms)
        return overflow ? nil : ms
    }

    /// In the largest unit that divides it.
    static func text(ms: Int) -> String {
        let unit = units.last { ms % $0.ms == 0 && ms != 0 } ?? units[1]
        return "\(ms / unit.ms)\(unit.name)"
    }
}
