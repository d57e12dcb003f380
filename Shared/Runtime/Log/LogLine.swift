/// Makes the text of one line.
struct LogLine {
    static let maxFields = 40
    static let maxTextScalars = 2000
    static let reservedKeys: Set<String> = ["ts", "level", "component", "msg", "repeated"]

    let level: Log.Level
    let component: String
    let message: String
    let fields: [(key: String, value: LogValue)]

    init(level: Log.Level, component: String, message: String, fields: Log.Fields) {
        self.level = level
        self.component = component
        self.message = message
        self.fields = fields.prefix(LogLine.maxFields).compactMap { key, field in
            let value = field.logValue
            return value == .absent ? nil : (key: key, value: value)
        }
    }

    /// The line with its newline. `repeated` is how many lines like this were not written.
    func bytes(_ format: Log.Format, timeMs: Int64, repeated: Int?, journalPriority: Bool) -> [UInt8] {
        switch format {
        case .text: textBytes(timeMs: timeMs, repeated: repeated, journalPriority: journalPriority)
        case .json: jsonBytes(timeMs: timeMs, repeated: repeated)
        }
    }

    private func textBytes(timeMs: Int64, repeated: Int?, journalPriority: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(160)
        if journalPriority { bytes.append(contentsOf: "<\(priority)>".utf8) }
        RFC3339.append(ms: timeMs, to: &bytes)
        bytes.append(contentsOf: " \(level.rawValue) ".utf8)
        append(component, to: &bytes)
        bytes.append(contentsOf: ": ".utf8)
        append(message, to: &bytes)
        for (key, value) in fields {
            bytes.append(UInt8(ascii: " "))
            append(key, to: &bytes)
            bytes.append(UInt8(ascii: "="))
            append(value, to: &bytes)
        }
        if let repeated { bytes.append(contentsOf: " repeated=\(repeated)".utf8) }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private func append(_ text: String, to bytes: inout [UInt8]) {
        Text.append(text.unicodeScalars, maxScalars: LogLine.maxTextScalars, escapingQuotes: false, to: &bytes)
    }

    private func append(_ value: LogValue, to bytes: inout [UInt8]) {
        switch value {
        case .text(let text):
            let isBare =
                !text.isEmpty
                && text.unicodeScalars.allSatisfy { Text.isVisible($0) && $0 != " " && $0 != "\"" && $0 != "=" }
            if isBare {
                append(text, to: &bytes)
            } else {
                bytes.append(contentsOf: Text.quoted(text, maxCharacters: LogLine.maxTextScalars).utf8)
            }
        case .integer(let number): JSONWriter.append(integer: number, to: &bytes)
        case .unsigned(let number): JSONWriter.append(integer: number, to: &bytes)
        case .number(let number):
            if number.isFinite {
                JSONWriter.append(number, to: &bytes)
            } else {
                bytes.append(contentsOf: number.description.utf8)
            }
        case .flag(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .absent: break
        }
    }

    private func jsonBytes(timeMs: Int64, repeated: Int?) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.field("ts", timeMs: timeMs)
        json.field("level", level.rawValue)
        json.field("component", Text.escaped(component, maxCharacters: LogLine.maxTextScalars))
        json.field("msg", Text.escaped(message, maxCharacters: LogLine.maxTextScalars))
        var used = LogLine.reservedKeys
        for (key, value) in fields {
            // Two fields of one name would make JSON that strict readers refuse.
            var name = key
            while !used.insert(name).inserted { name += "_" }
            json.key(name)
            switch value {
            case .text(let text): json.string(Text.escaped(text, maxCharacters: LogLine.maxTextScalars))
            case .integer(let number): json.int(number)
            case .unsigned(let number): json.int(number)
            case .number(let number): number.isFinite ? json.double(number) : json.string(number.description)
            case .flag(let flag): json.bool(flag)
            case .absent: json.null()
            }
        }
        if let repeated { json.field("repeated", repeated) }
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }

    /// syslog's number of the level, which the journal reads from the start of a line.
    private var priority: Int {
        switch level {
        case .debug: 7
        case .info: 6
        case .warning: 4
        case .error: 3
        }
    }

    /// Tells two lines of one message apart.
    var variant: Int {
        var hasher = Hasher()
        for (key, value) in fields {
            hasher.combine(key)
            switch value {
            case .text(let text): hasher.combine(text)
            case .integer(let number): hasher.combine(number)
            case .unsigned(let number): hasher.combine(number)
            case .number(let number): hasher.combine(number.bitPattern)
            case .flag(let flag): hasher.combine(flag)
            case .absent: break
            }
        }
        return hasher.finalize()
    }
}
