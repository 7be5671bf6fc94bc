// SPDX-License-Identifier: Apache-2.0
// generate_reprints.c: documents that reprint each other, of sentences that thousands of them have: the hardest case of
// finding reprints, since any two documents may share sentences. Of 21 documents 17 are originals, three are reprints
// of one, as editors make them, and one is an excerpt. A document's words follow from its number alone, so that an
// original is made again where it is reprinted. Ids tell what is what: made/ORIGINAL/0, made/ORIGINAL/rNUMBER,
// made/ORIGINAL/eNUMBER.

#include "gdx/bench.h"

#include "lexicon.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SENTENCES = 20000, WORDS_LEAST = 6, WORDS_MORE = 16, OF_LEAST = 8, OF_MORE = 40, OF_MOST = OF_LEAST + OF_MORE };
enum { CYCLE = 21, REPRINT_EACH = 7, EXCERPT_AT = 13, SOURCES = 12 };
// Days of all documents, and between an original and its reprints at most.
enum { DAYS = 1000, DAYS_AFTER = 20, FIRST_YEAR = 2021, MONTHS = 12, MONTH_DAYS = 28 };
enum { CHANGES_MOST = 2, CUT_SHARE = 10, EXCERPT_SHARE = 3 };

struct maker {
    struct lexicon lexicon;
    gdx_buffer pool; // the sentences, one after another
    size_t ends[SENTENCES];
    uint64_t documents, seed;
    gdx_buffer line, text;
    uint32_t sentences[OF_MOST]; // of the document
    uint32_t count;
};

static gdx_slice sentence(const struct maker *maker, uint32_t which) {
    size_t begin = which ? maker->ends[which - 1] : 0;
    return (gdx_slice){(const char *)maker->pool.data + begin, maker->ends[which] - begin};
}

static gdx_status append_sentence(struct maker *maker, struct random *random, gdx_buffer *to) {
    gdx_status status = GDX_OK;
    for (uint32_t left = WORDS_LEAST + random_below(random, WORDS_MORE); left > 0 && status == GDX_OK; left--) {
        gdx_slice word = lexicon_word(&maker->lexicon, lexicon_draw(&maker->lexicon, random_next(random)));
        status = gdx_buffer_append(to, word.data, word.bytes);
        if (status == GDX_OK && left > 1 && random_below(random, 5) == 0)
            status = gdx_buffer_append(to, "，", strlen("，"));
    }
    return status == GDX_OK ? gdx_buffer_append(to, "。", strlen("。")) : status;
}

static gdx_status make_pool(struct maker *maker) {
    struct random random = {maker->seed};
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < SENTENCES && status == GDX_OK; i++) {
        status = append_sentence(maker, &random, &maker->pool);
        maker->ends[i] = maker->pool.bytes;
    }
    return status;
}

// The same sentences for the same number. Some are drawn ten times as often as most.
static void draw_sentences(struct maker *maker, uint64_t number) {
    struct random random = {maker->seed + (number + 1) * UINT64_C(0x9e3779b97f4a7c15)};
    struct random own = {random_next(&random)};
    maker->count = OF_LEAST + random_below(&own, OF_MORE);
    for (uint32_t i = 0; i < maker->count; i++)
        maker->sentences[i] = random_below(&own, 1 + random_below(&own, SENTENCES));
}

// Letters are of three bytes in most words.
static void change_letter(struct random *random, gdx_buffer *text) {
    uint32_t at = random_below(random, (uint32_t)text->bytes);
    while (at > 0 && gdx_utf8_continues(text->data[at]))
        at--;
    if (text->data[at] >= 0xe4 && text->data[at] <= 0xe9)
        lexicon_character(random, (char *)text->data + at);
}

enum kind { ORIGINAL, REPRINT, EXCERPT };

