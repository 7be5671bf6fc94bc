// SPDX-License-Identifier: Apache-2.0
// generate.c: any amount of domain-like text from a small sample, the same for the same seed.
// A chain over one article's characters repeats itself far too much, and characters drawn one by one far too little;
// the size of an index depends on what repeats. So text is made of words (lexicon.h), and the next word is, by chance,
//   one that often follows the one before (language has its set phrases),
//   one that this document has used already, and the words after it there (a document keeps to its subject),
//   a run of words from a document before (news and laws quote each other), or a fresh one.
// The chances below were tuned until distinct bigrams, the lengths of their lists and zstd's ratio came near those of
// 47 MB of real Chinese news, laws and reports; docs/benchmarks.md has the comparison.

#include "gdx/bench.h"

#include "lexicon.h"

#include <inttypes.h>
#include <stdlib.h>

enum { // of the next word, in a thousand
    FOLLOWS = 730,
    FROM_DOCUMENT = 190,
    GOES_ON = 790, // of a word from the document: with the word after it
    QUOTES = 8,
};
enum { FIRST_YEAR = 2010, YEARS = 15, HISTORY = 1 << 16, FOLLOWERS = 24, NAMES = 4, NAME_CHARACTERS = 3, CLOSEST = 12 };

struct generator {
    struct random random;
    struct lexicon lexicon;
    gdx_slice sample;
    gdx_buffer text;
    uint32_t history[HISTORY]; // words written last, in a ring
    uint32_t written;
    uint32_t document_count; // words of this document: the last ones in the ring
    uint32_t again;          // how far back in the ring the document repeats itself; 0: it does not
    uint32_t since_mark;     // words since the last punctuation mark
    char names[NAMES][NAME_CHARACTERS * 3 + 1];
};

static uint32_t below(struct generator *generator, uint32_t limit) {
    return random_below(&generator->random, limit);
}

static gdx_status append(struct generator *generator, const char *text) {
    return gdx_buffer_append(&generator->text, text, strlen(text));
}

// ---- words

// One of the few words that often follow `word`: always the same few, and the first of them most.
static uint32_t follower(struct generator *generator, uint32_t word) {
    uint32_t which = below(generator, FOLLOWERS);
    which = below(generator, which + 1);
    which = below(generator, which + 1);
    struct random own = {((uint64_t)word << 8) + which};
    random_next(&own);
    uint32_t drawn = lexicon_draw(&generator->lexicon, random_next(&own));
    return drawn == word ? which : drawn; // no word follows itself
}

static uint32_t word_back(const struct generator *generator, uint32_t back) {
    return generator->history[(generator->written - back) % HISTORY];
}

static uint32_t next_word(struct generator *generator) {
    if (generator->again && below(generator, 1000) < GOES_ON)
        return word_back(generator, generator->again); // the ring has moved on by one, and so has what is read
    generator->again = 0;
    uint32_t what = below(generator, 1000);
    if (what < FOLLOWS)
        return follower(generator, word_back(generator, 1));
    if (what < FOLLOWS + FROM_DOCUMENT && generator->document_count > CLOSEST) {
        generator->again = CLOSEST + below(generator, generator->document_count - CLOSEST);
        return word_back(generator, generator->again);
    }
    return lexicon_draw(&generator->lexicon, random_next(&generator->random));
}

static gdx_status append_word(struct generator *generator, uint32_t word) {
    generator->history[generator->written++ % HISTORY] = word;
    generator->document_count += generator->document_count < HISTORY - 1;
    generator->since_mark++;
    gdx_slice text = lexicon_word(&generator->lexicon, word);
    return gdx_buffer_append(&generator->text, text.data, text.bytes);
}

static gdx_status append_quote(struct generator *generator) {
    uint32_t from = generator->written - HISTORY + below(generator, HISTORY - 64);
    gdx_status status = GDX_OK;
    if (generator->written < HISTORY)
        return GDX_OK;
    for (uint32_t count = 4 + below(generator, 28); status == GDX_OK && count > 0; count--)
        status = append_word(generator, generator->history[from++ % HISTORY]);
    return status;
}

// ---- what comes between words

static gdx_status append_mark(struct generator *generator) {
    uint32_t what = below(generator, 24);
    generator->since_mark = 0;
    return append(generator, what < 13 ? "，" : what < 15 ? "、" : what < 16 ? "；" : what < 21 ? "。" : "。\\n");
}

// Terms that become more or less frequent over the years, so that counts over time have something to show.
static gdx_status append_term(struct generator *generator, unsigned year) {
    static const struct {
        const char *term;
        unsigned first_year;
        int change; // in a thousand, a year
    } terms[] = {{"友岸外包", 2021, 12}, {"CPTPP", 2017, 4}, {"碳边境调节机制", 2019, 6}, {"多哈回合", 2000, -2}};
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < sizeof terms / sizeof terms[0]; i++) {
        int chance = terms[i].change > 0 ? terms[i].change * ((int)year - (int)terms[i].first_year)
                                         : 30 - 2 * ((int)year - FIRST_YEAR);
        if ((int)below(generator, 1000) < chance)
            status = append(generator, terms[i].term);
    }
    return status;
}

