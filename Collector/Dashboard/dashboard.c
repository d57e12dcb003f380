#include "cdashboard.h"

static const unsigned char index_html[] = {
#embed "index.html"
};

const cdashboard_file cdashboard_files[] = {
    {"/", "text/html; charset=utf-8", index_html, sizeof index_html},
};
const size_t cdashboard_file_count = sizeof cdashboard_files / sizeof *cdashboard_files;
