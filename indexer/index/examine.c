// SPDX-License-Identifier: Apache-2.0
// examine.c: see examine.h.

#include "examine.h"

static bool is_damage(gdx_status status) {
    return status == GDX_CORRUPT || status == GDX_NOT_FOUND || status == GDX_UNSUPPORTED;
}

// A commit of this segment alone, so that what a manifest says of it is compared as always.
static gdx_status open_alone(const char *directory, const struct manifest *manifest, size_t i, gdx_snapshot **out,
                             gdx_error *err) {
    struct manifest_segment record = {.info = manifest->segments[i].info};
    const struct manifest alone = {.rule_fingerprint = manifest->rule_fingerprint,
                                   .rule_number = manifest->rule_number,
                                   .segments = &record,
                                   .count = 1};
    return snapshot_open(directory, &alone, NULL, NULL, 0, out, err);
}

static gdx_status look_at_segment(const char *directory, const struct manifest *manifest, size_t i,
                                  const gdx_stop *stop, struct examined *out, gdx_error *err) {
    gdx_status status = open_alone(directory, manifest, i, &out->alone, &out->segment_why);
    if (status == GDX_OK)
        status = gdx_segment_verify(examined_segment(out), stop, &out->segment_why);
    if (status == GDX_UNSUPPORTED && out->alone) { // it opens, and is sound as far as can be told without its rule
        out->segment_why = (gdx_error){0};
        status = GDX_OK;
    }
    return status == GDX_OK || is_damage(status) ? GDX_OK : gdx_error_pass(err, &out->segment_why);
}

static gdx_status look_at_deletions(const char *directory, struct examined *out, gdx_error *err) {
    if (out->record->deleted_count == 0)
        return GDX_OK;
    gdx_status status = deletions_open(directory, out->record, &out->deletions, &out->deletions_why);
    return status == GDX_OK || is_damage(status) ? GDX_OK : gdx_error_pass(err, &out->deletions_why);
}

gdx_status examine(const char *directory, const struct manifest *manifest, size_t i, const gdx_stop *stop,
                   struct examined *out, gdx_error *err) {
    *out = (struct examined){.record = &manifest->segments[i]};
    gdx_status status = look_at_segment(directory, manifest, i, stop, out, err);
    if (status == GDX_OK)
        status = look_at_deletions(directory, out, err);
    if (status != GDX_OK)
        examined_clear(out);
    return status;
}

void examined_clear(struct examined *examined) {
    gdx_snapshot_release(examined->alone);
    deletions_release(examined->deletions);
    examined->alone = NULL;
    examined->deletions = NULL;
}

gdx_segment *examined_segment(const struct examined *examined) {
    return examined->alone ? gdx_snapshot_segment(examined->alone, 0)->segment : NULL;
}

const uint8_t *examined_bitmap(const struct examined *examined) {
    return examined->deletions ? deletions_bitmap(examined->deletions) : NULL;
}
