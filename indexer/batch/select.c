// SPDX-License-Identifier: Apache-2.0
// select.c: see select.h. Relies on fnmatch(3).

#include "select.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>

static bool matches(const char *pattern, const char *path) {
    char plain[PATH_MAX];
    size_t bytes = strlen(pattern);
    while (bytes > 1 && pattern[bytes - 1] == '/') // "drafts/" means the folder
        bytes--;
    if (bytes >= sizeof plain)
        return false;
    snprintf(plain, sizeof plain, "%.*s", (int)bytes, pattern);
    const char *slash = strrchr(path, '/');
    bool is_whole_path = strchr(plain, '/') != NULL;
    return fnmatch(plain, !is_whole_path && slash ? slash + 1 : path, 0) == 0;
}

static bool matches_any(const char *const *patterns, size_t count, const char *path) {
    for (size_t i = 0; i < count; i++)
        if (matches(patterns[i], path))
            return true;
    return false;
}

bool is_excluded(const gdx_batch_options *options, const char *path) {
    return matches_any(options->excludes, options->exclude_count, path);
}

bool is_wanted(const gdx_batch_options *options, const char *path) {
    return options->glob_count == 0 || matches_any(options->globs, options->glob_count, path);
}
