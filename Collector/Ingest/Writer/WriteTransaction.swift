import Model
import Postgres
import Runtime

/// One batch as one transaction: telemetry, derived rows and the streams' committed ranges, or nothing of it.
struct WriteTransaction {
    /// The batch rests on a lease that is not held any more, or on ranges that somebody else has filled.
    struct Fenced: Error, CustomStringConvertible {
        let description: String
    }

    /// What to tell an agent after the commit; straight from its row.
    struct StreamReceipt {
        let site: String
        let agent: String
        let receipt: Receipt
    }

    let batch: CommitBatch
    /// Whether what PostgreSQL refuses is set aside record by record, rather than the batch be refused as a whole.
    let isPiecewise: Bool
    /// PostgreSQL's number of the transaction, once it has begun.
    var number: String?
    /// The batch's own, without what was refused.
    private(set) var deltas: [Int32: StreamDelta]
    /// What of the batch is not stored, and what is told about it.
    private(set) var refusals = Refusals()
    /// What has become of alarms, for the feed.
    private(set) var alarmAlerts: [CommittedAlert] = []

    init(_ batch: CommitBatch, isPiecewise: Bool = false) {
        self.batch = batch
        self.isPiecewise = isPiecewise
        deltas = batch.streams
    }

    /// Once. `budget` bounds what is set aside.
    mutating func run(
        _ connection: PostgresConnection, _ budget: inout HourlyBudget
    ) throws -> [StreamReceipt] {
        var sorter = RefusalSorter(batch, deltas: deltas)
        var number: String?
        var alarmAlerts: [CommittedAlert] = []
        defer {
            self.number = number
            self.alarmAlerts = alarmAlerts
            deltas = sorter.deltas
            refusals = sorter.refusals
        }
        return try connection.transaction {
            number = try connection.value("select pg_current_xact_id()::text", isRepeated: true)
            try holdLeases(connection)
            if isPiecewise {
                try connection.execute("set constraints all immediate")
                try copyPiecewise(connection, &sorter)
                try noteEach(connection, &sorter, &budget)
                let failure = try connection.refusal { alarmAlerts = try applyAlarms(connection) }
                if failure != nil { sorter.drop("changes of alarms", failure) }
            } else {
                try copyRows(connection)
                try insertNotes(connection)
                try storeAnalysis(connection)
                alarmAlerts = try applyAlarms(connection)
            }
            try Rollups.mark(connection, batch.minutes)
            let receipts = try updateStreams(connection, sorter.deltas)
            let conflicts = try conflicts(connection, among: batch.repeats + sorter.repeats)
            for event in try setAside(connection, conflicts) { sorter.add(event) }
            return receipts
        }
    }

    /// After a commit without an answer: whether it took place; nil if the server cannot tell.
    ///
    /// Where the batch holds numbers, the streams' ranges decide, for a server that has crashed may have given the
    /// transaction's own number to another one since: only numbers that have reached its disk are not used again.
    func wasCommitted(_ connection: PostgresConnection) throws -> Bool? {
        guard let number else { return false }
        while true {
            switch try WriteTransaction.status(number, connection) {
            case "committed": return try WriteTransaction.areStored(numbers, connection)
            case "aborted": return false
            // The old session has not ended yet.
            case "in progress": Clock.sleep(ms: 50)
            default: return numbers.isEmpty ? nil : try WriteTransaction.areStored(numbers, connection)
            }
        }
    }

    private static func status(_ number: String, _ connection: PostgresConnection) throws -> String? {
        do throws(PostgresFailure) {
            return try connection.value("select pg_xact_status($1::text::xid8)", [.text(number)])
        } catch {
            // The number is in the future: nothing of the transaction has reached the disk.
            guard error.sqlState == .invalidParameterValue else { throw error }
            return "aborted"
        }
    }

    /// What it commits, by stream.
    var numbers: [Int32: SequenceSet] {
        deltas.compactMapValues { $0.committed.isEmpty ? nil : $0.committed }
    }

    /// Whether these numbers are committed in these streams. Of one transaction all of them are, or none: they were new.
    static func areStored(_ numbers: [Int32: SequenceSet], _ connection: PostgresConnection) throws -> Bool {
        let all = Array(numbers)
        return try connection.value(
            """
            select coalesce(bool_and(coalesce(s.committed @> u.committed, false)), true)
            from unnest($1::int4[], $2::int8multirange[]) as u(stream, committed)
            left join streams s on s.stream = u.stream
            """, [.int4s(all.map { Optional($0.key) }), .sequenceSets(all.map { $0.value })])
    }

    /// The receipts of a batch that is known to be stored.
    static func receipts(_ connection: PostgresConnection, _ batch: CommitBatch) throws -> [StreamReceipt] {
        let numbers = batch.streams.filter { $0.value.id != nil }.keys.map { Optional($0) }
        return try connection.query(
            "select stream, committed, lost from streams where stream = any($1)", [.int4s(numbers)]
        ).compactMap { try receipt($0, batch) }
    }

    static func receipt(_ row: PostgresRow, _ batch: CommitBatch) throws -> StreamReceipt? {
        guard let id = batch.streams[try row[0]]?.id else { return nil }
        var settled: SequenceSet = try row[1]
        settled.formUnion(try row[2])
        return StreamReceipt(site: id.site, agent: id.agent, receipt: Receipt(epoch: id.epoch, settled: settled))
    }

    private func holdLeases(_ connection: PostgresConnection) throws {
        var sites = Set(batch.streams.values.map(\.site))
        sites.formUnion(batch.quarantine.map(\.site))
        sites.formUnion(batch.events.compactMap(\.site))
        sites.formUnion(batch.alarms.map(\.asset.site))
        sites.formUnion(batch.faults.map(\.asset.site))
        sites.formUnion(batch.alarmStates.values.map(\.site))
        let wanted = try sites.sorted().map { site in
            guard let lease = batch.leases[site] else {
                throw Fenced(description: "the lease of site \(site) was given up")
            }
            return lease
        }
        let held = try Leases.hold(connection, wanted)
        if let gone = wanted.first(where: { !held.contains($0) }) {
            throw Fenced(description: "the lease of site \(gone.site) has expired or was taken over")
        }
    }
}
