// SPDX-License-Identifier: Apache-2.0
// push.c: an index's last commit as the next generation of an object store. Files go first, and nothing names them;
// then one conditional write of the manifest publishes all or nothing, whoever else pushes at the same time.

#include "remote.h"
#include "reprints.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ATTEMPTS = 64 }; // each failed one means that a writer has committed meanwhile

// How a file came to be in the store.
enum { WAS_SENT = 1, WAS_THERE };

struct push { // one owner
    const char *directory;
    const gdx_objects *objects;
    const gdx_remote_options *options;
    gdx_remote_figures *figures;
    uint64_t last;        // the generation before; 0: none
    struct manifest base; // its manifest
    gdx_buffer base_bytes;
    struct manifest next; // what is pushed
    gdx_buffer next_bytes;
    gdx_buffer ways; // of each file of `next`, in the order of its walk
    uint64_t done;   // bytes, for the progress
    bool is_gone;    // a file of `next` is not in the directory any more
};

// ---- files

static gdx_status send_part(const struct push *push, const struct remote_part *part, const gdx_map *map,
                            gdx_error *err) {
    const gdx_objects *objects = push->objects;
    const gdx_slice content = {(const char *)map->data + part->at, part->bytes};
    gdx_status status = objects->write(objects->context, part->name, content, false, err);
    if (status == GDX_OK)
        push->figures->moved_bytes += part->bytes;
    return status;
}

// Whether a part is in the store as it should be, as far as its size says.
static gdx_status find_part(const struct push *push, const struct remote_part *part, bool *out, gdx_error *err) {
    uint64_t bytes = 0;
    gdx_error failure = {0};
    gdx_status status = push->objects->size(push->objects->context, part->name, &bytes, &failure);
    *out = status == GDX_OK && bytes == part->bytes;
    return status == GDX_OK || status == GDX_NOT_FOUND ? GDX_OK : gdx_error_pass(err, &failure);
}

// Opens the file to be sent; every page of it is good.
static gdx_status open_file(struct push *push, const struct wanted *wanted, gdx_map *out, gdx_error *err) {
    char *path = gdx_path_join(push->directory, wanted->name);
    if (!path)
        return gdx_fail_at(err, GDX_NO_MEMORY, push->directory, "no memory for a path");
    gdx_status status = wanted_check(push->directory, wanted, &push->options->stop, err);
    if (status == GDX_OK)
        status = gdx_map_open(out, path, err);
    if (status == GDX_OK && out->bytes != wanted->bytes) {
        status =
            gdx_fail_at(err, GDX_CORRUPT, path, "%zu bytes, the manifest says %" PRIu64, out->bytes, wanted->bytes);
        gdx_map_close(out);
    }
    push->is_gone = status == GDX_NOT_FOUND;
    free(path);
    return status;
}

// Sends what the store lacks of a file. *out_way: whether that was anything.
static gdx_status send_file(struct push *push, const struct wanted *wanted, uint8_t *out_way, gdx_error *err) {
    gdx_map map = {0};
    bool is_open = false, is_there = false;
    gdx_status status = GDX_OK;
    uint64_t count = remote_part_count(push->options, wanted);
    *out_way = WAS_THERE;
    for (uint64_t i = 0; status == GDX_OK && i < count; i++) {
        struct remote_part part = remote_part_at(push->options, wanted, i);
        status = find_part(push, &part, &is_there, err);
        if (status == GDX_OK && is_there)
            push->figures->kept_bytes += part.bytes;
        if (status != GDX_OK || is_there)
            continue;
        *out_way = WAS_SENT;
        if (!is_open)
            status = open_file(push, wanted, &map, err);
        is_open |= status == GDX_OK;
        if (status == GDX_OK)
            status = send_part(push, &part, &map, err);
    }
    if (status == GDX_OK && is_open && gdx_map_is_broken(&map, NULL))
        status = gdx_fail_at(err, GDX_IO, push->directory, "%s could not be read while it was sent", wanted->name);
    gdx_map_close(&map);
    return status;
}

