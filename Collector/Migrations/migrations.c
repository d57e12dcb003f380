#include "cmigrations.h"

static const unsigned char m0001[] = {
#embed "0001_core.sql"
};

const cmigrations_file cmigrations_files[] = {
    {1, "core", m0001, sizeof m0001},
};
const size_t cmigrations_file_count = sizeof cmigrations_files / sizeof *cmigrations_files;
