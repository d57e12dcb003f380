import Sparkplug

/// Finds the node and device of a topic without making strings of it: one look-up per message.
struct TopicTable {
    struct Entry {
        let topic: [UInt8]
        let verb: Topic.Verb
        let node: Node
        let device: Device?
    }

    /// More topics than this are not remembered, only parsed each time.
    private let most: Int
    private var entries: [UInt64: [Entry]] = [:]
    private(set) var count = 0

    init(most: Int = 200_000) { self.most = most }

    subscript(topic: UnsafeRawBufferPointer) -> Entry? {
        guard let candidates = entries[TopicTable.hash(topic)] else { return nil }
        return candidates.first { $0.topic.elementsEqual(topic) }
    }

    mutating func add(_ topic: UnsafeRawBufferPointer, _ verb: Topic.Verb, _ node: Node, _ device: Device?) {
        guard count < most else { return }
        entries[TopicTable.hash(topic), default: []].append(
            Entry(topic: Array(topic), verb: verb, node: node, device: device))
        count += 1
    }

    mutating func removeAll() {
        entries.removeAll()
        count = 0
    }

    /// Multiply and fold, eight bytes at a time; equality is checked on the bytes.
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15
        var offset = 0
        while offset + 8 <= bytes.count {
            let product = (hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                .multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            hash = product.high ^ product.low
            offset += 8
        }
        for byte in bytes[offset...] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}
