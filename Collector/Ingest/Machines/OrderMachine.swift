/// The order of one edge node's messages by Sparkplug's `seq`, which counts 0…255 over all messages of a session.
///
/// Messages that came too early are kept until the gap closes. When it does not close in time they are processed as
/// they are, for every message of ours carries its own sequence number, and the node is asked for a rebirth.
struct OrderMachine<Message>: ~Copyable {
    enum Arrival: Equatable {
        /// In order: process it, then `drain`.
        case process
        /// Kept until the missing ones arrive.
        case kept
        /// Seen before, or hopelessly late: of no use for the order. Its own numbers decide about its content.
        case late
    }

    /// Most messages kept; beyond that the gap counts as lost.
    static var mostKept: Int { 64 }

    private var expected: UInt8?
    private var early: [(seq: UInt8, message: Message)] = []
    private(set) var gapSinceMs: Int64?

    /// A birth: the counting starts anew.
    mutating func birth(seq: UInt8) {
        expected = seq &+ 1
        early.removeAll()
        gapSinceMs = nil
    }

    /// Whether a birth has been seen.
    var isCounting: Bool { expected != nil }

    /// `keep` makes a copy only when the message has to wait.
    mutating func arrived(seq: UInt8, nowMs: Int64, keep: () -> Message) -> Arrival {
        guard let expected else { return .process }
        let ahead = seq &- expected
        if ahead == 0 {
            self.expected = expected &+ 1
            return .process
        }
        guard ahead < 128 else { return .late }
        guard !early.contains(where: { $0.seq == seq }) else { return .late }
        early.append((seq, keep()))
        if gapSinceMs == nil { gapSinceMs = nowMs }
        return .kept
    }

    /// The kept messages that are in order now.
    mutating func drain() -> [Message] {
        var ready: [Message] = []
        while let expected, let index = early.firstIndex(where: { $0.seq == expected }) {
            ready.append(early.remove(at: index).message)
            self.expected = expected &+ 1
        }
        if early.isEmpty { gapSinceMs = nil }
        return ready
    }

    /// Whether the gap must be given up: the reorder time-out is over, or too much is waiting.
    func isOverdue(nowMs: Int64, timeoutMs: Int64) -> Bool {
        guard let gapSinceMs else { return false }
        return nowMs >= gapSinceMs + timeoutMs || early.count >= OrderMachine.mostKept
    }

    /// Gives the gap up: everything kept, in order; counting goes on after the last of it.
    mutating func giveUp() -> [Message] {
        guard let expected else { return [] }
        let sorted = early.sorted { ($0.seq &- expected) < ($1.seq &- expected) }
        early.removeAll()
        gapSinceMs = nil
        if let last = sorted.last { self.expected = last.seq &+ 1 }
        return sorted.map(\.message)
    }
}