static gdx_status send_files(struct push *push, gdx_error *err) {
    struct wanted_walk walk = {0};
    struct wanted wanted;
    uint8_t way;
    gdx_status status = GDX_OK;
    push->done = push->figures->kept_bytes = 0; // what was sent adds up over attempts
    push->ways.bytes = 0;
    while (status == GDX_OK && wanted_next(&push->next, &walk, &wanted)) {
        if (push->options->progress)
            push->options->progress(push->options->context, push->done, manifest_file_bytes(&push->next));
        status = send_file(push, &wanted, &way, err);
        push->done += wanted.bytes;
        if (status == GDX_OK && gdx_buffer_append(&push->ways, &way, 1) != GDX_OK)
            status = gdx_fail_memory(err, "a push");
    }
    return status;
}

static bool base_names(const struct manifest *base, const struct wanted *wanted) {
    if (!wanted->record)
        return base->reprints_bytes && base->reprints_name == wanted->number;
    return wanted->is_deletions ? manifest_names_deletions(base, wanted->number)
                                : manifest_names_segment(base, wanted->number);
}

// A sweep beside us may have removed an object that we found, if no generation named it but old ones. Now that ours
// does it keeps it.
static gdx_status send_again(struct push *push, gdx_error *err) {
    struct wanted_walk walk = {0};
    struct wanted wanted;
    gdx_status status = GDX_OK;
    uint64_t kept = push->figures->kept_bytes;
    for (size_t i = 0; status == GDX_OK && wanted_next(&push->next, &walk, &wanted); i++) {
        uint8_t way = push->ways.data[i];
        if (way == WAS_THERE && !base_names(&push->base, &wanted))
            status = send_file(push, &wanted, &way, err);
    }
    push->figures->kept_bytes = kept;
    return status;
}

// ---- the generation

static gdx_status read_base(struct push *push, gdx_error *err) {
    gdx_error failure = {0};
    gdx_status status = gdx_remote_last(push->objects, 0, &push->last, &failure);
    if (status == GDX_NOT_FOUND)
        return GDX_OK;
    if (status == GDX_OK)
        status = remote_read_manifest(push->objects, push->last, &push->base, &push->base_bytes, &failure);
    return status == GDX_OK ? GDX_OK : gdx_error_pass(err, &failure);
}

static gdx_status read_next(struct push *push, gdx_error *err) {
    manifest_clear(&push->next);
    push->next_bytes.bytes = 0;
    gdx_status status = manifest_read(push->directory, &push->next, NULL, err);
    if (status == GDX_OK && manifest_encode(&push->next, &push->next_bytes) != GDX_OK)
        status = gdx_fail_memory(err, "a manifest");
    if (status == GDX_OK && push->last && push->base.commit > push->next.commit)
        status = gdx_fail_at(err, GDX_PRECONDITION, push->objects->where,
                             "generation %" PRIu64 " is commit %" PRIu64 ", and the index is at %" PRIu64
                             ": it is no older state of it",
                             push->last, push->base.commit, push->next.commit);
    return status;
}

static gdx_status send_last_commit(struct push *push, gdx_error *err) {
    gdx_status status = GDX_OK;
    gdx_error why = {0};
    push->is_gone = true;
    for (int attempt = 0; push->is_gone && attempt < ATTEMPTS; attempt++) {
        gdx_error missing = why;
        gdx_buffer before = push->next_bytes;
        why = (gdx_error){0};
        push->is_gone = false;
        push->next_bytes = (gdx_buffer){0};
        status = read_next(push, &why);
        if (status == GDX_OK && attempt > 0 &&
            gdx_slice_equal(gdx_buffer_slice(&before), gdx_buffer_slice(&push->next_bytes)))
            status = gdx_fail_at(&why, GDX_CORRUPT, missing.where, "%s; the manifest names it", missing.message);
        else if (status == GDX_OK)
            status = send_files(push, &why);
        gdx_buffer_clear(&before);
    }
    if (push->is_gone)
        return gdx_fail_at(err, GDX_UNAVAILABLE, push->directory, "commits come faster than they can be sent");
    return status == GDX_OK ? GDX_OK : gdx_error_pass(err, &why);
}

