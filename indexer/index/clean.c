// SPDX-License-Identifier: Apache-2.0
// clean.c: what may be removed from an index directory. A name decides: ours are "manifest", "lock", "segment-<16
// hex>", "deletions-<16 hex>", "reprints-<16 hex>", "part", while they are written the same with ".tmp" after it,
// "damaged-*", which a repair put aside, and "base" and "converted", the folder of converted files, which are no part
// of a commit.

#include "clean.h"
#include "deletions.h"
#include "reprints.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum file_kind { FILE_FOREIGN, FILE_KEPT, FILE_TEMPORARY, FILE_SEGMENT, FILE_DELETIONS, FILE_REPRINTS };

enum { NAME_DIGITS = 16 };

// The number after a prefix, written exactly as our file names are: 16 lower case hexadecimal digits and nothing else.
static bool parse_name(const char *digits, uint64_t *out) {
    uint64_t value = 0;
    size_t count = 0;
    for (; digits[count]; count++) {
        char digit = digits[count];
        if (count == NAME_DIGITS || !((digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f')))
            return false;
        value = value << 4 | (uint64_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    *out = value;
    return count == NAME_DIGITS;
}

static bool has_prefix(const char *name, const char *prefix, const char **out_rest) {
    size_t bytes = strlen(prefix);
    *out_rest = name + bytes;
    return strncmp(name, prefix, bytes) == 0;
}

static bool has_suffix(const char *name, const char *suffix) {
    size_t bytes = strlen(name), suffix_bytes = strlen(suffix);
    return bytes >= suffix_bytes && strcmp(name + bytes - suffix_bytes, suffix) == 0;
}

static enum file_kind kind_of(const char *name, uint64_t *out_name) {
    static const struct {
        const char *prefix;
        enum file_kind kind;
    } numbered[] = {{"segment-", FILE_SEGMENT}, {"deletions-", FILE_DELETIONS}, {"reprints-", FILE_REPRINTS}};
    const char *rest;
    for (size_t i = 0; i < sizeof numbered / sizeof numbered[0]; i++)
        if (has_prefix(name, numbered[i].prefix, &rest))
            return has_suffix(name, ".tmp")     ? FILE_TEMPORARY
                   : parse_name(rest, out_name) ? numbered[i].kind
                                                : FILE_FOREIGN;
    static const char *const temporary[] = {"manifest.tmp", "base.tmp", "part.tmp"};
    for (size_t i = 0; i < sizeof temporary / sizeof temporary[0]; i++)
        if (strcmp(name, temporary[i]) == 0)
            return FILE_TEMPORARY;
    static const char *const kept[] = {"manifest", "lock", "base", "converted", "part"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (strcmp(name, kept[i]) == 0)
            return FILE_KEPT;
    if (has_prefix(name, DIRECTORY_DAMAGED_PREFIX, &rest))
        return FILE_KEPT;
    return FILE_FOREIGN;
}

static bool counts_as_foreign(const char *name) {
    return name[0] != '.' && strcmp(name, "lost+found") != 0;
}

// Calls `each` for every entry until it fails.
static gdx_status walk(const char *directory, gdx_status (*each)(void *context, const char *name, gdx_error *err),
                       void *context, gdx_error *err) {
    DIR *entries = opendir(directory);
    if (!entries)
        return gdx_fail_at_errno(err, errno, directory, "cannot be listed");
    gdx_status status = GDX_OK;
    while (status == GDX_OK) {
        errno = 0;
        struct dirent *entry = readdir(entries);
        if (entry)
            status = each(context, entry->d_name, err);
        else if (errno)
            status = gdx_fail_at_errno(err, errno, directory, "cannot be listed");
        if (!entry)
            break;
    }
    closedir(entries);
    return status;
}

static gdx_status survey_one(void *context, const char *name, gdx_error *err) {
    (void)err;
    struct directory_content *content = context;
    uint64_t number;
    enum file_kind kind = kind_of(name, &number);
    if (kind == FILE_SEGMENT || kind == FILE_DELETIONS || kind == FILE_REPRINTS)
        content->segments = true;
    else if (kind == FILE_TEMPORARY)
        content->temporary = true;
    else if (kind == FILE_FOREIGN && counts_as_foreign(name))
        content->foreign = true;
    return GDX_OK;
}

gdx_status directory_survey(const char *directory, struct directory_content *out, gdx_error *err) {
    *out = (struct directory_content){0};
    return walk(directory, survey_one, out, err);
}

struct cleaning {
    const char *directory;
    const gdx_snapshot *commit;
};

static gdx_status clean_one(void *context, const char *name, gdx_error *err) {
    const struct cleaning *cleaning = context;
    uint64_t number = 0;
    enum file_kind kind = kind_of(name, &number);
    bool remove = kind == FILE_TEMPORARY || (kind == FILE_SEGMENT && !snapshot_has_segment(cleaning->commit, number)) ||
                  (kind == FILE_DELETIONS && !snapshot_has_deletions(cleaning->commit, number)) ||
                  (kind == FILE_REPRINTS && !snapshot_has_reprints(cleaning->commit, number));
    if (!remove)
        return GDX_OK;
    char *path = gdx_path_join(cleaning->directory, name);
    if (!path)
        return gdx_fail_at(err, GDX_NO_MEMORY, cleaning->directory, "no memory for a path");
    gdx_status status = GDX_OK;
    if (unlink(path) != 0 && errno != ENOENT)
        status = gdx_fail_at_errno(err, errno, path, "left by an interrupted writer, cannot be removed");
    free(path);
    return status;
}

gdx_status directory_clean(const char *directory, const gdx_snapshot *commit, gdx_error *err) {
    struct cleaning cleaning = {directory, commit};
    return walk(directory, clean_one, &cleaning, err);
}

static void remove_file(const char *directory, const char *name) {
    char *path = gdx_path_join(directory, name);
    if (path)
        unlink(path);
    free(path);
}

void directory_remove_segment(const char *directory, uint64_t name) {
    char file_name[GDX_SEGMENT_FILE_NAME_BYTES];
    remove_file(directory, gdx_segment_file_name(name, file_name));
}

void directory_remove_deletions(const char *directory, uint64_t name) {
    char file_name[DELETIONS_FILE_NAME_BYTES];
    remove_file(directory, deletions_file_name(name, file_name));
}

void directory_remove_reprints(const char *directory, uint64_t name) {
    char file_name[REPRINTS_FILE_NAME_BYTES];
    remove_file(directory, reprints_file_name(name, file_name));
}
