// SPDX-License-Identifier: Apache-2.0
// manifest_write.c: steps 2 to 4 of a commit (docs/format-index.md, "Commit"): the one instant at which readers see
// anything different. A commit, a backup and a restore all end so.

#include "envelope.h"
#include "manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static gdx_status write_manifest(const char *path, const struct manifest *manifest, gdx_error *err) {
    gdx_buffer bytes = {0};
    gdx_status status = manifest_encode(manifest, &bytes);
    if (status == GDX_OK)
        status = envelope_write(path, bytes.data, bytes.bytes, err);
    else
        gdx_fail_at(err, status, path, "no memory to write it");
    gdx_buffer_clear(&bytes);
    return status;
}

static gdx_status sync_opened(int directory, const char *path, gdx_error *err) {
    return fsync(directory) == 0 ? GDX_OK : gdx_fail_at_errno(err, errno, path, "cannot be made durable");
}

gdx_status manifest_switch(const char *directory, const struct manifest *next, bool *out_named, gdx_error *err) {
    *out_named = false;
    char *path = gdx_path_join(directory, "manifest");
    if (!path)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for a path");
    // Opened here, so that once the manifest has its name nothing but the disk itself can fail.
    int opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gdx_status status = opened < 0 ? gdx_fail_at_errno(err, errno, directory, "cannot be opened") : GDX_OK;
    if (status == GDX_OK)
        status = sync_opened(opened, directory, err);
    if (status == GDX_OK)
        status = write_manifest(path, next, err);
    if (status == GDX_OK) {
        *out_named = true;
        status = sync_opened(opened, directory, err);
    }
    if (opened >= 0)
        close(opened);
    free(path);
    return status;
}
