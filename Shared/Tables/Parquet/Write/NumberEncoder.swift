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
final class NumberEncoder<Number: StoredNumber>: ColumnEncoder {
    /// The most entries of a dictionary: 1 MiB of doubles, as other writers have it.
    private static var maxEntries: Int { 1 << 17 }
    /// So many values are looked at before a dictionary is given up.
    private static var slice: Int { 4096 }

    private var dictionary = BitsDictionary<Number.Bits>()
    private var places = Growing<UInt32>()
    /// The values themselves, once the dictionary was given up.
    private var plain = Growing<Number.Bits>()
    private var usesDictionary = true

    override func store(_ added: ColumnValues, where present: [Bool]?) {
        switch added {
        case .numbers(let numbers): store(numbers, present)
        case .numbers32(let numbers): store(numbers, present)
        default: break
        }
    }

    private func store<Added: BitwiseCopyable>(_ numbers: [Added], _ present: [Bool]?) {
        guard Added.self == Number.self else { return }
        if let present {
            let kept = zip(numbers, present).filter { $0.1 }.map { $0.0 }
            return kept.withUnsafeBytes { store($0.bindMemory(to: Number.Bits.self)) }
        }
        numbers.withUnsafeBytes { store($0.bindMemory(to: Number.Bits.self)) }
    }

    private func store(_ bits: UnsafeBufferPointer<Number.Bits>) {
        var at = 0
        while usesDictionary, at < bits.count {
            let part = UnsafeBufferPointer(rebasing: bits[at..<min(at + NumberEncoder.slice, bits.count)])
            dictionary.number(part, into: places.room(part.count))
            places.advance(part.count)
            at += part.count
            let isFull = dictionary.count > NumberEncoder.maxEntries
            // Every other value a new one: nothing is saved.
            if isFull || (places.count >= NumberEncoder.slice && dictionary.count > places.count / 2) { giveUp() }
        }
        if at < bits.count { plain.append(UnsafeBufferPointer(rebasing: bits[at...])) }
    }

    private func giveUp() {
        usesDictionary = false
        let entries = dictionary.entries.values
        let places = places.values
        let room = plain.room(places.count)
        for index in places.indices { room[index] = entries[Int(places[index])] }
        plain.advance(places.count)
    }

    override func beginPages() -> PageEncoding { usesDictionary ? .rleDictionary : .byteStreamSplit }

    override func writeDictionary(into payload: inout ByteSink) -> Int {
        payload.append(UnsafeRawBufferPointer(dictionary.entries.values))
        return dictionary.count
    }

    override func encode(_ range: Range<Int>, into payload: inout ByteSink) {
        if usesDictionary {
            encodePlaces(UnsafeBufferPointer(rebasing: places.values[range]), into: &payload)
        } else {
            ByteStreamSplit.encode(UnsafeBufferPointer(rebasing: plain.values[range]), into: &payload)
        }
    }

    override func limits() -> (least: [UInt8], greatest: [UInt8])? {
        let values = usesDictionary ? dictionary.entries.values : plain.values
        var least = Number.infinity
        var greatest = -Number.infinity
        var count = 0
        for bits in values {
            let value = Number(bitPattern: bits)
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

    override func removeAll() {
        dictionary.removeAll()
        places.removeAll()
        plain.removeAll()
        usesDictionary = true
    }
}
