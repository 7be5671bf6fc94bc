// SPDX-License-Identifier: Apache-2.0
// prune.c: see prune.h. Whether a file is gone is asked of the disk, so that one that an option leaves out, or that
// could not be read, keeps its documents.

#include "prune.h"

#include "place.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FEW_DOCUMENTS = 10, PERCENT_MOST = 20, CACHE_BYTES = 4 << 20 };

struct doomed {
    size_t segment;
    uint32_t document;
};

struct pruning { // of one batch
    const struct resolution *of;
    const struct input **read; // whole and without a refusal, by place
    size_t read_count;
    gdx_store_reader *store;
    gdx_buffer place;
    struct doomed *doomed;
    size_t doomed_count;
    size_t doomed_capacity;
};

static gdx_status no_memory(const struct pruning *pruning, gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY, "no memory to compare the index with %zu files", pruning->of->pruned->count);
}

// ---- which files were read whole

// Of "archive.zip", and of its entries "archive.zip:entry".
static bool is_of(gdx_slice path, const char *file) {
    size_t bytes = strlen(file);
    return path.bytes >= bytes && memcmp(path.data, file, bytes) == 0 &&
           (path.bytes == bytes || path.data[bytes] == ':');
}

static int compare_places(const void *a, const void *b) {
    const struct input *const *left = a, *const *right = b;
    return gdx_slice_compare((*left)->place, (*right)->place);
}

static int compare_paths(const void *a, const void *b) {
    const struct input *const *left = a, *const *right = b;
    return strcmp((*left)->path, (*right)->path);
}

// The first input, by path, from which on a refused path may be found.
static void strike_path(struct pruning *pruning, gdx_slice path, bool *is_struck) {
    size_t low = 0, high = pruning->read_count;
    for (size_t end = 0; end <= path.bytes; end++) {
        if (end < path.bytes && path.data[end] != ':')
            continue;
        low = 0;
        high = pruning->read_count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            gdx_slice name = gdx_slice_of(pruning->read[middle]->path);
            if (gdx_slice_compare(name, (gdx_slice){path.data, end}) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < pruning->read_count && is_of(path, pruning->read[low]->path))
            is_struck[low] = true;
    }
}

static void strike_refused(struct pruning *pruning, const struct refusals *refusals, bool *is_struck) {
    for (size_t i = 0; i < refusals->count; i++)
        if (refusals->items[i].class == GDX_BATCH_REFUSED)
            strike_path(pruning, refusals->items[i].path, is_struck);
    if (refusals_are_cut(refusals, GDX_BATCH_REFUSED)) // one of those that are not described may be of any
        memset(is_struck, true, pruning->read_count);
}

static gdx_status find_read(struct pruning *pruning, gdx_error *err) {
    const struct inputs *inputs = pruning->of->pruned;
    bool *is_struck = calloc(inputs->count + 1, sizeof *is_struck);
    pruning->read = calloc(inputs->count + 1, sizeof(struct input *));
    if (!pruning->read || !is_struck) {
        free(is_struck);
        return no_memory(pruning, err);
    }
    for (size_t i = 0; i < inputs->count; i++)
        pruning->read[pruning->read_count++] = &inputs->items[i];
    qsort(pruning->read, pruning->read_count, sizeof(struct input *), compare_paths);
    strike_refused(pruning, pruning->of->refused, is_struck);
    size_t kept = 0;
    for (size_t i = 0; i < pruning->read_count; i++)
        if (!is_struck[i])
            pruning->read[kept++] = pruning->read[i];
    pruning->read_count = kept;
    qsort(pruning->read, kept, sizeof(struct input *), compare_places);
    free(is_struck);
    return GDX_OK;
}

// ---- one document

static gdx_status read_place(struct pruning *pruning, gdx_segment *segment, uint32_t document, bool *out_has,
                             gdx_error *err) {
    gdx_document head;
    gdx_status status = gdx_store_read_head(pruning->store, segment, document, &head, err);
    *out_has = status == GDX_OK && head.origin.bytes > 0;
    pruning->place.bytes = 0;
    if (*out_has && (place_of_name(pruning->of->pruned->base, head.origin, &pruning->place) != GDX_OK ||
                     gdx_buffer_append(&pruning->place, "", 1) != GDX_OK))
        return no_memory(pruning, err);
    pruning->place.bytes -= *out_has; // the zero stays after the end
    return status;
}

static struct input_folder *folder_of(const struct pruning *pruning, gdx_slice place) {
    const struct inputs *inputs = pruning->of->pruned;
    for (size_t i = 0; i < inputs->folder_count; i++)
        if (place_is_below(place, inputs->folders[i].place, NULL))
            return &inputs->folders[i];
    return NULL;
}

// Of all folders that hold it, one was listed whole.
static bool is_in_whole_folder(const struct pruning *pruning, gdx_slice place) {
    const struct inputs *inputs = pruning->of->pruned;
    bool is = false;
    for (size_t i = 0; i < inputs->folder_count; i++)
        if (place_is_below(place, inputs->folders[i].place, NULL))
            is |= inputs->folders[i].is_whole;
    for (size_t i = 0; i < inputs->unread_count; i++)
        if (place_is_below(place, inputs->unread[i], NULL))
            is = false;
    return is;
}

