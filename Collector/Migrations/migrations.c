#include "cmigrations.h"

static const unsigned char m0001[] = {
#embed "0001_catalogue.sql"
};
static const unsigned char m0002[] = {
#embed "0002_telemetry.sql"
};
static const unsigned char m0003[] = {
#embed "0003_history.sql"
};

static const unsigned char m0004[] = {
#embed "0004_scenarios.sql"
};

static const unsigned char m0005[] = {
#embed "0005_analysis.sql"
};

static const unsigned char m0006[] = {
#embed "0006_health.sql"
};

static const unsigned char m0007[] = {
#embed "0007_alarms.sql"
};

static const cmigrations_file files[] = {
    {1, "catalogue", m0001, sizeof m0001},
    {2, "telemetry", m0002, sizeof m0002},
    {3, "history", m0003, sizeof m0003},
    {4, "scenarios", m0004, sizeof m0004},
    {5, "analysis", m0005, sizeof m0005},
    {6, "health", m0006, sizeof m0006},
    {7, "alarms", m0007, sizeof m0007},
};

size_t cmigrations_count(void) { return sizeof files / sizeof *files; }
cmigrations_file cmigrations_at(size_t index) { return files[index]; }
