// SPDX-License-Identifier: Apache-2.0
// lexicon.c: see lexicon.h. First the sample's characters and the strings of two to four that it repeats, by frequency,
// then made-up words of its characters and of rarer ones. Frequencies follow Zipf's law in two regimes, as large
// collections do (Ferrer i Cancho, Solé, 2001): the weight of the r-th word falls as 1 / r among the few thousand that
// everybody uses, and as 1 / r^2 beyond.

#include "lexicon.h"

#include <stdlib.h>

enum {
    ZIPF_OFFSET = 40,
    ZIPF_BEND = 5000,
    CHARACTERS_LEAST = 200, // of a sample
    GRAM_CHARACTERS = 4,
    GRAM_REPEATS = 3,
    SAMPLE_WORDS_MOST = 3000,
    KNOWN_CHARACTERS = 65, // in a hundred
    LATIN_ONE_IN = 40,
};

struct grams { // strings of the sample
    gdx_slice *items;
    size_t count;
    size_t capacity;
};

struct counted {
    gdx_slice text;
    uint32_t count;
};

struct maker {
    struct lexicon *lexicon;
    struct random random;
    gdx_slice *characters; // the Han characters of the sample in their order: drawing from it draws by frequency
    size_t character_count;
    size_t character_capacity;
    uint32_t word_count;
};

// Rarer characters come rarely: the least of several chances.
size_t lexicon_character(struct random *random, char to[3]) {
    enum { CHARACTERS = 5000, CHANCES = 3 };
    uint32_t rank = CHARACTERS;
    for (int i = 0; i < CHANCES; i++) {
        uint32_t other = random_below(random, CHARACTERS);
        rank = other < rank ? other : rank;
    }
    uint32_t code = 0x4e00 + rank * 4;
    return gdx_utf8_encode((uint8_t *)to, code);
}

static bool is_han(gdx_slice character) { // U+4000 to U+9FFF
    return character.bytes == 3 && (uint8_t)character.data[0] >= 0xe4 && (uint8_t)character.data[0] <= 0xe9;
}

static gdx_status add_word(struct maker *maker, gdx_slice word) {
    struct lexicon *lexicon = maker->lexicon;
    gdx_status status = gdx_buffer_append(&lexicon->text, word.data, word.bytes);
    if (status == GDX_OK)
        lexicon->offsets[++maker->word_count] = (uint32_t)lexicon->text.bytes;
    return status;
}

// ---- words of the sample

// All strings of up to four Han characters without anything between them, line breaks aside: those end one.
static gdx_status cut_sample(struct maker *maker, struct grams *grams, gdx_slice sample) {
    gdx_slice run[GRAM_CHARACTERS];
    size_t run_count = 0;
    gdx_status status = GDX_OK;
    for (size_t at = 0; status == GDX_OK && at < sample.bytes;) {
        gdx_slice character = {sample.data + at, gdx_utf8_sequence_bytes((uint8_t)sample.data[at])};
        if (character.bytes > sample.bytes - at)
            break;
        at += character.bytes;
        if (!is_han(character)) {
            run_count = 0;
            continue;
        }
        if (run_count == GRAM_CHARACTERS)
            memmove(run, run + 1, --run_count * sizeof *run);
        run[run_count++] = character;
        status = gdx_grow(&maker->characters, &maker->character_capacity, maker->character_count + 1, sizeof character);
        if (status == GDX_OK)
            status = gdx_grow(&grams->items, &grams->capacity, grams->count + run_count, sizeof character);
        if (status != GDX_OK)
            break;
        maker->characters[maker->character_count++] = character;
        for (size_t i = 0; i < run_count; i++)
            grams->items[grams->count++] =
                (gdx_slice){run[i].data, (size_t)(character.data - run[i].data) + character.bytes};
    }
    return status;
}

static int by_text(const void *a, const void *b) {
    return gdx_slice_compare(*(const gdx_slice *)a, *(const gdx_slice *)b);
}

static int by_count(const void *a, const void *b) {
    const struct counted *left = a;
    const struct counted *right = b;
    if (left->count != right->count)
        return left->count < right->count ? 1 : -1;
    return gdx_slice_compare(left->text, right->text);
}

