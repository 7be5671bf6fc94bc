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

static gdx_status add_document(gdx_segment_writer *segment, gdx_inverter *inverter, gdx_symbols *symbols,
                               const gdx_document *document, gdx_error *err) {
    gdx_status status = gdx_text_symbols(gdx_rule_current(), document->title, 0, symbols);
    uint32_t title_symbols = (uint32_t)symbols->count;
    if (status == GDX_OK)
        status = gdx_inverter_add(inverter, symbols);
    if (status == GDX_OK)
        status = gdx_text_symbols(gdx_rule_current(), document->text, GDX_TEXT_CHECKPOINTS, symbols);
    if (status == GDX_OK)
        status = gdx_inverter_add(inverter, symbols);
    if (status != GDX_OK)
        return gdx_fail(err, status, "document %.*s: cannot be inverted", GDX_SLICE_ARGUMENTS(document->id));
    return gdx_segment_writer_add(segment, document, title_symbols, (uint32_t)symbols->count, symbols->checkpoints,
                                  symbols->checkpoint_count, err);
}

gdx_status build_segment(gdx_index_writer *writer, uint64_t tag, int level, const gdx_document *documents, size_t count,
                         gdx_error *err) {
    GDX_AUTO(gdx_inverter) inverter = gdx_inverter_new(INVERTER_BYTES);
    GDX_AUTO(gdx_segment_writer) segment = NULL;
    gdx_symbols symbols = {0};
    gdx_segment_info info;
    if (!inverter)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory to invert");
    gdx_status status =
        gdx_segment_writer_open(gdx_index_writer_directory(writer), tag, level, gdx_rule_current(), &segment, err);
    for (size_t i = 0; i < count && status == GDX_OK; i++)
        status = add_document(segment, inverter, &symbols, &documents[i], err);
    gdx_symbols_clear(&symbols);
    if (status == GDX_OK && gdx_inverter_sort(inverter) != GDX_OK)
        status = gdx_fail(err, GDX_NO_MEMORY, "no memory to sort");
    if (status != GDX_OK)
        return status;
    gdx_segment_writer *whole = segment;
    segment = NULL; // handed over
    status = gdx_segment_writer_commit(whole, inverter, &info, err);
    return status == GDX_OK ? gdx_index_writer_add(writer, &info, err) : status;
}
