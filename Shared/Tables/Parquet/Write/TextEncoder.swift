/// Texts: in a dictionary as long as they repeat themselves.
final class TextEncoder: ColumnEncoder {
    private static let maxDictionaryBytes = 1 << 20
    /// So many values are looked at before a dictionary is given up.
    private static let trial = 4096

    private var dictionary = TextDictionary()
    private var places = Growing<UInt32>()
    private var usesDictionary = true

    init(_ column: Column) { super.init(column, .byteArray) }

    override func store(_ added: ColumnValues, where present: [Bool]?) {
        switch added {
        case .texts(let texts):
            let room = places.room(texts.count)
            var kept = 0
            for row in texts.indices where present?[row] ?? true {
                // The number stays good when the dictionary is given up later: it then only says which text.
                room[kept] = dictionary.number(texts[row])
                kept += 1
            }
            places.advance(kept)
        case .repeatedText(let text, let count):
            let kept = present.map { $0.count { $0 } } ?? count
            if kept > 0 { places.append(repeating: dictionary.number(text), count: kept) }
        default: break
        }
    }

    override func beginPages() -> PageEncoding {
        let isWorthIt = places.count < TextEncoder.trial || dictionary.count * 4 <= places.count * 3
        usesDictionary = isWorthIt && dictionary.bytes.count + 4 * dictionary.count <= TextEncoder.maxDictionaryBytes
        return usesDictionary ? .rleDictionary : .plain
    }

    override func writeDictionary(into payload: inout ByteSink) -> Int {
        for number in 0..<dictionary.count { TextEncoder.write(dictionary[number], into: &payload) }
        return dictionary.count
    }

    override func encode(_ range: Range<Int>, into payload: inout ByteSink) {
        let places = UnsafeBufferPointer(rebasing: self.places.values[range])
        guard !usesDictionary else { return encodePlaces(places, into: &payload) }
        for place in places { TextEncoder.write(dictionary[Int(place)], into: &payload) }
    }

    static func write(_ text: UnsafeBufferPointer<UInt8>, into payload: inout ByteSink) {
        payload.append(UInt32(truncatingIfNeeded: text.count))
        payload.append(UnsafeRawBufferPointer(text))
    }

    override func limits() -> (least: [UInt8], greatest: [UInt8])? {
        guard dictionary.count > 0 else { return nil }
        var least = 0
        var greatest = 0
        for number in 1..<max(dictionary.count, 1) {
            if dictionary[number].lexicographicallyPrecedes(dictionary[least]) { least = number }
            if dictionary[greatest].lexicographicallyPrecedes(dictionary[number]) { greatest = number }
        }
        return TextEncoder.limits(dictionary[least], dictionary[greatest])
    }

    /// Long texts have no place in a footer.
    static func limits(
        _ least: some Collection<UInt8>, _ greatest: some Collection<UInt8>
    ) -> (least: [UInt8], greatest: [UInt8])? {
        least.count <= 64 && greatest.count <= 64 ? (Array(least), Array(greatest)) : nil
    }

    override func removeAll() {
        dictionary.removeAll()
        places.removeAll()
        usesDictionary = true
    }
}

/// One of a list of words: the list is the dictionary, so that nothing needs to be looked up.
final class CategoryEncoder: ColumnEncoder {
    private let labels: [[UInt8]]
    private var places = Growing<UInt32>()

    init(_ column: Column, _ labels: [String]) {
        self.labels = labels.map { Array($0.utf8) }
        super.init(column, .byteArray)
    }

    override func store(_ added: ColumnValues, where present: [Bool]?) {
        switch added {
        case .categories(let categories):
            let room = places.room(categories.count)
            var kept = 0
            for row in categories.indices where present?[row] ?? true {
                room[kept] = UInt32(truncatingIfNeeded: categories[row])
                kept += 1
            }
            places.advance(kept)
        case .repeatedText(let text, let count):
            let kept = present.map { $0.count { $0 } } ?? count
            let bytes = Array(text.utf8)
            if let place = labels.firstIndex(of: bytes) {
                places.append(repeating: UInt32(truncatingIfNeeded: place), count: kept)
            }
        default: break
        }
    }

    override func beginPages() -> PageEncoding { .rleDictionary }

    override func writeDictionary(into payload: inout ByteSink) -> Int {
        for label in labels { label.withUnsafeBufferPointer { TextEncoder.write($0, into: &payload) } }
        return labels.count
    }

    override func encode(_ range: Range<Int>, into payload: inout ByteSink) {
        encodePlaces(UnsafeBufferPointer(rebasing: places.values[range]), into: &payload)
    }

    override func limits() -> (least: [UInt8], greatest: [UInt8])? {
        var isUsed = [Bool](repeating: false, count: labels.count)
        for place in places.values { isUsed[Int(place)] = true }
        let used = labels.indices.filter { isUsed[$0] }.map { labels[$0] }
        guard let least = used.min(by: { $0.lexicographicallyPrecedes($1) }),
            let greatest = used.max(by: { $0.lexicographicallyPrecedes($1) })
        else { return nil }
        return TextEncoder.limits(least, greatest)
    }

    override func removeAll() { places.removeAll() }
}

/// Yes or no: a bit each.
final class FlagEncoder: ColumnEncoder {
    private var flags = Growing<UInt32>()

    init(_ column: Column) { super.init(column, .boolean) }

    override func store(_ added: ColumnValues, where present: [Bool]?) {
        guard case .flags(let values) = added else { return }
        for row in values.indices where present?[row] ?? true { flags.append(values[row] ? 1 : 0) }
    }

    override func encode(_ range: Range<Int>, into payload: inout ByteSink) {
        BitPacking.pack(UnsafeBufferPointer(rebasing: flags.values[range]), width: 1, into: &payload)
    }

    override func limits() -> (least: [UInt8], greatest: [UInt8])? {
        guard let least = flags.values.min(), let greatest = flags.values.max() else { return nil }
        return ([UInt8(least)], [UInt8(greatest)])
    }

    override func removeAll() { flags.removeAll() }
}
