import TestSupport
import Testing

@testable import Model

struct SequenceSetTests {
    /// A random history on a small universe, beside a plain `Set`: every question has the same answer after each step.
    @Test(arguments: Seeds.list(fixed: 60)) func behavesAsASetOfNumbers(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let universe: ClosedRange<Int64> = -5...40
        var set = SequenceSet()
        var model: Set<Int64> = []
        func number() -> Int64 { Int64(random.below(46)) - 5 }
        func range() -> ClosedRange<Int64> {
            let low = number()
            return low...min(low + Int64(random.below(random.below(4) == 0 ? 30 : 4)), 40)
        }
        for step in 0..<300 {
            let context: Comment = "\(replayHint(seed)), step \(step)"
            switch random.below(8) {
            case 0, 1:
                let number = number()
                let isNew = set.insert(number)
                #expect(isNew == model.insert(number).inserted, context)
            case 2:
                // Mostly in order, as frames arrive.
                let next = (set.max ?? 0) + 1
                if universe.contains(next) {
                    let isNew = set.insert(next)
                    #expect(isNew, context)
                    model.insert(next)
                }
            case 3:
                let range = range()
                set.insert(range)
                model.formUnion(range)
            case 4:
                let range = range()
                set.remove(range)
                model.subtract(range)
            case 5:
                let other = [range(), range(), range()]
                set.formUnion(SequenceSet(other))
                for range in other { model.formUnion(range) }
            case 6:
                let other = [range(), range()]
                set.subtract(SequenceSet(other))
                for range in other { model.subtract(range) }
            default:
                let range = range()
                #expect(numbers(set.intersection(range)) == model.intersection(range), context)
                #expect(numbers(set.missing(in: range)) == Set(range).subtracting(model), context)
                #expect(set.contains(range) == model.isSuperset(of: range), context)
                let other = SequenceSet([range, self.range(&random)])
                #expect(set.isSuperset(of: other) == model.isSuperset(of: numbers(other)), context)
            }
            check(set, model, universe, context)
        }
    }

    private func range(_ random: inout SeededRandom) -> ClosedRange<Int64> {
        let low = Int64(random.below(40))
        return low...low + Int64(random.below(3))
    }

    private func numbers(_ set: SequenceSet) -> Set<Int64> { Set(set.ranges.joined()) }

    private func check(_ set: SequenceSet, _ model: Set<Int64>, _ universe: ClosedRange<Int64>, _ context: Comment) {
        #expect(numbers(set) == model, context)
        #expect(set.count == Int64(model.count), context)
        #expect(set.isEmpty == model.isEmpty && set.min == model.min() && set.max == model.max(), context)
        // Sorted, apart, and not touching: one form for every set, so that equal sets are equal values.
        for (left, right) in zip(set.ranges, set.ranges.dropFirst()) {
            #expect(left.upperBound + 1 < right.lowerBound, context)
        }
        #expect(universe.allSatisfy { set.contains($0) == model.contains($0) }, context)
        #expect(set == SequenceSet(model.sorted { $0 % 7 < $1 % 7 }.map { $0...$0 }), context)
        var run: Int64 = 0
        while model.contains(run + 1) { run += 1 }
        #expect(set.contiguousFromOne == run, context)
    }

    @Test func survivesTheEndsOfTheNumbers() {
        var set = SequenceSet(Int64.min...Int64.max)
        #expect(set.count == .max)
        #expect(set.contains(.min) && set.contains(.max))
        set.remove(0...0)
        #expect(set.ranges == [Int64.min ... -1, 1...Int64.max])
        #expect(set.count == .max)
        #expect(set.contiguousFromOne == .max)
        let isNew = set.insert(0)
        #expect(isNew)
        #expect(set.ranges == [Int64.min...Int64.max])
        set.remove(Int64.min...Int64.max)
        #expect(set.isEmpty && set.min == nil && set.max == nil && set.count == 0)
        set.insert(Int64.max - 1)
        set.insert(Int64.max)
        set.insert(Int64.min)
        set.insert(Int64.min + 1)
        #expect(set.ranges == [Int64.min...(.min + 1), (.max - 1)...Int64.max])
        #expect(set.missing(in: Int64.min...Int64.max).ranges == [(.min + 2)...(.max - 2)])
    }

    @Test func numbersInOrderAreOneRange() {
        var set = SequenceSet()
        for number in 1...100_000 as ClosedRange<Int64> { set.insert(number) }
        #expect(set.ranges == [1...100_000])
    }
}
