// One bare COPY of rows that are ready in memory, primary key and durable commit included.
#include "rivals.h"
#include <libpq-fe.h>

static void run(PGconn *connection, const char *sql) {
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN) {
        fprintf(stderr, "libpq: %s: %s\n", sql, PQerrorMessage(connection));
        exit(1);
    }
    PQclear(result);
}

int copy(const char *connection_text, const char *table, const char *file, int times) {
    size_t size;
    unsigned char *bytes = read_file(file, &size);
    PGconn *connection = PQconnectdb(connection_text);
    if (PQstatus(connection) != CONNECTION_OK) { fprintf(stderr, "libpq: %s\n", PQerrorMessage(connection)); return 1; }
    char sql[256];
    for (int i = 0; i < times; i++) {
        snprintf(sql, sizeof sql, "truncate %s", table);
        run(connection, sql);
        double start = seconds_of(CLOCK_MONOTONIC);
        snprintf(sql, sizeof sql, "copy %s from stdin (format binary)", table);
        run(connection, sql);
        for (size_t done = 0; done < size;) {
            size_t piece = size - done < 1 << 20 ? size - done : 1 << 20;
            if (PQputCopyData(connection, (char *)bytes + done, (int)piece) != 1) break;
            done += piece;
        }
        if (PQputCopyEnd(connection, NULL) != 1) { fprintf(stderr, "libpq: %s\n", PQerrorMessage(connection)); return 1; }
        PGresult *result;
        while ((result = PQgetResult(connection))) {
            if (PQresultStatus(result) != PGRES_COMMAND_OK) {
                fprintf(stderr, "libpq: %s\n", PQerrorMessage(connection));
                return 1;
            }
            PQclear(result);
        }
        printf("seconds_%d %f\n", i, seconds_of(CLOCK_MONOTONIC) - start);
    }
    PQfinish(connection);
    return 0;
}
