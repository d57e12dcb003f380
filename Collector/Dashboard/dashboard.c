#include "cdashboard.h"

#define FILE_BYTES(name) name, sizeof name

static const unsigned char index_html[] = {
#embed "index.html"
};
static const unsigned char style_css[] = {
#embed "style.css"
};
static const unsigned char app_js[] = {
#embed "app.js"
};
static const unsigned char feed_js[] = {
#embed "feed.js"
};
static const unsigned char format_js[] = {
#embed "format.js"
};
static const unsigned char keys_js[] = {
#embed "keys.js"
};
static const unsigned char overview_js[] = {
#embed "overview.js"
};
static const unsigned char signal_js[] = {
#embed "signal.js"
};
static const unsigned char panels_js[] = {
#embed "panels.js"
};
static const unsigned char spark_js[] = {
#embed "spark.js"
};
static const unsigned char tile_js[] = {
#embed "tile.js"
};
static const unsigned char icon_svg[] = {
#embed "icon.svg"
};

static const char script[] = "text/javascript; charset=utf-8";

static const cdashboard_file files[] = {
    {"/", "text/html; charset=utf-8", FILE_BYTES(index_html)},
    {"/style.css", "text/css; charset=utf-8", FILE_BYTES(style_css)},
    {"/app.js", script, FILE_BYTES(app_js)},
    {"/feed.js", script, FILE_BYTES(feed_js)},
    {"/format.js", script, FILE_BYTES(format_js)},
    {"/keys.js", script, FILE_BYTES(keys_js)},
    {"/overview.js", script, FILE_BYTES(overview_js)},
    {"/signal.js", script, FILE_BYTES(signal_js)},
    {"/panels.js", script, FILE_BYTES(panels_js)},
    {"/spark.js", script, FILE_BYTES(spark_js)},
    {"/tile.js", script, FILE_BYTES(tile_js)},
    {"/icon.svg", "image/svg+xml", FILE_BYTES(icon_svg)},
};

const cdashboard_file *cdashboard_file_at(size_t index) {
    return index < sizeof files / sizeof *files ? &files[index] : NULL;
}
