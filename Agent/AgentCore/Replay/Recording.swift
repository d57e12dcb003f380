import Model
import Runtime
import Tables

/// Recorded readings, row by row in the order of the file. Belongs to one thread; holds one batch of rows.
final class Recording {
    struct Row: Equatable {
        /// Since 1970, or since the first row where there is no column of times.
        var timeMs: Int64
        var values: [Double]
    }

    let signals: RecordedSignals
    private let file: RecordingFile
    private let mapping: RecordingMapping
    private let filter: RecordingMapping.Filter?
    private let time: Column?
    private let filterColumn: Column?
    private var reader: TableReader
    private var batch = TableBatch([])
    private var row = 0
    /// Rows given so far.
    private(set) var count = 0
    private var lastMs: Int64 = .min

    init(_ settings: ReplaySettings) throws(TableFailure) {
        mapping = settings.mapping
        filter = settings.filter
        file = try RecordingFile(settings)
        time = try file.timeColumn(mapping)
        filterColumn = if let filter { try file.column(filter.column) } else { nil }
        let others = [time, filterColumn].compactMap { $0?.name }
        signals = try RecordedSignals(file, mapping, without: others)
        reader = try Recording.open(file, mapping, signals, others)
    }

    private static func open(
        _ file: RecordingFile, _ mapping: RecordingMapping, _ signals: RecordedSignals, _ others: [String]
    ) throws(TableFailure) -> TableReader {
        try TableReader(
            file.path, file.format, schema: file.schema, columns: signals.columns.map(\.name) + others,
            separator: mapping.separator)
    }

    /// From the beginning again.
    func rewind() throws(TableFailure) {
        reader = try Recording.open(
            file, mapping, signals, [time, filterColumn].compactMap { $0?.name })
        batch = TableBatch([])
        (row, count, lastMs) = (0, 0, .min)
    }

    /// The next row that is wanted; nil behind the last.
    func next() throws(TableFailure) -> Row? {
        while true {
            while row >= batch.rowCount {
                guard let more = try reader.nextBatch() else { return nil }
                (batch, row) = (more, 0)
            }
            defer { row += 1 }
            guard isWanted() else { continue }
            count += 1
            let timeMs = try timeOfRow()
            guard timeMs >= lastMs else {
                throw TableFailure(
                    file.path,
                    "row \(count) is of \(RFC3339.format(ms: timeMs)), earlier than the one before it; sort the rows by time, "
                        + "or choose those of one recording (where: {column: …, is: …})")
            }
            lastMs = timeMs
            return Row(timeMs: timeMs, values: signals.columns.indices.map(value))
        }
    }

    /// The usual distance of rows, by the first of them; and goes back to the beginning.
    func usualIntervalMs() throws(TableFailure) -> Int64 {
        var steps: [Int64] = []
        var before: Int64?
        while steps.count < 100, let row = try next() {
            if let before, row.timeMs > before { steps.append(row.timeMs - before) }
            before = row.timeMs
        }
        guard before != nil else {
            throw TableFailure(
                file.path, filter.map { "has no row with \($0.column) = \($0.text)" } ?? "has no rows")
        }
        try rewind()
        return steps.isEmpty ? 1_000 : steps.sorted()[steps.count / 2]
    }

    // MARK: - Cells

    private func isWanted() -> Bool {
        guard let filter, let filterColumn else { return true }
        let place = signals.columns.count + (time == nil ? 0 : 1)
        switch batch.columns[place] {
        case .texts(let texts): return texts[row] == filter.text
        case .repeatedText(let text, _): return text == filter.text
        case .integers(let values): return String(values[row]) == filter.text
        case .repeatedInteger(let value, _): return String(value) == filter.text
        case .numbers(let values): return Double(filter.text) == values[row]
        case .numbers32(let values): return Float(filter.text) == values[row]
        case .flags(let flags): return (flags[row] ? "true" : "false") == filter.text
        case .timesMs(let times): return RFC3339.format(ms: times[row]) == filter.text
        case .categories(let places):
            guard case .category(let labels) = filterColumn.form, labels.indices.contains(Int(places[row])) else {
                return false
            }
            return labels[Int(places[row])] == filter.text
        }
    }

    private func value(_ column: Int) -> Double {
        if batch.valid[column]?[row] == false { return Frame.noValue }
        switch batch.columns[column] {
        case .numbers(let values): return values[row].isFinite ? values[row] : Frame.noValue
        case .numbers32(let values): return values[row].isFinite ? Double(values[row]) : Frame.noValue
        case .integers(let values): return Double(values[row])
        case .repeatedInteger(let value, _): return Double(value)
        case .flags(let flags): return flags[row] ? 1 : 0
        case .categories(let places): return Double(places[row])
        case .repeatedText(let text, _):
            guard case .category(let labels) = signals.columns[column].form else { return Frame.noValue }
            return labels.firstIndex(of: text).map(Double.init) ?? Frame.noValue
        case .texts, .timesMs: return Frame.noValue
        }
    }

    private func timeOfRow() throws(TableFailure) -> Int64 {
        guard time != nil else {
            return Int64(clampingRounded: Double(count - 1) * (mapping.intervalS ?? 1) * 1000)
        }
        let place = signals.columns.count
        guard batch.valid[place]?[row] != false else { throw noTime("nothing") }
        switch batch.columns[place] {
        case .timesMs(let times): return try time(ms: Double(times[row]))
        case .texts(let texts):
            guard let timeMs = Recording.parse(texts[row]) else { throw noTime(Text.quoted(texts[row])) }
            return timeMs
        case .integers(let values): return try time(Double(values[row]))
        case .numbers(let values): return try time(values[row])
        case .numbers32(let values): return try time(Double(values[row]))
        case .repeatedInteger(let value, _): return try time(Double(value))
        case .repeatedText(let text, _):
            guard let timeMs = Recording.parse(text) else { throw noTime(Text.quoted(text)) }
            return timeMs
        case .flags, .categories: throw noTime("something else")
        }
    }

    private func time(_ number: Double) throws(TableFailure) -> Int64 {
        try time(ms: mapping.timeForm == .milliseconds ? number : number * 1000, number)
    }

    /// What lies beyond the year 9999, before or after, is no time.
    private func time(ms: Double, _ number: Double? = nil) throws(TableFailure) -> Int64 {
        guard ms.isFinite, abs(ms) < 253_402_300_800_000 else { throw noTime("\(number ?? ms)") }
        return Int64(clampingRounded: ms)
    }

    private func noTime(_ found: String) -> TableFailure {
        TableFailure(
            file.path,
            "row \(count) needs a time such as 2026-01-31T12:00:00Z in column \(time?.name ?? ""), got \(found); "
                + "say its form in a mapping file (time: {column: …, form: text, seconds or milliseconds})")
    }

    /// RFC 3339, also with a space for the T and without a zone, which then is UTC.
    static func parse(_ text: String) -> Int64? {
        if let timeMs = RFC3339.parse(text) { return timeMs }
        var bytes = Array(text.utf8)
        guard bytes.count >= 19, bytes.count <= 40 else { return nil }
        if bytes[10] == 0x20 { bytes[10] = 0x54 }
        let spaced = String(decoding: bytes, as: UTF8.self)
        return RFC3339.parse(spaced) ?? RFC3339.parse(spaced + "Z")
    }
}

extension Int64 {
    /// The nearest whole number within the type's range; 0 for what is no number.
    fileprivate init(clampingRounded value: Double) {
        self = value.isNaN ? 0 : value >= 9.2e18 ? .max : value <= -9.2e18 ? .min : Int64(value.rounded())
    }
}
