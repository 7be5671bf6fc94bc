// SPDX-License-Identifier: Apache-2.0
// learn.c: a segment's own table, learned from a sample of its text.
// Relies on encode.h. Integers alone, and every order is total: the same sample gives the same bytes everywhere.
//
// The sample is spelled in the tokens that there are; pairs of neighbours that occur more often than their parts let
// expect become tokens; and so again. Then all tokens are ranked by how often the sample uses them, with a share of
// what the built-in table expects, so that a token that the sample lacks keeps a code of reasonable length.
#include "encode.h"
#include "gdx/sort.h"

#include <stdlib.h>

enum {
    PIECE_BYTES = 1 << 14,      // longer pieces are cut: the spelling needs twelve bytes for each of theirs
    SAMPLE_BYTES_MIN = 1 << 14, // less says nothing
    ROUNDS = 1,                 // of joining neighbours
    ROUND_TOKENS = 12000,       // that a round may add
    PAIR_MIN = 3,               // occurrences in the sample that a pair needs
    OWN_TOKEN_BITS = 64,        // that an own token takes in the table, about
    PRIOR_SHIFT = 3,            // the built-in table's share: an eighth of the sample's tokens
    WEIGHT_SHIFT = 20,          // weights are counts times 2^20
    RATIO_SHIFT = 4,            // text bytes for each byte of the sample, times 16
    LOG_BITS = 8,               // logarithms are in units of 1/256 bit
    TOKEN_BITS = 18,            // of a token's number
    DIGIT_BITS = 11,            // of the sort
    NOT_A_TOKEN = MATCHER_NONE
};
_Static_assert((int)TOKEN_RANKS_MAX < (int)NOT_A_TOKEN, "a token's number must fit");

struct gdx_token_learner { // one owner
    gdx_pages text;
    size_t text_bytes;
    uint32_t *ends; // of the pieces
    size_t piece_count;
    size_t piece_capacity;
};

// What one finish works with.
typedef struct token_lesson {
    const gdx_token_learner *learner;
    uint64_t ratio;
    token_matcher matcher;
    token_spelling spelling;
    gdx_buffer own_text;
    uint32_t *own; // where each own token's text begins in own_text; the next one is its end
    uint32_t own_count;
    uint32_t *counts;   // by token
    uint32_t *literals; // by code point below 2^16, while the sample is spelled
    uint32_t *stream;   // tokens of the sample, NOT_A_TOKEN after each piece and for each literal
    size_t stream_count;
    gdx_pages pages; // of what is by token or code point, and of the stream
    uint64_t *keys;  // room for sorting: as many as the stream or all tokens
    uint64_t *room;
    uint64_t *found;   // candidates: a third of the stream
    uint8_t *classes;  // by token
    gdx_pages sorting; // of keys, room and found
} token_lesson;

// ---- The sample ----

gdx_status gdx_token_learner_new(gdx_token_learner **out, gdx_error *err) {
    *out = calloc(1, sizeof **out);
    return *out ? GDX_OK : gdx_fail_memory(err, "learning tokens");
}

void gdx_token_learner_free(gdx_token_learner *learner) {
    if (!learner)
        return;
    gdx_pages_clear(&learner->text);
    free(learner->ends);
    free(learner);
}

static gdx_status add_piece(gdx_token_learner *learner, gdx_slice piece) {
    gdx_status status =
        gdx_grow(&learner->ends, &learner->piece_capacity, learner->piece_count + 1, sizeof *learner->ends);
    if (status == GDX_OK)
        status = gdx_pages_reserve(&learner->text, GDX_TOKEN_SAMPLE_BYTES);
    if (status != GDX_OK)
        return status;
    memcpy((char *)learner->text.data + learner->text_bytes, piece.data, piece.bytes);
    learner->text_bytes += piece.bytes;
    learner->ends[learner->piece_count++] = (uint32_t)learner->text_bytes;
    return GDX_OK;
}

gdx_status gdx_token_learner_add(gdx_token_learner *learner, gdx_slice text, gdx_error *err) {
    if (!gdx_utf8_valid(text))
        return gdx_fail(err, GDX_INVALID, "a sample of %zu bytes is not UTF-8", text.bytes);
    text = gdx_utf8_cut(text, GDX_TOKEN_SAMPLE_BYTES - learner->text_bytes);
    while (text.bytes > 0) {
        gdx_slice piece = gdx_utf8_cut(text, PIECE_BYTES);
        if (add_piece(learner, piece) != GDX_OK)
            return gdx_fail_memory(err, "a sample of text");
        text.data += piece.bytes;
        text.bytes -= piece.bytes;
    }
    return GDX_OK;
}

