// SPDX-License-Identifier: Apache-2.0
// generate.c: any amount of domain-like text from a small sample, the same for the same seed.
// A text is stitched from runs of the sample: after a run of some characters it jumps to another place where the same
// character stands, so that neighbours are mostly neighbours in the sample too. So that the vocabulary grows with the
// text as it does in life, each document also has names of its own, drawn from the whole of the Han block, rare ones
// rarely.

#include "gdx/bench.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { NAMES = 6, NAME_CHARACTERS = 3, FIRST_YEAR = 2010, YEARS = 15 };

struct character {
    uint32_t offset; // in the sample
    uint32_t bytes;
    uint32_t next; // another place of the same character, in a ring
};

struct generator {
    uint64_t state;
    gdx_slice sample;
    struct character *characters;
    uint32_t count;
    FILE *to;
    gdx_buffer text;
    char names[NAMES][NAME_CHARACTERS * 3 + 1];
};

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
static uint64_t draw(struct generator *generator) {
    uint64_t value = generator->state += 0x9e3779b97f4a7c15u;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

static uint32_t draw_below(struct generator *generator, uint32_t limit) {
    return (uint32_t)((draw(generator) >> 32) * limit >> 32);
}

static double draw_unit(struct generator *generator) {
    return (double)(draw(generator) >> 11) * 0x1p-53;
}

static uint32_t character_bytes(uint8_t lead) {
    return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

// Cuts the sample into characters, line breaks left out, and links equal ones into rings.
static gdx_status read_sample(struct generator *generator, gdx_error *err) {
    uint32_t *last_of =
        calloc(1 << 16, sizeof *last_of); // by a small hash of the character; a collision only makes a stranger jump
    generator->characters = calloc(generator->sample.bytes + 1, sizeof *generator->characters);
    if (!last_of || !generator->characters) {
        free(last_of);
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for the sample");
    }
    const uint8_t *bytes = (const uint8_t *)generator->sample.data;
    for (uint32_t at = 0; at < generator->sample.bytes;) {
        uint32_t length = character_bytes(bytes[at]);
        if (length > generator->sample.bytes - at)
            break;
        if (bytes[at] > ' ' && bytes[at] != '"' && bytes[at] != '\\')
            generator->characters[generator->count++] = (struct character){.offset = at, .bytes = length};
        at += length;
    }
    for (int pass = 0; pass < 2; pass++) { // the second closes the rings
        for (uint32_t i = 0; i < generator->count; i++) {
            struct character *character = &generator->characters[i];
            uint32_t *last = &last_of[gdx_checksum(bytes + character->offset, character->bytes) & 0xffff];
            character->next = *last ? *last - 1 : i;
            *last = i + 1;
        }
    }
    free(last_of);
    if (generator->count < 100)
        return gdx_fail(err, GDX_INVALID, "the sample has %u characters, at least 100 are needed", generator->count);
    return GDX_OK;
}

static void make_names(struct generator *generator) {
    for (int name = 0; name < NAMES; name++) {
        char *at = generator->names[name];
        for (int i = 0; i < NAME_CHARACTERS; i++) {
            double rank = exp(draw_unit(generator) * log(20902)) - 1; // Zipf over U+4E00 to U+9FA5
            uint32_t code = 0x4e00 + ((uint32_t)rank * 7919u) % 20902u;
            *at++ = (char)(0xe0 | code >> 12);
            *at++ = (char)(0x80 | (code >> 6 & 0x3f));
            *at++ = (char)(0x80 | (code & 0x3f));
        }
        *at = 0;
    }
}

static gdx_status append(struct generator *generator, const char *text) {
    return gdx_buffer_append(&generator->text, text, strlen(text));
}

// Terms that become more or less frequent over the years, so that a trend has something to show.
static gdx_status append_term(struct generator *generator, unsigned year) {
    static const struct {
        const char *term;
        unsigned first_year;
        int change; // in a thousand, a year
    } terms[] = {{"友岸外包", 2021, 12}, {"CPTPP", 2017, 4}, {"碳边境调节机制", 2019, 6}, {"多哈回合", 2000, -2}};
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < sizeof terms / sizeof terms[0]; i++) {
        int chance = terms[i].change > 0 ? terms[i].change * ((int)year - (int)terms[i].first_year)
                                         : 30 - 2 * ((int)year - 2010);
        if ((int)draw_below(generator, 1000) < chance)
            status = append(generator, terms[i].term);
    }
    return status;
}

static gdx_status append_run(struct generator *generator, uint32_t *at) {
    gdx_status status = GDX_OK;
    for (uint32_t length = 2 + draw_below(generator, 8); status == GDX_OK && length > 0; length--) {
        const struct character *character = &generator->characters[*at];
        status = gdx_buffer_append(&generator->text, generator->sample.data + character->offset, character->bytes);
        *at = (*at + 1) % generator->count;
    }
    // Jump along the ring of the character that stands here.
    for (uint32_t jumps = draw_below(generator, 16); jumps > 0; jumps--)
        *at = generator->characters[*at].next;
    return status;
}

static gdx_status make_document(struct generator *generator, uint64_t number) {
    static const char *const sources[] = {"news", "report", "law", "comment"};
    unsigned year = FIRST_YEAR + draw_below(generator, YEARS);
    unsigned month = 1 + draw_below(generator, 12);
    unsigned day = 1 + draw_below(generator, 28);
    uint32_t at = draw_below(generator, generator->count);
    uint32_t runs = (uint32_t)(20 * exp(3.5 * draw_unit(generator))); // lengths spread over a decade and a half
    make_names(generator);
    generator->text.bytes = 0;
    gdx_status status = gdx_buffer_append_format(
        &generator->text,
        "{\"id\":\"generated/%" PRIu64 "\",\"date\":\"%u-%02u-%02u\",\"source\":\"%s\",\"title\":\"%s与%s之%" PRIu64
        "\",\"text\":\"",
        number, year, month, day, sources[draw_below(generator, 4)], generator->names[0], generator->names[1], number);
    for (uint32_t run = 0; status == GDX_OK && run < runs; run++) {
        status = append_run(generator, &at);
        uint32_t what = draw_below(generator, 40);
        if (status == GDX_OK && what < 4)
            status = append(generator, generator->names[draw_below(generator, NAMES)]);
        else if (status == GDX_OK && what == 4)
            status = gdx_buffer_append_format(&generator->text, "%u年", year - draw_below(generator, 30));
        else if (status == GDX_OK && what == 5)
            status = append(generator, "\\n");
        else if (status == GDX_OK && what == 6)
            status = append_term(generator, year);
    }
    return status == GDX_OK ? append(generator, "\"}\n") : status;
}

gdx_status gdx_bench_generate(gdx_slice sample, uint64_t bytes, uint64_t seed, FILE *to, gdx_error *err) {
    struct generator generator = {.state = seed, .sample = sample, .to = to};
    gdx_status status = read_sample(&generator, err);
    uint64_t written = 0;
    for (uint64_t number = 0; status == GDX_OK && written < bytes; number++) {
        if (make_document(&generator, number) != GDX_OK)
            status = gdx_fail(err, GDX_NO_MEMORY, "no memory for a generated document");
        else if (fwrite(generator.text.data, 1, generator.text.bytes, to) != generator.text.bytes)
            status = gdx_fail(err, GDX_IO, "the generated text cannot be written");
        written += generator.text.bytes;
    }
    gdx_buffer_clear(&generator.text);
    free(generator.characters);
    return status;
}
