import Model
import Postgres
import TestSupport
import Testing

/// Figures for people, not verdicts: `BELLWETHER_MEASURE=1 swift test -c release --filter Measurements`.
@Suite("Measurements", .serialized, .enabled(if: environmentVariable("BELLWETHER_MEASURE") != nil))
struct Measurements {
    @Test func encodingOfARow() async throws {
        try await offPool {
            let values = (0..<40).map { Double($0) * 1.25 }
            var buffer = CopyBuffer(capacity: 1 << 20)
            let rows = 2_000_000
            var best = Double.infinity
            for _ in 0..<3 {
                let seconds = ContinuousClock().measure {
                    for number in 0..<rows {
                        if buffer.count > 1 << 19 { buffer.removeAll() }
                        buffer.row { row in
                            row.put(timestampMs: 1_700_000_000_000 + Int64(number))
                            row.put(Int64(77))
                            row.put(Int64(number))
                            row.put(Int64(number))
                            row.putNull()
                            row.put(Int32(1))
                            row.put(Float(0.9))
                            row.put(Int16(0))
                            row.put(false)
                            row.put(values.span)
                            row.putNull()
                            row.putNull()
                        }
                    }
                }
                best = min(best, seconds / .seconds(1) / Double(rows) * 1e9)
            }
            print("encoding a telemetry row of 40 values: \(Int(best.rounded())) ns")
        }
    }
}
