// SPDX-License-Identifier: Apache-2.0
// place_file.c: see place_file.h. It comes under a temporary name of an index's, so that a crash leaves nothing that
// the next writer would not remove. Pages are not verified: each has its checksum, which every reader of it compares.

#include "place_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BYTES = 1 << 20 };

static gdx_status copy_bytes(int source, const char *path, gdx_output *output, const gdx_stop *stop, gdx_error *err) {
    uint8_t *buffer = malloc(COPY_BYTES);
    gdx_status status = buffer ? GDX_OK : gdx_fail_memory(err, "a copy");
    while (status == GDX_OK) {
        ssize_t got = read(source, buffer, COPY_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            status = gdx_fail_at_errno(err, errno, path, "cannot be read");
        if (got <= 0)
            break;
        status = gdx_output_write(output, buffer, (size_t)got, err);
        if (status == GDX_OK)
            status = gdx_stop_check(stop, err);
    }
    free(buffer);
    return status;
}

static gdx_status copy(const char *from, const char *to, const gdx_stop *stop, gdx_error *err) {
    GDX_AUTO(gdx_output) output = NULL;
    int source = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (source < 0)
        return gdx_fail_at_errno(err, errno, from, "cannot be opened");
    gdx_status status = gdx_output_open(to, &output, err);
    if (status == GDX_OK && !gdx_output_clone(output, source))
        status = copy_bytes(source, from, output, stop, err);
    close(source);
    if (status != GDX_OK)
        return status;
    gdx_output *whole = output;
    output = NULL; // handed over
    return gdx_output_commit(whole, NULL, err);
}

// *out_cannot: the file system does not link these two; nothing has changed.
static gdx_status link_file(const char *from, const char *to, bool *out_cannot, gdx_error *err) {
    char *temporary = NULL;
    if (asprintf(&temporary, "%s.tmp", to) < 0)
        return gdx_fail_memory(err, "a path");
    unlink(temporary); // left by a crash
    gdx_status status = GDX_OK;
    *out_cannot = false;
    if (link(from, temporary) != 0) {
        *out_cannot = errno != ENOENT && errno != ENOSPC && errno != EIO;
        status = *out_cannot ? GDX_OK : gdx_fail_at_errno(err, errno, from, "cannot be linked");
    } else {
        status = gdx_sync_file(temporary, err); // the part may be a copy that nobody made durable
        if (status == GDX_OK && rename(temporary, to) != 0)
            status = gdx_fail_at_errno(err, errno, to, "cannot be named so");
        if (status != GDX_OK)
            unlink(temporary);
    }
    free(temporary);
    return status;
}

static gdx_status place(const char *from, const char *to, const gdx_stop *stop, uint64_t *out_linked,
                        uint64_t *out_copied, gdx_error *err) {
    struct stat info;
    bool cannot = false;
    if (access(to, F_OK) == 0)
        return GDX_OK;
    if (stat(from, &info) != 0)
        return gdx_fail_at_errno(err, errno, from, "cannot be examined");
    gdx_status status = gdx_stop_check(stop, err);
    if (status == GDX_OK)
        status = link_file(from, to, &cannot, err);
    if (status == GDX_OK && cannot)
        status = copy(from, to, stop, err);
    if (status == GDX_OK)
        *(cannot ? out_copied : out_linked) += (uint64_t)info.st_size;
    return status;
}

gdx_status parts_place_file(const char *from, const char *to, const char *name, const gdx_stop *stop,
                            uint64_t *out_linked, uint64_t *out_copied, gdx_error *err) {
    char *source = gdx_path_join(from, name), *target = gdx_path_join(to, name);
    gdx_status status =
        source && target ? place(source, target, stop, out_linked, out_copied, err) : gdx_fail_memory(err, "a path");
    free(source);
    free(target);
    return status;
}
