// SPDX-License-Identifier: Apache-2.0
// folder.c: the private folder of a conversion: how much is in it, and its removal. A converter may leave anything
// there: folders thousands deep, without permissions, with names of any bytes. So nothing here recurses without a
// bound, and no path is put together below the folder.

#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 16, ENTRIES_MAX = 20000 };

struct measure {
    uint64_t bytes, most;
    uint64_t entries;
    unsigned depth;
};

static bool is_dots(const char *name) {
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static DIR *open_folder(int parent, const char *name) {
    int descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *entries = descriptor < 0 ? NULL : fdopendir(descriptor);
    if (!entries && descriptor >= 0)
        close(descriptor);
    return entries;
}

// What vanishes while it is looked at counts as nothing. A folder that nobody may list is too much.
static bool measure(int parent, const char *name, struct measure *measured) {
    DIR *entries = open_folder(parent, name);
    if (!entries)
        return errno != EACCES;
    bool fits = ++measured->depth <= DEPTH_MAX;
    for (struct dirent *entry; fits && (entry = readdir(entries));) {
        struct stat about;
        if (is_dots(entry->d_name) || fstatat(dirfd(entries), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        measured->bytes += (uint64_t)about.st_blocks * 512;
        fits = ++measured->entries <= ENTRIES_MAX && measured->bytes <= measured->most;
        if (fits && S_ISDIR(about.st_mode))
            fits = measure(dirfd(entries), entry->d_name, measured);
    }
    measured->depth--;
    closedir(entries);
    return fits;
}

bool folder_fits(const char *folder, uint64_t most) {
    struct measure measured = {.most = most};
    return measure(AT_FDCWD, folder, &measured);
}

// ---- removal: what lies deeper is moved up, so that one level is all there ever is

static void move_up(int top, int folder, const char *name) {
    static uint64_t number;
    char fresh[40];
    snprintf(fresh, sizeof fresh, "moved-up-%llu", (unsigned long long)number++);
    (void)renameat(folder, name, top, fresh);
}

// Empties one folder of the top: files go, folders move up.
static void empty(int top, const char *name) {
    (void)!fchmodat(top, name, 0700, 0); // all its processes have ended, and it is a folder: no link can come between
    DIR *entries = open_folder(top, name);
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        if (is_dots(entry->d_name) || unlinkat(dirfd(entries), entry->d_name, 0) == 0)
            continue;
        (void)!fchmodat(dirfd(entries), entry->d_name, 0700, 0); // a folder without w cannot be moved
        move_up(top, dirfd(entries), entry->d_name);
    }
    if (entries)
        closedir(entries);
}

// True: something went away or was moved up.
static bool remove_pass(int top, bool *is_empty) {
    DIR *entries = open_folder(top, ".");
    bool has_changed = false;
    *is_empty = true;
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        if (is_dots(entry->d_name))
            continue;
        *is_empty = false;
        if (unlinkat(top, entry->d_name, 0) != 0 && unlinkat(top, entry->d_name, AT_REMOVEDIR) != 0) {
            empty(top, entry->d_name);
            if (unlinkat(top, entry->d_name, AT_REMOVEDIR) != 0)
                continue;
        }
        has_changed = true;
    }
    if (entries)
        closedir(entries);
    return has_changed;
}

void folder_remove(const char *folder) {
    (void)chmod(folder, 0700);
    int top = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool is_empty = false;
    while (top >= 0 && !is_empty && remove_pass(top, &is_empty))
        ;
    if (top >= 0)
        close(top);
    (void)rmdir(folder);
}
