// The dashboard's files, embedded into the collector's binary at compile time.
#pragma once
#include <stddef.h>

typedef struct {
    const char *path;          // as in the URL, "/" for the page itself
    const char *content_type;
    const unsigned char *bytes;
    size_t count;
} cdashboard_file;

// The file of this number; NULL beyond the last.
const cdashboard_file *cdashboard_file_at(size_t index);
