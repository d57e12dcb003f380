import TestSupport

/// The rivals: a small program in C over protobuf-c, SQLite and libpq, which `run.sh` compiles.
struct Rivals {
    let program: String

    /// Runs one of them; what it measured, by name.
    func run(_ arguments: [String]) throws -> [String: Double] {
        figures(try ChildProcess.run(program, arguments, timeout: .seconds(120)))
    }

    /// Runs a rival that is a Python script.
    func python(_ script: String, _ arguments: [String]) throws -> [String: Double] {
        figures(try IndependentReaders.run("Bench/rivals/\(script)", arguments))
    }

    private func figures(_ text: String) -> [String: Double] {
        var figures: [String: Double] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, let value = Double(words[1]) { figures[String(words[0])] = value }
        }
        return figures
    }
}

extension [String: Double] {
    /// A figure that must be there.
    func figure(_ name: String) throws -> Double {
        guard let value = self[name] else { throw SupportFailure("the rival did not say \(name)") }
        return value
    }
}

/// The middle one; of an even number the mean of the middle two.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// The value that a share of all values does not exceed.
func percentile(_ share: Double, of values: [Double]) -> Double {
    let sorted = values.sorted()
    guard let last = sorted.last else { return 0 }
    let index = Int((share * Double(sorted.count)).rounded(.up)) - 1
    return sorted.indices.contains(index) ? sorted[index] : last
}
