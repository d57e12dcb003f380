#pragma once
#include <jansson.h>

// Swift sees the text as a tuple of 160 characters.
static inline const char *cjansson_error_text(const json_error_t *error) { return error->text; }
