/// A floating-point type as its bits.
protocol StoredNumber: BinaryFloatingPoint, BitwiseCopyable, Sendable {
    associatedtype Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable
    init(bitPattern: Bits)
    var bitPattern: Bits { get }
}
extension Double: StoredNumber {}
extension Float: StoredNumber {}

/// Floating-point numbers. Instruments resolve a few digits, so that most columns have few different values: they go
/// into a dictionary. Where that does not pay, the bytes of equal weight are put together (BYTE_STREAM_SPLIT), which
/// compresses better than the numbers one by one.
///
/// A value type apart from the encoders, because the methods of a generic class are not specialised: three times slower.
private struct NumberStore<Number: StoredNumber>: ~Copyable {
    /// The most entries of a dictionary: 1 MiB of doubles, as other writers have it.
    private static var maxEntries: Int { 1 << 17 }
    /// So many values are looked at before a dictionary is given up.
    private static var slice: Int { 4096 }

    private var dictionary = BitsDictionary<Number.Bits>()
    private var places = Growing<UInt32>()
    /// The values themselves, once the dictionary was given up.
    private var plain = Growing<Number.Bits>()
    private var usesDictionary = true

    mutating func store(_ numbers: [Number], where present: [Bool]?) {
        if let present {
            let kept = zip(numbers, present).filter { $0.1 }.map { $0.0 }
            return kept.withUnsafeBytes { store($0.bindMemory(to: Number.Bits.self)) }
        }
        numbers.withUnsafeBytes { store($0.bindMemory(to: Number.Bits.self)) }
    }

    private mutating func store(_ bits: UnsafeBufferPointer<Number.Bits>) {
        var at = 0
        while usesDictionary, at < bits.count {
            let part = UnsafeBufferPointer(rebasing: bits[at..<min(at + NumberStore.slice, bits.count)])
            dictionary.number(part, into: places.room(part.count))
            places.advance(part.count)
            at += part.count
            let isFull = dictionary.count > NumberStore.maxEntries
            // Every other value a new one: nothing is saved.
            if isFull || (places.count >= NumberStore.slice && dictionary.count > places.count / 2) { giveUp() }
        }
        if at < bits.count { plain.append(UnsafeBufferPointer(rebasing: bits[at...])) }
    }

    private mutating func giveUp() {
        usesDictionary = false
        let entries = dictionary.entries.values
        let places = places.values
        let room = plain.room(places.count)
        for index in places.indices { room[index] = entries[Int(places[index])] }
        plain.advance(places.count)
    }

    var encoding: PageEncoding { usesDictionary ? .rleDictionary : .byteStreamSplit }

    func writeDictionary(into payload: inout ByteSink) -> Int {
        payload.append(UnsafeRawBufferPointer(dictionary.entries.values))
        return dictionary.count
    }

    func encode(_ range: Range<Int>, into payload: inout ByteSink) {
        if usesDictionary {
            encodePlaces(UnsafeBufferPointer(rebasing: places.values[range]), into: &payload)
        } else {
            ByteStreamSplit.encode(UnsafeBufferPointer(rebasing: plain.values[range]), into: &payload)
        }
    }

    func limits() -> (least: [UInt8], greatest: [UInt8])? {
        let values = usesDictionary ? dictionary.entries.values : plain.values
        var least = Number.infinity
        var greatest = -Number.infinity
        var count = 0
        for index in values.indices {
            let value = Number(bitPattern: values[index])
            least = value < least ? value : least
            greatest = value > greatest ? value : greatest
            count += value.isNaN ? 0 : 1
        }
        guard count > 0 else { return nil }
        // The two zeros are one in comparisons: the limits must not exclude either.
        if least == 0 { least = -Number.zero }
        if greatest == 0 { greatest = Number.zero }
        return (littleEndian(least.bitPattern), littleEndian(greatest.bitPattern))
    }

    mutating func removeAll() {
        dictionary.removeAll()
        places.removeAll()
        plain.removeAll()
        usesDictionary = true
    }
}

/// 64-bit floating point.
final class DoubleEncoder: ColumnEncoder {
    private var numbers = NumberStore<Double>()

    init(_ column: Column) { super.init(column, .double) }

    override func store(_ added: ColumnValues, where present: [Bool]?) {
        if case .numbers(let added) = added { numbers.store(added, where: present) }
    }
    override func beginPages() -> PageEncoding { numbers.encoding }
    override func writeDictionary(into payload: inout ByteSink) -> Int { numbers.writeDictionary(into: &payload) }
    override func encode(_ range: Range<Int>, into payload: inout ByteSink) { numbers.encode(range, into: &payload) }
    override func limits() -> (least: [UInt8], greatest: [UInt8])? { numbers.limits() }
    override func removeAll() { numbers.removeAll() }
}

/// 32-bit floating point.
final class FloatEncoder: ColumnEncoder {
    private var numbers = NumberStore<Float>()

    init(_ column: Column) { super.init(column, .float) }

    override func store(_ added: ColumnValues, where present: [Bool]?) {
        if case .numbers32(let added) = added { numbers.store(added, where: present) }
    }
    override func beginPages() -> PageEncoding { numbers.encoding }
    override func writeDictionary(into payload: inout ByteSink) -> Int { numbers.writeDictionary(into: &payload) }
    override func encode(_ range: Range<Int>, into payload: inout ByteSink) { numbers.encode(range, into: &payload) }
    override func limits() -> (least: [UInt8], greatest: [UInt8])? { numbers.limits() }
    override func removeAll() { numbers.removeAll() }
}
