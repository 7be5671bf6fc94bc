// SPDX-License-Identifier: Apache-2.0
// remote.c: see remote.h. Generations are numbered without gaps, from 1 or from where a sweep left off, so the last one
// is found by probing upward from a hint. A listing would be slower, costs more, and need not show what was just made.

#include "remote.h"
#include "layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    HINT_BYTES = 32,       // of `current`: a number and a line end
    LOST_MOST = 1000,      // generations that may be gone after the one that `current` names
    PROBES_MOST = 1000000, // a store that has every name is not right
    MANIFEST_BYTES_MOST = MANIFEST_HEADER_BYTES + MANIFEST_SEGMENTS_MAX * MANIFEST_RECORD_BYTES +
                          GDX_KEYS_MAX * MANIFEST_KEY_BYTES + MANIFEST_SIDE_BYTES + INDEX_CHECKSUM_BYTES,
};

char *remote_generation_name(uint64_t generation, char to[REMOTE_NAME_BYTES]) {
    snprintf(to, REMOTE_NAME_BYTES, "generation-%" PRIu64, generation);
    return to;
}

char *remote_place(const gdx_objects *objects, const char *name, char to[GDX_WHERE_BYTES]) {
    snprintf(to, GDX_WHERE_BYTES, "%.440s/%.60s", objects->where, name);
    return to;
}

// ---- parts

static uint64_t part_bytes(const gdx_remote_options *options) {
    return options->part_bytes ? options->part_bytes : GDX_REMOTE_PART_BYTES;
}

uint64_t remote_part_count(const gdx_remote_options *options, const struct wanted *wanted) {
    return (wanted->bytes + part_bytes(options) - 1) / part_bytes(options);
}

struct remote_part remote_part_at(const gdx_remote_options *options, const struct wanted *wanted, uint64_t part) {
    struct remote_part out = {.at = part * part_bytes(options), .bytes = wanted->bytes};
    if (remote_part_count(options, wanted) == 1) {
        snprintf(out.name, sizeof out.name, "%s", wanted->name);
        return out;
    }
    snprintf(out.name, sizeof out.name, "%s.%" PRIu64, wanted->name, part);
    out.bytes = wanted->bytes - out.at < part_bytes(options) ? wanted->bytes - out.at : part_bytes(options);
    return out;
}

// ---- generations

gdx_status remote_has_generation(const gdx_objects *objects, uint64_t generation, bool *out, gdx_error *err) {
    char name[REMOTE_NAME_BYTES];
    uint64_t bytes;
    gdx_error failure = {0};
    gdx_status status = objects->size(objects->context, remote_generation_name(generation, name), &bytes, &failure);
    *out = status == GDX_OK;
    return status == GDX_OK || status == GDX_NOT_FOUND ? GDX_OK : gdx_error_pass(err, &failure);
}

// What `current` says; 0: there is none.
static gdx_status read_hint(const gdx_objects *objects, uint64_t *out, gdx_error *err) {
    char place[GDX_WHERE_BYTES];
    gdx_buffer text = {0};
    gdx_error failure = {0};
    uint64_t value = 0;
    gdx_status status = objects->read(objects->context, REMOTE_CURRENT, HINT_BYTES, &text, &failure);
    size_t digits = 0;
    for (; status == GDX_OK && digits < text.bytes && text.data[digits] >= '0' && text.data[digits] <= '9'; digits++)
        value = digits < 18 ? value * 10 + (uint64_t)(text.data[digits] - '0') : 0;
    bool is_number = digits > 0 && digits <= 18 && value > 0 && digits + 1 == text.bytes && text.data[digits] == '\n';
    gdx_buffer_clear(&text);
    *out = status == GDX_OK ? value : 0;
    if (status == GDX_NOT_FOUND)
        return GDX_OK;
    if (status == GDX_TOO_LARGE || (status == GDX_OK && !is_number))
        return gdx_fail_at(err, GDX_CORRUPT, remote_place(objects, REMOTE_CURRENT, place),
                           "is not the number of a generation and a line end");
    return status == GDX_OK ? GDX_OK : gdx_error_pass(err, &failure);
}

