// SPDX-License-Identifier: Apache-2.0
// cache_files.c: see cache_files.h. The time of a file's last change is that of its last use.

#include "cache_files.h"

#include "gdx/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NAME_DIGITS = 62, FOLDERS = 256, TEMPORARY_SECONDS = 24 * 3600 };

struct cached_file {
    struct timespec used;
    uint64_t bytes;
    uint8_t folder; // its number
    char name[NAME_DIGITS + 1];
};

struct cached_files {
    struct cached_file *files;
    size_t count, capacity;
    uint64_t bytes;
};

void cache_files_touch(const char *path) {
    (void)utimensat(AT_FDCWD, path, NULL, 0);
}

static bool is_ours(const char *name) {
    return strlen(name) == NAME_DIGITS && strspn(name, "0123456789abcdef") == NAME_DIGITS;
}

static int open_folder(const char *folder, unsigned number) {
    char name[3];
    snprintf(name, sizeof name, "%02x", number & 0xff);
    char *path = gdx_path_join(folder, name);
    int descriptor = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(path);
    return descriptor;
}

static void look_at(int folder, unsigned number, const char *name, struct cached_files *files) {
    struct stat about;
    bool is_temporary = strncmp(name, CACHE_TEMPORARY_PREFIX, strlen(CACHE_TEMPORARY_PREFIX)) == 0;
    if ((!is_temporary && !is_ours(name)) || fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(about.st_mode))
        return;
    if (is_temporary) {
        if (about.st_mtim.tv_sec < time(NULL) - TEMPORARY_SECONDS)
            unlinkat(folder, name, 0);
        return;
    }
    if (gdx_grow(&files->files, &files->capacity, files->count + 1, sizeof *files->files) != GDX_OK)
        return; // it stays until there is memory to remember it
    struct cached_file *file = &files->files[files->count++];
    *file = (struct cached_file){.used = about.st_mtim, .bytes = (uint64_t)about.st_size, .folder = (uint8_t)number};
    memcpy(file->name, name, sizeof file->name);
    files->bytes += file->bytes;
}

static void list(const char *folder, struct cached_files *files) {
    for (unsigned number = 0; number < FOLDERS; number++) {
        int descriptor = open_folder(folder, number);
        DIR *entries = descriptor < 0 ? NULL : fdopendir(descriptor);
        if (!entries && descriptor >= 0)
            close(descriptor);
        for (struct dirent *entry; entries && (entry = readdir(entries));)
            look_at(dirfd(entries), number, entry->d_name, files);
        if (entries)
            closedir(entries);
    }
}

static int by_use(const void *left, const void *right) {
    const struct cached_file *a = left, *b = right;
    if (a->used.tv_sec != b->used.tv_sec)
        return a->used.tv_sec < b->used.tv_sec ? -1 : 1;
    if (a->used.tv_nsec != b->used.tv_nsec)
        return a->used.tv_nsec < b->used.tv_nsec ? -1 : 1;
    return strcmp(a->name, b->name);
}

void cache_files_prune(const char *folder, uint64_t limit) {
    struct cached_files files = {0};
    list(folder, &files);
    if (files.bytes > limit)
        qsort(files.files, files.count, sizeof *files.files, by_use);
    for (size_t i = 0; i < files.count && files.bytes > limit; i++) {
        int descriptor = open_folder(folder, files.files[i].folder);
        if (descriptor < 0)
            continue;
        unlinkat(descriptor, files.files[i].name, 0);
        files.bytes -= files.files[i].bytes;
        close(descriptor);
    }
    free(files.files);
}
