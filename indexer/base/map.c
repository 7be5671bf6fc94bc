// SPDX-License-Identifier: Apache-2.0
// map.c: a file mapped for reading; pages come in as they are touched. map_watch.c has what happens when one cannot.

#include "gdx/file.h"
#include "map_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t nanoseconds(struct timespec time) {
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static gdx_file_stamp stamp_of(const struct stat *info) {
    return (gdx_file_stamp){info->st_dev, info->st_ino, (uint64_t)info->st_size, nanoseconds(info->st_mtim),
                            nanoseconds(info->st_ctim)};
}

gdx_status gdx_file_stamp_of(const char *path, gdx_file_stamp *out, gdx_error *err) {
    struct stat info;
    if (stat(path, &info) != 0)
        return gdx_fail_errno(err, errno, "%s: cannot be examined", path);
    *out = stamp_of(&info);
    return GDX_OK;
}

static gdx_status map_descriptor(gdx_map *out, int descriptor, const char *path, gdx_error *err) {
    struct stat info;
    if (fstat(descriptor, &info) != 0)
        return gdx_fail_errno(err, errno, "%s: cannot be examined", path);
    if (!S_ISREG(info.st_mode))
        return gdx_fail(err, GDX_IO, "%s: not a regular file", path);
    gdx_map map = {.bytes = (size_t)info.st_size, .stamp = stamp_of(&info)};
    if (map.bytes == 0) {
        *out = map;
        return GDX_OK;
    }
    void *data = mmap(NULL, map.bytes, PROT_READ, MAP_SHARED, descriptor, 0);
    if (data == MAP_FAILED)
        return gdx_fail_errno(err, errno, "%s: cannot be mapped", path);
    map.data = data;
    map.watch = map_watch_begin(data, map.bytes);
    if (!map.watch) {
        munmap(data, map.bytes);
        return gdx_fail(err, GDX_NO_MEMORY, "%s: no memory to map it", path);
    }
    *out = map;
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

bool gdx_map_is_broken(const gdx_map *map, uint64_t *out_byte) {
    return map->watch && map_watch_has_fault(map->watch, out_byte);
}

void gdx_map_break(const gdx_map *map, uint64_t byte) {
    if (map->watch)
        map_watch_set_fault(map->watch, byte);
}

void gdx_map_forget(const gdx_map *map) {
    if (map->data) // the mapping is shared and read-only, so nothing can be lost
        (void)madvise((void *)(uintptr_t)map->data, map->bytes, MADV_DONTNEED);
}

void gdx_map_close(gdx_map *map) {
    if (map->data) {
        map_watch_end(map->watch);
        munmap((void *)(uintptr_t)map->data, map->bytes);
    }
    *map = (gdx_map){0};
}