// ---- Numbers ----

// The logarithm to the base 2 of a number above 0, in units of 1/256, by squaring.
static uint32_t logarithm(uint64_t value) {
    unsigned whole = 63 - (unsigned)__builtin_clzll(value);
    uint64_t mantissa = whole > 31 ? value >> (whole - 31) : value << (31 - whole);
    uint32_t result = whole;
    for (unsigned i = 0; i < LOG_BITS; i++) {
        mantissa = mantissa * mantissa >> 31;
        result = result << 1 | (uint32_t)(mantissa >> 32);
        mantissa >>= mantissa >> 32;
    }
    return result;
}

// Sorts the low `bits` bits of keys, ascending and stable; returns where the result is.
static uint64_t *sort_keys(uint64_t *keys, uint64_t *room, size_t count, unsigned bits) {
    for (unsigned shift = 0; shift < bits; shift += DIGIT_BITS) {
        size_t starts[(1 << DIGIT_BITS) + 1] = {0};
        for (size_t i = 0; i < count; i++)
            starts[(keys[i] >> shift & ((1 << DIGIT_BITS) - 1)) + 1]++;
        for (size_t i = 0; i < 1 << DIGIT_BITS; i++)
            starts[i + 1] += starts[i];
        for (size_t i = 0; i < count; i++)
            room[starts[keys[i] >> shift & ((1 << DIGIT_BITS) - 1)]++] = keys[i];
        uint64_t *sorted = room;
        room = keys;
        keys = sorted;
    }
    return keys;
}

// ---- Spelling the sample ----

static gdx_slice own_token(const token_lesson *lesson, uint32_t own) {
    return (gdx_slice){(const char *)lesson->own_text.data + lesson->own[own], lesson->own[own + 1] - lesson->own[own]};
}

static gdx_slice lesson_token(const token_lesson *lesson, uint32_t token) {
    return token < token_builtin_count ? token_text(&token_builtin, token)
                                       : own_token(lesson, token - token_builtin_count);
}

static void take_spelling(token_lesson *lesson) {
    const token_spelling *spelling = &lesson->spelling;
    for (size_t i = 0; i < spelling->count; i++) {
        uint32_t token = spelling->tokens[i];
        lesson->stream[lesson->stream_count++] = token;
        if (token != NOT_A_TOKEN)
            lesson->counts[token]++;
    }
    for (size_t i = 0; i < spelling->literal_count; i++)
        if (spelling->literals[i] < MATCHER_CODE_POINTS)
            lesson->literals[spelling->literals[i]]++;
    lesson->stream[lesson->stream_count++] = NOT_A_TOKEN;
}

static gdx_status spell_sample(token_lesson *lesson) {
    const gdx_token_learner *learner = lesson->learner;
    memset(lesson->counts, 0, (token_builtin_count + TOKEN_OWN_MAX) * sizeof *lesson->counts);
    memset(lesson->literals, 0, MATCHER_CODE_POINTS * sizeof *lesson->literals);
    lesson->stream_count = 0;
    uint32_t begin = 0;
    for (size_t i = 0; i < learner->piece_count; begin = learner->ends[i++]) {
        gdx_slice piece = {(const char *)learner->text.data + begin, learner->ends[i] - begin};
        gdx_status status = matcher_spell(&lesson->matcher, piece, &lesson->spelling);
        if (status != GDX_OK)
            return status;
        take_spelling(lesson);
    }
    return GDX_OK;
}

static uint64_t tokens_used(const token_lesson *lesson) {
    uint64_t total = 1;
    for (uint32_t i = 0; i < token_builtin_count + lesson->own_count; i++)
        total += lesson->counts[i];
    return total;
}

// ---- Own tokens ----

static gdx_status add_own(token_lesson *lesson, const char *text, size_t bytes) {
    uint32_t token = token_builtin_count + lesson->own_count;
    gdx_status status = gdx_buffer_append(&lesson->own_text, text, bytes);
    if (status != GDX_OK)
        return status;
    gdx_slice added = {(const char *)lesson->own_text.data + lesson->own_text.bytes - bytes, bytes};
    bool is_added = false;
    if (lesson->own_count < TOKEN_OWN_MAX)
        status = matcher_put(&lesson->matcher, NULL, added, token, &is_added);
    if (!is_added) {
        lesson->own_text.bytes -= bytes;
        return status;
    }
    lesson->own[++lesson->own_count] = (uint32_t)lesson->own_text.bytes;
    return GDX_OK;
}

