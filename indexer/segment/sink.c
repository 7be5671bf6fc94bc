// SPDX-License-Identifier: Apache-2.0
// sink.c: writes a segment file. docs/format.md, "Segment": header, sections, page table, footer.
// Everything before the page table passes through a buffer of one page, whose checksum is taken when it is full. The
// name of the file is the checksum of the footer, which holds the checksum of the page table and so covers every byte.

#include "sink.h"

#include "gdx/tokens.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct segment_sink {
    gdx_output *output;
    char *directory;
    gdx_buffer page_table;
    uint64_t offset; // of the file, all pages together
    int section;     // the current one, -1 at first
    uint64_t section_offset[SECTION_COUNT];
    uint64_t section_bytes[SECTION_COUNT];
    size_t in_page;
    uint8_t page[GDX_SEGMENT_PAGE_BYTES];
};

char *gdx_segment_file_name(uint64_t name, char to[GDX_SEGMENT_FILE_NAME_BYTES]) {
    snprintf(to, GDX_SEGMENT_FILE_NAME_BYTES, "segment-%016llx", (unsigned long long)name);
    return to;
}

char *sink_run_name(uint64_t tag, char to[GDX_SEGMENT_FILE_NAME_BYTES + sizeof ".tmp"]) {
    static const char of_merge[] = "segment-new-merge.tmp";
    if (tag == GDX_MERGE_TAG)
        return memcpy(to, of_merge, sizeof of_merge);
    snprintf(to, GDX_SEGMENT_FILE_NAME_BYTES + sizeof ".tmp", "segment-new-%llu.tmp", (unsigned long long)tag);
    return to;
}

void sink_abort(segment_sink *sink) {
    if (!sink)
        return;
    gdx_output_abort(sink->output);
    gdx_buffer_clear(&sink->page_table);
    free(sink->directory);
    free(sink);
}

static gdx_status finish_page(segment_sink *sink, const uint8_t *page, size_t bytes, gdx_error *err) {
    uint8_t checksum[8];
    gdx_store_u64(checksum, gdx_checksum(page, bytes));
    if (gdx_buffer_append(&sink->page_table, checksum, sizeof checksum) != GDX_OK)
        return gdx_fail_at(err, GDX_NO_MEMORY, gdx_output_path(sink->output), "no memory for its page checksums");
    return gdx_output_write(sink->output, page, bytes, err);
}

gdx_status sink_write(segment_sink *sink, const void *data, size_t bytes, gdx_error *err) {
    const uint8_t *at = data;
    sink->offset += bytes;
    while (bytes) {
        if (sink->in_page == 0 && bytes >= GDX_SEGMENT_PAGE_BYTES) {
            gdx_status status = finish_page(sink, at, GDX_SEGMENT_PAGE_BYTES, err);
            if (status != GDX_OK)
                return status;
            at += GDX_SEGMENT_PAGE_BYTES;
            bytes -= GDX_SEGMENT_PAGE_BYTES;
            continue;
        }
        size_t room = GDX_SEGMENT_PAGE_BYTES - sink->in_page;
        size_t part = bytes < room ? bytes : room;
        memcpy(sink->page + sink->in_page, at, part);
        sink->in_page += part;
        at += part;
        bytes -= part;
        if (sink->in_page == GDX_SEGMENT_PAGE_BYTES) {
            sink->in_page = 0;
            gdx_status status = finish_page(sink, sink->page, GDX_SEGMENT_PAGE_BYTES, err);
            if (status != GDX_OK)
                return status;
        }
    }
    return GDX_OK;
}

static gdx_status write_header(segment_sink *sink, segment_rule rule, gdx_error *err) {
    uint8_t header[HEADER_BYTES] = {0};
    memcpy(header + HEADER_MAGIC, GDX_SEGMENT_MAGIC, 8);
    gdx_store_u32(header + HEADER_VERSION, GDX_SEGMENT_VERSION);
    gdx_store_u32(header + HEADER_PAGE_BYTES, GDX_SEGMENT_PAGE_BYTES);
    gdx_store_u64(header + HEADER_RULE_FINGERPRINT, rule.fingerprint);
    gdx_store_u32(header + HEADER_RULE_NUMBER, rule.number);
    return sink_write(sink, header, sizeof header, err);
}

gdx_status sink_open(const char *directory, uint64_t tag, segment_rule rule, segment_sink **out, gdx_error *err) {
    char name[GDX_SEGMENT_FILE_NAME_BYTES + sizeof ".tmp"];
    sink_run_name(tag, name)[strlen(name) - strlen(".tmp")] = '\0'; // which the output adds
    GDX_AUTO(segment_sink) sink = calloc(1, sizeof *sink);
    char *path = gdx_path_join(directory, name);
    if (sink)
        sink->directory = strdup(directory);
    if (!sink || !path || !sink->directory) {
        free(path);
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory for a new segment");
    }
    sink->section = -1;
    gdx_status status = gdx_output_open(path, &sink->output, err);
    free(path);
    if (status == GDX_OK)
        status = write_header(sink, rule, err);
    if (status != GDX_OK)
        return status;
    *out = sink;
    sink = NULL; // handed over
    return GDX_OK;
}

static gdx_status pad(segment_sink *sink, gdx_error *err) {
    static const uint8_t zeros[GDX_SEGMENT_ALIGNMENT];
    size_t behind = (size_t)(sink->offset % GDX_SEGMENT_ALIGNMENT);
    return behind ? sink_write(sink, zeros, GDX_SEGMENT_ALIGNMENT - behind, err) : GDX_OK;
}

