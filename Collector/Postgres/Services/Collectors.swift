/// The collector processes that share a database.
public enum Collectors {
    public struct Entry: Sendable, Equatable {
        /// A UUID, new for each process.
        public let collector: String
        public let hostID: String
        public let address: String
        public let startedAtMs: Int64
        public let seenAtMs: Int64
    }

    /// A number for this process: a random UUID (version 4).
    public static func makeID() -> String {
        var random = SystemRandomNumberGenerator()
        var digits = Array((0..<32).map { _ in Character(String(UInt8.random(in: 0..<16, using: &random), radix: 16)) })
        digits[12] = "4"
        digits[16] = ["8", "9", "a", "b"][Int.random(in: 0..<4, using: &random)]
        for place in [20, 16, 12, 8] { digits.insert("-", at: place) }
        return String(digits)
    }

    /// Says that the process is alive; the first call enters it. The database's clock, in milliseconds.
    @discardableResult
    public static func heartbeat(
        _ connection: PostgresConnection, _ collector: String, hostID: String, address: String
    ) throws -> Int64 {
        try connection.value(
            """
            insert into collectors (collector, host_id, address) values ($1, $2, $3)
            on conflict (collector) do update set seen_at = clock_timestamp(), address = excluded.address
            returning clock_timestamp()
            """, [.uuid(collector), .text(hostID), .text(address)])
    }

    /// Those that gave a sign of life within this time, the oldest process first.
    public static func alive(_ connection: PostgresConnection, withinMs: Int64) throws -> [Entry] {
        try connection.query(
            """
            select collector, host_id, address, started_at, seen_at from collectors
            where seen_at > clock_timestamp() - $1 * interval '1 millisecond' order by started_at, collector
            """, [.int8(withinMs)]
        ).map { row throws(PostgresFailure) in
            Entry(
                collector: try row[0], hostID: try row[1], address: try row[2], startedAtMs: try row[3],
                seenAtMs: try row[4])
        }
    }

    /// Removes a process that ends, and those silent for a day.
    public static func leave(_ connection: PostgresConnection, _ collector: String) throws {
        try connection.execute(
            "delete from collectors where collector = $1 or seen_at < clock_timestamp() - interval '1 day'",
            [.uuid(collector)])
    }
}
