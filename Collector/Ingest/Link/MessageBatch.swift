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

    mutating func append(topic: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer) {
        if entries.isEmpty { receivedMs = Clock.wallMs() }
        let topicStart = bytes.count
        bytes.append(contentsOf: topic)
        let payloadStart = bytes.count
        bytes.append(contentsOf: payload)
        entries.append(Entry(topicStart: topicStart, payloadStart: payloadStart, end: bytes.count))
    }

    /// Lends each message in the order of arrival.
    func forEach(_ body: (_ topic: UnsafeRawBufferPointer, _ payload: UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { raw in
            for entry in entries {
                body(
                    UnsafeRawBufferPointer(rebasing: raw[entry.topicStart..<entry.payloadStart]),
                    UnsafeRawBufferPointer(rebasing: raw[entry.payloadStart..<entry.end]))
            }
        }
    }
}
