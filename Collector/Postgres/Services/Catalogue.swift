/// Registers what exists. Every function may be called again with the same arguments, from several collectors at the
/// same time, and then gives the same answer. None may be called inside a transaction.
public enum Catalogue {
    /// Registrations that change something run one after the other.
    static let lock: Int64 = 0x63_61_74_61_6C_6F_67

    /// What `find` gives, or what `make` does, in one statement each: a new site brings a thousand at once. `make` gives
    /// nothing when somebody else was faster; nil when that goes on.
    static func findOrMake<T>(find: () throws -> T?, make: () throws -> T?) throws -> T? {
        for _ in 0..<10 {
            if let found = try find() { return found }
            if let made = try make() { return made }
        }
        return nil
    }

    /// The beginning of a statement that makes something of the site `$1`.
    static let withSite = "with made as (insert into sites (site) values ($1) on conflict do nothing)"
}

/// An asset as it is stored.
public struct AssetRecord: Sendable, Equatable {
    /// Its number in all tables.
    public let asset: Int32
    /// Its public name.
    public let id: String
    public let site: String
    public let agent: String
    public let device: String
    public let kind: String
    public let signalSet: Int32
    public let title: String
    public let isInMaintenance: Bool
    /// What can be started on it by command, by its agent's word: a JSON array; nil if nothing can.
    public let scenarios: String?

    static let columns = "asset, id, site, agent, device, kind, signal_set, title, maintenance, scenarios"

    init(_ row: PostgresRow) throws(PostgresFailure) {
        asset = try row[0]
        id = try row[1]
        site = try row[2]
        agent = try row[3]
        device = try row[4]
        kind = try row[5]
        signalSet = try row[6]
        title = try row[7]
        isInMaintenance = try row[8]
        scenarios = try row[9]
    }
}

extension Catalogue {
    /// Registers a device of an agent. A device that was known under another kind keeps its number and gets the new
    /// kind and signal set.
    public static func registerAsset(
        _ connection: PostgresConnection, site: String, agent: String, device: String, kind: String, signalSet: Int32,
        title: String, scenarios: String? = nil
    ) throws -> AssetRecord {
        let key: [PostgresParameter] = [.text(site), .text(agent), .text(device)]
        func find() throws -> AssetRecord? {
            try connection.query(
                "select \(AssetRecord.columns) from assets where site = $1 and agent = $2 and device = $3", key,
                isRepeated: true
            ).first.map(AssetRecord.init)
        }
        func make() throws -> AssetRecord? {
            try connection.query(
                """
                \(withSite)
                insert into assets (site, agent, device, kind, signal_set, title, scenarios, id)
                select $1, $2, $3, $4, $5, $6, $8, free.id from (
                    select c.id from unnest($7) with ordinality as c(id, place)
                    where not exists (select from assets a where a.id = c.id) order by c.place limit 1) as free
                on conflict do nothing returning \(AssetRecord.columns)
                """,
                key + [
                    .text(kind), .int4(signalSet), .text(title), .texts(publicNames(site, agent, device)),
                    .text(scenarios),
                ],
                isRepeated: true
            ).first.map(AssetRecord.init)
        }
        guard let found = try findOrMake(find: find, make: make) else {
            throw PostgresFailure(.refused, "no public name is free for \(site):\(agent):\(device)")
        }
        if found.kind == kind, found.signalSet == signalSet, found.title == title, found.scenarios == scenarios {
            return found
        }
        try connection.execute(
            """
            update assets set kind = $4, signal_set = $5, title = $6, scenarios = $7
            where site = $1 and agent = $2 and device = $3
            """, key + [.text(kind), .int4(signalSet), .text(title), .text(scenarios)])
        return try find() ?? found
    }

    /// The public name is the first of these that nobody else has: the device alone if possible.
    private static func publicNames(_ site: String, _ agent: String, _ device: String) -> [String] {
        let full = device.isEmpty ? "\(site):\(agent)" : "\(site):\(agent):\(device)"
        // A foreign device may be named like somebody else's full name.
        return [device.isEmpty ? agent : device, full] + (2...9).map { "\(full):\($0)" }
    }

    /// Every asset; ordered by number.
    public static func assets(_ connection: PostgresConnection, site: String? = nil) throws -> [AssetRecord] {
        try connection.query(
            "select \(AssetRecord.columns) from assets where $1 is null or site = $1 order by asset", [.text(site)]
        ).map(AssetRecord.init)
    }

    public static func setMaintenance(_ connection: PostgresConnection, asset: Int32, _ isOn: Bool) throws {
        try connection.execute("update assets set maintenance = $2 where asset = $1", [.int4(asset), .bool(isOn)])
    }
}
