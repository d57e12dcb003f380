/// Prometheus' text format, version 0.0.4.
struct MetricsText {
    private(set) var bytes: [UInt8] = []

    mutating func header(name: String, help: String, kind: String) {
        append("# HELP \(name) \(MetricsText.escaped(help, quotes: false))\n# TYPE \(name) \(kind)\n")
    }

    mutating func sample(_ name: String, labels: String, _ value: UInt64) {
        begin(name, labels)
        JSONWriter.append(integer: value, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func sample(_ name: String, labels: String, _ value: Double) {
        begin(name, labels)
        append(MetricsText.number(value))
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func begin(_ name: String, _ labels: String) {
        append(name)
        if !labels.isEmpty { append("{\(labels)}") }
        bytes.append(UInt8(ascii: " "))
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return ConfigReader.short(value)
    }

    /// `site="demo",asset="candu-1"`
    static func labels(_ labels: Metrics.Labels) -> String {
        labels.map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ",")
    }

    static func isName(_ name: String, allowingColon: Bool) -> Bool {
        guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || byte == UInt8(ascii: "_") || (allowingColon && byte == UInt8(ascii: ":"))
        }
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
