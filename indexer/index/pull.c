// SPDX-License-Identifier: Apache-2.0
// pull.c: an index becomes what a generation of an object store names. Files come to lie beside those of the last
// commit, then the manifest is switched, and what it does not name is removed. A file that is not whole yet keeps its
// temporary name, so that the next pull goes on with it, and the next writer of the directory may remove it.

#include "clean.h"
#include "directory.h"
#include "lock.h"
#include "remote.h"
#include "slice.h"
#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct pull { // one owner
    const gdx_objects *objects;
    const char *directory;
    const gdx_remote_options *options;
    gdx_remote_figures *figures;
    struct manifest before; // of the directory; empty: none that can be read
    struct manifest next;   // of the generation
    struct manifest mine;   // what is brought of it: all, or a slice
    uint64_t done, of;      // bytes, for the progress
};

// ---- one file

static char *temporary_path(const struct pull *pull, const struct wanted *wanted) {
    char name[WANTED_NAME_BYTES + 8];
    snprintf(name, sizeof name, "%s.tmp", wanted->name);
    return gdx_path_join(pull->directory, name);
}

// Receives what is missing of an opened file, which has its first `have` bytes.
static gdx_status receive_parts(struct pull *pull, const struct wanted *wanted, int file, uint64_t have,
                                gdx_error *err) {
    const gdx_objects *objects = pull->objects;
    gdx_status status = GDX_OK;
    uint64_t count = remote_part_count(pull->options, wanted);
    for (uint64_t i = 0; status == GDX_OK && i < count; i++) {
        struct remote_part part = remote_part_at(pull->options, wanted, i);
        if (have >= part.at + part.bytes)
            continue;
        const uint64_t from = have > part.at ? have - part.at : 0;
        gdx_reception reception = {.descriptor = file, .offset = part.at, .bytes = part.bytes, .at = from};
        status = objects->receive(objects->context, part.name, &reception, err);
        pull->figures->moved_bytes += reception.at - from;
    }
    return status;
}

static gdx_status receive(struct pull *pull, const struct wanted *wanted, const char *path, bool *out_went_on,
                          gdx_error *err) {
    struct stat about;
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (file < 0 || fstat(file, &about) != 0) {
        gdx_status failed = gdx_fail_at_errno(err, errno, path, "cannot be opened for writing");
        if (file >= 0)
            close(file);
        return failed;
    }
    uint64_t have = S_ISREG(about.st_mode) && (uint64_t)about.st_size <= wanted->bytes ? (uint64_t)about.st_size : 0;
    *out_went_on = have > 0;
    gdx_status status = S_ISREG(about.st_mode) ? GDX_OK : gdx_fail_at(err, GDX_INVALID, path, "is no regular file");
    if (status == GDX_OK && ftruncate(file, (off_t)have) != 0)
        status = gdx_fail_at_errno(err, errno, path, "cannot be cut");
    if (status == GDX_OK)
        status = receive_parts(pull, wanted, file, have, err);
    if (status == GDX_OK && fsync(file) != 0)
        status = gdx_fail_at_errno(err, errno, path, "cannot be made durable");
    close(file);
    return status;
}

// Receives a file and gives it its name; then it is checked where it lies. *out_went_on: it had been started before.
static gdx_status place(struct pull *pull, const struct wanted *wanted, bool *out_went_on, gdx_error *err) {
    char *temporary = temporary_path(pull, wanted), *final = gdx_path_join(pull->directory, wanted->name);
    gdx_status status =
        temporary && final ? GDX_OK : gdx_fail_at(err, GDX_NO_MEMORY, pull->directory, "no memory for a path");
    if (status == GDX_OK)
        status = receive(pull, wanted, temporary, out_went_on, err);
    if (status == GDX_OK && rename(temporary, final) != 0)
        status = gdx_fail_at_errno(err, errno, final, "cannot be named so");
    gdx_error failure = {0};
    if (status == GDX_OK) {
        status = wanted_check(pull->directory, wanted, &pull->options->stop, &failure);
        if (status == GDX_CORRUPT || status == GDX_UNSUPPORTED)
            unlink(final);
        if (status != GDX_OK)
            gdx_error_pass(err, &failure);
    }
    free(temporary);
    free(final);
    return status;
}

