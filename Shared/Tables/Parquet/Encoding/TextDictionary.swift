/// Numbers the different texts of a column in the order in which they come. Texts are told apart by their bytes: two
/// spellings of "é" are two texts.
struct TextDictionary: ~Copyable {
    /// All texts, one behind the other.
    private(set) var bytes = Growing<UInt8>()
    /// Where each text ends.
    private(set) var ends = Growing<Int>()
    /// Number + 1 by hash, 0 where there is none; twice as many places as texts at least.
    private var table: UnsafeMutableBufferPointer<UInt32>

    init() {
        table = .allocate(capacity: 1 << 10)
        table.initialize(repeating: 0)
    }

    deinit { table.deallocate() }

    var count: Int { ends.count }

    subscript(number: Int) -> UnsafeBufferPointer<UInt8> {
        let ends = ends.values
        return UnsafeBufferPointer(rebasing: bytes.values[(number == 0 ? 0 : ends[number - 1])..<ends[number]])
    }

    mutating func removeAll() {
        bytes.removeAll()
        ends.removeAll()
        table.update(repeating: 0)
    }

    mutating func number(_ text: String) -> UInt32 {
        if let number = text.utf8.withContiguousStorageIfAvailable({ number($0) }) { return number }
        var copy = text
        return copy.withUTF8 { number($0) }
    }

    mutating func number(_ text: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let mask = table.count - 1
        var place = TextDictionary.hash(text) & mask
        while true {
            let entry = table[place]
            if entry == 0 { break }
            let known = self[Int(entry) - 1]
            if known.count == text.count, known.elementsEqual(text) { return entry - 1 }
            place = (place + 1) & mask
        }
        bytes.append(text)
        ends.append(bytes.count)
        table[place] = UInt32(truncatingIfNeeded: ends.count)
        if ends.count * 2 > table.count { grow() }
        return UInt32(truncatingIfNeeded: ends.count - 1)
    }

    private mutating func grow() {
        let larger = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: table.count * 2)
        larger.initialize(repeating: 0)
        table.deallocate()
        table = larger
        let mask = table.count - 1
        for number in 0..<count {
            var place = TextDictionary.hash(self[number]) & mask
            while table[place] != 0 { place = (place + 1) & mask }
            table[place] = UInt32(truncatingIfNeeded: number + 1)
        }
    }

    /// Eight bytes at a time, mixed by a multiplication of which both halves count.
    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        var hash = UInt64(truncatingIfNeeded: text.count) ^ 0x9E37_79B9_7F4A_7C15
        let raw = UnsafeRawBufferPointer(text)
        var at = 0
        while at + 8 <= raw.count {
            hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        var rest: UInt64 = 0
        while at < raw.count {
            rest = rest << 8 | UInt64(raw[at])
            at += 1
        }
        return Int(truncatingIfNeeded: mix(hash ^ rest) >> 1)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: 0xBF58_476D_1CE4_E5B9)
        return high ^ low
    }
}
