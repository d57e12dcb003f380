/// A set of 64-bit sequence numbers kept as sorted, disjoint, non-adjacent closed ranges.
///
/// Numbers arrive nearly in order, so growing the last range is the fast path: O(1); elsewhere O(ranges).
public struct SequenceSet: Sendable, Equatable {
    public private(set) var ranges: [ClosedRange<Int64>]

    public init() { ranges = [] }
    public init(_ range: ClosedRange<Int64>) { ranges = [range] }
    public init(_ some: some Sequence<ClosedRange<Int64>>) {
        ranges = []
        for range in some { insert(range) }
    }

    public var isEmpty: Bool { ranges.isEmpty }
    public var max: Int64? { ranges.last?.upperBound }
    public var min: Int64? { ranges.first?.lowerBound }

    /// How many numbers are in the set; saturates.
    public var count: Int64 {
        var total: Int64 = 0
        for range in ranges {
            let (width, tooWide) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
            let (sum, tooMany) = total.addingReportingOverflow(width)
            if tooWide || tooMany || sum == .max { return .max }
            total = sum + 1
        }
        return total
    }

    public func contains(_ number: Int64) -> Bool {
        if let last = ranges.last, number >= last.lowerBound { return number <= last.upperBound }
        let index = firstIndex(endingAtOrAfter: number)
        return index < ranges.count && ranges[index].lowerBound <= number
    }

    public func contains(_ range: ClosedRange<Int64>) -> Bool {
        let index = firstIndex(endingAtOrAfter: range.lowerBound)
        return index < ranges.count && ranges[index].lowerBound <= range.lowerBound
            && range.upperBound <= ranges[index].upperBound
    }

    public func isSuperset(of other: SequenceSet) -> Bool { other.ranges.allSatisfy(contains) }

    /// Adds one number; false if it was there already.
    @discardableResult
    public mutating func insert(_ number: Int64) -> Bool {
        if let last = ranges.last {
            if number > last.upperBound {
                if number &- 1 == last.upperBound {
                    ranges[ranges.count - 1] = last.lowerBound...number
                } else {
                    ranges.append(number...number)
                }
                return true
            }
            if number >= last.lowerBound { return false }
        }
        guard !contains(number) else { return false }
        insert(number...number)
        return true
    }

    public mutating func insert(_ range: ClosedRange<Int64>) {
        // Everything from `first` up to `end` touches or overlaps the new range and melts into it.
        let floor = range.lowerBound == .min ? Int64.min : range.lowerBound - 1
        let ceiling = range.upperBound == .max ? Int64.max : range.upperBound + 1
        let first = firstIndex(endingAtOrAfter: floor)
        var end = first
        var low = range.lowerBound
        var high = range.upperBound
        while end < ranges.count, ranges[end].lowerBound <= ceiling {
            low = Swift.min(low, ranges[end].lowerBound)
            high = Swift.max(high, ranges[end].upperBound)
            end += 1
        }
        ranges.replaceSubrange(first..<end, with: CollectionOfOne(low...high))
    }

    public mutating func formUnion(_ other: SequenceSet) {
        for range in other.ranges { insert(range) }
    }

    public mutating func remove(_ range: ClosedRange<Int64>) {
        var kept: [ClosedRange<Int64>] = []
        kept.reserveCapacity(ranges.count + 1)
        for old in ranges {
            if old.upperBound < range.lowerBound || old.lowerBound > range.upperBound {
                kept.append(old)
                continue
            }
            if old.lowerBound < range.lowerBound { kept.append(old.lowerBound...(range.lowerBound - 1)) }
            if old.upperBound > range.upperBound { kept.append((range.upperBound + 1)...old.upperBound) }
        }
        ranges = kept
    }

    public mutating func subtract(_ other: SequenceSet) {
        for range in other.ranges { remove(range) }
    }

    public func intersection(_ range: ClosedRange<Int64>) -> SequenceSet {
        var result = SequenceSet()
        for own in ranges where own.overlaps(range) { result.ranges.append(own.clamped(to: range)) }
        return result
    }

    /// The numbers of `range` that are not in the set.
    public func missing(in range: ClosedRange<Int64>) -> SequenceSet {
        var result = SequenceSet(range)
        for own in ranges where own.overlaps(range) { result.remove(own) }
        return result
    }

    /// The last number of the unbroken run that starts at 1; 0 if 1 is missing.
    public var contiguousFromOne: Int64 {
        guard let first = ranges.first(where: { $0.upperBound >= 1 }), first.lowerBound <= 1 else { return 0 }
        return first.upperBound
    }

    private func firstIndex(endingAtOrAfter number: Int64) -> Int {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