static gdx_status make_text(struct maker *maker, uint64_t original, enum kind kind, struct random *random) {
    uint32_t begin = 0, end, changes = kind == REPRINT ? random_below(random, CHANGES_MOST + 1) : 0;
    gdx_status status = GDX_OK;
    maker->text.bytes = 0;
    draw_sentences(maker, original);
    end = maker->count;
    if (kind == REPRINT)
        end -= random_below(random, maker->count / CUT_SHARE + 1);
    if (kind == EXCERPT)
        end = (begin = random_below(random, maker->count / EXCERPT_SHARE)) + maker->count / EXCERPT_SHARE + 1;
    if (kind == REPRINT && random_below(random, 2))
        status = append_sentence(maker, random, &maker->text);
    for (uint32_t i = begin; i < end && status == GDX_OK; i++) {
        gdx_slice words = sentence(maker, maker->sentences[i]);
        status = gdx_buffer_append(&maker->text, words.data, words.bytes);
    }
    for (; changes > 0 && status == GDX_OK; changes--)
        change_letter(random, &maker->text);
    return status;
}

static enum kind kind_of(uint64_t number) {
    return number % REPRINT_EACH == REPRINT_EACH - 1 ? REPRINT : number % CYCLE == EXCERPT_AT - 1 ? EXCERPT : ORIGINAL;
}

// One of those before, at most DAYS_AFTER days.
static uint64_t original_of(const struct maker *maker, uint64_t number, struct random *random) {
    uint64_t reach = maker->documents * DAYS_AFTER / DAYS;
    uint64_t original = number - 1 - random_next(random) % (reach < number ? reach + 1 : number);
    while (kind_of(original) != ORIGINAL)
        original--;
    return original;
}

static gdx_status append_id(struct maker *maker, uint64_t original, uint64_t number, enum kind kind) {
    if (kind == ORIGINAL)
        return gdx_buffer_append_format(&maker->line, "{\"id\":\"made/%" PRIu64 "/0\"", number);
    return gdx_buffer_append_format(&maker->line, "{\"id\":\"made/%" PRIu64 "/%c%" PRIu64 "\"", original,
                                    kind == REPRINT ? 'r' : 'e', number);
}

static gdx_status make_document(struct maker *maker, uint64_t number) {
    struct random random = {maker->seed ^ (number + 1) * UINT64_C(0xbf58476d1ce4e5b9)};
    enum kind kind = kind_of(number);
    uint64_t original = kind == ORIGINAL ? number : original_of(maker, number, &random);
    unsigned day = (unsigned)(number * DAYS / maker->documents), month = day / MONTH_DAYS;
    maker->line.bytes = 0;
    gdx_status status = make_text(maker, original, kind, &random);
    if (status == GDX_OK)
        status = append_id(maker, original, number, kind);
    if (status == GDX_OK)
        status = gdx_buffer_append_format(
            &maker->line, ",\"date\":\"%u-%02u-%02u\",\"source\":\"paper %u\",\"title\":\"%" PRIu64 "\",\"text\":\"",
            FIRST_YEAR + month / MONTHS, 1 + month % MONTHS, 1 + day % MONTH_DAYS, random_below(&random, SOURCES),
            number);
    if (status == GDX_OK)
        status = gdx_buffer_append(&maker->line, maker->text.data, maker->text.bytes);
    return status == GDX_OK ? gdx_buffer_append(&maker->line, "\"}\n", 3) : status;
}

static gdx_status make_all(struct maker *maker, FILE *to, gdx_error *err) {
    gdx_status status = make_pool(maker);
    for (uint64_t number = 0; number < maker->documents && status == GDX_OK; number++) {
        status = make_document(maker, number);
        if (status == GDX_OK && fwrite(maker->line.data, 1, maker->line.bytes, to) != maker->line.bytes)
            return gdx_fail(err, GDX_IO, "the generated text cannot be written");
    }
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "a generated document");
}

gdx_status gdx_bench_generate_reprints(gdx_slice sample, uint64_t documents, uint64_t seed, FILE *to, gdx_error *err) {
    struct maker *maker = calloc(1, sizeof *maker);
    if (!maker)
        return gdx_fail_memory(err, "generated text");
    maker->documents = documents;
    maker->seed = seed;
    gdx_status status = lexicon_make(&maker->lexicon, sample, err);
    if (status == GDX_OK)
        status = make_all(maker, to, err);
    gdx_buffer_clear(&maker->pool);
    gdx_buffer_clear(&maker->line);
    gdx_buffer_clear(&maker->text);
    lexicon_clear(&maker->lexicon);
    free(maker);
    return status;
}