// Ends the current section and begins those up to `section`; SECTION_COUNT ends the last.
static gdx_status advance(segment_sink *sink, int section, gdx_error *err) {
    if (sink->section >= 0)
        sink->section_bytes[sink->section] = sink_section_bytes(sink);
    gdx_status status = pad(sink, err);
    while (status == GDX_OK && sink->section < section) {
        sink->section++;
        if (sink->section < SECTION_COUNT)
            sink->section_offset[sink->section] = sink->offset;
    }
    return status;
}

gdx_status sink_begin(segment_sink *sink, int section, gdx_error *err) {
    assert(section > sink->section && section < SECTION_COUNT);
    return advance(sink, section, err);
}

uint64_t sink_section_bytes(const segment_sink *sink) {
    return sink->offset - sink->section_offset[sink->section];
}

gdx_status sink_section(segment_sink *sink, int section, const void *data, size_t bytes, gdx_error *err) {
    gdx_status status = sink_begin(sink, section, err);
    return status == GDX_OK ? sink_write(sink, data, bytes, err) : status;
}

const char *sink_path(const segment_sink *sink) {
    return gdx_output_path(sink->output);
}

size_t sink_bytes(const segment_sink *sink) {
    return sizeof *sink + sink->page_table.capacity + (1 << 18); // the last: the output's buffer
}

static void fill_footer(const segment_sink *sink, const footer_counts *counts, uint8_t footer[FOOTER_BYTES]) {
    for (int section = 0; section < SECTION_COUNT; section++) {
        uint8_t *row = footer + FOOTER_SECTION_TABLE + section * SECTION_ROW_BYTES;
        gdx_store_u64(row + SECTION_ROW_OFFSET, sink->section_offset[section]);
        gdx_store_u64(row + SECTION_ROW_LENGTH, sink->section_bytes[section]);
    }
    gdx_store_u64(footer + FOOTER_TEXT_BYTES, counts->text_bytes);
    gdx_store_u64(footer + FOOTER_SYMBOL_COUNT, counts->symbol_count);
    gdx_store_u32(footer + FOOTER_DOCUMENT_COUNT, counts->document_count);
    gdx_store_u32(footer + FOOTER_POSITION_COUNT, counts->position_count);
    gdx_store_u32(footer + FOOTER_TERM_COUNT, counts->term_count);
    gdx_store_u32(footer + FOOTER_WORD_COUNT, counts->word_count);
    gdx_store_u32(footer + FOOTER_SOURCE_COUNT, counts->source_count);
    gdx_store_u32(footer + FOOTER_STORE_LEVEL, (uint32_t)counts->store_level);
    gdx_store_u32(footer + FOOTER_GROUP_COUNT, counts->group_count);
    gdx_store_u16(footer + FOOTER_KEY_COUNT, (uint16_t)counts->key_count);
    gdx_store_u16(footer + FOOTER_SHAPE, (uint16_t)counts->shape);
    gdx_store_u32(footer + FOOTER_VALUE_COUNT, counts->value_count);
    gdx_store_u64(footer + FOOTER_TOKEN_CHECKSUM, gdx_token_table_builtin_checksum());
    gdx_store_u32(footer + FOOTER_PAGE_COUNT, (uint32_t)(sink->page_table.bytes / 8));
    gdx_store_u64(footer + FOOTER_PAGE_TABLE_CHECKSUM, gdx_checksum(sink->page_table.data, sink->page_table.bytes));
    gdx_store_u64(footer + FOOTER_CHECKSUM, gdx_checksum(footer, FOOTER_CHECKSUM));
    memcpy(footer + FOOTER_MAGIC, GDX_SEGMENT_FOOTER_MAGIC, 8);
}

// A run keeps its temporary name.
static gdx_status leave(segment_sink *sink, gdx_error *err) {
    gdx_output *output = sink->output;
    sink->output = NULL; // freed, whatever happens
    return gdx_output_leave(output, err);
}

static gdx_status commit_as(segment_sink *sink, uint64_t name, gdx_error *err) {
    char file_name[GDX_SEGMENT_FILE_NAME_BYTES];
    char *path = gdx_path_join(sink->directory, gdx_segment_file_name(name, file_name));
    if (!path)
        return gdx_fail_at(err, GDX_NO_MEMORY, gdx_output_path(sink->output), "no memory for its name");
    gdx_output *output = sink->output;
    sink->output = NULL; // freed by the commit, whatever happens
    gdx_status status = gdx_output_commit(output, path, err);
    free(path);
    return status;
}

static gdx_status finish(segment_sink *sink, const footer_counts *counts, bool is_run, gdx_segment_info *out,
                         gdx_error *err) {
    gdx_status status = advance(sink, SECTION_COUNT, err);
    if (status == GDX_OK && sink->in_page)
        status = finish_page(sink, sink->page, sink->in_page, err);
    if (status != GDX_OK)
        return status;
    uint8_t footer[FOOTER_BYTES] = {0};
    fill_footer(sink, counts, footer);
    status = gdx_output_write(sink->output, sink->page_table.data, sink->page_table.bytes, err);
    if (status == GDX_OK)
        status = gdx_output_write(sink->output, footer, sizeof footer, err);
    if (status != GDX_OK)
        return status;
    gdx_segment_info info = {
        .name = gdx_load_u64(footer + FOOTER_CHECKSUM),
        .bytes = gdx_output_offset(sink->output),
        .document_count = counts->document_count,
        .position_count = counts->position_count,
        .symbol_count = counts->symbol_count,
        .text_bytes = counts->text_bytes,
    };
    status = is_run ? leave(sink, err) : commit_as(sink, info.name, err);
    if (status == GDX_OK)
        *out = info;
    return status;
}

gdx_status sink_finish(segment_sink *sink, const footer_counts *counts, bool is_run, gdx_segment_info *out,
                       gdx_error *err) {
    gdx_status status = finish(sink, counts, is_run, out, err);
    sink_abort(sink);
    return status;
}