// Another has made the generation, or we have and the answer was lost.
static gdx_status look_who_was_first(const struct push *push, uint64_t generation, gdx_error *err) {
    struct manifest there = {0};
    gdx_buffer bytes = {0};
    gdx_status status = remote_read_manifest(push->objects, generation, &there, &bytes, err);
    if (status == GDX_OK && !gdx_slice_equal(gdx_buffer_slice(&bytes), gdx_buffer_slice(&push->next_bytes)))
        status = gdx_fail_at(err, GDX_PRECONDITION, push->objects->where,
                             "another push made generation %" PRIu64 " first, of commit %" PRIu64
                             "; nothing is published. Push again if this index is to follow it",
                             generation, there.commit);
    manifest_clear(&there);
    gdx_buffer_clear(&bytes);
    return status;
}

// That the store knows conditional writes at all: the last generation, with its own bytes, must be refused. One that
// takes it anyhow has lost nothing.
static gdx_status try_condition(const struct push *push, gdx_error *err) {
    char name[REMOTE_NAME_BYTES];
    uint64_t last = push->last;
    gdx_error failure = {0};
    if (!push->last)
        return GDX_OK;
    gdx_status status = push->objects->write(push->objects->context, remote_generation_name(push->last, name),
                                             gdx_buffer_slice(&push->base_bytes), true, &failure);
    if (status == GDX_PRECONDITION)
        return GDX_OK;
    if (status != GDX_OK)
        return gdx_error_pass(err, &failure);
    status = gdx_remote_last(push->objects, push->last, &last, err);
    if (status == GDX_OK && last > push->last) // and a sweep has removed what was the last
        status = gdx_fail_at(err, GDX_PRECONDITION, push->objects->where,
                             "another push made generation %" PRIu64 " first; nothing is published", push->last + 1);
    return status == GDX_OK ? gdx_fail_at(err, GDX_UNSUPPORTED, push->objects->where,
                                          "the store does not obey If-None-Match: of two pushes at once one would be "
                                          "lost; nothing is published")
                            : status;
}

static gdx_status make_generation(struct push *push, uint64_t generation, gdx_error *err) {
    char name[REMOTE_NAME_BYTES];
    gdx_error failure = {0};
    gdx_status status = try_condition(push, err);
    if (status != GDX_OK)
        return status;
    status = push->objects->write(push->objects->context, remote_generation_name(generation, name),
                                  gdx_buffer_slice(&push->next_bytes), true, &failure);
    if (status == GDX_PRECONDITION)
        return look_who_was_first(push, generation, err);
    return status == GDX_OK ? GDX_OK : gdx_error_pass(err, &failure);
}

static gdx_status publish(struct push *push, gdx_error *err) {
    bool is_new =
        !push->last || !gdx_slice_equal(gdx_buffer_slice(&push->base_bytes), gdx_buffer_slice(&push->next_bytes));
    uint64_t generation = push->last + is_new;
    push->figures->is_unchanged = !is_new && push->figures->moved_bytes == 0;
    remote_take_figures(push->figures, generation, &push->next);
    gdx_status status = is_new ? make_generation(push, generation, err) : GDX_OK;
    if (status == GDX_OK)
        status = send_again(push, err);
    return status == GDX_OK ? remote_hint(push->objects, generation, err) : status;
}

gdx_status gdx_index_push(const char *directory, const gdx_objects *objects, const gdx_remote_options *options,
                          gdx_remote_figures *out, gdx_error *err) {
    struct push push = {.directory = directory, .objects = objects, .options = options, .figures = out};
    *out = (gdx_remote_figures){0};
    gdx_status status = manifest_read(directory, &push.next, NULL, err); // so that a wrong one is refused at once
    if (status == GDX_OK)
        status = read_base(&push, err);
    if (status == GDX_OK)
        status = send_last_commit(&push, err);
    if (status == GDX_OK)
        status = publish(&push, err);
    manifest_clear(&push.base);
    manifest_clear(&push.next);
    gdx_buffer_clear(&push.base_bytes);
    gdx_buffer_clear(&push.next_bytes);
    gdx_buffer_clear(&push.ways);
    return status;
}
