import Runtime

/// The cells of some rows of a column as text, one behind the other.
struct CellBlock {
    /// How cells are written.
    enum Style {
        case csv, json
    }

    private(set) var bytes: [UInt8] = []
    /// Where each cell ends.
    private(set) var ends: [Int] = []

    /// Writes the cells of `rows`.
    mutating func fill(
        _ rows: Range<Int>, of values: ColumnValues, valid: [Bool]?, form: Column.Form, style: Style
    ) {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        switch values {
        case .integers(let values):
            cells(rows, valid, style) { JSONWriter.append(integer: values[$0], to: &$1) }
        case .timesMs(let values):
            cells(rows, valid, style) { CellBlock.time(values[$0], style, &$1) }
        case .numbers(let values):
            cells(rows, valid, style) { CellBlock.number(values[$0], style, &$1) }
        case .numbers32(let values):
            cells(rows, valid, style) { CellBlock.number32(values[$0], style, &$1) }
        case .texts(let values):
            cells(rows, valid, style) { CellBlock.text(values[$0], style, &$1) }
        case .flags(let values):
            cells(rows, valid, style) { $1.append(contentsOf: (values[$0] ? "true" : "false").utf8) }
        case .categories(let places):
            guard case .category(let labels) = form else { return }
            let words = labels.map { label in
                var word: [UInt8] = []
                CellBlock.text(label, style, &word)
                return word
            }
            cells(rows, valid, style) { $1.append(contentsOf: words[Int(places[$0])]) }
        case .repeatedText(let text, _):
            var word: [UInt8] = []
            CellBlock.text(text, style, &word)
            cells(rows, valid, style) { $1.append(contentsOf: word) }
        case .repeatedInteger(let value, _):
            var word: [UInt8] = []
            if form == .timeMs {
                CellBlock.time(value, style, &word)
            } else {
                JSONWriter.append(integer: value, to: &word)
            }
            cells(rows, valid, style) { $1.append(contentsOf: word) }
        }
    }

    @inline(__always)
    private mutating func cells(
        _ rows: Range<Int>, _ valid: [Bool]?, _ style: Style, _ write: (Int, inout [UInt8]) -> Void
    ) {
        for row in rows {
            if valid?[row] ?? true {
                write(row, &bytes)
            } else if style == .json {
                bytes.append(contentsOf: "null".utf8)
            }
            ends.append(bytes.count)
        }
    }

    /// What is no number is empty in CSV. The infinities have words there, which JSON has not.
    private static func number(_ value: Double, _ style: Style, _ bytes: inout [UInt8]) {
        if style == .csv, !value.isFinite {
            if !value.isNaN { bytes.append(contentsOf: (value < 0 ? "-inf" : "inf").utf8) }
        } else {
            let start = bytes.count
            JSONWriter.append(value, to: &bytes)
            // Readers guess a column's type from its first rows: 5.0 must not look like a whole number.
            if value.isFinite, !bytes[start...].contains(where: { $0 == 0x2E || $0 == 0x65 }) {
                bytes.append(contentsOf: ".0".utf8)
            }
        }
    }

    private static func number32(_ value: Float, _ style: Style, _ bytes: inout [UInt8]) {
        guard value.isFinite else { return number(Double(value), style, &bytes) }
        bytes.append(contentsOf: value.description.utf8)
    }

    private static func time(_ ms: Int64, _ style: Style, _ bytes: inout [UInt8]) {
        if style == .json { bytes.append(UInt8(ascii: "\"")) }
        RFC3339.append(ms: ms, to: &bytes)
        if style == .json { bytes.append(UInt8(ascii: "\"")) }
    }

    private static func text(_ text: String, _ style: Style, _ bytes: inout [UInt8]) {
        if style == .json { JSONWriter.append(text, to: &bytes) } else { CSVText.append(text, to: &bytes) }
    }
}
