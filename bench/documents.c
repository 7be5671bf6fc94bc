// SPDX-License-Identifier: Apache-2.0
// documents.c: see documents.h. The file is mapped, so that reading it costs every engine the same and next to nothing.

#include "documents.h"

#include "gdx/ingest.h"

static gdx_status read_all(gdx_source *source, const char *path, documents_take *take, void *context,
                           struct documents *out, gdx_error *err) {
    for (;;) {
        gdx_document document;
        gdx_refusal refusal = {0};
        gdx_status status = GDX_OK;
        switch (gdx_source_next(source, &document, &refusal)) {
        case GDX_SOURCE_DOCUMENT:
            out->count++;
            out->text_bytes += document.title.bytes + document.text.bytes;
            status = take(context, &document, err);
            break;
        case GDX_SOURCE_REFUSED:
            out->refused++;
            break;
        case GDX_SOURCE_LEFT_OUT:
            break;
        case GDX_SOURCE_END:
            return out->count ? GDX_OK : gdx_fail(err, GDX_INVALID, "%s: no documents in it", path);
        case GDX_SOURCE_FAILED:
            return gdx_fail_at(err, refusal.error.status, path, "%s", refusal.error.message);
        }
        if (status != GDX_OK)
            return status;
    }
}

gdx_status documents_read(const char *path, documents_take *take, void *context, struct documents *out,
                          gdx_error *err) {
    *out = (struct documents){0};
    gdx_map map = {0};
    gdx_status status = gdx_map_open(&map, path, err);
    if (status != GDX_OK)
        return status;
    GDX_AUTO(gdx_source) source = NULL;
    status = gdx_source_new(&(gdx_source_options){0}, &source, err);
    if (status == GDX_OK) {
        gdx_piece piece = {
            .kind = GDX_INPUT_RECORDS, .path = gdx_slice_of(path), .bytes = {(const char *)map.data, map.bytes}};
        gdx_source_begin(source, &piece);
        status = read_all(source, path, take, context, out, err);
    }
    gdx_map_close(&map);
    return status;
}
