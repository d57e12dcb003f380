/// The newest items in the order of their commit, numbered from 1, bounded in bytes and time.
struct FeedRing {
    private var entries: [FeedEntry?] = []
    private var head = 0
    private var bytes = 0
    /// The number of the item before the oldest that is kept.
    private(set) var dropped = 0
    /// Of the newest that say how many items are missing: their numbers, and how many. Kept longer than the items, so
    /// that what is told of an expired one still adds up.
    private var missing: [(number: Int, count: Int)] = []
    private static let mostMissing = 1024
    private let maxBytes: Int
    private let maxAgeMs: Int64

    init(maxBytes: Int, maxAgeMs: Int64) {
        self.maxBytes = maxBytes
        self.maxAgeMs = maxAgeMs
    }

    var count: Int { entries.count - head }
    /// The number of the newest item; 0 before the first.
    var newest: Int { dropped + count }
    var byteCount: Int { bytes }

    /// Nil when it is gone or has not been.
    subscript(number: Int) -> FeedEntry? {
        let index = head + number - dropped - 1
        return number > dropped && index < entries.count ? entries[index] : nil
    }

    /// How many items were missing at this number; nil if it was an item itself.
    func missingCount(at number: Int) -> Int? { missing.first { $0.number == number }?.count }

    mutating func append(_ entry: FeedEntry, nowMs: Int64) {
        entries.append(entry)
        bytes += entry.byteCount
        if case .missing(let count) = entry.item {
            missing.append((entry.number, count))
            if missing.count > Self.mostMissing { missing.removeFirst() }
        }
        // Never the one that was just added.
        while count > 1, bytes > maxBytes || isExpired(nowMs) { dropOldest() }
    }

    mutating func dropExpired(nowMs: Int64) {
        while count > 0, isExpired(nowMs) { dropOldest() }
    }

    private func isExpired(_ nowMs: Int64) -> Bool {
        guard let oldest = entries[head] else { return true }
        return oldest.publishedMs < nowMs - maxAgeMs
    }

    private mutating func dropOldest() {
        bytes -= entries[head]?.byteCount ?? 0
        entries[head] = nil
        head += 1
        dropped += 1
        if head >= 4096, head * 2 >= entries.count {
            entries.removeFirst(head)
            head = 0
        }
    }
}
