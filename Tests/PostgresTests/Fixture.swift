import Glibc
import Model
import Postgres
import TestSupport

/// A small world in a migrated database: one asset of a made-up kind, and its stream.
struct Fixture {
    let connection: PostgresConnection
    let asset: AssetRecord
    let stream: StreamRecord
    let epoch: Epoch
    /// 2026-01-31 12:00:00 UTC: the clock of all tests.
    static let nowMs: Int64 = 1_769_860_800_000

    static let set = SignalSet(
        name: "kettle", kind: "kettle",
        groups: [
            SignalSet.Group(
                "process",
                [
                    SignalSet.Entry("temp", title: "Temperature", unit: "Cel"),
                    SignalSet.Entry("boiling", form: .flag),
                    SignalSet.Entry("mode", form: .category(["off", "it's on", "hot"])),
                ]),
            SignalSet.Group("slow", cadenceS: 60, [SignalSet.Entry("ts", title: "Named like a column")]),
        ])

    init(_ connection: PostgresConnection, agent: String = "agent-1", epoch bits: UInt64 = 0xFFFF_0000_0000_0001) throws
    {
        self.connection = connection
        let set = try Catalogue.registerSignals(connection, Fixture.set)
        asset = try Catalogue.registerAsset(
            connection, site: "site-1", agent: agent, device: "kettle-\(agent)", kind: "kettle", signalSet: set,
            title: "Kettle")
        guard let epoch = Epoch(bits: bits) else { throw SupportFailure("epoch 0") }
        self.epoch = epoch
        stream = try Catalogue.registerStream(connection, site: "site-1", agent: agent, epoch: epoch)
    }

    func row(
        _ sequence: Int64, at timeMs: Int64, group: UInt8 = 0, _ values: [Double] = [20, 0, 1],
        _ qualities: [Quality] = []
    ) -> TelemetryRow {
        TelemetryRow(
            Frame(group: group, timeMs: timeMs, values: values, qualities: qualities), asset: asset.asset,
            epoch: epoch, sequence: sequence)
    }

    /// Stores rows as the product's writer does: rows, dirty minutes, and what is committed, in one transaction.
    func store(_ rows: [TelemetryRow], pausingMicroseconds: UInt32 = 0) throws {
        try Partitions.ensure(connection, rows.map { Day(timeMs: $0.timeMs) }, nowMs: Fixture.nowMs)
        try connection.transaction {
            try connection.copyIn(TelemetryRow.copyStatement) { copy in
                for row in rows { try copy.row(row) }
            }
            try Rollups.mark(
                connection,
                rows.map {
                    Rollups.Minute(asset: $0.asset, signalGroup: Int16($0.frame.group), timeMs: $0.timeMs)
                })
            var numbers = SequenceSet()
            for row in rows { numbers.insert(row.sequence) }
            try connection.execute(
                "update streams set committed = committed + $2, stored_frames = stored_frames + $3 where stream = $1",
                [.int4(stream.stream), .sequences(numbers), .int8(Int64(rows.count))])
            usleep(pausingMicroseconds)
        }
    }

    func reload() throws -> StreamRecord {
        try Catalogue.registerStream(connection, site: stream.site, agent: stream.agent, epoch: epoch)
    }
}
