import Model

/// Gathers receipts so that an agent gets at most one in a while: each covers all before it.
struct ReceiptDesk {
    /// The least time between two receipts for one agent, unless much has been settled.
    static let intervalMs: Int64 = 100
    static let impatientFrames: Int64 = 64
    /// Streams remembered. Forgetting one costs a receipt that is sent a little early.
    static let mostEntries = 50_000

    private struct Entry {
        var receipt: Receipt
        var lastSentMs: Int64
        var lastSentCount: Int64
        var isDue: Bool
    }

    private struct Key: Hashable {
        let site: String
        let agent: String
        let epoch: Epoch
    }

    private var entries: [Key: Entry] = [:]
    private var waiting: Set<Key> = []

    /// Streams remembered now.
    var count: Int { entries.count }

    /// True if it should be sent at once.
    mutating func put(site: String, agent: String, _ receipt: Receipt, nowMs: Int64) -> Bool {
        let key = Key(site: site, agent: agent, epoch: receipt.epoch)
        let count = receipt.settled.count
        if entries.count >= ReceiptDesk.mostEntries, entries[key] == nil {
            entries = entries.filter { waiting.contains($0.key) }
        }
        var entry = entries[key] ?? Entry(receipt: receipt, lastSentMs: .min / 2, lastSentCount: 0, isDue: true)
        entry.receipt = receipt
        let isNow =
            nowMs - entry.lastSentMs >= ReceiptDesk.intervalMs
            || count - entry.lastSentCount >= ReceiptDesk.impatientFrames
        if isNow {
            entry.lastSentMs = nowMs
            entry.lastSentCount = count
            waiting.remove(key)
        } else {
            waiting.insert(key)
        }
        entries[key] = entry
        return isNow
    }

    /// Receipts whose time has come.
    mutating func due(nowMs: Int64) -> [(site: String, agent: String, receipt: Receipt)] {
        var due: [(String, String, Receipt)] = []
        for key in waiting {
            guard var entry = entries[key], nowMs - entry.lastSentMs >= ReceiptDesk.intervalMs else { continue }
            entry.lastSentMs = nowMs
            entry.lastSentCount = entry.receipt.settled.count
            entries[key] = entry
            due.append((key.site, key.agent, entry.receipt))
        }
        for item in due { waiting.remove(Key(site: item.0, agent: item.1, epoch: item.2.epoch)) }
        return due
    }

    /// When `due` has something to give; nil while nothing waits.
    var nextMs: Int64? { waiting.compactMap { entries[$0].map { $0.lastSentMs + ReceiptDesk.intervalMs } }.min() }
}
