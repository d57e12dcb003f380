// The dashboard's files, embedded into the collector's binary at compile time.
#pragma once
#include <stddef.h>

typedef struct {
    const char *path;          // as in the URL, "/" for the page itself
    const char *content_type;
    const unsigned char *bytes;
    size_t count;
} cdashboard_file;

extern const cdashboard_file cdashboard_files[];
extern const size_t cdashboard_file_count;
