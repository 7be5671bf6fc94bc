// SPDX-License-Identifier: Apache-2.0
// sweep.c: old generations of an object store removed, with what they alone name. Oldest first, and of each its objects
// before itself: so generations stay numbered without gaps, and what is left of a sweep that was stopped is known to
// the next one. An object that an older generation names and the next one, too, is left to that one.

#include "remote.h"

#include <inttypes.h>
#include <stdlib.h>

struct names { // of files, ascending, each once
    char (*items)[WANTED_NAME_BYTES];
    size_t count, capacity;
};

struct sweep { // one owner
    const gdx_objects *objects;
    const gdx_remote_options *options;
    gdx_remote_figures *figures;
    uint64_t last;
    struct names kept; // that a generation from the first kept one to `last` names
};

// ---- names

static int compare_names(const void *a, const void *b) {
    return strcmp(a, b);
}

static void names_clear(struct names *names) {
    free(names->items);
    *names = (struct names){0};
}

static bool names_have(const struct names *names, const char *name) {
    return names->count && bsearch(name, names->items, names->count, sizeof *names->items, compare_names);
}

static gdx_status names_add(struct names *names, const struct manifest *manifest) {
    struct wanted_walk walk = {0};
    struct wanted wanted;
    while (wanted_next(manifest, &walk, &wanted)) {
        gdx_status status = gdx_grow(&names->items, &names->capacity, names->count + 1, sizeof *names->items);
        if (status != GDX_OK)
            return status;
        memcpy(names->items[names->count++], wanted.name, sizeof wanted.name);
    }
    if (names->count)
        qsort(names->items, names->count, sizeof *names->items, compare_names);
    size_t single = 0;
    for (size_t i = 0; i < names->count; i++)
        if (i == 0 || strcmp(names->items[i], names->items[single - 1]) != 0)
            memmove(names->items[single++], names->items[i], sizeof *names->items);
    names->count = single;
    return GDX_OK;
}

static gdx_status add_generation(const struct sweep *sweep, uint64_t generation, struct names *names, gdx_error *err) {
    struct manifest manifest = {0};
    gdx_status status = remote_read_manifest(sweep->objects, generation, &manifest, NULL, err);
    if (status == GDX_OK && names_add(names, &manifest) != GDX_OK)
        status = gdx_fail_memory(err, "names of objects");
    manifest_clear(&manifest);
    return status;
}

// ---- generations

// Those that came meanwhile stay, too, with all that they name.
static gdx_status look_for_newer(struct sweep *sweep, gdx_error *err) {
    uint64_t last;
    gdx_status status = gdx_remote_last(sweep->objects, sweep->last, &last, err);
    while (status == GDX_OK && sweep->last < last) {
        status = add_generation(sweep, sweep->last + 1, &sweep->kept, err);
        sweep->last += status == GDX_OK;
    }
    return status;
}

// The oldest generation that is there, going down from one that is.
static gdx_status find_oldest(const struct sweep *sweep, uint64_t from, uint64_t *out, gdx_error *err) {
    bool is_there = true;
    gdx_status status = GDX_OK;
    *out = from;
    while (status == GDX_OK && is_there && *out > 1) {
        status = gdx_stop_check(&sweep->options->stop, err);
        if (status == GDX_OK)
            status = remote_has_generation(sweep->objects, *out - 1, &is_there, err);
        *out -= status == GDX_OK && is_there;
    }
    return status;
}

static gdx_status remove_file(const struct sweep *sweep, const struct wanted *wanted, gdx_error *err) {
    gdx_status status = GDX_OK;
    uint64_t parts = remote_part_count(sweep->options, wanted);
    for (uint64_t i = 0; status == GDX_OK && i < parts; i++) {
        struct remote_part part = remote_part_at(sweep->options, wanted, i);
        if (!sweep->options->dry_run)
            status = sweep->objects->remove(sweep->objects->context, part.name, err);
        sweep->figures->objects_removed += status == GDX_OK;
        sweep->figures->moved_bytes += status == GDX_OK ? part.bytes : 0;
    }
    return status;
}

// `next` has what the generation after it names.
static gdx_status remove_files(struct sweep *sweep, const struct manifest *old, const struct names *next,
                               gdx_error *err) {
    struct wanted_walk walk = {0};
    struct wanted wanted;
    gdx_status status = GDX_OK;
    while (status == GDX_OK && wanted_next(old, &walk, &wanted)) {
        if (names_have(&sweep->kept, wanted.name) || names_have(next, wanted.name))
            continue;
        status = look_for_newer(sweep, err); // a push of an older state may name it again
        if (status == GDX_OK && !names_have(&sweep->kept, wanted.name))
            status = remove_file(sweep, &wanted, err);
    }
    return status;
}

static gdx_status remove_generation(struct sweep *sweep, uint64_t generation, gdx_error *err) {
    char name[REMOTE_NAME_BYTES];
    struct manifest old = {0};
    struct names next = {0};
    gdx_status status = remote_read_manifest(sweep->objects, generation, &old, NULL, err);
    if (status == GDX_OK)
        status = add_generation(sweep, generation + 1, &next, err);
    if (status == GDX_OK)
        status = remove_files(sweep, &old, &next, err);
    if (status == GDX_OK && !sweep->options->dry_run)
        status = sweep->objects->remove(sweep->objects->context, remote_generation_name(generation, name), err);
    sweep->figures->generations_removed += status == GDX_OK;
    manifest_clear(&old);
    names_clear(&next);
    return status;
}

static gdx_status remove_old(struct sweep *sweep, uint64_t oldest, uint64_t first_kept, gdx_error *err) {
    gdx_status status = GDX_OK;
    // Before anything goes: a hint must not come to name what is gone.
    if (oldest < first_kept && !sweep->options->dry_run)
        status = remote_hint(sweep->objects, sweep->last, err);
    for (uint64_t generation = oldest; status == GDX_OK && generation < first_kept; generation++) {
        if (sweep->options->progress)
            sweep->options->progress(sweep->options->context, generation - oldest, first_kept - oldest);
        status = gdx_stop_check(&sweep->options->stop, err);
        if (status == GDX_OK)
            status = remove_generation(sweep, generation, err);
    }
    return status;
}

gdx_status gdx_remote_sweep(const gdx_objects *objects, const gdx_remote_options *options, gdx_remote_figures *out,
                            gdx_error *err) {
    struct sweep sweep = {.objects = objects, .options = options, .figures = out};
    struct manifest last = {0};
    uint64_t keep = options->keep ? options->keep : 1, oldest = 0;
    *out = (gdx_remote_figures){0};
    gdx_status status = gdx_remote_last(objects, 0, &sweep.last, err);
    if (status == GDX_OK)
        status = find_oldest(&sweep, sweep.last, &oldest, err);
    uint64_t first_kept = sweep.last - oldest < keep ? oldest : sweep.last - keep + 1;
    for (uint64_t generation = first_kept; status == GDX_OK && generation <= sweep.last; generation++)
        status = add_generation(&sweep, generation, &sweep.kept, err);
    if (status == GDX_OK)
        status = remove_old(&sweep, oldest, first_kept, err);
    if (status == GDX_OK)
        status = remote_read_manifest(objects, sweep.last, &last, NULL, err);
    if (status == GDX_OK)
        remote_take_figures(out, sweep.last, &last);
    out->generations_kept = sweep.last - first_kept + 1;
    manifest_clear(&last);
    names_clear(&sweep.kept);
    return status;
}