static gdx_status add_literals(token_lesson *lesson) {
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < MATCHER_CODE_POINTS && status == GDX_OK; i++) {
        uint8_t text[GDX_UTF8_BYTES];
        if (lesson->literals[i] >= PAIR_MIN && lesson->own_count < ROUND_TOKENS)
            status = add_own(lesson, (const char *)text, gdx_utf8_encode(text, i));
    }
    return status;
}

// Pairs of neighbours as keys, sorted. Returns their number.
static size_t sort_pairs(token_lesson *lesson, uint64_t **out) {
    size_t count = 0;
    for (size_t i = 0; i + 1 < lesson->stream_count; i++)
        if (lesson->stream[i] != NOT_A_TOKEN && lesson->stream[i + 1] != NOT_A_TOKEN)
            lesson->keys[count++] = (uint64_t)lesson->stream[i] << TOKEN_BITS | lesson->stream[i + 1];
    *out = sort_keys(lesson->keys, lesson->room, count, 2 * TOKEN_BITS);
    return count;
}

// What joining a pair saves in the whole text, in bits; 0 when it does not pay.
static uint64_t pair_gain(const token_lesson *lesson, uint64_t pair, uint64_t count, uint64_t total) {
    uint32_t first = (uint32_t)(pair >> TOKEN_BITS), second = (uint32_t)pair & NOT_A_TOKEN;
    if (first == second)
        count /= 2; // they overlap
    if (count < PAIR_MIN || lesson_token(lesson, first).bytes + lesson_token(lesson, second).bytes > TOKEN_BYTES_MAX)
        return 0;
    int64_t each = (int64_t)logarithm(count) + logarithm(total) - logarithm(lesson->counts[first]) -
                   logarithm(lesson->counts[second]);
    if (each <= 0)
        return 0;
    uint64_t gain = ((uint64_t)each * (count - 1) * lesson->ratio) >> (LOG_BITS + RATIO_SHIFT);
    return gain > OWN_TOKEN_BITS ? gain - OWN_TOKEN_BITS : 0;
}

// Runs of equal keys become candidates: the gain, best first, above the place of the run.
static size_t find_candidates(token_lesson *lesson, const uint64_t *pairs, size_t count, uint64_t total,
                              uint64_t *found) {
    size_t candidates = 0;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && pairs[end] == pairs[i];)
            end++;
        uint64_t gain = end - i < PAIR_MIN ? 0 : pair_gain(lesson, pairs[i], end - i, total);
        const uint64_t most = (UINT64_C(1) << 32) - 1;
        if (gain > 0)
            found[candidates++] = (most - (gain < most ? gain : most)) << 32 | (uint32_t)i;
    }
    return candidates;
}

static gdx_status join_pairs(token_lesson *lesson) {
    uint64_t total = tokens_used(lesson);
    uint64_t *pairs;
    size_t count = sort_pairs(lesson, &pairs);
    uint64_t *found = lesson->found;
    size_t candidates = find_candidates(lesson, pairs, count, total, found);
    uint64_t *other = pairs == lesson->keys ? lesson->room : lesson->keys;
    uint64_t *best = sort_keys(found, other, candidates, 64);
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < candidates && i < ROUND_TOKENS && status == GDX_OK; i++) {
        size_t at = (uint32_t)best[i];
        char text[TOKEN_BYTES_MAX];
        gdx_slice first = lesson_token(lesson, (uint32_t)(pairs[at] >> TOKEN_BITS));
        gdx_slice second = lesson_token(lesson, (uint32_t)pairs[at] & NOT_A_TOKEN);
        memcpy(text, first.data, first.bytes);
        memcpy(text + first.bytes, second.data, second.bytes);
        status = add_own(lesson, text, first.bytes + second.bytes);
    }
    return status;
}

// ---- The table ----

// Own tokens in byte order, as the table has them; what the sample's last spelling hardly uses is left out.
typedef struct numbered {
    gdx_slice text;
    uint32_t token;
} numbered;

static bool is_before(void *context, const void *a, const void *b) {
    (void)context;
    return gdx_slice_compare(((const numbered *)a)->text, ((const numbered *)b)->text) < 0;
}

static const gdx_ordering by_text = {sizeof(numbered), is_before};

static uint32_t keep_own(const token_lesson *lesson, numbered *own) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < lesson->own_count; i++) {
        uint32_t token = token_builtin_count + i;
        if (lesson->counts[token] * lesson->ratio >> RATIO_SHIFT >= PAIR_MIN && lesson->counts[token] > 1)
            own[kept++] = (numbered){own_token(lesson, i), token};
    }
    return kept;
}

