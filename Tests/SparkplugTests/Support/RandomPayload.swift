import Model
import Sparkplug

/// Makes any payload that the schema allows, and some that are unlike any in the field.
struct RandomPayload {
    var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func payload() -> Payload {
        let count = random.below(6)
        return Payload(
            timestampMs: maybe { $0.number() }, metrics: (0..<count).map { _ in metric(depth: 0) },
            seq: maybe { $0.number() }, uuid: maybe(oneIn: 8) { $0.text() }, body: maybe(oneIn: 8) { $0.bytes() })
    }

    mutating func metric(depth: Int) -> Metric {
        Metric(
            name: maybe { $0.text() }, alias: maybe { $0.number() }, timestampMs: maybe { $0.number() },
            datatype: maybe { DataType(rawValue: $0.flip() ? UInt32($0.random.below(36)) : $0.word()) },
            isHistorical: maybe(oneIn: 3) { $0.flip() }, isTransient: maybe(oneIn: 3) { $0.flip() },
            isNull: maybe(oneIn: 3) { $0.flip() }, metadata: maybe(oneIn: 6) { $0.metadata() },
            properties: maybe(oneIn: 3) { $0.propertySet(depth: depth) },
            value: maybe(oneIn: 1) { $0.value(depth: depth) })
    }

    private mutating func value(depth: Int) -> Metric.Value {
        switch random.below(depth < 3 ? 11 : 7) {
        case 0...5: .scalar(scalar())
        case 6: .bytes(bytes())
        case 7: .dataSet(dataSet())
        case 8, 9: .template(template(depth: depth + 1))
        default: .extension
        }
    }

    mutating func scalar() -> Scalar {
        switch random.below(6) {
        case 0: .int(word())
        case 1: .long(number())
        case 2: .float(Float(double()))
        case 3: .double(double())
        case 4: .boolean(flip())
        default: .string(text())
        }
    }

    private mutating func basic() -> BasicValue? {
        random.below(8) == 0 ? nil : random.below(8) == 0 ? .extension : .scalar(scalar())
    }

    private mutating func metadata() -> MetaData {
        MetaData(
            isMultiPart: maybe { $0.flip() }, contentType: maybe { $0.text() }, sizeBytes: maybe { $0.number() },
            seq: maybe { $0.number() }, fileName: maybe { $0.text() }, fileType: maybe { $0.text() },
            md5: maybe { $0.text() }, description: maybe { $0.text() })
    }

    private mutating func propertySet(depth: Int) -> PropertySet {
        var set = PropertySet()
        for _ in 0..<random.below(4) { set.append(key(), propertyValue(depth: depth)) }
        if random.below(8) == 0 { set.keys.append(key()) }
        if random.below(8) == 0 { set.values.append(propertyValue(depth: depth)) }
        return set
    }

    private mutating func key() -> String {
        switch random.below(4) {
        case 0: PropertyKey.quality
        case 1: PropertyKey.unit
        default: text()
        }
    }

    private mutating func propertyValue(depth: Int) -> PropertyValue {
        let content: PropertyValue.Content?
        switch random.below(depth < 3 ? 10 : 7) {
        case 0: content = nil
        case 1...5: content = .scalar(scalar())
        case 6: content = .scalar(.int(192))
        case 7: content = .set(propertySet(depth: depth + 1))
        case 8: content = .list((0..<random.below(3)).map { _ in propertySet(depth: depth + 1) })
        default: content = .extension
        }
        return PropertyValue(
            type: maybe { DataType(rawValue: $0.word()) }, isNull: maybe(oneIn: 4) { $0.flip() }, content: content)
    }

    private mutating func dataSet() -> DataSet {
        let columns = random.below(4)
        return DataSet(
            columnCount: maybe { $0.number() }, columns: (0..<columns).map { _ in text() },
            types: (0..<columns).map { _ in DataType(rawValue: word()) },
            rows: (0..<random.below(4)).map { _ in DataSet.Row((0..<columns).map { _ in basic() }) })
    }

    private mutating func template(depth: Int) -> Template {
        Template(
            version: maybe { $0.text() }, metrics: (0..<random.below(3)).map { _ in metric(depth: depth) },
            parameters: (0..<random.below(3)).map { _ in
                Template.Parameter(
                    name: maybe { $0.text() }, type: maybe { DataType(rawValue: $0.word()) }, value: basic())
            }, templateRef: maybe { $0.text() }, isDefinition: maybe { $0.flip() })
    }

    // MARK: Values, the edges more often than chance would

    mutating func maybe<T>(oneIn: Int = 2, _ make: (inout RandomPayload) -> T) -> T? {
        random.below(oneIn) == 0 ? make(&self) : nil
    }

    mutating func flip() -> Bool { random.below(2) == 0 }

    mutating func number() -> UInt64 {
        switch random.below(4) {
        case 0: [0, 1, 127, 128, 16_383, 16_384, UInt64(Int64.max), 1 << 63, .max][random.below(9)]
        case 1: 1_767_225_600_000 + UInt64(random.below(1000))
        default: random.next() >> UInt64(random.below(64))
        }
    }

    mutating func word() -> UInt32 { UInt32(truncatingIfNeeded: number()) }

    mutating func double() -> Double {
        switch random.below(4) {
        case 0:
            [0, -0.0, 1, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0x1p53 + 2][
                random.below(9)]
        case 1: Double(random.below(1000)) / 8
        default: random.normal() * 1000
        }
    }

    mutating func text() -> String {
        switch random.below(6) {
        case 0: ""
        case 1: "Folder/Temperature"
        case 2: "\u{202E}\u{0}\u{301}é日本🏭"
        case 3: String(repeating: "x", count: 120 + random.below(20))
        default: String(random.next(), radix: 36)
        }
    }

    mutating func bytes() -> [UInt8] { (0..<random.below(40)).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
}
