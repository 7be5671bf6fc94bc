// SPDX-License-Identifier: Apache-2.0
// words_writer.c: front-coded words in blocks, and their order by reversed spelling. docs/format.md, "Words".

#include "words_writer.h"

#include "layout.h"
#include "order.h"

#include <stdlib.h>

static size_t shared_prefix(gdx_slice a, gdx_slice b) {
    size_t common = a.bytes < b.bytes ? a.bytes : b.bytes;
    size_t shared = 0;
    while (shared < common && a.data[shared] == b.data[shared])
        shared++;
    return shared;
}

static gdx_status append_word(gdx_buffer *out, gdx_slice before, gdx_slice word, bool begins_block) {
    gdx_status status = gdx_buffer_reserve(out, 2 * GDX_VARINT_BYTES + word.bytes);
    if (status != GDX_OK)
        return status;
    size_t shared = begins_block ? 0 : shared_prefix(before, word);
    if (!begins_block)
        out->bytes += gdx_varint_write(out->data + out->bytes, shared);
    out->bytes += gdx_varint_write(out->data + out->bytes, word.bytes - shared);
    return gdx_buffer_append(out, word.data + shared, word.bytes - shared);
}

// Front-codes all words into `text`, and where each block begins into `blocks`.
static gdx_status code_words(const gdx_slice *words, uint32_t count, gdx_buffer *text, gdx_buffer *blocks) {
    for (uint32_t i = 0; i < count; i++) {
        bool begins_block = i % GDX_WORDS_PER_BLOCK == 0;
        gdx_status status = GDX_OK;
        if (begins_block) {
            uint8_t offset[4];
            if (text->bytes > UINT32_MAX)
                return GDX_TOO_LARGE;
            gdx_store_u32(offset, (uint32_t)text->bytes);
            status = gdx_buffer_append(blocks, offset, sizeof offset);
        }
        if (status == GDX_OK)
            status = append_word(text, i ? words[i - 1] : (gdx_slice){NULL, 0}, words[i], begins_block);
        if (status != GDX_OK)
            return status;
    }
    return GDX_OK;
}

gdx_status words_write(const gdx_slice *words, uint32_t count, segment_sink *sink, gdx_error *err) {
    gdx_buffer text = {0};
    gdx_buffer blocks = {0};
    uint32_t *reversed = NULL;
    gdx_status status = code_words(words, count, &text, &blocks);
    if (status == GDX_OK)
        status = order_slices(words, count, true, &reversed);
    if (status == GDX_TOO_LARGE)
        gdx_fail_at(err, status, sink_path(sink), "%u words take more than 4 GiB", count);
    else if (status != GDX_OK)
        gdx_fail_at(err, status, sink_path(sink), "no memory for %u words", count);
    if (status == GDX_OK)
        status = sink_section(sink, SECTION_WORDS, text.data, text.bytes, err);
    if (status == GDX_OK)
        status = sink_section(sink, SECTION_WORD_BLOCKS, blocks.data, blocks.bytes, err);
    if (status == GDX_OK)
        status = sink_section(sink, SECTION_WORDS_REVERSED, reversed, (size_t)count * sizeof *reversed, err);
    gdx_buffer_clear(&text);
    gdx_buffer_clear(&blocks);
    free(reversed);
    return status;
}