// Each token's part in the sample, and in what the built-in table expects of it.
static uint64_t weight_of(const token_lesson *lesson, uint32_t token, uint64_t total) {
    uint64_t weight = (uint64_t)lesson->counts[token] << WEIGHT_SHIFT;
    if (token < token_builtin_count)
        weight += (total << WEIGHT_SHIFT) >> (token_rank_bits(token_builtin.classes, token) + PRIOR_SHIFT);
    return weight;
}

// Ranks all tokens by weight, of equal ones in their order; the ranks' classes are the choice.
static void rank(token_lesson *lesson, const numbered *own, token_choice *choice) {
    uint64_t total = tokens_used(lesson);
    uint32_t count = token_builtin_count + choice->own_count;
    const uint64_t most = (UINT64_C(1) << (64 - TOKEN_BITS)) - 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t token = i < token_builtin_count ? i : own[i - token_builtin_count].token;
        lesson->keys[i] = (most - weight_of(lesson, token, total)) << TOKEN_BITS | i;
    }
    const uint64_t *sorted = sort_keys(lesson->keys, lesson->room, count, 64);
    uint64_t weights[TOKEN_CLASSES] = {0};
    for (uint32_t i = 0; i < count; i++) {
        unsigned class = token_rank_class(i);
        weights[class] += most - (sorted[i] >> TOKEN_BITS);
        lesson->classes[sorted[i] & NOT_A_TOKEN] = (uint8_t) class;
    }
    token_prefixes prefixes;
    token_prefixes_fit(weights, token_rank_class(count - 1) + 1, &prefixes);
    memcpy(choice->bits, prefixes.bits, TOKEN_CLASSES);
    choice->classes = lesson->classes;
}

// The built-in tokens in their classes, only the classes' codes fitted: what a small text can pay for.
static void fit_classes(token_lesson *lesson, token_choice *choice) {
    uint64_t total = tokens_used(lesson);
    uint64_t weights[TOKEN_CLASSES] = {0};
    for (uint32_t i = 0; i < token_builtin_count; i++) {
        lesson->classes[i] = (uint8_t)token_rank_class(i);
        weights[lesson->classes[i]] += weight_of(lesson, i, total);
    }
    token_prefixes prefixes;
    token_prefixes_fit(weights, token_rank_class(token_builtin_count - 1) + 1, &prefixes);
    memcpy(choice->bits, prefixes.bits, TOKEN_CLASSES);
    choice->classes = lesson->classes;
}

// Bits of the sample, as it is spelled, in the codes of a choice: literals, and own tokens left out, as literals.
static uint64_t choice_cost(const token_lesson *lesson, const token_choice *choice, const numbered *own) {
    uint64_t cost = 0, left = lesson->stream_count - lesson->learner->piece_count;
    for (uint32_t i = 0; i < token_builtin_count + choice->own_count; i++) {
        uint32_t token = i < token_builtin_count ? i : own[i - token_builtin_count].token;
        unsigned class = choice->classes[i];
        cost += (uint64_t)lesson->counts[token] * (choice->bits[class] + token_class_bits(class));
        left -= lesson->counts[token];
    }
    return cost + left * (TOKEN_ESCAPE_BITS + TOKEN_LITERAL_BITS);
}

// ---- Finishing ----

static gdx_status lesson_init(token_lesson *lesson, const gdx_token_learner *learner, uint64_t text_bytes) {
    memset(lesson, 0, sizeof *lesson);
    lesson->learner = learner;
    lesson->ratio = (text_bytes << RATIO_SHIFT) / learner->text_bytes;
    if (lesson->ratio < 1u << RATIO_SHIFT)
        lesson->ratio = 1u << RATIO_SHIFT;
    gdx_status status = matcher_init(&lesson->matcher, &token_builtin_matcher);
    size_t tokens = token_builtin_count + TOKEN_OWN_MAX;
    size_t stream = learner->text_bytes + learner->piece_count; // at most
    size_t counts = tokens + MATCHER_CODE_POINTS + TOKEN_OWN_MAX + 1;
    if (status == GDX_OK)
        status = gdx_pages_reserve(&lesson->pages, (counts + stream) * sizeof(uint32_t) + tokens);
    if (status != GDX_OK)
        return status;
    lesson->counts = lesson->pages.data;
    lesson->literals = lesson->counts + tokens;
    lesson->own = lesson->literals + MATCHER_CODE_POINTS;
    lesson->stream = lesson->own + TOKEN_OWN_MAX + 1;
    lesson->classes = (uint8_t *)(lesson->stream + stream);
    return GDX_OK;
}

