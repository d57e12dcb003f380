/// What the collector has committed of a stream: the only acknowledgement there is. Text form: `epoch:cum[,a-b]*`.
public struct Receipt: Sendable, Equatable {
    public let epoch: Epoch
    /// Every number from 1 to this is committed or recorded as lost.
    public let through: Int64
    /// Further ranges above it.
    public let beyond: SequenceSet

    /// Longest text accepted, and most ranges written: a receipt stays a small message.
    public static let maxTextBytes = 4096
    public static let maxRanges = 64

    public init(epoch: Epoch, settled: SequenceSet) {
        self.epoch = epoch
        through = settled.contiguousFromOne
        beyond = SequenceSet(settled.ranges.filter { [through] in $0.lowerBound > through }.prefix(Receipt.maxRanges))
    }

    /// Nil unless the text is exactly what `text` writes: numbers without leading zeros, ranges that rise and do not
    /// touch. A receipt frees readings at the agent, so that nothing is guessed.
    public init?(_ text: String) {
        guard text.utf8.count <= Receipt.maxTextBytes, let colon = text.firstIndex(of: ":"),
            let epoch = Epoch(text[..<colon])
        else { return nil }
        let parts = text[text.index(after: colon)...].split(separator: ",", omittingEmptySubsequences: false)
        guard let first = parts.first, let through = Receipt.number(first) else { return nil }
        var beyond = SequenceSet()
        for part in parts.dropFirst() {
            guard let range = Receipt.range(part), range.lowerBound - 1 > beyond.max ?? through else { return nil }
            beyond.insert(range)
        }
        self.epoch = epoch
        self.through = through
        self.beyond = beyond
    }

    public var text: String {
        var text = "\(epoch):\(through)"
        for range in beyond.ranges { text += ",\(range.lowerBound)-\(range.upperBound)" }
        return text
    }

    /// Every number the receipt covers.
    public var settled: SequenceSet {
        var set = beyond
        if through >= 1 { set.insert(1...through) }
        return set
    }

    /// Parses `a-b` with 1 ≤ a ≤ b.
    public static func range(_ text: some StringProtocol) -> ClosedRange<Int64>? {
        guard let dash = text.firstIndex(of: "-"), let low = number(text[..<dash]),
            let high = number(text[text.index(after: dash)...]), low >= 1, low <= high
        else { return nil }
        return low...high
    }

    private static func number(_ text: some StringProtocol) -> Int64? {
        let digits = text.utf8
        guard !digits.isEmpty, digits.count <= 19, digits.allSatisfy({ $0 >= 48 && $0 <= 57 }),
            digits.count == 1 || digits.first != 48
        else { return nil }
        return Int64(text)
    }
}

/// The collector's request to send a range again: `epoch:a-b`.
public struct ResendRequest: Sendable, Equatable {
    public let epoch: Epoch
    public let range: ClosedRange<Int64>

    public init(epoch: Epoch, range: ClosedRange<Int64>) {
        self.epoch = epoch
        self.range = range
    }

    public init?(_ text: String) {
        guard text.utf8.count <= 64, let colon = text.firstIndex(of: ":"), let epoch = Epoch(text[..<colon]),
            let range = Receipt.range(text[text.index(after: colon)...])
        else { return nil }
        self.init(epoch: epoch, range: range)
    }

    public var text: String { "\(epoch):\(range.lowerBound)-\(range.upperBound)" }
}
