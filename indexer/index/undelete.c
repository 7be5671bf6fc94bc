// SPDX-License-Identifier: Apache-2.0
// undelete.c: see undelete.h. A document is replaced by deleting it and adding another of its id, in a later segment or
// later in the same one. So of documents with one id all but the last are gone; this is all that can be said without
// the file.

#include "undelete.h"

#include <stdlib.h>

// Whether a document of this id lives on in another segment, so that this one is the older.
static gdx_status is_replaced(const struct examined *segments, size_t count, size_t at, gdx_slice id, bool *out,
                              gdx_error *err) {
    *out = false;
    for (size_t i = 0; i < count && !*out; i++) {
        const struct examined *other = &segments[i];
        bool may_be = i != at && other->alone && other->segment_why.status == GDX_OK &&
                      (other->deletions_why.status == GDX_OK || i > at);
        uint32_t document;
        bool has = false;
        if (!may_be)
            continue;
        gdx_status status = gdx_segment_find_id(examined_segment(other), id, &document, &has, err);
        if (status != GDX_OK)
            return status;
        *out = has && !gdx_is_deleted(examined_bitmap(other), document);
    }
    return GDX_OK;
}

// By id, of equal ids the later document first: all but the first of them are gone.
static gdx_status mark(const struct examined *segments, size_t count, size_t at, uint8_t *bitmap,
                       struct manifest_segment *out, gdx_error *err) {
    const gdx_segment *segment = examined_segment(&segments[at]);
    gdx_document_columns columns;
    gdx_slice before = {0};
    gdx_status status = gdx_segment_columns(segment, &columns, err);
    for (uint32_t i = 0; i < out->info.document_count && status == GDX_OK; i++) {
        uint32_t document;
        gdx_slice id;
        bool is_gone = false;
        status = gdx_segment_by_id(segment, i, &document, err);
        if (status == GDX_OK)
            status = gdx_segment_id(segment, document, &id, err);
        if (status == GDX_OK && i && gdx_slice_equal(before, id))
            is_gone = true;
        else if (status == GDX_OK)
            status = is_replaced(segments, count, at, id, &is_gone, err);
        if (status == GDX_OK && is_gone) {
            gdx_bit_set(bitmap, document);
            out->deleted_count++;
            out->deleted_symbols += gdx_columns_length(&columns, document);
        }
        before = status == GDX_OK ? id : before;
    }
    return gdx_segment_settle(segment, status, err);
}

gdx_status undelete(const char *directory, const struct examined *segments, size_t count, size_t at,
                    struct manifest_segment *out, gdx_error *err) {
    *out = (struct manifest_segment){.info = segments[at].record->info};
    uint8_t *bitmap = calloc(1, deletions_bitmap_bytes(out->info.document_count));
    if (!bitmap)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for a list of deletions");
    gdx_status status = mark(segments, count, at, bitmap, out, err);
    if (status == GDX_OK && out->deleted_count && out->deleted_count < out->info.document_count)
        status = deletions_write(directory, &out->info, bitmap, out->deleted_count, &out->deletions_name, err);
    free(bitmap);
    return status;
}