// What came is bad: the store's fault, so its address is named.
static gdx_status blame(const struct pull *pull, const struct wanted *wanted, const gdx_error *failure,
                        gdx_error *err) {
    char where[GDX_WHERE_BYTES];
    bool is_stores = strncmp(failure->where, pull->objects->where, strlen(pull->objects->where)) == 0;
    if (failure->status == GDX_NOT_FOUND && is_stores)
        return gdx_fail_at(err, GDX_NOT_FOUND, failure->where, "generation %" PRIu64 " names it, and it is not there",
                           pull->figures->generation);
    if ((failure->status != GDX_CORRUPT && failure->status != GDX_UNSUPPORTED) || is_stores)
        return gdx_error_pass(err, failure);
    return gdx_fail_at(err, failure->status, remote_place(pull->objects, wanted->name, where), "%s", failure->message);
}

static gdx_status bring_anew(struct pull *pull, const struct wanted *wanted, gdx_error *err) {
    bool went_on = false;
    gdx_error failure = {0};
    gdx_status status = place(pull, wanted, &went_on, &failure);
    // What lay there before may not have become durable, or be of another store.
    if (status == GDX_CORRUPT && went_on) {
        failure = (gdx_error){0};
        status = place(pull, wanted, &went_on, &failure);
    }
    return status == GDX_OK ? GDX_OK : blame(pull, wanted, &failure, err);
}

// ---- all files

static bool before_names(const struct manifest *before, const struct wanted *wanted) {
    if (!wanted->record)
        return before->reprints_bytes && before->reprints_name == wanted->number;
    return wanted->is_deletions ? manifest_names_deletions(before, wanted->number)
                                : manifest_names_segment(before, wanted->number);
}

static bool is_trusted(const struct pull *pull, const struct wanted *wanted) {
    struct stat about;
    if (!pull->options->trusts || !before_names(&pull->before, wanted))
        return false;
    char *path = gdx_path_join(pull->directory, wanted->name);
    bool is_there =
        path && stat(path, &about) == 0 && S_ISREG(about.st_mode) && (uint64_t)about.st_size == wanted->bytes;
    free(path);
    return is_there;
}

static gdx_status bring(struct pull *pull, const struct wanted *wanted, gdx_error *err) {
    gdx_error failure = {0};
    if (pull->options->progress)
        pull->options->progress(pull->options->context, pull->done, pull->of);
    gdx_status status =
        is_trusted(pull, wanted) ? GDX_OK : wanted_check(pull->directory, wanted, &pull->options->stop, &failure);
    if (status == GDX_OK)
        pull->figures->kept_bytes += wanted->bytes;
    else if (status == GDX_NOT_FOUND || status == GDX_CORRUPT || status == GDX_UNSUPPORTED)
        status = bring_anew(pull, wanted, err);
    else
        gdx_error_pass(err, &failure);
    pull->done += wanted->bytes;
    return status;
}

static gdx_status bring_all(struct pull *pull, gdx_error *err) {
    struct wanted_walk walk = {0};
    struct wanted wanted;
    gdx_status status = GDX_OK;
    pull->of = manifest_file_bytes(&pull->mine);
    while (status == GDX_OK && wanted_next(&pull->mine, &walk, &wanted))
        status = bring(pull, &wanted, err);
    return status;
}

// ---- the commit

static gdx_status read_before(struct pull *pull, gdx_error *err) {
    gdx_error failure = {0};
    gdx_remote_figures *figures = pull->figures;
    gdx_status status = manifest_read(pull->directory, &pull->before, NULL, &failure);
    figures->had_index = status != GDX_NOT_FOUND;
    figures->was_unreadable = status == GDX_CORRUPT || status == GDX_UNSUPPORTED;
    if (status == GDX_OK) {
        figures->commit_before = pull->before.commit;
        figures->documents_before = manifest_documents(&pull->before);
    }
    return status == GDX_OK || status == GDX_NOT_FOUND || figures->was_unreadable ? GDX_OK
                                                                                  : gdx_error_pass(err, &failure);
}