// For as many keys as the first spelling has tokens, later ones fewer, and as there can be tokens.
static gdx_status make_room(token_lesson *lesson) {
    size_t tokens = token_builtin_count + TOKEN_OWN_MAX;
    size_t keys = lesson->stream_count > tokens ? lesson->stream_count : tokens;
    gdx_status status = gdx_pages_reserve(&lesson->sorting, (2 * keys + keys / PAIR_MIN + 1) * sizeof *lesson->keys);
    if (status != GDX_OK)
        return status;
    lesson->keys = lesson->sorting.data;
    lesson->room = lesson->keys + keys;
    lesson->found = lesson->room + keys;
    return GDX_OK;
}

static void lesson_clear(token_lesson *lesson) {
    matcher_clear(&lesson->matcher);
    spelling_clear(&lesson->spelling);
    gdx_buffer_clear(&lesson->own_text);
    gdx_pages_clear(&lesson->pages);
    gdx_pages_clear(&lesson->sorting);
}

static gdx_status find_own(token_lesson *lesson) {
    gdx_status status = add_literals(lesson);
    for (unsigned i = 0; i < ROUNDS && status == GDX_OK; i++) {
        status = join_pairs(lesson);
        if (status == GDX_OK)
            status = spell_sample(lesson);
    }
    return status;
}

// Bits that a table of `bytes` bytes saves in the whole text when it saves `saved` in the sample; an eighth is taken
// off, since the sample flatters what was learned from it.
static int64_t worth(const token_lesson *lesson, uint64_t before, uint64_t after, size_t bytes) {
    if (before <= after)
        return 0;
    return (int64_t)(((before - after) * lesson->ratio >> RATIO_SHIFT) / 8 * 7) - (int64_t)bytes * 8;
}

static gdx_status choose_table(token_lesson *lesson, gdx_buffer *small, gdx_buffer *large, bool *out_large,
                               bool *out_any) {
    token_choice choice = {0};
    gdx_status status = spell_sample(lesson);
    if (status == GDX_OK)
        status = make_room(lesson);
    if (status != GDX_OK)
        return status;
    fit_classes(lesson, &choice);
    uint64_t fitted = choice_cost(lesson, &choice, NULL);
    status = token_choice_write(&choice, small);
    memcpy(choice.bits, token_builtin.classes, TOKEN_CLASSES);
    uint64_t before = choice_cost(lesson, &choice, NULL);
    if (status == GDX_OK)
        status = find_own(lesson);
    numbered *own = calloc(2 * ((size_t)lesson->own_count + 1), sizeof *own);
    gdx_slice *texts = calloc((size_t)lesson->own_count + 1, sizeof *texts);
    if (status == GDX_OK && (!own || !texts))
        status = GDX_NO_MEMORY;
    if (status == GDX_OK) {
        choice.own_count = keep_own(lesson, own);
        numbered *sorted = gdx_sort(&by_text, NULL, own, own + lesson->own_count + 1, choice.own_count);
        for (uint32_t i = 0; i < choice.own_count; i++)
            texts[i] = sorted[i].text;
        choice.own = texts;
        rank(lesson, sorted, &choice);
        status = token_choice_write(&choice, large);
        int64_t of_large = worth(lesson, before, choice_cost(lesson, &choice, sorted), large->bytes);
        int64_t of_small = worth(lesson, before, fitted, small->bytes);
        *out_any = of_large > 0 || of_small > 0;
        *out_large = of_large > of_small;
    }
    free(own);
    free(texts);
    return status;
}

gdx_status gdx_token_learner_finish(gdx_token_learner *learner, uint64_t text_bytes, gdx_buffer *out, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (learner->text_bytes >= SAMPLE_BYTES_MIN) {
        token_lesson lesson;
        gdx_buffer small = {0}, large = {0};
        bool is_large = false, is_any = false;
        status = lesson_init(&lesson, learner, text_bytes);
        if (status == GDX_OK)
            status = choose_table(&lesson, &small, &large, &is_large, &is_any);
        const gdx_buffer *chosen = is_large ? &large : &small;
        if (status == GDX_OK && is_any)
            status = gdx_buffer_append(out, chosen->data, chosen->bytes);
        gdx_buffer_clear(&small);
        gdx_buffer_clear(&large);
        lesson_clear(&lesson);
    }
    learner->text_bytes = 0;
    learner->piece_count = 0;
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "learning tokens");
}
