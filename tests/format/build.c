// SPDX-License-Identifier: Apache-2.0
// build.c: see build.h. What a worker of the batch does, without its threads.

#include "build.h"

#include "gdx/ngram.h"
#include "gdx/segment.h"
#include "gdx/text.h"

enum { INVERTER_BYTES = 64 << 20 };

gdx_document build_document(const char *id, const char *title, const char *source, gdx_date date, const char *metadata,
                            gdx_slice text) {
    return (gdx_document){
        .id = gdx_slice_of(id),
        .title = gdx_slice_of(title),
        .source = gdx_slice_of(source),
        .metadata = gdx_slice_of(metadata),
        .text = text,
        .date = date,
    };
}

static gdx_status add_document(gdx_segment_writer *segment, gdx_inverter *inverter, gdx_folded *folded,
                               const gdx_document *document, gdx_error *err) {
    gdx_status status = gdx_folded_fold(folded, gdx_rule_current(), document);
    if (status == GDX_OK)
        status = gdx_folded_invert(folded, inverter);
    if (status != GDX_OK)
        return gdx_fail(err, status, "document %.*s: cannot be inverted", GDX_SLICE_ARGUMENTS(document->id));
    return gdx_segment_writer_add(segment, document, folded, err);
}

gdx_status build_segment(gdx_index_writer *writer, uint64_t tag, int level, const gdx_document *documents, size_t count,
                         gdx_error *err) {
    GDX_AUTO(gdx_inverter) inverter = gdx_inverter_new(INVERTER_BYTES);
    GDX_AUTO(gdx_segment_writer) segment = NULL;
    GDX_AUTO(gdx_folded) folded = gdx_folded_new();
    gdx_segment_info info;
    if (!inverter || !folded)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory to invert");
    gdx_status status =
        gdx_segment_writer_open(gdx_index_writer_directory(writer), tag, level, gdx_rule_current(), &segment, err);
    if (status == GDX_OK)
        gdx_segment_writer_set_shape(segment, gdx_index_writer_shape(writer));
    if (status == GDX_OK)
        status = gdx_segment_writer_set_keys(segment, gdx_index_writer_keys(writer));
    for (size_t i = 0; i < count && status == GDX_OK; i++)
        status = add_document(segment, inverter, folded, &documents[i], err);
    if (status == GDX_OK && gdx_inverter_sort(inverter) != GDX_OK)
        status = gdx_fail(err, GDX_NO_MEMORY, "no memory to sort");
    if (status != GDX_OK)
        return status;
    gdx_segment_writer *whole = segment;
    segment = NULL; // handed over
    status = gdx_segment_writer_commit(whole, inverter, &info, err);
    return status == GDX_OK ? gdx_index_writer_add(writer, &info, err) : status;
}
