/// The outbox file's structure; `docs/formats/outbox.md` describes it.
enum Schema {
    /// "BWOB": tells our files from other SQLite files.
    static let applicationID: Int64 = 0x4257_4F42
    static let version: Int64 = 1
    static let pageBytes: Int64 = 4096

    static let create = """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
        CREATE TABLE epoch(
            life INTEGER PRIMARY KEY, bits INTEGER NOT NULL, next_sequence INTEGER NOT NULL,
            receipted INTEGER NOT NULL, chain INTEGER NOT NULL, started_ms INTEGER NOT NULL, reason TEXT NOT NULL
        ) STRICT;
        CREATE TABLE layout(
            id INTEGER PRIMARY KEY, asset TEXT NOT NULL, kind TEXT NOT NULL, signal_group INTEGER NOT NULL,
            signals TEXT NOT NULL, UNIQUE (asset, kind, signal_group, signals)
        ) STRICT;
        CREATE TABLE record(
            life INTEGER NOT NULL, sequence INTEGER NOT NULL, layout INTEGER NOT NULL, crc INTEGER NOT NULL,
            chain INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (life, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE owed(
            id INTEGER PRIMARY KEY, cause TEXT NOT NULL, epoch INTEGER NOT NULL, first INTEGER, last INTEGER,
            from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, ticks INTEGER NOT NULL
        ) STRICT;
        """

    /// Settings of the writing connection. FULL and not NORMAL: with NORMAL a power cut takes every commit
    /// since the last checkpoint, although each was reported as done.
    static func configure(_ database: Database, maxBytes: Int64, synchronous: String) throws(OutboxFailure) {
        try database.execute(
            """
            PRAGMA page_size = \(pageBytes);
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = \(synchronous);
            PRAGMA wal_autocheckpoint = 128;
            PRAGMA journal_size_limit = 1048576;
            PRAGMA cache_size = -256;
            PRAGMA mmap_size = 0;
            PRAGMA temp_store = MEMORY;
            PRAGMA cell_size_check = ON;
            PRAGMA max_page_count = \(maxBytes / pageBytes);
            """)
    }
}
