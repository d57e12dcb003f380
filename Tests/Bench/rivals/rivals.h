// What the programs are compared with, each in the plainest C over its library.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int codec(const char *message_file, int count);
int sqlite(const char *folder, double seconds, int rows_per_commit, int body_bytes);
int copy(const char *connection, const char *table, const char *file, int times);
int fanout(int clients, int message_bytes, double duration);
int connections(int clients);

static inline double seconds_of(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// The whole file in memory, which the caller never frees.
static inline unsigned char *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(1); }
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*size + 1);
    if (!bytes || fread(bytes, 1, *size, file) != *size) { perror(path); exit(1); }
    fclose(file);
    return bytes;
}
