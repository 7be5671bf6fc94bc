// SPDX-License-Identifier: Apache-2.0
// map.c: a file mapped for reading; pages come in as they are touched.

#include "gdx/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static gdx_status map_descriptor(gdx_map *out, int descriptor, const char *path, gdx_error *err) {
    struct stat info;
    if (fstat(descriptor, &info) != 0)
        return gdx_fail_errno(err, errno, "%s: cannot be examined", path);
    if (!S_ISREG(info.st_mode))
        return gdx_fail(err, GDX_IO, "%s: not a regular file", path);
    if (info.st_size == 0) {
        *out = (gdx_map){0};
        return GDX_OK;
    }
    void *data = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (data == MAP_FAILED)
        return gdx_fail_errno(err, errno, "%s: cannot be mapped", path);
    *out = (gdx_map){data, (size_t)info.st_size};
    return GDX_OK;
}

gdx_status gdx_map_open(gdx_map *out, const char *path, gdx_error *err) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // opening a pipe must not block
    if (descriptor < 0)
        return gdx_fail_errno(err, errno, "%s: cannot be opened", path);
    gdx_status status = map_descriptor(out, descriptor, path, err);
    close(descriptor);
    return status;
}

void gdx_map_forget(const gdx_map *map) {
    if (map->data) // the mapping is shared and read-only, so nothing can be lost
        (void)madvise((void *)(uintptr_t)map->data, map->bytes, MADV_DONTNEED);
}

void gdx_map_close(gdx_map *map) {
    if (map->data)
        munmap((void *)(uintptr_t)map->data, map->bytes);
    *map = (gdx_map){0};
}
