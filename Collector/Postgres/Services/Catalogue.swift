/// Registers what exists. Every function may be called again with the same arguments, from several collectors at the
/// same time, and then gives the same answer. None may be called inside a transaction.
public enum Catalogue {
    /// Registrations that change something run one after the other.
    static let lock: Int64 = 0x63_61_74_61_6C_6F_67

    public static func registerSite(_ connection: PostgresConnection, _ site: String) throws {
        try connection.execute("insert into sites (site) values ($1) on conflict do nothing", [.text(site)])
    }

    /// Runs `find`; when it finds nothing, runs `make` with all others held off, after a second look.
    static func findOrMake<T>(
        _ connection: PostgresConnection, find: () throws -> T?, make: () throws -> Void
    ) throws -> T {
        if let found = try find() { return found }
        try connection.transaction {
            try connection.execute("select pg_advisory_xact_lock($1)", [.int8(lock)])
            if try find() == nil { try make() }
        }
        if let made = try find() { return made }
        throw PostgresFailure(.bug, "what was registered cannot be found")
    }
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

    static let columns = "asset, id, site, agent, device, kind, signal_set, title, maintenance"

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
    }
}

extension Catalogue {
    /// Registers a device of an agent. A device that was known under another kind keeps its number and gets the new
    /// kind and signal set.
    public static func registerAsset(
        _ connection: PostgresConnection, site: String, agent: String, device: String, kind: String, signalSet: Int32,
        title: String
    ) throws -> AssetRecord {
        let key: [PostgresParameter] = [.text(site), .text(agent), .text(device)]
        func find() throws -> AssetRecord? {
            try connection.query(
                "select \(AssetRecord.columns) from assets where site = $1 and agent = $2 and device = $3", key,
                isRepeated: true
            ).first.map(AssetRecord.init)
        }
        let found = try findOrMake(connection, find: find) {
            try registerSite(connection, site)
            try connection.execute(
                """
                insert into assets (site, agent, device, kind, signal_set, title, id) values ($1, $2, $3, $4, $5, $6, $7)
                """,
                key + [.text(kind), .int4(signalSet), .text(title), .text(try freeID(connection, site, agent, device))])
        }
        if found.kind == kind, found.signalSet == signalSet, found.title == title { return found }
        try connection.execute(
            "update assets set kind = $4, signal_set = $5, title = $6 where site = $1 and agent = $2 and device = $3",
            key + [.text(kind), .int4(signalSet), .text(title)])
        return try find() ?? found
    }

    /// The public name: the device alone where nobody else has it. Under the catalogue's lock.
    private static func freeID(
        _ connection: PostgresConnection, _ site: String, _ agent: String, _ device: String
    ) throws -> String {
        let full = device.isEmpty ? "\(site):\(agent)" : "\(site):\(agent):\(device)"
        var candidates = [device.isEmpty ? agent : device, full]
        // A foreign device may be named like somebody else's full name.
        candidates += (2...9).map { "\(full):\($0)" }
        let taken: [String] = try connection.value(
            "select coalesce(array_agg(id), '{}') from assets where id = any($1)", [.texts(candidates)])
        guard let free = candidates.first(where: { !taken.contains($0) }) else {
            throw PostgresFailure(.refused, "no public name is free for \(full)")
        }
        return free
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
