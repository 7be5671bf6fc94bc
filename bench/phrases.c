// SPDX-License-Identifier: Apache-2.0
// phrases.c: draws phrases from what is to be searched, so that they have hits.

#include "phrases.h"

#include "gdx/ingest.h"
#include "gdx/text.h"

#include <stdlib.h>

enum { MOST_SYMBOLS = 20 };

static gdx_status add_text(struct texts *texts, gdx_slice text) {
    gdx_status status = gdx_grow(&texts->items, &texts->capacity, texts->count + 1, sizeof *texts->items);
    if (status == GDX_OK)
        status = gdx_arena_copy(texts->arena, text, &texts->items[texts->count]);
    if (status == GDX_OK) {
        texts->count++;
        texts->bytes += text.bytes;
    }
    return status;
}

static gdx_status read_documents(struct texts *texts, gdx_source *source, const char *path, gdx_error *err) {
    for (;;) {
        gdx_document document;
        gdx_refusal refusal = {0};
        switch (gdx_source_next(source, &document, &refusal)) {
        case GDX_SOURCE_DOCUMENT:
            if (add_text(texts, document.title) != GDX_OK || add_text(texts, document.text) != GDX_OK)
                return gdx_fail(err, GDX_NO_MEMORY, "%s: no memory for its texts", path);
            break;
        case GDX_SOURCE_REFUSED:
            break;
        case GDX_SOURCE_END:
            return texts->count ? GDX_OK : gdx_fail(err, GDX_INVALID, "%s: no documents in it", path);
        case GDX_SOURCE_FAILED:
            return gdx_fail(err, refusal.error.status, "%s: %s", path, refusal.error.message);
        }
    }
}

gdx_status texts_read(struct texts *texts, const char *path, gdx_error *err) {
    *texts = (struct texts){.arena = gdx_arena_new()};
    if (!texts->arena)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for the texts");
    gdx_map map = {0};
    gdx_status status = gdx_map_open(&map, path, err);
    GDX_AUTO(gdx_source) source = NULL;
    if (status == GDX_OK)
        status = gdx_source_new(&(gdx_source_options){0}, &source, err);
    if (status == GDX_OK) {
        gdx_piece piece = {
            .kind = GDX_INPUT_RECORDS, .path = gdx_slice_of(path), .bytes = {(const char *)map.data, map.bytes}};
        gdx_source_begin(source, &piece);
        status = read_documents(texts, source, path, err);
    }
    gdx_map_close(&map);
    return status;
}

void texts_clear(struct texts *texts) {
    gdx_arena_free(texts->arena);
    free(texts->items);
    *texts = (struct texts){0};
}

static uint64_t draw(uint64_t *state) { // as in generate.c: SplitMix64
    uint64_t value = *state += 0x9e3779b97f4a7c15u;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

static gdx_status quote(gdx_arena *arena, gdx_slice text, gdx_slice *out) {
    gdx_buffer quoted = {0};
    gdx_status status = gdx_buffer_append(&quoted, "\"", 1);
    for (size_t i = 0; status == GDX_OK && i < text.bytes; i++) {
        char byte = text.data[i];
        if (byte == '"' || byte == '\\')
            status = gdx_buffer_append(&quoted, "\\", 1);
        if (byte == '\n' || byte == '\r') // a query is one line; white space is no symbol
            byte = ' ';
        if (status == GDX_OK)
            status = gdx_buffer_append(&quoted, &byte, 1);
    }
    if (status == GDX_OK)
        status = gdx_buffer_append(&quoted, "\"", 1);
    if (status == GDX_OK)
        status = gdx_arena_copy(arena, gdx_buffer_slice(&quoted), out);
    gdx_buffer_clear(&quoted);
    return status;
}

static gdx_status draw_phrase(struct phrases *phrases, const struct texts *texts, unsigned length, uint64_t *state,
                              gdx_symbols *symbols) {
    for (int tries = 0; tries < 1000; tries++) {
        gdx_slice text = texts->items[draw(state) % texts->count];
        gdx_status status = gdx_text_symbols(text, GDX_TEXT_SPANS, symbols);
        if (status != GDX_OK)
            return status;
        if (symbols->count < length)
            continue;
        size_t first = draw(state) % (symbols->count - length + 1);
        uint32_t begin = symbols->spans[first].begin;
        uint32_t end = symbols->spans[first + length - 1].end;
        struct phrase *phrase = &phrases->items[phrases->count++];
        *phrase = (struct phrase){.symbols = length};
        return quote(phrases->arena, (gdx_slice){text.data + begin, end - begin}, &phrase->query);
    }
    return GDX_OK; // no text is so long: the set has one phrase fewer
}

gdx_status phrases_draw(struct phrases *phrases, const struct texts *texts, size_t count, uint64_t seed,
                        gdx_error *err) {
    *phrases = (struct phrases){.arena = gdx_arena_new()};
    phrases->items = calloc(count + 1, sizeof *phrases->items);
    gdx_symbols symbols = {0};
    gdx_status status = phrases->arena && phrases->items ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; status == GDX_OK && i < count; i++)
        status = draw_phrase(phrases, texts, 1 + (unsigned)(i % MOST_SYMBOLS), &seed, &symbols);
    gdx_symbols_clear(&symbols);
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "no memory to draw %zu phrases", count);
}

void phrases_clear(struct phrases *phrases) {
    gdx_arena_free(phrases->arena);
    free(phrases->items);
    *phrases = (struct phrases){0};
}
