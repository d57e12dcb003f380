import TestSupport

/// What a running collector says about itself at `/metrics`, at one moment.
struct CollectorFigures {
    private let lines: [Substring]

    init(port: UInt16) throws {
        let (status, body) = try HTTP.get(port: port, "/metrics")
        guard status == 200 else { throw SupportFailure("/metrics: \(status)") }
        lines = body.split(separator: "\n")
    }

    /// A metric without labels.
    subscript(name: String) -> Double {
        get throws {
            for line in lines where line.hasPrefix(name) {
                let words = line.split(separator: " ")
                if words.count >= 2, words[0] == name, let value = Double(words[1]) { return value }
            }
            throw SupportFailure("the collector has no metric \(name)")
        }
    }

    var storedFrames: Double { get throws { try self["bellwether_collector_frames_stored_total"] } }
    var storedReadings: Double { get throws { try self["bellwether_collector_readings_stored_total"] } }
    /// Seconds from a transaction's begin to the end of its commit, on average since the start.
    var meanCommitSeconds: Double {
        get throws {
            let count = try self["bellwether_collector_commit_duration_seconds_count"]
            return count == 0 ? 0 : try self["bellwether_collector_commit_duration_seconds_sum"] / count
        }
    }
}