// A line or so of the sample itself.
static gdx_status append_sample(struct generator *generator) {
    gdx_slice sample = generator->sample;
    size_t begin = below(generator, (uint32_t)sample.bytes);
    size_t end = begin + 60 + below(generator, 120);
    end = end < sample.bytes ? end : sample.bytes;
    while (begin < end && gdx_utf8_continues((uint8_t)sample.data[begin]))
        begin++;
    while (end > begin && end < sample.bytes && gdx_utf8_continues((uint8_t)sample.data[end]))
        end--;
    gdx_status status = GDX_OK;
    for (size_t at = begin; status == GDX_OK && at < end; at++)
        if ((uint8_t)sample.data[at] >= ' ' && sample.data[at] != '"' && sample.data[at] != '\\')
            status = gdx_buffer_append(&generator->text, &sample.data[at], 1);
    return status;
}

static gdx_status append_aside(struct generator *generator, unsigned year) {
    switch (below(generator, 10)) {
    case 0:
        return append_sample(generator);
    case 1:
    case 2:
        return append_term(generator, year);
    case 3:
    case 4:
        return gdx_buffer_append_format(&generator->text, "%u年", year - below(generator, 30));
    case 5:
        return gdx_buffer_append_format(&generator->text, "%u.%u%%", below(generator, 100), below(generator, 10));
    case 6:
        return gdx_buffer_append_format(&generator->text, "第%u条", 1 + below(generator, 100));
    default:
        return append(generator, generator->names[below(generator, NAMES)]);
    }
}

// ---- documents

// Names that hardly any other document has.
static void make_names(struct generator *generator) {
    for (int name = 0; name < NAMES; name++) {
        char *at = generator->names[name];
        for (int i = 0; i < NAME_CHARACTERS; i++)
            at += lexicon_character(&generator->random, at);
        *at = 0;
    }
}

// Words of a text: a few hundred mostly, and now and then a law.
static uint32_t draw_length(struct generator *generator) {
    uint32_t length = 30 + below(generator, 1 + below(generator, 2000));
    return below(generator, 100) == 0 ? length * 16 : length;
}

static gdx_status append_text(struct generator *generator, unsigned year) {
    gdx_status status = GDX_OK;
    for (uint32_t left = draw_length(generator); status == GDX_OK && left > 0; left--) {
        status = append_word(generator, next_word(generator));
        uint32_t what = below(generator, 1000);
        if (status == GDX_OK && what < QUOTES)
            status = append_quote(generator);
        else if (status == GDX_OK && what < QUOTES + 25)
            status = append_aside(generator, year);
        if (status == GDX_OK && generator->since_mark > 2 && below(generator, 4) == 0)
            status = append_mark(generator);
    }
    return status;
}

static gdx_status append_title(struct generator *generator) {
    gdx_status status = append(generator, generator->names[0]);
    for (int words = 4; status == GDX_OK && words > 0; words--)
        status = append_word(generator, next_word(generator));
    return status;
}

static gdx_status make_document(struct generator *generator, uint64_t number) {
    static const char *const sources[] = {"news", "report", "law", "comment"};
    unsigned year = FIRST_YEAR + below(generator, YEARS);
    unsigned month = 1 + below(generator, 12);
    unsigned day = 1 + below(generator, 28);
    make_names(generator);
    generator->text.bytes = 0;
    generator->document_count = 0;
    generator->again = 0;
    gdx_status status = gdx_buffer_append_format(
        &generator->text, "{\"id\":\"generated/%" PRIu64 "\",\"date\":\"%u-%02u-%02u\",\"source\":\"%s\",\"title\":\"",
        number, year, month, day, sources[below(generator, 4)]);
    if (status == GDX_OK)
        status = append_title(generator);
    if (status == GDX_OK)
        status = append(generator, "\",\"text\":\"");
    if (status == GDX_OK)
        status = append_text(generator, year);
    return status == GDX_OK ? append(generator, "\"}\n") : status;
}

static gdx_status make_documents(struct generator *generator, uint64_t bytes, FILE *to, gdx_error *err) {
    uint64_t written = 0;
    for (uint64_t number = 0; written < bytes; number++) {
        if (make_document(generator, number) != GDX_OK)
            return gdx_fail(err, GDX_NO_MEMORY, "no memory for a generated document");
        if (fwrite(generator->text.data, 1, generator->text.bytes, to) != generator->text.bytes)
            return gdx_fail(err, GDX_IO, "the generated text cannot be written");
        written += generator->text.bytes;
    }
    return GDX_OK;
}

gdx_status gdx_bench_generate(gdx_slice sample, uint64_t bytes, uint64_t seed, FILE *to, gdx_error *err) {
    struct generator *generator = calloc(1, sizeof *generator);
    if (!generator)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory to generate text");
    generator->random.state = seed;
    generator->sample = sample;
    gdx_status status = lexicon_make(&generator->lexicon, sample, err);
    if (status == GDX_OK)
        status = make_documents(generator, bytes, to, err);
    gdx_buffer_clear(&generator->text);
    lexicon_clear(&generator->lexicon);
    free(generator);
    return status;
}
