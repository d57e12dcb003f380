/// Finds what somebody probably meant to write.
public enum NearestName {
    /// The known name that is nearest to `word`, or nil if none is near enough to suggest.
    public static func of(_ word: String, in known: some Sequence<String>) -> String? {
        let word = Array(word.lowercased().unicodeScalars.prefix(64))
        var best: (name: String, distance: Int)?
        for name in known {
            let other = Array(name.lowercased().unicodeScalars.prefix(64))
            let distance = distance(word, other)
            // A third of the letters may be wrong; of short names, one.
            guard distance <= max(1, min(word.count, other.count) / 3 + (other.count > 4 ? 1 : 0)),
                distance < max(word.count, other.count)
            else { continue }
            if distance < best?.distance ?? .max { best = (name, distance) }
        }
        return best?.name
    }

    /// `; did you mean "broker"?`, or nothing.
    public static func hint(for word: String, in known: some Sequence<String>) -> String {
        of(word, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
    }

    /// How many letters must be inserted, removed, replaced or swapped with their neighbour (Damerau-Levenshtein,
    /// no letter touched twice).
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for i in 0..<left.count {
            var current = [i + 1]
            current.reserveCapacity(right.count + 1)
            for j in 0..<right.count {
                var least = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    least = min(least, beforePrevious[j - 1] + 1)
                }
                current.append(least)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
