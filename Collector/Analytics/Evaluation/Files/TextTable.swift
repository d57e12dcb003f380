import Glibc
import Runtime

/// A text file of fields in columns, read whole: the form of all public sets.
struct TextTable {
    enum Separation: Equatable {
        case byte(UInt8)
        /// Any number of blanks and tabs.
        case blanks
    }

    private static let maxBytes = 1 << 30
    private static let maxColumns = 10_000

    let path: String
    /// The fields of the first line; empty if the file has no line of names.
    let header: [String]
    let columnCount: Int
    /// The file, with a NUL behind it so that C may read numbers in place.
    private let bytes: [UInt8]
    /// Of each field, row by row: from where to where.
    private let fields: [Range<Int>]
    /// Of each row, counted from 1.
    private let lines: [Int]

    var rowCount: Int { lines.count }

    init(_ path: String, _ separation: Separation, hasHeader: Bool = true) throws(EvaluationFailure) {
        var bytes: [UInt8]
        do {
            bytes = try Files.read(path, maxBytes: TextTable.maxBytes)
        } catch {
            throw EvaluationFailure("\(error)")
        }
        bytes.append(0)
        var header: [String] = []
        var fields: [Range<Int>] = []
        var lines: [Int] = []
        var columnCount = 0
        var line = 0
        var at = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while at < bytes.count - 1 {
            line += 1
            let end = bytes[at...].firstIndex(of: 0x0A) ?? bytes.count - 1
            let before = fields.count
            TextTable.split(bytes, at..<end, separation, into: &fields)
            at = end + 1
            let count = fields.count - before
            if count == 0 { continue }
            guard count <= TextTable.maxColumns else {
                throw EvaluationFailure(path, line: line, "has more than \(TextTable.maxColumns) fields")
            }
            if columnCount == 0 {
                columnCount = count
                if hasHeader {
                    header = fields.map { String(decoding: bytes[$0], as: UTF8.self) }
                    fields.removeAll()
                    continue
                }
            }
            guard count == columnCount else {
                throw EvaluationFailure(path, line: line, "has \(count) fields, the first line has \(columnCount)")
            }
            lines.append(line)
        }
        guard !lines.isEmpty else { throw EvaluationFailure(path, "has no rows") }
        self.path = path
        self.header = header
        self.columnCount = columnCount
        self.bytes = bytes
        self.fields = fields
        self.lines = lines
    }

    func column(_ name: String) -> Int? { header.firstIndex(of: name) }

    func text(_ row: Int, _ column: Int) -> String {
        String(decoding: bytes[fields[row * columnCount + column]], as: UTF8.self)
    }

    /// A number; `nan` where there is none: empty, `nan`, `null`, `na`.
    func number(_ row: Int, _ column: Int) throws(EvaluationFailure) -> Double {
        let field = fields[row * columnCount + column]
        if field.isEmpty { return .nan }
        if bytes[field].allSatisfy(TextTable.mayBeOfNumber) {
            let (value, length) = bytes.withUnsafeBytes { buffer -> (Double, Int) in
                guard let base = buffer.baseAddress else { return (.nan, 0) }
                let start = (base + field.lowerBound).assumingMemoryBound(to: CChar.self)
                var end: UnsafeMutablePointer<CChar>?
                let value = strtod(start, &end)
                return (value, end.map { UnsafePointer($0) - start } ?? 0)
            }
            if length == field.count, value.isFinite { return value }
        }
        if ["nan", "null", "na", "none"].contains(text(row, column).lowercased()) { return .nan }
        throw failure(row, "\(name(column)) is not a number: \(Text.quoted(text(row, column)))")
    }

    /// Whether a label says yes: 0 or 1 in any form of number, or false or true.
    func flag(_ row: Int, _ column: Int) throws(EvaluationFailure) -> Bool {
        switch text(row, column).lowercased() {
        case "true", "yes": return true
        case "false", "no", "": return false
        default: break
        }
        let value = try number(row, column)
        guard value == 0 || value == 1 else {
            throw failure(row, "\(name(column)) must be 0 or 1, got \(Text.quoted(text(row, column)))")
        }
        return value == 1
    }

    /// Milliseconds of an instant, written as `2020-03-09 10:14:33`, in RFC 3339, or as a number: of seconds, or of
    /// milliseconds when it is too large for them.
    func timeMs(_ row: Int, _ column: Int) throws(EvaluationFailure) -> Int64 {
        let field = bytes[fields[row * columnCount + column]]
        if let ms = TextTable.instantMs(field) { return ms }
        let value = (try? number(row, column)) ?? .nan
        guard abs(value) < 1e15 else {
            throw failure(row, "\(name(column)) is not a time: \(Text.quoted(text(row, column)))")
        }
        return Int64((abs(value) < 1e11 ? value * 1000 : value).rounded())
    }

    func failure(_ row: Int, _ problem: String) -> EvaluationFailure {
        EvaluationFailure(path, line: lines[row], problem)
    }

    private func name(_ column: Int) -> String {
        header.isEmpty ? "field \(column + 1)" : Text.escaped(header[column], maxCharacters: 60)
    }

    static func instantMs(_ field: ArraySlice<UInt8>) -> Int64? {
        guard field.count >= 19, field[field.startIndex + 4] == UInt8(ascii: "-") else { return nil }
        var text = Array(field)
        if text[10] == UInt8(ascii: " ") { text[10] = UInt8(ascii: "T") }
        let hasOffset = text.last == UInt8(ascii: "Z") || text[19...].contains { $0 == 0x2B || $0 == 0x2D }
        if !hasOffset { text.append(UInt8(ascii: "Z")) }
        return RFC3339.parse(String(decoding: text, as: UTF8.self))
    }

    /// Digits, `+-.eE`: strtod knows other forms that are more likely mistakes.
    private static func mayBeOfNumber(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
    }

    /// Quotes around a field are left out; blanks around it too.
    private static func split(
        _ bytes: [UInt8], _ line: Range<Int>, _ separation: Separation, into fields: inout [Range<Int>]
    ) {
        var end = line.upperBound
        if end > line.lowerBound, bytes[end - 1] == 0x0D { end -= 1 }
        var at = line.lowerBound
        if bytes[at..<end].allSatisfy(isBlank) { return }
        guard case .byte(let separator) = separation else {
            while at < end {
                while at < end, isBlank(bytes[at]) { at += 1 }
                let start = at
                while at < end, !isBlank(bytes[at]) { at += 1 }
                if at > start { fields.append(start..<at) }
            }
            return
        }
        while true {
            let stop = bytes[at..<end].firstIndex(of: separator) ?? end
            fields.append(trimmed(bytes, at..<stop))
            if stop == end { return }
            at = stop + 1
        }
    }

    private static func trimmed(_ bytes: [UInt8], _ field: Range<Int>) -> Range<Int> {
        var (low, high) = (field.lowerBound, field.upperBound)
        while low < high, isBlank(bytes[low]) { low += 1 }
        while high > low, isBlank(bytes[high - 1]) { high -= 1 }
        if high - low >= 2, bytes[low] == 0x22, bytes[high - 1] == 0x22 { (low, high) = (low + 1, high - 1) }
        return low..<high
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
