// SPDX-License-Identifier: Apache-2.0
// directory.c: see directory.h.

#include "directory.h"
#include "clean.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

gdx_status directory_sync_parent(const char *directory, gdx_error *err) {
    char *parent = gdx_path_join(directory, "..");
    if (!parent)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for a path");
    gdx_status status = gdx_sync_directory(parent, err);
    free(parent);
    return status;
}

gdx_status directory_make(const char *directory, bool *out_made, gdx_error *err) {
    bool made = mkdir(directory, 0777) == 0;
    if (!made && errno != EEXIST)
        return gdx_fail_at_errno(err, errno, directory, "cannot be made");
    if (out_made)
        *out_made = made;
    return made ? directory_sync_parent(directory, err) : GDX_OK;
}

gdx_status directory_find_manifest(const char *directory, bool *out_has, gdx_error *err) {
    char *path = gdx_path_join(directory, "manifest");
    if (!path)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for a path");
    gdx_status status = GDX_OK;
    *out_has = access(path, F_OK) == 0;
    if (!*out_has && errno != ENOENT)
        status = gdx_fail_at_errno(err, errno, path, "cannot be examined");
    free(path);
    return status;
}

gdx_status directory_refuse_foreign(const char *directory, gdx_error *err) {
    struct directory_content content;
    bool has_manifest;
    gdx_status status = directory_survey(directory, &content, err);
    if (status == GDX_OK)
        status = directory_find_manifest(directory, &has_manifest, err);
    if (status == GDX_OK && content.foreign && !has_manifest)
        return gdx_fail_at(err, GDX_INVALID, directory, "holds files and no index; give an empty or a new directory");
    return status;
}

bool directory_is_same(const char *one, const char *other) {
    struct stat first, second;
    return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}
