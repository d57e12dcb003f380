/// The state of the conditions of assets' alarms, as a restart or another collector finds it.
public enum AlarmConditionStore {
    /// What is stored of an asset.
    public struct Stored: Sendable {
        /// Nil for an asset whose conditions were never stored.
        public var conditions: String?
        /// The newest frames that came live, oldest first.
        public var frames: [Frame]
        /// Rules whose alarms are active.
        public var active: [String]
        public var isInMaintenance: Bool
    }

    public struct Frame: Sendable {
        public let group: Int
        public let timeMs: Int64
        public let values: [Double]
        /// One byte a value; empty if all are good.
        public let quality: [UInt8]
    }

    /// `windowMs`: how far back frames are of use; 0: none.
    public static func read(_ connection: PostgresConnection, asset: Int32, windowMs: Int64) throws -> Stored {
        let row = try connection.query(
            """
            select (select conditions from alarm_conditions where asset = $1),
                array(select rule from alarms where asset = $1 and active order by rule),
                coalesce((select maintenance from assets where asset = $1), false)
            """, [.int4(asset)], isRepeated: true)[0]
        var stored = Stored(conditions: try row[0], frames: [], active: try row[1], isInMaintenance: try row[2])
        guard windowMs > 0, stored.conditions != nil else { return stored }
        stored.frames = try connection.query(
            """
            select signal_group, ts, values, quality from telemetry
            where asset = $1 and not historical and ts > coalesce(
                (select max(ts) from telemetry where asset = $1), 'epoch') - $2 * interval '1 millisecond'
            order by ts, seq limit 100000
            """, [.int4(asset), .int8(windowMs)]
        ).map { row throws(PostgresFailure) in
            let quality: [UInt8]? = try row[3]
            return Frame(
                group: Int(try row[0] as Int16), timeMs: try row[1], values: try row[2], quality: quality ?? [])
        }
        return stored
    }

    public static func write(_ connection: PostgresConnection, _ conditions: [Int32: String]) throws {
        guard !conditions.isEmpty else { return }
        let all = conditions.sorted { $0.key < $1.key }
        try connection.execute(
            """
            insert into alarm_conditions (asset, conditions) select * from unnest($1::int4[], $2::text[])
            on conflict (asset) do update set conditions = excluded.conditions, changed_at = now()
            """, [.int4s(all.map(\.key)), .texts(all.map(\.value))])
    }

    /// An asset that sends nothing.
    public struct SilentAsset: Sendable {
        public let number: Int32
        public let id: String
        public let kind: String
        public let agent: String
        /// When it was last heard of.
        public let sinceMs: Int64
    }

    /// Assets of a site that send nothing and have no active alarm about it.
    public static func silentAssets(_ connection: PostgresConnection, site: String) throws -> [SilentAsset] {
        try connection.query(
            """
            select s.asset, s.id, s.kind, s.agent, h.ts from assets s cross join lateral (
                select status, ts from health where asset = s.asset order by ts desc limit 1) as h
            where s.site = $1 and h.status = 'offline' and not exists (
                select from alarms a where a.asset = s.asset and a.type = 'communication' and a.active)
            order by s.asset
            """, [.text(site)]
        ).map { row throws(PostgresFailure) in
            SilentAsset(
                number: try row[0], id: try row[1], kind: try row[2], agent: try row[3], sinceMs: try row[4])
        }
    }
}
