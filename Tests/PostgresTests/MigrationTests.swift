import Postgres
import TestSupport
import Testing

@Suite("Migrations", .timeLimit(.minutes(10)))
struct MigrationTests {
    @Test func appliedOnceAndThenAgain() async throws {
        try await withDatabase { database, connection throws in
            let count = Migrations.embedded.count
            #expect(try Migrations.pending(connection).count == count)
            #expect(try Migrations.apply(connection, dryRun: true).count == count)
            #expect(try database.psql("select count(*) from pg_tables where schemaname = 'public'") == "0")
            #expect(try Migrations.apply(connection).count == count)
            #expect(try Migrations.pending(connection).isEmpty)
            #expect(try Migrations.apply(connection).isEmpty)
            #expect(try database.psql("select count(*) from schema_migrations") == "\(count)")
            #expect(Migrations.embedded.map(\.version) == Array(1...count))
        }
    }

    @Test func severalProgramsAtOnce() async throws {
        try await gated {
            let database = try TestDatabase()
            let results = try inParallel(6) { _ in try Migrations.apply(try database.connect()).count }
            #expect(results.sorted() == [0, 0, 0, 0, 0, Migrations.embedded.count])
        }
    }

    @Test func newerOrForeignDatabaseIsRefused() async throws {
        try await withDatabase { database, connection in
            try Migrations.apply(connection)
            try database.psql("insert into schema_migrations values (default, 99, 'future', 'x')")
            let newer = #expect(throws: Migrations.Mismatch.self) { try Migrations.apply(connection) }
            #expect(newer?.description.contains("newer than this program") == true, "\(String(describing: newer))")
            try database.psql(
                "delete from schema_migrations where version = 99;"
                    + "update schema_migrations set checksum = 'other' where version = 2")
            let foreign = #expect(throws: Migrations.Mismatch.self) { _ = try Migrations.pending(connection) }
            #expect(foreign?.description.contains("another program") == true, "\(String(describing: foreign))")
            #expect(connection.isUsable)
        }
    }

    /// A failing migration leaves nothing of itself, but those before it.
    @Test func failureStopsAtItsMigration() async throws {
        try await withDatabase { database, connection throws in
            let good = Migration(version: 1, name: "good", sql: "create table a(x int)")
            let bad = Migration(version: 2, name: "bad", sql: "create table b(x int); create table a(x int)")
            let failure = try postgresFailure { _ = try Migrations.apply(connection, [good, bad]) }
            #expect(failure?.sqlState == .duplicateTable)
            #expect(failure?.message.contains("migration 2 (bad)") == true)
            #expect(
                try database.psql(
                    "select string_agg(tablename, ',' order by tablename) from pg_tables "
                        + "where schemaname = 'public'") == "a,schema_migrations")
            #expect(try Migrations.pending(connection, of: [good, bad]).map(\.version) == [2])
            let mended = Migration(version: 2, name: "bad", sql: "create table b(x int)")
            #expect(try Migrations.apply(connection, [good, mended]).map(\.version) == [2])
        }
    }

    /// The document and the database describe themselves: nothing is without a comment.
    @Test func everyTableAndColumnIsCommented() async throws {
        try await withMigrated { database, _ in
            let missing = try database.psql(
                """
                select c.relname || '.' || coalesce(a.attname, '') from pg_class c
                left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
                    and (obj_description(c.oid, 'pg_class') is null or col_description(c.oid, a.attnum) is null)
                """)
            #expect(missing == "")
        }
    }

    /// Fixed-length columns stand before variable ones, the longest first: no row carries padding.
    @Test func columnsAreOrderedWithoutPadding() async throws {
        try await withMigrated { database, _ in
            let disorder = try database.psql(
                """
                with c as (
                    select c.relname, a.attname, a.attnum,
                        case when t.typlen > 0 and a.atttypid <> 'uuid'::regtype then t.typlen else 0 end as length
                    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
                    join pg_type t on t.oid = a.atttypid
                    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                )
                select relname || '.' || attname from (
                    select *, lag(length) over (partition by relname order by attnum) as before from c
                ) as x where length > before
                """)
            #expect(disorder == "")
        }
    }
}
