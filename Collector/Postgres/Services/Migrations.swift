import CMigrations

/// One numbered change of the schema, from the SQL files embedded in the program.
public struct Migration: Sendable, Equatable {
    public let version: Int
    public let name: String
    package let sql: String
    /// SHA-256 of the file in hexadecimal digits, filled in by the server.
    var checksum = ""

    package init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }
}

/// Brings the schema of a database up to what the program needs.
public enum Migrations {
    /// "bellwether" in ASCII: every program that migrates this schema takes the same lock.
    private static let lock: Int64 = 0x62_65_6C_6C_77_65_74_68

    /// What the program knows, in order.
    package static let embedded: [Migration] = (0..<cmigrations_count()).map { index in
        let file = cmigrations_at(index)
        let sql = String(decoding: UnsafeBufferPointer(start: file.sql, count: file.count), as: UTF8.self)
        return Migration(version: Int(file.version), name: String(cString: file.name), sql: sql)
    }

    /// The database is not this program's: newer, or made from other files. Waiting does not help.
    public struct Mismatch: Error, Equatable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// The migrations that the database lacks. Throws a `Mismatch` when the database is newer than the program, or was
    /// made from other files. Changes nothing.
    public static func pending(_ connection: PostgresConnection) throws -> [Migration] {
        try pending(connection, of: embedded)
    }

    /// Applies what is lacking, each migration in a transaction of its own, and returns it. Programs that start at the
    /// same time wait for each other. With `dryRun` nothing is changed.
    @discardableResult
    public static func apply(_ connection: PostgresConnection, dryRun: Bool = false) throws -> [Migration] {
        try apply(connection, embedded, dryRun: dryRun)
    }

    package static func apply(
        _ connection: PostgresConnection, _ known: [Migration], dryRun: Bool = false
    ) throws -> [Migration] {
        if dryRun { return try pending(connection, of: known) }
        // A migration of a large table may take hours, and so may the wait for another program's.
        return try connection.withoutStatementLimit {
            try connection.execute("select pg_advisory_lock(\(lock))")
            defer { if connection.isUsable { try? connection.execute("select pg_advisory_unlock(\(lock))") } }
            let missing = try pending(connection, of: known)
            if !missing.isEmpty { try makeJournal(connection) }
            for migration in missing { try apply(connection, migration) }
            return missing
        }
    }

    private static func apply(_ connection: PostgresConnection, _ migration: Migration) throws {
        do {
            try connection.transaction {
                try connection.execute(migration.sql)
                try connection.execute(
                    "insert into schema_migrations (version, name, checksum) values ($1, $2, $3)",
                    [.int4(Int32(migration.version)), .text(migration.name), .text(migration.checksum)])
            }
        } catch let failure as PostgresFailure {
            throw failure.during("migration \(migration.version) (\(migration.name))")
        }
    }

    package static func pending(_ connection: PostgresConnection, of known: [Migration]) throws -> [Migration] {
        let known = try withChecksums(connection, known)
        let exists: Bool = try connection.value("select to_regclass('schema_migrations') is not null")
        guard exists else { return known }
        let rows = try connection.query("select version, name, checksum from schema_migrations order by version")
        for (index, row) in rows.enumerated() {
            let (version, name, checksum): (Int, String, String) = (try row[0], try row[1], try row[2])
            guard index < known.count else {
                let last = known.last?.version ?? 0
                throw Mismatch(
                    description: "the database is newer than this program: it has migration \(version) (\(name)), the "
                        + "program knows up to \(last); start a program of at least the version that last migrated it")
            }
            let expected = known[index]
            guard version == expected.version, name == expected.name, checksum == expected.checksum else {
                throw Mismatch(
                    description:
                        "the database was made by another program: its migration \(version) (\(name)) is not our "
                        + "\(expected.version) (\(expected.name)), or has another content; use another database")
            }
        }
        return Array(known.dropFirst(rows.count))
    }

    private static func withChecksums(
        _ connection: PostgresConnection, _ migrations: [Migration]
    ) throws -> [Migration] {
        try migrations.map { migration in
            var migration = migration
            migration.checksum = try connection.value(
                "select encode(sha256($1), 'hex')", [.bytes(Array(migration.sql.utf8))])
            return migration
        }
    }

    private static func makeJournal(_ connection: PostgresConnection) throws {
        try connection.execute(
            """
            create table if not exists schema_migrations (
                applied_at timestamptz not null default now(),
                version int primary key,
                name text not null,
                checksum text not null
            );
            comment on table schema_migrations is 'Which changes of the schema were applied.';
            comment on column schema_migrations.applied_at is 'When, by the database''s clock.';
            comment on column schema_migrations.version is 'Number of the file.';
            comment on column schema_migrations.name is 'Name of the file.';
            comment on column schema_migrations.checksum is 'SHA-256 of the file in hexadecimal digits.';
            """)
    }
}
