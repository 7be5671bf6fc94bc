// SPDX-License-Identifier: Apache-2.0
// sink.h: the file a segment is written to: sections one after the other, a checksum for each page, the footer.
// Relies on gdx/base.h, layout.h. One owner.
#ifndef GDX_SEGMENT_SINK_H
#define GDX_SEGMENT_SINK_H

#include "gdx/base.h"
#include "gdx/segment.h"
#include "layout.h"

typedef struct segment_sink segment_sink; // one owner

// What the footer holds besides the places of sections and checksums.
typedef struct footer_counts {
    uint64_t text_bytes;
    uint64_t symbol_count;
    uint32_t document_count;
    uint32_t position_count;
    uint32_t term_count;
    uint32_t word_count;
    uint32_t source_count;
    uint32_t group_count;
    uint32_t key_count;
    uint32_t value_count;
    int store_level;
    gdx_shape shape;
} footer_counts;

// Which matching rule the symbols come from.
typedef struct segment_rule {
    uint64_t fingerprint;
    uint32_t number;
} segment_rule;

// "segment-new-<tag>.tmp", or "segment-new-merge.tmp". Returns `to`.
char *sink_run_name(uint64_t tag, char to[GDX_SEGMENT_FILE_NAME_BYTES + sizeof ".tmp"]);

// Creates the file of that name and writes the header.
gdx_status sink_open(const char *directory, uint64_t tag, segment_rule rule, segment_sink **out,
                     gdx_error *err) GDX_MUST_CHECK;
void sink_abort(segment_sink *sink); // removes the file; NULL is fine
GDX_DEFINE_AUTO(segment_sink, sink_abort)

// Sections come in the order of layout.h; one that is never begun is empty.
gdx_status sink_begin(segment_sink *sink, int section, gdx_error *err) GDX_MUST_CHECK;
gdx_status sink_write(segment_sink *sink, const void *data, size_t bytes, gdx_error *err) GDX_MUST_CHECK;
uint64_t sink_section_bytes(const segment_sink *sink); // written to the current section so far
// Begin and write at once.
gdx_status sink_section(segment_sink *sink, int section, const void *data, size_t bytes, gdx_error *err) GDX_MUST_CHECK;

// Page table and footer; makes the file durable under its name, unless it is a run. Frees the sink, whatever happens.
gdx_status sink_finish(segment_sink *sink, const footer_counts *counts, bool is_run, gdx_segment_info *out,
                       gdx_error *err) GDX_MUST_CHECK;
const char *sink_path(const segment_sink *sink);
size_t sink_bytes(const segment_sink *sink); // of memory in use

#endif
