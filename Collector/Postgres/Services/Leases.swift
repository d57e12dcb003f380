/// Which collector may store data of a site. All times are the database's own, so that no collector's clock matters.
///
/// A writer's transaction begins with `hold`: it locks the lease until the commit, so that nobody can take the site
/// over in between. Whoever was suspended and finds its lease expired or taken stores nothing.
public enum Leases {
    /// What a holder has: the fence grows with each change of hands.
    public struct Lease: Sendable, Hashable {
        public let site: String
        /// The collector's number, a UUID.
        public let holder: String
        public let fence: Int64

        public init(site: String, holder: String, fence: Int64) {
            self.site = site
            self.holder = holder
            self.fence = fence
        }
    }

    /// Every lease as it stands, for people and for sharing sites out.
    public struct Entry: Sendable, Equatable {
        public let site: String
        public let holder: String?
        public let fence: Int64
        public let isExpired: Bool
        public let remainingMs: Int64
    }

    /// Takes the lease of a site when nobody holds it, or its holder has let it expire; nil when another one holds it.
    /// A holder that takes it anew gets a new fence, and what it did under the old one can no longer be committed.
    public static func acquire(
        _ connection: PostgresConnection, site: String, holder: String, lastingMs: Int64
    ) throws -> Lease? {
        let rows = try connection.query(
            """
            insert into leases as l (site, holder, fence, expires_at)
            values ($1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond')
            on conflict (site) do update set holder = excluded.holder, fence = l.fence + 1,
                expires_at = clock_timestamp() + $3 * interval '1 millisecond'
            where l.holder is null or l.holder = excluded.holder or l.expires_at <= clock_timestamp()
            returning fence
            """, [.text(site), .uuid(holder), .int8(lastingMs)])
        guard let row = rows.first else { return nil }
        return Lease(site: site, holder: holder, fence: try row[0])
    }

    /// Extends leases; the ones that are no longer held are left out of the answer. A lease that has expired but that
    /// nobody took is held again.
    public static func renew(
        _ connection: PostgresConnection, _ leases: [Lease], lastingMs: Int64
    ) throws -> [Lease] {
        let rows = try connection.query(
            """
            update leases l set expires_at = clock_timestamp() + $4 * interval '1 millisecond'
            from unnest($1, $2, $3) as h(site, holder, fence)
            where l.site = h.site and l.holder = h.holder::uuid and l.fence = h.fence
            returning h.site, h.holder, h.fence
            """, key(leases) + [.int8(lastingMs)])
        return try only(rows, of: leases)
    }

    /// Gives leases back, so that others need not wait for their end.
    public static func release(_ connection: PostgresConnection, _ leases: [Lease]) throws {
        try connection.execute(
            """
            update leases l set holder = null, expires_at = clock_timestamp()
            from unnest($1, $2, $3) as h(site, holder, fence)
            where l.site = h.site and l.holder = h.holder::uuid and l.fence = h.fence
            """, key(leases))
    }

    /// The first statement of a writer's transaction. Those of the leases that are held now; they stay held until the
    /// transaction ends. The caller must store nothing of the others.
    public static func hold(_ connection: PostgresConnection, _ leases: [Lease]) throws -> [Lease] {
        guard connection.isInTransaction else {
            throw PostgresFailure(.bug, "leases were to be held outside of a transaction")
        }
        // The conditions are examined anew on the row as it stands once the lock is had.
        let rows = try connection.query(
            """
            select h.site, h.holder, h.fence from leases l join unnest($1, $2, $3) as h(site, holder, fence) on h.site = l.site
            where l.holder = h.holder::uuid and l.fence = h.fence and l.expires_at > clock_timestamp()
            order by l.site for share of l
            """, key(leases), isRepeated: true)
        return try only(rows, of: leases)
    }

    public static func all(_ connection: PostgresConnection) throws -> [Entry] {
        try connection.query(
            """
            select site, holder, fence, expires_at <= clock_timestamp(),
                (extract(epoch from expires_at - clock_timestamp()) * 1000)::int8
            from leases order by site
            """
        ).map { row throws(PostgresFailure) in
            Entry(
                site: try row[0], holder: try row[1], fence: try row[2], isExpired: try row[3],
                remainingMs: try row[4])
        }
    }

    private static func only(_ rows: PostgresRows, of leases: [Lease]) throws(PostgresFailure) -> [Lease] {
        var held: Set<Lease> = []
        for row in rows { held.insert(Lease(site: try row[0], holder: try row[1], fence: try row[2])) }
        return leases.filter(held.contains)
    }

    private static func key(_ leases: [Lease]) -> [PostgresParameter] {
        [.texts(leases.map(\.site)), .texts(leases.map(\.holder)), .int8s(leases.map(\.fence))]
    }
}
