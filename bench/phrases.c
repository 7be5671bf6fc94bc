// SPDX-License-Identifier: Apache-2.0
// phrases.c: draws phrases from what is to be searched, so that they have hits; writes and reads the file of them.

#include "phrases.h"

#include "documents.h"
#include "gdx/bench.h"
#include "gdx/text.h"
#include "random.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

enum { MOST_SYMBOLS = 20, TRIES = 1000 };

// ---- what to draw from

struct texts { // titles and texts, in turn
    gdx_slice *items;
    size_t count;
    size_t capacity;
    gdx_arena *arena;
};

static gdx_status add_text(struct texts *texts, gdx_slice text) {
    gdx_status status = gdx_grow(&texts->items, &texts->capacity, texts->count + 1, sizeof *texts->items);
    if (status == GDX_OK)
        status = gdx_arena_copy(texts->arena, text, &texts->items[texts->count]);
    texts->count += status == GDX_OK;
    return status;
}

static gdx_status take_document(void *context, const gdx_document *document, gdx_error *err) {
    struct texts *texts = context;
    if (add_text(texts, document->title) != GDX_OK || add_text(texts, document->text) != GDX_OK)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for the texts to draw phrases from");
    return GDX_OK;
}

static void texts_clear(struct texts *texts) {
    gdx_arena_free(texts->arena);
    free(texts->items);
}

// ---- drawing

static gdx_status quote(gdx_arena *arena, gdx_slice text, gdx_slice *out) {
    gdx_buffer quoted = {0};
    gdx_status status = gdx_buffer_append(&quoted, "\"", 1);
    for (size_t i = 0; status == GDX_OK && i < text.bytes; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\')
            status = gdx_buffer_append(&quoted, "\\", 1);
        if (status == GDX_OK)
            status = gdx_buffer_append(&quoted, &text.data[i], 1);
    }
    if (status == GDX_OK)
        status = gdx_buffer_append(&quoted, "\"", 1);
    if (status == GDX_OK)
        status = gdx_arena_copy(arena, gdx_buffer_slice(&quoted), out);
    gdx_buffer_clear(&quoted);
    return status;
}

static gdx_status add_phrase(struct phrases *phrases, struct phrase phrase) {
    gdx_slice text = phrase.text;
    gdx_status status = gdx_grow(&phrases->items, &phrases->capacity, phrases->count + 1, sizeof *phrases->items);
    if (status == GDX_OK)
        status = gdx_arena_copy(phrases->arena, text, &phrase.text);
    for (size_t i = 0; status == GDX_OK && i < phrase.text.bytes; i++)
        if (phrase.text.data[i] == '\n' || phrase.text.data[i] == '\r') // a query is one line; white space is no symbol
            ((char *)(uintptr_t)phrase.text.data)[i] = ' ';
    if (status == GDX_OK)
        status = quote(phrases->arena, phrase.text, &phrase.query);
    if (status == GDX_OK)
        phrases->items[phrases->count++] = phrase;
    return status;
}

static gdx_status draw_phrase(struct phrases *phrases, const struct texts *texts, unsigned length,
                              struct random *random, gdx_symbols *symbols) {
    for (int tries = 0; tries < TRIES; tries++) {
        gdx_slice text = texts->items[random_below(random, (uint32_t)texts->count)];
        gdx_status status = gdx_text_symbols(gdx_rule_current(), text, GDX_TEXT_SPANS, symbols);
        if (status != GDX_OK)
            return status;
        if (symbols->count < length)
            continue;
        size_t first = random_below(random, (uint32_t)(symbols->count - length + 1));
        uint32_t begin = symbols->spans[first].begin;
        uint32_t end = symbols->spans[first + length - 1].end;
        return add_phrase(phrases, (struct phrase){.text = {text.data + begin, end - begin}, .symbols = length});
    }
    return GDX_OK; // no text is so long: the set has one phrase fewer
}

gdx_status phrases_draw(struct phrases *phrases, const char *path, size_t count, uint64_t seed, gdx_error *err) {
    struct texts texts = {.arena = gdx_arena_new()};
    struct documents documents;
    struct random random = {seed};
    gdx_symbols symbols = {0};
    *phrases = (struct phrases){.arena = gdx_arena_new()};
    gdx_status status = texts.arena && phrases->arena ? documents_read(path, take_document, &texts, &documents, err)
                                                      : gdx_fail(err, GDX_NO_MEMORY, "no memory for phrases");
    for (size_t i = 0; status == GDX_OK && i < count; i++)
        if (draw_phrase(phrases, &texts, 1 + (unsigned)(i % MOST_SYMBOLS), &random, &symbols) != GDX_OK)
            status = gdx_fail(err, GDX_NO_MEMORY, "no memory to draw %zu phrases", count);
    gdx_symbols_clear(&symbols);
    texts_clear(&texts);
    return status;
}

// ---- the file

gdx_status phrases_write(const struct phrases *phrases, FILE *to, gdx_error *err) {
    for (size_t i = 0; i < phrases->count; i++) {
        const struct phrase *phrase = &phrases->items[i];
        json_t *line = json_pack("{s:s%,s:i,s:I,s:I}", "phrase", phrase->text.data, phrase->text.bytes, "symbols",
                                 (int)phrase->symbols, "documents", (json_int_t)phrase->documents, "occurrences",
                                 (json_int_t)phrase->occurrences);
        int failed = line ? json_dumpf(line, to, JSON_COMPACT) : 0;
        json_decref(line);
        if (!line || failed || putc('\n', to) == EOF)
            return gdx_fail(err, GDX_IO, "the phrases cannot be written");
    }
    return GDX_OK;
}

static gdx_status read_line(struct phrases *phrases, const json_t *line) {
    const json_t *text = json_object_get(line, "phrase");
    if (!json_is_string(text))
        return GDX_INVALID;
    return add_phrase(phrases, (struct phrase){
                                   .text = {json_string_value(text), json_string_length(text)},
                                   .symbols = (unsigned)json_integer_value(json_object_get(line, "symbols")),
                                   .documents = (uint64_t)json_integer_value(json_object_get(line, "documents")),
                                   .occurrences = (uint64_t)json_integer_value(json_object_get(line, "occurrences")),
                               });
}

gdx_status phrases_read(struct phrases *phrases, const char *path, gdx_error *err) {
    *phrases = (struct phrases){.arena = gdx_arena_new()};
    if (!phrases->arena)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for phrases");
    FILE *file = fopen(path, "r");
    if (!file)
        return gdx_fail_errno(err, errno, "%s: cannot be read", path);
    gdx_status status = GDX_OK;
    json_error_t error = {0};
    for (json_t *line; status == GDX_OK && (line = json_loadf(file, JSON_DISABLE_EOF_CHECK, &error)) != NULL;) {
        status = read_line(phrases, line);
        json_decref(line);
    }
    bool is_whole = feof(file) != 0;
    fclose(file);
    if (status == GDX_OK && is_whole && phrases->count)
        return GDX_OK;
    return gdx_fail(err, status == GDX_NO_MEMORY ? status : GDX_INVALID,
                    "%s: phrase %zu cannot be read; `gramdex bench phrases FILE` makes such a file", path,
                    phrases->count + 1);
}

void phrases_clear(struct phrases *phrases) {
    gdx_arena_free(phrases->arena);
    free(phrases->items);
    *phrases = (struct phrases){0};
}
