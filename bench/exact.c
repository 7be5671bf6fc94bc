// SPDX-License-Identifier: Apache-2.0
// exact.c: the index against a plain scan of the same texts by the matching rule.

#include "gdx/bench.h"

#include "gdx/query.h"
#include "gdx/text.h"
#include "phrases.h"

#include <inttypes.h>
#include <stdlib.h>

// All texts as numbers, words numbered by a checksum of their spelling, so that a scan is one pass over an array.
struct flat {
    uint64_t *symbols;
    size_t count;
    size_t capacity;
    size_t *document_ends; // title and text of one document together; a 0 stands behind each field
    size_t document_count;
};

static uint64_t number_of(const gdx_symbols *symbols, size_t at) {
    uint32_t symbol = symbols->symbols[at];
    if (!(symbol & GDX_WORD_FLAG))
        return symbol;
    gdx_slice word = gdx_symbols_word(symbols, symbol & ~GDX_WORD_FLAG);
    return gdx_checksum(word.data, word.bytes) | (uint64_t)1 << 63;
}

static gdx_status flatten(struct flat *flat, const struct texts *texts, gdx_symbols *symbols) {
    flat->document_ends = calloc(texts->count / 2 + 1, sizeof *flat->document_ends);
    if (!flat->document_ends)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < texts->count; i++) {
        gdx_status status = gdx_text_symbols(texts->items[i], 0, symbols);
        if (status == GDX_OK)
            status = gdx_grow(&flat->symbols, &flat->capacity, flat->count + symbols->count + 1, sizeof *flat->symbols);
        if (status != GDX_OK)
            return status;
        for (size_t at = 0; at < symbols->count; at++)
            flat->symbols[flat->count++] = number_of(symbols, at);
        flat->symbols[flat->count++] = 0;
        if (i % 2 == 1)
            flat->document_ends[flat->document_count++] = flat->count;
    }
    return GDX_OK;
}

static gdx_totals scan(const struct flat *flat, const uint64_t *phrase, size_t length) {
    gdx_totals totals = {0};
    size_t document = 0;
    size_t last_document = SIZE_MAX;
    for (size_t at = 0; at + length <= flat->count; at++) {
        size_t same = 0;
        while (same < length && flat->symbols[at + same] == phrase[same])
            same++;
        if (same < length)
            continue;
        while (at >= flat->document_ends[document])
            document++;
        totals.occurrences++;
        totals.documents += document != last_document;
        last_document = document;
    }
    return totals;
}

static gdx_status compare(const struct flat *flat, const struct phrase *phrase, gdx_searcher *searcher,
                          gdx_snapshot *snapshot, gdx_symbols *symbols, bool *out_same, FILE *to, gdx_error *err) {
    GDX_AUTO(gdx_query) query = NULL;
    gdx_totals found;
    gdx_stop stop = {0};
    gdx_status status = gdx_query_parse(phrase->query, &query, err);
    if (status == GDX_OK)
        status = gdx_count(searcher, snapshot, query, &stop, &found, err);
    gdx_slice inner = {phrase->query.data + 1, phrase->query.bytes - 2};
    uint64_t numbers[64];
    gdx_buffer plain = {0};
    for (size_t i = 0; status == GDX_OK && i < inner.bytes; i++) {
        i += inner.data[i] == '\\';
        status = gdx_buffer_append(&plain, &inner.data[i], 1);
    }
    if (status == GDX_OK)
        status = gdx_text_symbols(gdx_buffer_slice(&plain), 0, symbols);
    if (status == GDX_OK) {
        for (size_t at = 0; at < symbols->count && at < 64; at++)
            numbers[at] = number_of(symbols, at);
        gdx_totals expected = scan(flat, numbers, symbols->count);
        *out_same = expected.documents == found.documents && expected.occurrences == found.occurrences;
        if (!*out_same)
            fprintf(to, "differs: %.*s: %" PRIu64 " in %" PRIu64 ", a scan finds %" PRIu64 " in %" PRIu64 "\n",
                    GDX_SLICE_ARGUMENTS(phrase->query), found.occurrences, found.documents, expected.occurrences,
                    expected.documents);
    }
    gdx_buffer_clear(&plain);
    return status;
}

gdx_status gdx_bench_exact(const gdx_bench_options *options, FILE *to, gdx_error *err) {
    struct texts texts = {0};
    struct phrases phrases = {0};
    struct flat flat = {0};
    gdx_symbols symbols = {0};
    GDX_AUTO(gdx_index) index = NULL;
    GDX_AUTO(gdx_searcher) searcher = gdx_searcher_new();
    gdx_snapshot *snapshot = NULL;
    size_t exact = 0;
    gdx_status status = searcher ? texts_read(&texts, options->input, err) : gdx_fail(err, GDX_NO_MEMORY, "no memory");
    if (status == GDX_OK)
        status = phrases_draw(&phrases, &texts, options->query_count, options->seed, err);
    if (status == GDX_OK && flatten(&flat, &texts, &symbols) != GDX_OK)
        status = gdx_fail(err, GDX_NO_MEMORY, "no memory to scan the texts");
    if (status == GDX_OK)
        status = gdx_index_open(options->directory, &index, err);
    if (status == GDX_OK)
        snapshot = gdx_index_snapshot(index);
    for (size_t i = 0; status == GDX_OK && i < phrases.count; i++) {
        bool same = false;
        status = compare(&flat, &phrases.items[i], searcher, snapshot, &symbols, &same, to, err);
        exact += same;
    }
    if (status == GDX_OK)
        fprintf(to, options->json ? "{\"exact\":%zu,\"of\":%zu}\n" : "%zu of %zu phrases exact against a plain scan\n",
                exact, phrases.count);
    gdx_snapshot_release(snapshot);
    free(flat.symbols);
    free(flat.document_ends);
    gdx_symbols_clear(&symbols);
    phrases_clear(&phrases);
    texts_clear(&texts);
    return status;
}
