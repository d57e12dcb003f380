/// Collects a column's values of one row group and turns them into pages. One subclass for each way to store values.
class ColumnEncoder {
    /// Rows of a page: 1 MiB of doubles.
    private static let pageRows = 1 << 17

    let column: Column
    let type: PhysicalType
    private(set) var rowCount = 0
    private(set) var nullCount = 0
    /// 1 where a row has a value, 0 where it is null; only of columns that may have nulls.
    private var levels = Growing<UInt32>()
    private var payload = ByteSink()

    init(_ column: Column, _ type: PhysicalType) {
        self.column = column
        self.type = type
    }

    static func of(_ column: Column) -> ColumnEncoder {
        switch column.form {
        case .integer, .timeMs: IntegerEncoder(column)
        case .number: DoubleEncoder(column)
        case .number32: FloatEncoder(column)
        case .text: TextEncoder(column)
        case .category(let labels): CategoryEncoder(column, labels)
        case .flag: FlagEncoder(column)
        }
    }

    /// Adds values of the column's form.
    final func add(_ values: ColumnValues, valid: [Bool]?) {
        let count = values.count
        rowCount += count
        guard column.isNullable else { return store(values, where: nil) }
        guard let present = ColumnEncoder.presence(of: values, valid) else {
            levels.append(repeating: 1, count: count)
            return store(values, where: nil)
        }
        let room = levels.room(count)
        for row in 0..<count {
            (room + row).initialize(to: present[row] ? 1 : 0)
            nullCount += present[row] ? 0 : 1
        }
        levels.advance(count)
        store(values, where: present)
    }

    /// Which rows have a value; nil when all have.
    private static func presence(of values: ColumnValues, _ valid: [Bool]?) -> [Bool]? {
        let present: [Bool]
        switch values {
        case .numbers(let numbers) where numbers.contains { $0.isNaN }: present = numbers.map { !$0.isNaN }
        case .numbers32(let numbers) where numbers.contains { $0.isNaN }: present = numbers.map { !$0.isNaN }
        default: return valid.flatMap { $0.contains(false) ? $0 : nil }
        }
        guard let valid else { return present }
        return zip(present, valid).map { $0 && $1 }
    }

    /// Appends the column's pages and forgets the values.
    final func finish(into output: inout PageOutput) -> EncodedRowGroup.Chunk {
        var size = PageOutput.Size()
        let start = output.bytes.count
        let encoding = beginPages()
        var dictionaryOffset: Int?
        if encoding == .rleDictionary {
            payload.removeAll()
            let entries = writeDictionary(into: &payload)
            dictionaryOffset = start
            size += output.page(.dictionary, .plain, count: entries, payload.bytes)
        }
        let dataOffset = output.bytes.count
        var row = 0
        var value = 0
        repeat {
            let rows = row..<min(row + ColumnEncoder.pageRows, rowCount)
            payload.removeAll()
            let present = writeLevels(rows)
            encode(value..<value + present, into: &payload)
            size += output.page(.data, encoding, count: rows.count, payload.bytes)
            row = rows.upperBound
            value += present
        } while row < rowCount
        let limits = limits()
        let chunk = EncodedRowGroup.Chunk(
            type: type, encodings: encoding == .rleDictionary ? [.plain, .rle, encoding] : [.rle, encoding],
            path: column.name, valueCount: rowCount, size: size, dictionaryOffset: dictionaryOffset,
            dataOffset: dataOffset, nullCount: nullCount, least: limits?.least, greatest: limits?.greatest)
        rowCount = 0
        nullCount = 0
        levels.removeAll()
        removeAll()
        return chunk
    }

    /// How many of the rows have a value.
    private func writeLevels(_ rows: Range<Int>) -> Int {
        guard column.isNullable else { return rows.count }
        let levels = UnsafeBufferPointer(rebasing: self.levels.values[rows])
        var packed = ByteSink(capacity: 256)
        if nullCount == 0 {
            HybridEncoder.run(of: 1, count: rows.count, 1, into: &packed)
        } else {
            HybridEncoder.encode(levels, width: 1, into: &packed)
        }
        payload.append(UInt32(packed.count))
        payload.append(packed.bytes)
        return nullCount == 0 ? rows.count : Int(levels.reduce(0, +))
    }

    // MARK: - What a subclass does

    /// Keeps the values of the rows that have one; all have when `present` is nil.
    func store(_ values: ColumnValues, where present: [Bool]?) {}
    /// All values are there: decides how they are stored.
    func beginPages() -> PageEncoding { .plain }
    /// Writes the dictionary's entries in their plain form; returns how many.
    func writeDictionary(into payload: inout ByteSink) -> Int { 0 }
    /// Encodes some of the values as `beginPages` has said.
    func encode(_ values: Range<Int>, into payload: inout ByteSink) {}
    /// Least and greatest value in their plain form.
    func limits() -> (least: [UInt8], greatest: [UInt8])? { nil }
    /// Forgets the values and keeps the memory.
    func removeAll() {}
}

/// Places in a dictionary as a page has them: their width, and the hybrid of runs and packed numbers.
func encodePlaces(_ places: UnsafeBufferPointer<UInt32>, into payload: inout ByteSink) {
    var bits: UInt32 = 0
    for place in places { bits |= place }
    let width = BitPacking.width(UInt64(bits))
    payload.append(UInt8(width))
    // Of no bits there is nothing to pack, but how many values there are must still be said.
    if width == 0 {
        if !places.isEmpty { HybridEncoder.run(of: 0, count: places.count, 0, into: &payload) }
    } else {
        HybridEncoder.encode(places, width: width, into: &payload)
    }
}
