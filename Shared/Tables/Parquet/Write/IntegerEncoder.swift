/// Whole numbers and times: by their steps.
final class IntegerEncoder: ColumnEncoder {
    private var values = Growing<Int64>()

    init(_ column: Column) { super.init(column, .int64) }

    override func store(_ added: ColumnValues, where present: [Bool]?) {
        switch added {
        case .integers(let added), .timesMs(let added):
            if let present {
                for (value, isPresent) in zip(added, present) where isPresent { values.append(value) }
            } else {
                added.withUnsafeBufferPointer { values.append($0) }
            }
        case .repeatedInteger(let value, let count):
            values.append(repeating: value, count: present.map { $0.count { $0 } } ?? count)
        default: break
        }
    }

    override func beginPages() -> PageEncoding { .deltaBinaryPacked }

    override func encode(_ range: Range<Int>, into payload: inout ByteSink) {
        DeltaEncoder.encode(UnsafeBufferPointer(rebasing: values.values[range]), into: &payload)
    }

    override func limits() -> (least: [UInt8], greatest: [UInt8])? {
        let values = values.values
        guard !values.isEmpty else { return nil }
        var least = Int64.max
        var greatest = Int64.min
        for value in values {
            least = min(least, value)
            greatest = max(greatest, value)
        }
        return (littleEndian(least), littleEndian(greatest))
    }

    override func removeAll() { values.removeAll() }
}

func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
