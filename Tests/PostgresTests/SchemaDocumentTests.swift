import Assets
import Postgres
import TestSupport
import Testing

/// docs/formats/schema.md describes the tables in the words of the database itself.
@Suite("SchemaDocument", .timeLimit(.minutes(10)))
struct SchemaDocumentTests {
    private static let start = "<!-- tables -->\n"
    private static let end = "<!-- end of tables -->"

    private static let path: String = {
        let folders = #filePath.split(separator: "/").dropLast(3)
        return "/" + folders.joined(separator: "/") + "/docs/formats/schema.md"
    }()

    @Test func tablesAreAsInTheDatabase() async throws {
        try await withMigrated { _, connection in
            let document = try #require(fileText(SchemaDocumentTests.path))
            let tables = try SchemaDocumentTests.describe(connection)
            guard let start = document.firstRange(of: SchemaDocumentTests.start),
                let end = document.firstRange(of: SchemaDocumentTests.end)
            else { throw SupportFailure("schema.md has lost its markers") }
            if environmentVariable("BELLWETHER_WRITE_DOCS") != nil {
                try writeFile(
                    SchemaDocumentTests.path, document[..<start.upperBound] + tables + document[end.lowerBound...])
            } else {
                #expect(String(document[start.upperBound..<end.lowerBound]) == tables, "see the line above the tables")
            }
        }
    }

    /// Whoever copies an example gets an answer.
    @Test func examplesRun() async throws {
        try await withMigrated { _, connection in
            for kind in AssetCatalog.all { _ = try Catalogue.registerSignals(connection, SignalSet(kind)) }
            let document = try #require(fileText(SchemaDocumentTests.path))
            let block = try #require(document.split(separator: "```").first { $0.hasPrefix("sql\n") })
            let statements = block.dropFirst(4).split(separator: ";").filter { $0.contains("select") }
            #expect(statements.count == 4)
            for statement in statements { try connection.execute(String(statement)) }
        }
    }

    private static func describe(_ connection: PostgresConnection) throws -> String {
        var text = ""
        let tables = try connection.query(
            """
            select c.oid::int8, c.relname, obj_description(c.oid, 'pg_class') from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') order by c.relname
            """)
        for table in tables {
            let (oid, name, comment): (Int64, String, String) = (try table[0], try table[1], try table[2])
            let key: String? = try connection.query(
                """
                select string_agg(a.attname, ', ' order by k.place) from pg_index i,
                    unnest(i.indkey::int2[]) with ordinality as k(number, place)
                join pg_attribute a on a.attnum = k.number
                where i.indrelid = $1::oid and i.indisprimary and a.attrelid = $1::oid
                """, [.int8(oid)])[0][0]
            text += "### \(name)\n\n\(comment)\(key.map { " Primary key: \($0)." } ?? "")\n\n"
            text += "| column | type | meaning |\n|---|---|---|\n"
            for column in try connection.query(
                """
                select attname, format_type(atttypid, atttypmod), col_description(attrelid, attnum)
                from pg_attribute where attrelid = $1::oid and attnum > 0 and not attisdropped order by attnum
                """, [.int8(oid)])
            {
                let (name, type, comment): (String, String, String) = (try column[0], try column[1], try column[2])
                let short = type.replacing("timestamp with time zone", with: "timestamptz")
                    .replacing("double precision", with: "float8")
                text += "| \(name) | \(short) | \(comment) |\n"
            }
            text += "\n"
        }
        return text
    }
}
