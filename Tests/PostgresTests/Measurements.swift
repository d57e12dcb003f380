import Model
import Postgres
import Runtime
import TestSupport
import Testing

/// Figures for people, not verdicts:
/// `BELLWETHER_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter Measurements`.
@Suite("Measurements", .serialized, .enabled(if: environmentVariable("BELLWETHER_MEASURE") != nil))
struct Measurements {
    @Test func encodingOfARow() async throws {
        try await gated {
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

    /// 100,000 frames of 40 readings, 100 assets, in batches each its own commit, primary key and all. On a durable
    /// server over a unix socket.
    @Test func storingFrames() async throws {
        try await gated {
            let server = try PostgresServer(durable: true, settings: ["max_wal_size = '4GB'"])
            let options = PostgresOptions(server.socketURL(), statementLimit: nil)
            let connection = try PostgresConnection(options)
            try Migrations.apply(connection)
            try Partitions.makeAhead(connection, nowMs: Fixture.nowMs)
            guard let epoch = Epoch(bits: 7) else { return }
            let values = (0..<40).map { Double($0) * 1.25 + 0.1 }
            for batch in [1000, 10_000, 100_000] {
                try connection.execute("truncate telemetry; truncate rollup_dirty; checkpoint")
                let rows = 100_000
                var waited = Duration.zero
                for start in stride(from: 0, to: rows, by: batch) {
                    var buffer = CopyBuffer(capacity: batch * 560)
                    for number in start..<(start + batch) {
                        buffer.row(
                            TelemetryRow(
                                Frame(group: 0, timeMs: Fixture.nowMs + Int64(number / 100) * 1000, values: values),
                                asset: Int32(number % 100), epoch: epoch, sequence: Int64(number), chain: 1, health: 99)
                        )
                    }
                    waited += try ContinuousClock().measure {
                        try connection.transaction {
                            _ = try connection.copyIn(TelemetryRow.copyStatement) { try $0.append(buffer) }
                        }
                    }
                }
                let seconds = waited / .seconds(1)
                let rate = Double(rows) / seconds
                print(
                    "COPY of \(rows) rows of 40 values in commits of \(batch): \(Int(seconds * 1000)) ms, "
                        + "\(Int(rate)) rows/s, \(Int(rate * 40)) readings/s")
            }
            let bytes: Int64 = try connection.value(
                "select sum(pg_total_relation_size(inhrelid))::int8 from pg_inherits where inhparent = 'telemetry'::regclass"
            )
            print("size with its index: \(Double(bytes) / 4_000_000) bytes a reading")
            try connection.execute(
                "insert into rollup_dirty (asset, signal_group, bucket) select distinct asset, signal_group, "
                    + "date_trunc('minute', ts) from telemetry")
            var minutes = 0
            let seconds =
                try ContinuousClock().measure {
                    while true {
                        let summary = try Rollups.recompute(connection, settledBeforeMs: .max / 1000)
                        if summary.isEmpty { break }
                        minutes += summary.minutes
                    }
                } / .seconds(1)
            print("rollup of \(minutes) minutes: \(Int(seconds * 1000)) ms, \(Int(4_000_000 / seconds)) readings/s")
        }
    }

    @Test func auditingFrames() async throws {
        try await withMigrated { _, connection in
            let fixture = try Fixture(connection)
            let rows = 100_000
            var chain = ChainHash.start
            let values = (0..<40).map { Double($0) * 1.25 + 0.1 }
            for start in stride(from: 0, to: rows, by: 10_000) {
                try fixture.store(
                    (start..<(start + 10_000)).map { number in
                        let frame = Frame(group: 0, timeMs: Fixture.nowMs + Int64(number) * 100, values: values)
                        let sequence = Int64(number) + 1
                        chain = ChainHash.next(
                            after: chain, epoch: fixture.epoch, sequence: sequence,
                            record: RecordCoding.encode(.frame(frame)))
                        return TelemetryRow(
                            frame, asset: fixture.asset.asset, epoch: fixture.epoch, sequence: sequence, chain: chain)
                    })
            }
            var report = AuditReport()
            let seconds = try ContinuousClock().measure { report = try Audit.run(connection) } / .seconds(1)
            #expect(report.verdict == .whole)
            print("audit of \(rows) frames of 40 readings: \(Int(Double(rows) / seconds)) frames/s")
        }
    }
}
