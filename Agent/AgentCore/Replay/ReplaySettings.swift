public import Model
import Runtime

/// What an agent of kind `replay` plays, and how: the section `asset.replay` of its configuration.
public struct ReplaySettings: Sendable, Equatable {
    public enum AtEnd: String, Sendable, CaseIterable {
        /// The agent ends when everything is delivered.
        case stop
        /// From the beginning again.
        case `repeat`
    }

    /// A Parquet, CSV or JSON file, or a dataset's folder.
    public var path: String
    /// Which table of a folder; nil when it has only one with times.
    public var table: String?
    /// Only rows of which this column says this.
    public var filter: RecordingMapping.Filter?
    public var mapping: RecordingMapping
    public var speed: Double
    public var atEnd: AtEnd

    public init(
        path: String, table: String? = nil, filter: RecordingMapping.Filter? = nil,
        mapping: RecordingMapping = RecordingMapping(), speed: Double = 1, atEnd: AtEnd = .stop
    ) {
        self.path = path
        self.table = table
        self.filter = filter
        self.mapping = mapping
        self.speed = speed
        self.atEnd = atEnd
    }

    init(_ section: ConfigReader) {
        path = section.path("path")
        table = section.optionalString("table", maxBytes: 100)
        filter = section.optionalSection("where").map(RecordingMapping.Filter.init)
        speed = section.double("speed", in: 0.1...100, default: 1)
        atEnd = section.choice("at_end", default: AtEnd.stop)
        mapping = RecordingMapping()
        guard let file = section.optionalPath("mapping") else { return }
        do throws(ConfigFailure) {
            mapping = try ConfigFile.load(file, decode: RecordingMapping.init)
        } catch {
            section.fail("mapping", "\(error)")
        }
    }

    /// The same for the same recording played in the same way: what a saved state belongs to.
    var digest: UInt64 {
        var text = "\(path)\n\(table ?? "")\n\(speed)\n\(atEnd.rawValue)\n\(mapping)"
        if let filter { text += "\n\(filter.column)=\(filter.text)" }
        return text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

/// What the columns of a recording mean: a mapping file. What it does not say follows from the file itself.
public struct RecordingMapping: Sendable, Equatable {
    public struct Filter: Sendable, Equatable {
        public var column: String
        public var text: String

        public init(_ column: String, is text: String) {
            self.column = column
            self.text = text
        }

        init(_ section: ConfigReader) {
            column = section.string("column", maxBytes: 200)
            text = section.string("is", maxBytes: 200)
        }
    }

    public enum TimeForm: String, Sendable, CaseIterable {
        /// 2026-01-31T12:00:00Z; also with a space for the T, and without a zone for UTC.
        case text
        /// Since 1970.
        case seconds, milliseconds
    }

    /// One column that becomes a signal.
    public struct Entry: Sendable, Equatable {
        public var column: String
        public var signal: Signal
    }

    /// The column of the times; nil: the file's first column of times, or the one that is called like one.
    public var timeColumn: String?
    public var timeForm = TimeForm.text
    /// The rows' distance where there is no column of times.
    public var intervalS: Double?
    /// Between the fields of a CSV file.
    public var separator: UInt8 = 0x2C
    /// The kind of asset that was recorded; its signals are the columns of the same names.
    public var kind: String?
    /// Empty: every column of numbers, flags or words, under its own name.
    public var entries: [Entry] = []

    public init() {}

    init(_ root: ConfigReader) {
        self.init()
        if let time = root.optionalSection("time") {
            timeColumn = time.string("column", maxBytes: 200)
            timeForm = time.choice("form", default: TimeForm.text)
        }
        intervalS = root.optionalDouble("interval_s", in: 0.001...86_400)
        if intervalS != nil, timeColumn != nil { root.fail("interval_s", "goes without a column of times; remove one") }
        if let text = root.optionalString("separator", maxBytes: 1), let byte = text.utf8.first { separator = byte }
        kind = root.optionalString("kind", maxBytes: 100)
        entries = root.sectionList("signals").map(Entry.init)
        for name in Set(entries.map(\.signal.name)) where entries.count(where: { $0.signal.name == name }) > 1 {
            root.fail("signals", "two columns become the signal \(Text.quoted(name))")
        }
        if kind != nil, !entries.isEmpty { root.fail("kind", "has signals of its own; remove it or signals") }
    }
}

extension RecordingMapping.Entry {
    init(_ section: ConfigReader) {
        column = section.string("column", maxBytes: 200)
        let name = section.optionalString("name", maxBytes: 100) ?? SignalName.made(from: column)
        if !SignalName.isGood(name) { section.fail("name", SignalName.rule(name)) }
        signal = Signal(
            name, section.optionalString("title", maxBytes: 200) ?? column,
            unit: section.optionalString("unit", maxBytes: 30) ?? "",
            normal: RecordingMapping.Entry.range("normal", section),
            alarm: RecordingMapping.Entry.range("alarm", section),
            decimals: section.int("decimals", in: 0...15, default: 6),
            healthWeight: section.double("weight", in: 0...1, default: 0))
    }

    private static func range(_ key: String, _ section: ConfigReader) -> ClosedRange<Double>? {
        guard let limits = section.optionalSection(key) else { return nil }
        let span = -1e300...1e300
        let low = limits.double("low", in: span)
        let high = limits.double("high", in: span)
        guard low < high else {
            section.fail(key, "low must be below high")
            return nil
        }
        return low...high
    }
}

/// Names of signals: lower_snake_case.
enum SignalName {
    static func isGood(_ name: String) -> Bool {
        guard let first = name.utf8.first, (97...122).contains(first), name.utf8.count <= 100 else { return false }
        return name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 0x5F }
    }

    static func rule(_ name: String) -> String {
        "must be a letter followed by letters, digits and _, all lower case, got \(Text.quoted(name))"
    }

    /// The nearest good name: "Accelerometer 1 (RMS)" becomes accelerometer_1_rms.
    static func made(from text: String) -> String {
        var name = ""
        for byte in text.utf8.prefix(90) {
            switch byte {
            case 65...90: name.unicodeScalars.append(Unicode.Scalar(byte + 32))
            case 97...122, 48...57: name.unicodeScalars.append(Unicode.Scalar(byte))
            default: if !name.isEmpty, !name.hasSuffix("_") { name += "_" }
            }
        }
        while name.hasSuffix("_") { name.removeLast() }
        guard let first = name.utf8.first else { return "signal" }
        return (97...122).contains(first) ? name : "signal_\(name)"
    }
}
