/// The items that wait for one subscription, by number, in order.
///
/// A client that reads too slowly gets the newest item of each asset and group, and is told what it missed.
struct FeedQueue: Equatable {
    /// What was left out since the last notice: items after `from`, up to `to`.
    struct Gap: Equatable {
        var from: Int
        var to: Int
        /// Nil: not known.
        var missed: Int?
        var reason: Reason
    }

    enum Reason: String, Equatable {
        case slowClient = "slow_client"
        /// The items are no longer kept.
        case expired
        /// The collector had more to tell than it could.
        case overload
        /// The collector has restarted since: its numbering is another.
        case restarted
    }

    private var numbers: [Int] = []
    private var head = 0
    /// Once longer, the queue is thinned.
    private var limit: Int
    private let baseLimit: Int
    private(set) var gap: Gap?

    init(limit: Int) {
        baseLimit = max(limit, 1)
        self.limit = baseLimit
    }

    var count: Int { numbers.count - head }
    var isEmpty: Bool { count == 0 }
    var isOverfull: Bool { count > limit }

    mutating func append(_ number: Int) { numbers.append(number) }

    var peek: Int? { head < numbers.count ? numbers[head] : nil }

    mutating func pop() -> Int? {
        guard head < numbers.count else { return nil }
        let number = numbers[head]
        head += 1
        if head == numbers.count {
            numbers.removeAll(keepingCapacity: numbers.capacity <= 64)
            head = 0
            limit = baseLimit
        }
        return number
    }

    /// Keeps the newest item of each key. `key` is nil for what is never replaced. Returns how many were left out.
    @discardableResult
    mutating func thin(noticing: Bool, key: (Int) -> Int?) -> Int {
        var seen: Set<Int> = []
        var kept: [Int] = []
        var first = 0
        var last = 0
        var left = 0
        for number in numbers[head...].reversed() {
            if let key = key(number), !seen.insert(key).inserted {
                first = number
                if left == 0 { last = number }
                left += 1
            } else {
                kept.append(number)
            }
        }
        numbers = kept.reversed()
        head = 0
        limit = max(baseLimit, 2 * numbers.count)
        if left > 0, noticing { note(from: first - 1, to: last, missed: left, reason: .slowClient) }
        return left
    }

    /// Adds to the notice that will be sent.
    mutating func note(from: Int, to: Int, missed: Int?, reason: Reason) {
        guard let old = gap else {
            gap = Gap(from: from, to: to, missed: missed, reason: reason)
            return
        }
        gap = Gap(
            from: min(old.from, from), to: max(old.to, to),
            missed: old.missed.flatMap { had in missed.map { had + $0 } },
            reason: old.reason)
    }

    mutating func takeGap() -> Gap? {
        defer { gap = nil }
        return gap
    }
}
