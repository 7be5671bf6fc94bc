// SPDX-License-Identifier: Apache-2.0
// truth.c: brute force. Every position of every field is compared with every phrase that starts with the symbol there,
// symbol by symbol; nothing of the index or the query engine takes part, only the matching rule itself.

#include "truth.h"

#include "documents.h"
#include "gdx/text.h"

#include <stdlib.h>

enum { SYMBOLS_MOST = 64, NONE = UINT32_MAX };

struct wanted { // a phrase as numbers
    uint64_t numbers[SYMBOLS_MOST];
    uint32_t count;
    uint32_t next; // of the same bucket
    uint64_t last_document;
};

struct search {
    struct phrases *phrases;
    struct wanted *wanted;
    uint32_t *buckets; // by the first number: the first phrase of a chain
    uint32_t bucket_mask;
    gdx_symbols symbols;
    uint64_t *field; // numbers of the field at hand
    size_t field_capacity;
    uint64_t document; // counted from 1
};

// A symbol's own number; words by a checksum of their spelling.
static uint64_t number_of(const gdx_symbols *symbols, size_t at) {
    uint32_t symbol = symbols->symbols[at];
    if (!(symbol & GDX_WORD_FLAG))
        return symbol;
    gdx_slice word = gdx_symbols_word(symbols, symbol & ~GDX_WORD_FLAG);
    return gdx_checksum(word.data, word.bytes) | (uint64_t)1 << 63;
}

static uint32_t bucket_of(const struct search *search, uint64_t number) {
    return (uint32_t)(number * 0x9e3779b97f4a7c15u >> 40) & search->bucket_mask;
}

static gdx_status want(struct search *search, uint32_t index) {
    struct wanted *wanted = &search->wanted[index];
    gdx_status status = gdx_text_symbols(gdx_rule_current(), search->phrases->items[index].text, 0, &search->symbols);
    if (status != GDX_OK)
        return status;
    if (search->symbols.count == 0 || search->symbols.count > SYMBOLS_MOST)
        return GDX_OK; // is found nowhere
    wanted->count = (uint32_t)search->symbols.count;
    for (uint32_t at = 0; at < wanted->count; at++)
        wanted->numbers[at] = number_of(&search->symbols, at);
    uint32_t *bucket = &search->buckets[bucket_of(search, wanted->numbers[0])];
    wanted->next = *bucket;
    *bucket = index;
    return GDX_OK;
}

static gdx_status prepare(struct search *search, struct phrases *phrases) {
    size_t bucket_count = 1024;
    while (bucket_count < 4 * phrases->count)
        bucket_count *= 2;
    *search = (struct search){.phrases = phrases, .bucket_mask = (uint32_t)bucket_count - 1};
    search->wanted = calloc(phrases->count + 1, sizeof *search->wanted);
    search->buckets = malloc(bucket_count * sizeof *search->buckets);
    if (!search->wanted || !search->buckets)
        return GDX_NO_MEMORY;
    memset(search->buckets, 0xff, bucket_count * sizeof *search->buckets);
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; status == GDX_OK && i < phrases->count; i++) {
        phrases->items[i].documents = phrases->items[i].occurrences = 0;
        status = want(search, i);
    }
    return status;
}

static void compare_at(struct search *search, const uint64_t *at, size_t left) {
    for (uint32_t i = search->buckets[bucket_of(search, *at)]; i != NONE; i = search->wanted[i].next) {
        struct wanted *wanted = &search->wanted[i];
        if (wanted->count > left || memcmp(at, wanted->numbers, wanted->count * sizeof *at) != 0)
            continue;
        struct phrase *phrase = &search->phrases->items[i];
        phrase->occurrences++;
        phrase->documents += wanted->last_document != search->document;
        wanted->last_document = search->document;
    }
}

static gdx_status search_field(struct search *search, gdx_slice text) {
    gdx_symbols *symbols = &search->symbols;
    gdx_status status = gdx_text_symbols(gdx_rule_current(), text, 0, symbols);
    if (status == GDX_OK)
        status = gdx_grow(&search->field, &search->field_capacity, symbols->count, sizeof *search->field);
    if (status != GDX_OK)
        return status;
    for (size_t at = 0; at < symbols->count; at++)
        search->field[at] = number_of(symbols, at);
    for (size_t at = 0; at < symbols->count; at++)
        compare_at(search, &search->field[at], symbols->count - at);
    return GDX_OK;
}

static gdx_status search_document(void *context, const gdx_document *document, gdx_error *err) {
    struct search *search = context;
    search->document++;
    if (search_field(search, document->title) != GDX_OK || search_field(search, document->text) != GDX_OK)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory to scan document %llu", (unsigned long long)search->document);
    return GDX_OK;
}

gdx_status truth_find(struct phrases *phrases, const char *path, gdx_error *err) {
    struct search search;
    struct documents documents;
    gdx_status status = prepare(&search, phrases);
    if (status != GDX_OK)
        gdx_fail(err, status, "no memory to search for %zu phrases", phrases->count);
    else
        status = documents_read(path, search_document, &search, &documents, err);
    gdx_symbols_clear(&search.symbols);
    free(search.field);
    free(search.buckets);
    free(search.wanted);
    return status;
}
