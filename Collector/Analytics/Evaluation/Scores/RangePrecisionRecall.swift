/// VUS-PR (Paparrizos and others, VLDB 2022): the area under precision against recall over all thresholds, with soft
/// labels around each event, averaged over the width of that buffer. Looks back at a whole series, so it says nothing
/// about delays or the load of alarms.
enum RangePrecisionRecall {
    /// The widest buffer, and its steps, in rows.
    static let widest = 100
    private static let step = 10
    /// Longer series are thinned out: of each block the largest score, and faulty if any row is.
    private static let mostRows = 20_000

    /// Nil unless some rows are faulty and some are not.
    static func volume(_ scores: [Float], _ isFaulty: [Bool]) -> Double? {
        let (scores, isFaulty) = thinned(scores, isFaulty)
        guard isFaulty.contains(true), isFaulty.contains(false) else { return nil }
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        let events = ranges(isFaulty)
        var sum = 0.0
        var count = 0.0
        for width in stride(from: 0, through: widest, by: step) {
            sum += area(scores, order, events, width: width)
            count += 1
        }
        return sum / count
    }

    private static func area(
        _ scores: [Float], _ order: [Int], _ events: [ClosedRange<Int>], width: Int
    ) -> Double {
        var soft = [Double](repeating: 0, count: scores.count)
        var eventOf = [Int](repeating: -1, count: scores.count)
        for (number, event) in events.enumerated() {
            for row in event { (soft[row], eventOf[row]) = (1, number) }
            guard width > 0 else { continue }
            for distance in 1...width {
                let weight = (1 - Double(distance) / Double(width + 1)).squareRoot()
                for row in [event.lowerBound - distance, event.upperBound + distance]
                where soft.indices.contains(row) && soft[row] < weight {
                    (soft[row], eventOf[row]) = (weight, number)
                }
            }
        }
        let hard = events.reduce(0) { $0 + $1.count }
        let positives = (Double(hard) + soft.reduce(0, +)) / 2
        var seen = [Bool](repeating: false, count: events.count)
        var (found, hits, taken, lastRecall, area) = (0, 0.0, 0.0, 0.0, 0.0)
        var at = 0
        while at < order.count {
            let threshold = scores[order[at]]
            while at < order.count, scores[order[at]] == threshold {
                let row = order[at]
                hits += soft[row]
                taken += 1
                if eventOf[row] >= 0, !seen[eventOf[row]] {
                    seen[eventOf[row]] = true
                    found += 1
                }
                at += 1
            }
            let recall = min(hits / positives, 1) * Double(found) / Double(events.count)
            area += max(recall - lastRecall, 0) * hits / taken
            lastRecall = max(recall, lastRecall)
        }
        return area
    }

    private static func ranges(_ isFaulty: [Bool]) -> [ClosedRange<Int>] {
        var ranges: [ClosedRange<Int>] = []
        for row in isFaulty.indices where isFaulty[row] {
            if let last = ranges.last, last.upperBound == row - 1 {
                ranges[ranges.count - 1] = last.lowerBound...row
            } else {
                ranges.append(row...row)
            }
        }
        return ranges
    }

    private static func thinned(_ scores: [Float], _ isFaulty: [Bool]) -> ([Float], [Bool]) {
        let block = (scores.count + mostRows - 1) / mostRows
        guard block > 1 else { return (scores, isFaulty) }
        var (less, labels): ([Float], [Bool]) = ([], [])
        for start in stride(from: 0, to: scores.count, by: block) {
            let rows = start..<min(start + block, scores.count)
            less.append(scores[rows].max() ?? 0)
            labels.append(isFaulty[rows].contains(true))
        }
        return (less, labels)
    }
}
