// The outbox's insert and nothing else: same table, same durability, prepared statement.
#include "rivals.h"
#include <sqlite3.h>

static void check(sqlite3 *db, int status) {
    if (status == SQLITE_OK || status == SQLITE_DONE || status == SQLITE_ROW) return;
    fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
    exit(1);
}

int sqlite(const char *folder, double seconds, int rows_per_commit, int body_bytes) {
    char path[4096];
    snprintf(path, sizeof path, "%s/rival.db", folder);
    sqlite3 *db;
    check(NULL, sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
    check(db, sqlite3_exec(db,
        "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "PRAGMA wal_autocheckpoint = 128; PRAGMA cache_size = -256; PRAGMA mmap_size = 0;"
        "CREATE TABLE record(life INTEGER NOT NULL, sequence INTEGER NOT NULL, layout INTEGER NOT NULL,"
        " crc INTEGER NOT NULL, chain INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (life, sequence))"
        " STRICT, WITHOUT ROWID;", NULL, NULL, NULL));
    sqlite3_stmt *insert;
    check(db, sqlite3_prepare_v2(db,
        "INSERT INTO record(life, sequence, layout, crc, chain, body) VALUES (1, ?, 1, ?, ?, ?)", -1, &insert, NULL));
    unsigned char *body = calloc(1, (size_t)body_bytes);
    long sequence = 0, commits = 0;
    double start = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_THREAD_CPUTIME_ID), now;
    while ((now = seconds_of(CLOCK_MONOTONIC)) < start + seconds) {
        check(db, sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
        for (int row = 0; row < rows_per_commit; row++) {
            sequence++;
            for (int i = 0; i + 8 <= body_bytes; i += 8) memcpy(body + i, &sequence, 8);
            sqlite3_bind_int64(insert, 1, sequence);
            sqlite3_bind_int64(insert, 2, sequence * 2654435761 % 4294967296);
            sqlite3_bind_int64(insert, 3, sequence * 40503);
            sqlite3_bind_blob(insert, 4, body, body_bytes, SQLITE_STATIC);
            check(db, sqlite3_step(insert));
            sqlite3_reset(insert);
        }
        check(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
        commits++;
    }
    printf("commits_per_s %f\n", (double)commits / (now - start));
    printf("rows_per_s %f\n", (double)sequence / (now - start));
    printf("cpu_us_per_commit %f\n", (seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu) * 1e6 / (double)commits);
    return 0;
}
