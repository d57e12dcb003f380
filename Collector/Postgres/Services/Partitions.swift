/// The day partitions of telemetry. A row can only be stored when the partition of its day is there.
public enum Partitions {
    /// "partition" shortened: collectors that need the same day do not make it twice.
    static let lock: Int64 = 0x70_61_72_74_69_74_69_6F
    /// Days that can be made: outside of them a time is an error of somebody's clock, and the caller must repair it
    /// first. A hostile agent can so fill the schema with no more than a few thousand tables.
    public static let daysBack = 3660
    public static let daysAhead = 7

    /// True when a time can be stored in telemetry by this program.
    public static func isPlausible(_ timeMs: Int64, nowMs: Int64) -> Bool {
        plausible(nowMs: nowMs).contains(Day(timeMs: timeMs))
    }

    static func plausible(nowMs: Int64) -> ClosedRange<Day> {
        let today = Day(timeMs: nowMs).number
        return Day(today - daysBack)...Day(today + daysAhead)
    }

    /// The days that have a partition.
    public static func existing(_ connection: PostgresConnection) throws -> Set<Day> {
        let rows = try connection.query(
            """
            select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'telemetry'::regclass
            """)
        return Set(try rows.compactMap { row in day(ofTable: try row[0]) })
    }

    /// Makes today's and tomorrow's partitions, and further ones ahead. Call at start and every few hours.
    public static func makeAhead(_ connection: PostgresConnection, nowMs: Int64, days: Int = 2) throws {
        let today = Day(timeMs: nowMs).number
        try ensure(connection, (today...(today + min(max(days, 0), daysAhead))).map(Day.init), nowMs: nowMs)
    }

    /// Makes the partitions of these days where they are lacking. Not inside a transaction.
    ///
    /// Readers and writers of other days are not held up: the table is made by itself and then attached, which takes
    /// a weaker lock than `create table … partition of`.
    public static func ensure(_ connection: PostgresConnection, _ days: some Sequence<Day>, nowMs: Int64) throws {
        let plausible = plausible(nowMs: nowMs)
        let wanted = Set(days)
        if let day = wanted.first(where: { !plausible.contains($0) }) {
            throw PostgresFailure(
                .refused, "no partition is made for \(day): only \(plausible.lowerBound) to \(plausible.upperBound)")
        }
        for day in wanted.subtracting(try existing(connection)).sorted() { try make(connection, day) }
    }

    private static func make(_ connection: PostgresConnection, _ day: Day) throws {
        let table = tableName(day)
        try connection.transaction {
            try connection.execute("select pg_advisory_xact_lock(\(lock))")
            if try existing(connection).contains(day) { return }
            let isInTheWay: Bool = try connection.value("select to_regclass($1) is not null", [.text(table)])
            if isInTheWay {
                throw PostgresFailure(
                    .configuration,
                    "table \(table) is there but is no partition of telemetry: attach, rename or drop it")
            }
            try connection.execute(
                """
                create table \(table) (like telemetry including all);
                alter table telemetry attach partition \(table)
                    for values from ('\(day) 00:00:00+00') to ('\(Day(day.number + 1)) 00:00:00+00');
                comment on table \(table) is 'Readings of \(day) (UTC).';
                """)
        }
    }

    static func tableName(_ day: Day) -> String { "telemetry_\(day.digits)" }

    static func day(ofTable name: String) -> Day? {
        name.hasPrefix("telemetry_") ? Day(digits: name.dropFirst("telemetry_".count)) : nil
    }
}
