import Glibc
import Runtime

/// Reads a CSV file (RFC 4180; ends of lines may also be LF) row by row, within bounded memory.
///
///     var reader = try CSVReader(path: path)
///     while try reader.nextRow() { use(reader.text(0), reader.number(1)) }
public struct CSVReader {
    /// The most bytes of a row, and the most columns.
    private static let maxRowBytes = 1 << 22
    private static let maxColumns = 10_000

    public let path: String
    /// The names of the columns, from the first line.
    public private(set) var header: [String] = []
    /// The line on which the present row begins, counted from 1.
    public private(set) var line = 0
    private let separator: UInt8
    private var nextLine = 1
    private var input: ByteInput
    /// The fields of the present row, one behind the other, without quotes.
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var wasQuoted: [Bool] = []

    /// `separator`: the byte between fields; some countries' programs write a semicolon.
    public init(path: String, separator: UInt8 = 0x2C) throws(TableFailure) {
        self.path = path
        self.separator = separator
        input = try ByteInput(path)
        guard try readRow() else { throw TableFailure(path, "is empty: it needs a first line with the columns' names") }
        header = ends.indices.map { String(decoding: field($0), as: UTF8.self) }
        // Some programs mark UTF-8 by a byte order mark.
        if let first = header.first, first.hasPrefix("\u{FEFF}") {
            header[0] = String(first.unicodeScalars.dropFirst())
        }
    }

    /// Goes to the next row; false at the end of the file. Rows with more or fewer fields than the header are refused.
    public mutating func nextRow() throws(TableFailure) -> Bool {
        guard try readRow() else { return false }
        guard ends.count == header.count else {
            throw TableFailure(path, "line \(line) has \(ends.count) fields, the first line has \(header.count)")
        }
        return true
    }

    /// Whether the field is empty without quotes: a null.
    public func isNull(_ column: Int) -> Bool { field(column).isEmpty && !wasQuoted[column] }

    public func text(_ column: Int) -> String { String(decoding: field(column), as: UTF8.self) }

    /// The field as a number; nil when it is none.
    public func number(_ column: Int) -> Double? { CSVReader.number(field(column)) }

    func field(_ column: Int) -> ArraySlice<UInt8> {
        guard ends.indices.contains(column) else { return [] }
        return bytes[(column == 0 ? 0 : ends[column - 1])..<ends[column]]
    }

    static func number(_ field: ArraySlice<UInt8>) -> Double? {
        guard (1...64).contains(field.count) else { return nil }
        let isDecimal = field.allSatisfy { (48...57).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }
        guard isDecimal else {
            switch String(decoding: field, as: UTF8.self) {
            case "inf": return .infinity
            case "-inf": return -.infinity
            default: return nil
            }
        }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: field.count + 1) { room in
            for (index, byte) in field.enumerated() { room[index] = CChar(bitPattern: byte) }
            room[field.count] = 0
            guard let start = room.baseAddress else { return nil }
            var end: UnsafeMutablePointer<CChar>?
            let value = strtod(start, &end)
            return end == start + field.count ? value : nil
        }
    }

    // MARK: - Rows

    private mutating func readRow() throws(TableFailure) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        wasQuoted.removeAll(keepingCapacity: true)
        // Empty lines are no rows, unless there is one column only: then they are nulls.
        while let byte = try input.peek(), byte == 0x0A || byte == 0x0D, header.count != 1 {
            _ = try input.next()
            if byte == 0x0A { nextLine += 1 }
        }
        line = nextLine
        guard try input.peek() != nil else { return false }
        while true {
            guard try readField() else { return true }
            guard ends.count < CSVReader.maxColumns else {
                throw TableFailure(path, "line \(line) has more than \(CSVReader.maxColumns) fields")
            }
        }
    }

    /// Reads a field with the separator behind it; false when the row ends with it.
    private mutating func readField() throws(TableFailure) -> Bool {
        var isQuoted = false
        if try input.peek() == 0x22 {
            isQuoted = true
            _ = try input.next()
            try readQuoted()
        }
        while true {
            let byte = try input.next()
            switch byte {
            case separator: return end(isQuoted, goesOn: true)
            case nil: return end(isQuoted, goesOn: false)
            case 0x0A:
                nextLine += 1
                return end(isQuoted, goesOn: false)
            case 0x0D:
                if try input.peek() == 0x0A { continue }
                nextLine += 1
                return end(isQuoted, goesOn: false)
            case let byte?:
                guard !isQuoted else { throw TableFailure(path, "line \(nextLine) has text behind a closing quote") }
                try add(byte)
            }
        }
    }

    private mutating func readQuoted() throws(TableFailure) {
        while true {
            guard let byte = try input.next() else {
                throw TableFailure(
                    path, "ends within quotes that were opened in the row of line \(line): it was cut off")
            }
            if byte == 0x22 {
                guard try input.peek() == 0x22 else { return }
                _ = try input.next()
            } else if byte == 0x0A {
                nextLine += 1
            }
            try add(byte)
        }
    }

    private mutating func add(_ byte: UInt8) throws(TableFailure) {
        guard bytes.count < CSVReader.maxRowBytes else {
            throw TableFailure(path, "line \(line) is longer than \(CSVReader.maxRowBytes) bytes")
        }
        bytes.append(byte)
    }

    private mutating func end(_ isQuoted: Bool, goesOn: Bool) -> Bool {
        ends.append(bytes.count)
        wasQuoted.append(isQuoted)
        return goesOn
    }
}
