// SPDX-License-Identifier: Apache-2.0
// lock.c: one writer at a time, by an open file description lock on an empty file. The lock goes with the descriptor,
// so a writer that dies leaves none, and two writers of one process exclude each other too. Nothing is written
// into the file: an index must not depend on who made it. Who holds it is looked up in /proc, for the message alone.

#include "lock.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool process_has_open(long process, const struct stat *file) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/fd", process);
    DIR *descriptors = opendir(path);
    if (!descriptors)
        return false;
    bool has = false;
    for (struct dirent *entry; !has && (entry = readdir(descriptors));) {
        struct stat opened;
        has = isdigit((unsigned char)entry->d_name[0]) && fstatat(dirfd(descriptors), entry->d_name, &opened, 0) == 0 &&
              opened.st_dev == file->st_dev && opened.st_ino == file->st_ino;
    }
    closedir(descriptors);
    return has;
}

// Another process that has the lock's file open; 0: none that we may see.
static long find_holder(const struct stat *file) {
    DIR *processes = opendir("/proc");
    if (!processes)
        return 0;
    long holder = 0;
    for (struct dirent *entry; holder == 0 && (entry = readdir(processes));) {
        long process = strtol(entry->d_name, NULL, 10);
        if (process > 0 && process != getpid() && process_has_open(process, file))
            holder = process;
    }
    closedir(processes);
    return holder;
}

static gdx_status fail_busy(const char *path, int descriptor, gdx_error *err) {
    struct stat file;
    long holder = fstat(descriptor, &file) == 0 ? find_holder(&file) : 0;
    if (holder)
        gdx_fail_at(err, GDX_PRECONDITION, path, "process %ld is writing to this index; wait until it is done", holder);
    else
        gdx_fail_at(err, GDX_PRECONDITION, path, "another writer is at work on this index; wait until it is done");
    if (err)
        err->reason = GDX_REASON_INDEX_LOCKED;
    return GDX_PRECONDITION;
}

static gdx_status lock_path(const char *path, int *out_descriptor, gdx_error *err) {
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0)
        return gdx_fail_at_errno(err, errno, path, "cannot be opened for writing");
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    gdx_status status = GDX_OK;
    if (fcntl(descriptor, F_OFD_SETLK, &whole) != 0)
        status = errno == EAGAIN || errno == EACCES ? fail_busy(path, descriptor, err)
                                                    : gdx_fail_at_errno(err, errno, path, "cannot be locked");
    if (status == GDX_OK)
        *out_descriptor = descriptor;
    else
        close(descriptor);
    return status;
}

gdx_status directory_lock(const char *directory, int *out_descriptor, gdx_error *err) {
    char *path = gdx_path_join(directory, "lock");
    if (!path)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for a path");
    gdx_status status = lock_path(path, out_descriptor, err);
    free(path);
    return status;
}
