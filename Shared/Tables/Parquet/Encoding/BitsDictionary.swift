/// Numbers the different bit patterns of a column in the order in which they come.
struct BitsDictionary<Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>: ~Copyable {
    /// The patterns by their number.
    private(set) var entries = Growing<Bits>()
    /// Number + 1 by hash, 0 where there is none; twice as many places as entries at least.
    private var table: UnsafeMutableBufferPointer<UInt32>
    private var shift: UInt64

    init() {
        table = .allocate(capacity: 1 << 12)
        table.initialize(repeating: 0)
        shift = 64 - 12
    }

    deinit { table.deallocate() }

    var count: Int { entries.count }

    /// Forgets the patterns and keeps the memory.
    mutating func removeAll() {
        entries.removeAll()
        table.update(repeating: 0)
    }

    /// Writes the numbers of `values` to `out`, which has room for them.
    mutating func number(_ values: UnsafeBufferPointer<Bits>, into out: UnsafeMutablePointer<UInt32>) {
        while entries.count + values.count > table.count / 2 { grow() }
        let known = entries.room(values.count) - entries.count
        let table = table
        let mask = table.count - 1
        let shift = shift
        var count = entries.count
        let before = count
        for index in 0..<values.count {
            let value = values[index]
            var place = Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: value) &* 0x9E37_79B9_7F4A_7C15) >> shift)
            while true {
                let entry = table[place]
                if entry == 0 {
                    known[count] = value
                    count += 1
                    table[place] = UInt32(truncatingIfNeeded: count)
                    out[index] = UInt32(truncatingIfNeeded: count - 1)
                    break
                }
                if known[Int(entry) - 1] == value {
                    out[index] = entry - 1
                    break
                }
                place = (place + 1) & mask
            }
        }
        entries.advance(count - before)
    }

    private mutating func grow() {
        let larger = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: table.count * 2)
        larger.initialize(repeating: 0)
        table.deallocate()
        table = larger
        shift -= 1
        let mask = table.count - 1
        let known = entries.values
        for index in known.indices {
            var place = Int(
                truncatingIfNeeded: (UInt64(truncatingIfNeeded: known[index]) &* 0x9E37_79B9_7F4A_7C15) >> shift)
            while table[place] != 0 { place = (place + 1) & mask }
            table[place] = UInt32(truncatingIfNeeded: index + 1)
        }
    }
}
