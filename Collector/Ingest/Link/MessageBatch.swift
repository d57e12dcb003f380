import Runtime

/// Messages as they came from the broker, copied once into one piece of memory, for the hand-off between threads.
struct MessageBatch: Sendable {
    struct Entry: Sendable {
        let topicStart: Int
        let payloadStart: Int
        let end: Int
    }

    private(set) var bytes: [UInt8] = []
    private(set) var entries: [Entry] = []
    /// When the first of them came, by the wall clock.
    private(set) var receivedMs: Int64 = 0

    var isEmpty: Bool { entries.isEmpty }

    init() {}

    /// One message that is kept for later.
    init(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer, receivedMs: Int64) {
        append(topic: topic, payload: payload)
        self.receivedMs = receivedMs
    }

    mutating func append(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer) {
        if entries.isEmpty { receivedMs = Clock.wallMs() }
        let topicStart = bytes.count
        bytes.append(contentsOf: topic)
        let payloadStart = bytes.count
        bytes.append(contentsOf: payload)
        entries.append(Entry(topicStart: topicStart, payloadStart: payloadStart, end: bytes.count))
    }

    /// Lends each message in the order of arrival, with its place.
    func forEach(
        _ body: (_ index: Int, _ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) -> Void
    ) {
        bytes.withUnsafeBytes { raw in
            for (index, entry) in entries.enumerated() {
                body(
                    index, UnsafeRawBufferPointer(rebasing: raw[entry.topicStart..<entry.payloadStart]),
                    UnsafeRawBufferPointer(rebasing: raw[entry.payloadStart..<entry.end]))
            }
        }
    }

    /// A copy of one message.
    func message(_ index: Int) -> (topic: String, payload: [UInt8]) {
        guard entries.indices.contains(index) else { return ("", []) }
        let entry = entries[index]
        return (
            String(decoding: bytes[entry.topicStart..<entry.payloadStart], as: UTF8.self),
            Array(bytes[entry.payloadStart..<entry.end])
        )
    }
}
