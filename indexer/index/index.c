// SPDX-License-Identifier: Apache-2.0
// index.c: an index opened for reading, that follows the commits of a writer. Looking whether there is a new one costs
// one stat, and as much for each segment; the current snapshot changes hands under a lock held for a few instructions,
// never while files are opened.

#include "snapshot.h"

#include <pthread.h>
#include <stdlib.h>

struct gdx_index { // any thread
    char *directory;
    char *manifest_path;
    gdx_index_slice slice;
    pthread_mutex_t refreshing; // one opens a new commit at a time; guards `file`
    struct manifest_file file;
    pthread_mutex_t lock; // guards what follows
    gdx_snapshot *snapshot;
    uint64_t repairs;
};

void gdx_index_close(gdx_index *index) {
    if (!index)
        return;
    gdx_snapshot_release(index->snapshot);
    manifest_file_close(&index->file);
    pthread_mutex_destroy(&index->refreshing);
    pthread_mutex_destroy(&index->lock);
    free(index->manifest_path);
    free(index->directory);
    free(index);
}

gdx_status gdx_index_open(const char *directory, gdx_index **out, gdx_error *err) {
    return gdx_index_open_slice(directory, (gdx_index_slice){0, 1}, out, err);
}

gdx_status gdx_index_open_slice(const char *directory, gdx_index_slice slice, gdx_index **out, gdx_error *err) {
    if (slice.count && slice.number >= slice.count)
        return gdx_fail(err, GDX_INVALID, "slice %u of %u: slices count from 0", slice.number, slice.count);
    gdx_index *index = calloc(1, sizeof *index);
    if (!index)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory to open it");
    index->file.descriptor = -1;
    index->slice = slice;
    pthread_mutex_init(&index->refreshing, NULL);
    pthread_mutex_init(&index->lock, NULL);
    index->directory = strdup(directory);
    index->manifest_path = gdx_path_join(directory, "manifest");
    gdx_status status = index->directory && index->manifest_path
                            ? snapshot_read(index->directory, slice, NULL, &index->file, &index->snapshot, err)
                            : gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for its path");
    if (status == GDX_OK)
        *out = index;
    else
        gdx_index_close(index);
    return status;
}

const char *gdx_index_directory(const gdx_index *index) {
    return index->directory;
}

gdx_snapshot *gdx_index_snapshot(gdx_index *index) {
    pthread_mutex_lock(&index->lock);
    gdx_snapshot *snapshot = gdx_snapshot_retain(index->snapshot);
    pthread_mutex_unlock(&index->lock);
    return snapshot;
}

static void exchange(gdx_index *index, gdx_snapshot *fresh) {
    pthread_mutex_lock(&index->lock);
    gdx_snapshot *old = index->snapshot;
    index->snapshot = fresh;
    pthread_mutex_unlock(&index->lock);
    gdx_snapshot_release(old); // outside the lock: it may unmap files
}

uint64_t gdx_index_repairs(gdx_index *index) {
    pthread_mutex_lock(&index->lock);
    uint64_t repairs = index->repairs;
    pthread_mutex_unlock(&index->lock);
    return repairs;
}

uint64_t gdx_index_commit_time(gdx_index *index) {
    pthread_mutex_lock(&index->refreshing);
    time_t seconds = index->file.identity.st_mtim.tv_sec;
    pthread_mutex_unlock(&index->refreshing);
    return seconds > 0 ? (uint64_t)seconds : 0;
}

// The caller holds `refreshing`.
static void look_after_segments(gdx_index *index) {
    gdx_snapshot *repaired = NULL;
    for (size_t i = 0; i < index->snapshot->count; i++)
        gdx_segment_look(index->snapshot->segments[i].live.segment);
    size_t count = snapshot_repair(index->directory, index->snapshot, &repaired);
    if (count == 0)
        return;
    pthread_mutex_lock(&index->lock);
    index->repairs += count;
    pthread_mutex_unlock(&index->lock);
    exchange(index, repaired);
}

gdx_status gdx_index_refresh(gdx_index *index, bool *out_changed, gdx_error *err) {
    bool changed = false;
    pthread_mutex_lock(&index->refreshing);
    gdx_status status = GDX_OK;
    if (!manifest_file_is_current(&index->file, index->manifest_path)) {
        gdx_snapshot *fresh = NULL;
        // Nobody else changes index->snapshot while we hold `refreshing`.
        status = snapshot_read(index->directory, index->slice, index->snapshot, &index->file, &fresh, err);
        if (status == GDX_OK) {
            exchange(index, fresh);
            changed = true;
        }
    }
    look_after_segments(index);
    pthread_mutex_unlock(&index->refreshing);
    if (status == GDX_OK && out_changed)
        *out_changed = changed;
    return status;
}
