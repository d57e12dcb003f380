// The numbered SQL files of this folder, embedded into the collector's binary at compile time.
#pragma once
#include <stddef.h>

typedef struct {
    int version;
    const char *name;
    const unsigned char *sql;
    size_t count;
} cmigrations_file;

extern const cmigrations_file cmigrations_files[];
extern const size_t cmigrations_file_count;
