// SPDX-License-Identifier: Apache-2.0
// sweep.c: see sweep.h. Who builds holds the lock of the index in the folder, so a folder whose lock is free is
// nobody's. A process whose machine has lost the others may still write into what is removed here: its files come to
// nothing, for the name that it wants is taken by then, or it fails.

#include "sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUILDING ".building-"

// The path without slashes at its end.
static size_t path_bytes(const char *path) {
    size_t bytes = strlen(path);
    while (bytes > 1 && path[bytes - 1] == '/')
        bytes--;
    return bytes;
}

// The folder of all parts is made by the run that comes first. What is wrong with it otherwise is found by who uses it.
static void make_parent(char *folder) {
    char *slash = strrchr(folder, '/');
    if (!slash || slash == folder)
        return;
    *slash = '\0';
    (void)!mkdir(folder, 0777);
    *slash = '/';
}

gdx_status building_make(const char *path, char **out, gdx_error *err) {
    size_t bytes = path_bytes(path);
    char *folder = malloc(bytes + sizeof BUILDING "XXXXXX");
    if (!folder)
        return gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory for its name");
    sprintf(folder, "%.*s" BUILDING "XXXXXX", (int)bytes, path);
    make_parent(folder);
    if (!mkdtemp(folder)) {
        gdx_status status = gdx_fail_at_errno(err, errno, folder, "cannot be made");
        free(folder);
        return status;
    }
    mode_t mask = umask(0);
    umask(mask);
    (void)!chmod(folder, 0777 & ~mask); // as any folder that is made
    *out = folder;
    return GDX_OK;
}

void building_remove(const char *folder) {
    char *const roots[] = {(char *)(uintptr_t)folder, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk)
        return;
    for (FTSENT *entry; (entry = fts_read(walk));) {
        if (entry->fts_info == FTS_DP)
            rmdir(entry->fts_accpath);
        else if (entry->fts_info != FTS_D)
            unlink(entry->fts_accpath);
    }
    fts_close(walk);
}

// Whether nobody holds the lock; one without a lock is only begun, or was.
static bool is_dead(const char *folder) {
    char *path = gdx_path_join(folder, "lock");
    if (!path)
        return false;
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    bool is = false;
    if (descriptor >= 0) {
        struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        is = fcntl(descriptor, F_OFD_SETLK, &whole) == 0;
        if (is)
            building_remove(folder); // under the lock
        close(descriptor);
    } else if (errno == ENOENT) {
        is = rmdir(folder) == 0; // an empty one; who has just made it makes it again
    }
    free(path);
    return is;
}

size_t building_sweep(const char *path) {
    size_t bytes = path_bytes(path), begin = bytes, swept = 0;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    char *parent = begin ? strndup(path, begin) : strdup(".");
    DIR *entries = parent ? opendir(parent) : NULL;
    size_t name_bytes = bytes - begin;
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        if (strncmp(entry->d_name, path + begin, name_bytes) != 0 ||
            strncmp(entry->d_name + name_bytes, BUILDING, sizeof BUILDING - 1) != 0)
            continue;
        char *folder = gdx_path_join(parent, entry->d_name);
        swept += folder && is_dead(folder);
        free(folder);
    }
    if (entries)
        closedir(entries);
    free(parent);
    return swept;
}