// Page tokens and clients hold numbers: one must not come back for another commit. A merge keeps its number, here too.
static void settle_number(const struct pull *pull, struct manifest *next) {
    if (next->commit < pull->before.commit)
        next->commit = pull->before.commit + 1;
}

static bool is_same(const struct manifest *one, const struct manifest *other) {
    gdx_buffer first = {0}, second = {0};
    bool same = manifest_encode(one, &first) == GDX_OK && manifest_encode(other, &second) == GDX_OK &&
                gdx_slice_equal(gdx_buffer_slice(&first), gdx_buffer_slice(&second));
    gdx_buffer_clear(&first);
    gdx_buffer_clear(&second);
    return same;
}

// What of the manifest is to lie in the directory.
static void choose(struct pull *pull) {
    size_t first, count;
    slice_segments(&pull->next, pull->options->slice, &first, &count);
    pull->mine = pull->next; // shares the segments
    pull->mine.segments = count ? pull->next.segments + first : NULL;
    pull->mine.count = count;
    pull->figures->slice_segments = count;
}

static gdx_status finish(struct pull *pull, gdx_error *err) {
    gdx_snapshot *snapshot = NULL;
    bool named;
    settle_number(pull, &pull->next);
    remote_take_figures(pull->figures, pull->figures->generation, &pull->next);
    pull->figures->is_unchanged = pull->figures->had_index && !pull->figures->was_unreadable &&
                                  pull->figures->moved_bytes == 0 && is_same(&pull->before, &pull->next);
    gdx_status status = snapshot_open(pull->directory, &pull->mine, NULL, NULL, 0, &snapshot, err);
    if (status == GDX_OK && !pull->figures->is_unchanged)
        status = manifest_switch(pull->directory, &pull->next, &named, err);
    gdx_error passed_over = {0}; // the next writer's cleaning makes up for it
    if (status == GDX_OK)
        (void)!directory_clean(pull->directory, snapshot, &passed_over);
    gdx_snapshot_release(snapshot);
    return status;
}

// Under the lock.
static gdx_status replace(struct pull *pull, gdx_error *err) {
    gdx_status status = read_before(pull, err);
    choose(pull);
    if (status == GDX_OK)
        status = bring_all(pull, err);
    return status == GDX_OK ? finish(pull, err) : status;
}

// A directory that nothing was received into. What was stays for the next pull.
static void remove_empty(const char *directory) {
    struct directory_content content;
    gdx_error passed_over = {0};
    char *lock = gdx_path_join(directory, "lock");
    if (lock && directory_survey(directory, &content, &passed_over) == GDX_OK && !content.segments &&
        !content.temporary)
        unlink(lock);
    free(lock);
    rmdir(directory); // fails when something is in it
}

static gdx_status lock_and_replace(struct pull *pull, gdx_error *err) {
    int lock = -1;
    bool made = false;
    gdx_status status = directory_make(pull->directory, &made, err);
    if (status == GDX_OK)
        status = directory_refuse_foreign(pull->directory, err);
    if (status == GDX_OK)
        status = directory_lock(pull->directory, &lock, err);
    if (status == GDX_OK)
        status = replace(pull, err);
    if (status != GDX_OK && made)
        remove_empty(pull->directory);
    if (lock >= 0)
        close(lock);
    return status;
}

gdx_status gdx_index_pull(const gdx_objects *objects, const char *directory, const gdx_remote_options *options,
                          gdx_remote_figures *out, gdx_error *err) {
    struct pull pull = {.objects = objects, .directory = directory, .options = options, .figures = out};
    *out = (gdx_remote_figures){.generation = options->generation};
    gdx_status status = GDX_OK;
    if (!out->generation)
        status = gdx_remote_last(objects, 0, &out->generation, err);
    if (status == GDX_OK)
        status = remote_read_manifest(objects, out->generation, &pull.next, NULL, err);
    if (status == GDX_OK)
        status = lock_and_replace(&pull, err);
    manifest_clear(&pull.before);
    manifest_clear(&pull.next);
    return status;
}
