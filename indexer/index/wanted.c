// SPDX-License-Identifier: Apache-2.0
// wanted.c: see wanted.h.

#include "wanted.h"
#include "deletions.h"
#include "reprints.h"

enum { LOOK_EVERY = 64 }; // pages between two looks at whether to stop

_Static_assert((int)WANTED_NAME_BYTES == (int)GDX_SEGMENT_FILE_NAME_BYTES &&
                   (int)WANTED_NAME_BYTES == (int)DELETIONS_FILE_NAME_BYTES &&
                   (int)WANTED_NAME_BYTES == (int)REPRINTS_FILE_NAME_BYTES,
               "one buffer for each");

static struct wanted segment_of(const struct manifest_segment *record) {
    struct wanted wanted = {.record = record, .number = record->info.name, .bytes = record->info.bytes};
    gdx_segment_file_name(wanted.number, wanted.name);
    return wanted;
}

static struct wanted deletions_of(const struct manifest_segment *record) {
    struct wanted wanted = {.record = record,
                            .is_deletions = true,
                            .number = record->deletions_name,
                            .bytes = deletions_file_bytes(record->info.document_count)};
    deletions_file_name(wanted.number, wanted.name);
    return wanted;
}

static struct wanted reprints_of(const struct manifest *manifest) {
    struct wanted wanted = {.number = manifest->reprints_name, .bytes = manifest->reprints_bytes};
    reprints_file_name(wanted.number, wanted.name);
    return wanted;
}

bool wanted_next(const struct manifest *manifest, struct wanted_walk *walk, struct wanted *out) {
    while (walk->segment < manifest->count) {
        const struct manifest_segment *record = &manifest->segments[walk->segment];
        bool was_passed = walk->passed_segment;
        walk->passed_segment = !was_passed;
        walk->segment += was_passed;
        if (!was_passed || record->deleted_count) {
            *out = was_passed ? deletions_of(record) : segment_of(record);
            return true;
        }
    }
    if (walk->passed_reprints || !manifest->reprints_bytes)
        return false;
    walk->passed_reprints = true;
    *out = reprints_of(manifest);
    return true;
}

static gdx_status verify_pages(const gdx_segment *segment, const gdx_stop *stop, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (uint32_t page = 0; page < gdx_segment_page_count(segment) && status == GDX_OK; page++) {
        status = page % LOOK_EVERY == 0 ? gdx_stop_check(stop, err) : GDX_OK;
        if (status == GDX_OK)
            status = gdx_segment_verify_page(segment, page, err);
    }
    return gdx_segment_settle(segment, status, err);
}

gdx_status wanted_check(const char *directory, const struct wanted *wanted, const gdx_stop *stop, gdx_error *err) {
    if (!wanted->record) {
        struct reprints *reprints = NULL;
        gdx_status status = reprints_open(directory, wanted->number, wanted->bytes, &reprints, err);
        reprints_release(reprints);
        return status;
    }
    if (wanted->is_deletions) {
        struct deletions *deletions = NULL;
        gdx_status status = deletions_open(directory, wanted->record, &deletions, err);
        deletions_release(deletions);
        return status;
    }
    gdx_segment *segment = NULL;
    gdx_status status = gdx_segment_open(directory, wanted->number, &segment, err);
    if (status != GDX_OK)
        return status;
    if (gdx_segment_info_of(segment)->bytes != wanted->bytes)
        status =
            gdx_fail_at(err, GDX_CORRUPT, gdx_segment_path(segment), "its figures differ from those in the manifest");
    else
        status = verify_pages(segment, stop, err);
    gdx_segment_release(segment);
    return status;
}
