// The numbered SQL files of this folder, embedded into the collector's binary at compile time.
#pragma once
#include <stddef.h>

typedef struct {
    int version;
    const char *name;
    const unsigned char *sql;
    size_t count;
} cmigrations_file;

size_t cmigrations_count(void);
// In the order of their versions, from index 0.
cmigrations_file cmigrations_at(size_t index);