static gdx_status add_sample_words(struct maker *maker, struct grams *grams) {
    struct counted *counted = calloc(grams->count + 1, sizeof *counted);
    size_t count = 0;
    if (!counted)
        return GDX_NO_MEMORY;
    qsort(grams->items, grams->count, sizeof *grams->items, by_text);
    for (size_t i = 0; i < grams->count; i++) {
        if (i == 0 || !gdx_slice_equal(grams->items[i], grams->items[i - 1]))
            counted[count++].text = grams->items[i];
        counted[count - 1].count++;
    }
    qsort(counted, count, sizeof *counted, by_count);
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < count && i < SAMPLE_WORDS_MOST; i++)
        if (counted[i].count >= GRAM_REPEATS)
            status = add_word(maker, counted[i].text);
    free(counted);
    return status;
}

// ---- made-up words

static size_t append_character(struct maker *maker, char *to) {
    if (random_below(&maker->random, 100) < KNOWN_CHARACTERS) {
        gdx_slice known = maker->characters[random_below(&maker->random, (uint32_t)maker->character_count)];
        memcpy(to, known.data, known.bytes);
        return known.bytes;
    }
    return lexicon_character(&maker->random, to);
}

static gdx_status add_made_word(struct maker *maker) {
    char word[32];
    size_t bytes = 0;
    if (random_below(&maker->random, LATIN_ONE_IN) == 0) {
        static const char letters[] = "eeeeaaaiiioootttnnnsssrrrlldduccmmpphgbfywkvxzjq";
        word[bytes++] = ' ';
        for (uint32_t i = 3 + random_below(&maker->random, 7); i > 0; i--)
            word[bytes++] = letters[random_below(&maker->random, sizeof letters - 1)];
        word[bytes++] = ' ';
        return add_word(maker, (gdx_slice){word, bytes});
    }
    uint32_t what = random_below(&maker->random, 20);
    for (uint32_t i = what < 13 ? 2 : what < 17 ? 3 : 4; i > 0; i--)
        bytes += append_character(maker, word + bytes);
    return add_word(maker, (gdx_slice){word, bytes});
}

static gdx_status make_words(struct maker *maker, struct grams *grams, gdx_slice sample, gdx_error *err) {
    gdx_status status = cut_sample(maker, grams, sample);
    if (status == GDX_OK && maker->character_count < CHARACTERS_LEAST)
        return gdx_fail(err, GDX_INVALID, "the sample has %zu Chinese characters, at least %d are needed",
                        maker->character_count, CHARACTERS_LEAST);
    if (status == GDX_OK)
        status = add_sample_words(maker, grams);
    while (status == GDX_OK && maker->word_count < LEXICON_WORDS)
        status = add_made_word(maker);
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "no memory for the words");
}

static uint64_t weight_of(uint32_t word) {
    uint64_t rank = word + ZIPF_OFFSET;
    uint64_t weight = ((uint64_t)1 << 40) / rank;
    return rank <= ZIPF_BEND ? weight : weight * ZIPF_BEND / rank;
}

gdx_status lexicon_make(struct lexicon *lexicon, gdx_slice sample, gdx_error *err) {
    struct maker maker = {.lexicon = lexicon, .random = {1}};
    struct grams grams = {0};
    *lexicon = (struct lexicon){.offsets = calloc(LEXICON_WORDS + 1, sizeof *lexicon->offsets),
                                .cumulative = calloc(LEXICON_WORDS, sizeof *lexicon->cumulative)};
    gdx_status status = lexicon->offsets && lexicon->cumulative
                            ? make_words(&maker, &grams, sample, err)
                            : gdx_fail(err, GDX_NO_MEMORY, "no memory for the words");
    uint64_t sum = 0;
    for (uint32_t i = 0; status == GDX_OK && i < LEXICON_WORDS; i++)
        lexicon->cumulative[i] = sum += weight_of(i);
    free(grams.items);
    free(maker.characters);
    return status;
}

void lexicon_clear(struct lexicon *lexicon) {
    gdx_buffer_clear(&lexicon->text);
    free(lexicon->offsets);
    free(lexicon->cumulative);
    *lexicon = (struct lexicon){0};
}

uint32_t lexicon_draw(const struct lexicon *lexicon, uint64_t chance) {
    uint64_t total = lexicon->cumulative[LEXICON_WORDS - 1];
    uint64_t target = (uint64_t)((unsigned __int128)chance * total >> 64);
    uint32_t low = 0;
    uint32_t high = LEXICON_WORDS - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (lexicon->cumulative[middle] > target)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
