// SPDX-License-Identifier: Apache-2.0
// aside.c: see aside.h. The file is linked and not moved, for until the new commit stands the old one names it.

#include "aside.h"
#include "clean.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BYTES = 1 << 18, NAMES_MOST = 10000 };

static char *numbered(const char *directory, const char *name, unsigned number) {
    char with_number[128];
    snprintf(with_number, sizeof with_number, number ? "%s%s-%u" : "%s%s", DIRECTORY_DAMAGED_PREFIX, name, number);
    return gdx_path_join(directory, with_number);
}

char *aside_path(const char *directory, const char *name) {
    struct stat file, taken;
    char *path = gdx_path_join(directory, name);
    if (!path)
        return NULL;
    bool is_there = stat(path, &file) == 0;
    free(path);
    if (!is_there)
        return strdup("");
    for (unsigned number = 0; number < NAMES_MOST; number++) {
        path = numbered(directory, name, number);
        // Free, or this very file, which a repair that died put aside.
        if (!path || stat(path, &taken) != 0 || (taken.st_dev == file.st_dev && taken.st_ino == file.st_ino))
            return path;
        free(path);
    }
    return strdup("");
}

static gdx_status copy_opened(int source, const char *file, const char *path, gdx_error *err) {

    GDX_AUTO(gdx_output) output = NULL;
    uint8_t *buffer = malloc(COPY_BYTES);
    gdx_status status = buffer ? gdx_output_open(path, &output, err) : gdx_fail_memory(err, "a copy of a damaged file");
    ssize_t got = 1;
    while (status == GDX_OK && got > 0) {
        got = read(source, buffer, COPY_BYTES);
        if (got > 0)
            status = gdx_output_write(output, buffer, (size_t)got, err);
    }
    free(buffer);
    if (status == GDX_OK && got < 0)
        status = gdx_fail_at_errno(err, errno, file, "cannot be read at byte %llu, so that it cannot be kept",
                                   (unsigned long long)gdx_output_offset(output));
    if (status != GDX_OK)
        return status;
    gdx_output *whole = output;
    output = NULL; // handed over
    return gdx_output_commit(whole, NULL, err);
}

// Where the file system has no links.
static gdx_status copy(const char *file, const char *path, gdx_error *err) {
    int source = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (source < 0)
        return gdx_fail_at_errno(err, errno, file, "cannot be kept as %s", path);
    gdx_status status = copy_opened(source, file, path, err);
    close(source);
    return status;
}

gdx_status aside_keep(const char *file, const char *path, gdx_error *err) {
    if (link(file, path) == 0 || errno == EEXIST) // EEXIST: aside_path has found it to be the same file
        return GDX_OK;
    return copy(file, path, err);
}