static bool is_gone(const struct pruning *pruning) {
    struct stat info;
    if (lstat((const char *)pruning->place.data, &info) != 0)
        return errno == ENOENT || errno == ENOTDIR;
    const struct input wanted = {.place = gdx_buffer_slice(&pruning->place)};
    const struct input *key = &wanted;
    return bsearch(&key, pruning->read, pruning->read_count, sizeof(struct input *), compare_places) != NULL;
}

static gdx_status fail_empty(const struct input_folder *folder, gdx_error *err) {
    return gdx_fail_at(err, GDX_PRECONDITION, folder->path,
                       "an empty folder, and the index has documents from it: --prune deletes nothing for a folder "
                       "that is empty. Nothing was changed. Is a disk not there? Without --prune the run goes on; "
                       "`gramdex delete` deletes documents by id");
}

static gdx_status look_at(struct pruning *pruning, size_t number, uint32_t document, gdx_error *err) {
    gdx_segment *segment = gdx_snapshot_segment(pruning->of->seen->snapshot, number)->segment;
    bool has;
    gdx_status status = read_place(pruning, segment, document, &has, err);
    if (status != GDX_OK || !has)
        return status;
    gdx_slice place = gdx_buffer_slice(&pruning->place);
    const struct input_folder *folder = folder_of(pruning, place);
    if (folder && folder->is_whole && !folder->has_contents)
        return fail_empty(folder, err);
    if (!folder || !is_in_whole_folder(pruning, place) || !is_gone(pruning))
        return GDX_OK;
    if (gdx_grow(&pruning->doomed, &pruning->doomed_capacity, pruning->doomed_count + 1, sizeof *pruning->doomed) !=
        GDX_OK)
        return no_memory(pruning, err);
    pruning->doomed[pruning->doomed_count++] = (struct doomed){number, document};
    return GDX_OK;
}

// ---- all of them

static gdx_status look_at_unseen(struct pruning *pruning, size_t number, gdx_error *err) {
    const struct seen *seen = pruning->of->seen;
    const gdx_live_segment *live = gdx_snapshot_segment(seen->snapshot, number);
    uint32_t count = gdx_segment_info_of(live->segment)->document_count;
    gdx_status status = GDX_OK;
    for (uint32_t document = 0; status == GDX_OK && document < count; document++) {
        bool is_seen = atomic_load_explicit(&seen->orders[seen->first[number] + document], memory_order_relaxed) != 0;
        if (!is_seen && !gdx_is_deleted(live->deleted, document))
            status = look_at(pruning, number, document, err);
    }
    return status;
}

// Live documents of the index as it was whose origin lies in the folders.
static gdx_status count_in_folders(struct pruning *pruning, uint64_t *out, gdx_error *err) {
    const gdx_snapshot *snapshot = pruning->of->seen->snapshot;
    gdx_status status = GDX_OK;
    *out = 0;
    for (size_t number = 0; status == GDX_OK && number < gdx_snapshot_segment_count(snapshot); number++) {
        const gdx_live_segment *live = gdx_snapshot_segment(snapshot, number);
        uint32_t count = gdx_segment_info_of(live->segment)->document_count;
        for (uint32_t document = 0; status == GDX_OK && document < count; document++) {
            bool has = false;
            if (!gdx_is_deleted(live->deleted, document))
                status = read_place(pruning, live->segment, document, &has, err);
            *out += has && folder_of(pruning, gdx_buffer_slice(&pruning->place)) != NULL;
        }
    }
    return status;
}

static gdx_status check_limit(struct pruning *pruning, gdx_error *err) {
    gdx_batch_share limit = pruning->of->prune_limit;
    if (!limit.is_given && pruning->doomed_count <= FEW_DOCUMENTS)
        return GDX_OK;
    if (!limit.is_given)
        limit = (gdx_batch_share){.is_percent = true, .value = PERCENT_MOST};
    uint64_t whole;
    gdx_status status = count_in_folders(pruning, &whole, err);
    if (status != GDX_OK || gdx_batch_share_allows(&limit, pruning->doomed_count, whole))
        return status;
    return gdx_fail(err, GDX_PRECONDITION,
                    "--prune would delete %zu of %" PRIu64 " documents from these folders, over the limit of %g%s: "
                    "nothing was changed. If they are to go, give --prune-limit %zu",
                    pruning->doomed_count, whole, limit.value, limit.is_percent ? " %" : "", pruning->doomed_count);
}

static gdx_status delete_doomed(const struct pruning *pruning, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && pruning->of->writer && i < pruning->doomed_count; i++)
        status =
            gdx_index_writer_delete(pruning->of->writer, pruning->doomed[i].segment, pruning->doomed[i].document, err);
    if (status == GDX_OK)
        pruning->of->summary->deleted += pruning->doomed_count;
    return status;
}

gdx_status prune(const struct resolution *of, gdx_error *err) {
    struct pruning pruning = {.of = of, .store = gdx_store_reader_new(CACHE_BYTES)};
    gdx_status status = pruning.store ? find_read(&pruning, err) : no_memory(&pruning, err);
    for (size_t i = 0; status == GDX_OK && i < gdx_snapshot_segment_count(of->seen->snapshot); i++)
        status = look_at_unseen(&pruning, i, err);
    if (status == GDX_OK)
        status = check_limit(&pruning, err);
    if (status == GDX_OK)
        status = delete_doomed(&pruning, err);
    gdx_store_reader_free(pruning.store);
    gdx_buffer_clear(&pruning.place);
    free(pruning.read);
    free(pruning.doomed);
    return status;
}