// The first generation from `from` on that is there; 0: none of the next ones.
static gdx_status first_there(const gdx_objects *objects, uint64_t from, uint64_t *out, gdx_error *err) {
    uint64_t probes = from == 1 ? 1 : LOST_MOST; // without a hint there is no reason why the first should be gone
    *out = 0;
    for (uint64_t i = 0; i < probes && *out == 0; i++) {
        bool is_there;
        gdx_status status = remote_has_generation(objects, from + i, &is_there, err);
        if (status != GDX_OK)
            return status;
        *out = is_there ? from + i : 0;
    }
    return GDX_OK;
}

gdx_status gdx_remote_last(const gdx_objects *objects, uint64_t after, uint64_t *out, gdx_error *err) {
    uint64_t last = after, hint = 0;
    char place[GDX_WHERE_BYTES];
    gdx_status status = after ? GDX_OK : read_hint(objects, &hint, err);
    if (status == GDX_OK && !after)
        status = first_there(objects, hint ? hint : 1, &last, err);
    if (status == GDX_OK && last == 0 && hint)
        status = gdx_fail_at(err, GDX_CORRUPT, remote_place(objects, REMOTE_CURRENT, place),
                             "says generation %" PRIu64 ", and neither it nor a later one is there", hint);
    else if (status == GDX_OK && last == 0)
        status = gdx_fail_at(err, GDX_NOT_FOUND, objects->where, "no index here; `gramdex push` brings one");
    bool is_there = true;
    for (uint64_t probes = 0; status == GDX_OK && is_there; probes++) {
        if (probes == PROBES_MOST)
            return gdx_fail_at(err, GDX_CORRUPT, objects->where, "%d generations after number %" PRIu64 " and no end",
                               PROBES_MOST, last - probes);
        status = remote_has_generation(objects, last + 1, &is_there, err);
        last += status == GDX_OK && is_there;
    }
    *out = status == GDX_OK ? last : 0;
    return status;
}

gdx_status remote_hint(const gdx_objects *objects, uint64_t generation, gdx_error *err) {
    char text[HINT_BYTES];
    uint64_t said = 0;
    gdx_error unreadable = {0}; // is written over
    gdx_status status = read_hint(objects, &said, &unreadable);
    if (status != GDX_OK && status != GDX_CORRUPT)
        return gdx_error_pass(err, &unreadable);
    if (status == GDX_OK && said >= generation)
        return GDX_OK;
    int bytes = snprintf(text, sizeof text, "%" PRIu64 "\n", generation);
    return objects->write(objects->context, REMOTE_CURRENT, (gdx_slice){text, (size_t)bytes}, false, err);
}

gdx_status remote_read_manifest(const gdx_objects *objects, uint64_t generation, struct manifest *out,
                                gdx_buffer *out_bytes, gdx_error *err) {
    char name[REMOTE_NAME_BYTES], place[GDX_WHERE_BYTES];
    gdx_buffer bytes = {0};
    remote_generation_name(generation, name);
    gdx_status status = objects->read(objects->context, name, MANIFEST_BYTES_MOST, &bytes, err);
    if (status == GDX_OK)
        status = manifest_decode(remote_place(objects, name, place), gdx_buffer_slice(&bytes), out, err);
    if (status == GDX_OK && out_bytes)
        *out_bytes = bytes;
    else
        gdx_buffer_clear(&bytes);
    return status;
}

void remote_take_figures(gdx_remote_figures *figures, uint64_t generation, const struct manifest *manifest) {
    figures->generation = generation;
    figures->commit = manifest->commit;
    figures->documents = manifest_documents(manifest);
    figures->segments = manifest->count;
    figures->bytes = manifest_file_bytes(manifest);
}
