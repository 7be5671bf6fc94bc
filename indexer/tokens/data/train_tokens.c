// SPDX-License-Identifier: Apache-2.0
// train_tokens: composes the built-in table from texts. usage: train_tokens TOKENS FILE[:MEGABYTES]... > tokens-1.txt
// Relies on table.h for classes and their codes. No part of the program and not run by the build. README.md names the
// texts that tokens-1.txt was made from, and says how it differs from what this makes of them now. Needs 2 GB of memory
// for 70 MB of text.
//
// Begins with the code points. Each round spells all text in the tokens there are, in the fewest bits; joins the pairs
// of neighbours that save most; and now and then drops the tokens whose loss costs least. The last round drops to
// TOKENS.
#include "gdx/utf8.h"
#include "table.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 15, SYMBOLS_MAX = 20, CODE_POINT_MIN = 3, PAIR_MIN = 4, RUN = 60000, PARAGRAPH = 4000 };
enum { SLOTS = 1 << 22, NODES = SLOTS, TOKENS_MAX = 1 << 19, LITERAL_BITS = 31, NONE = -1 };

typedef struct token {
    uint32_t symbols[SYMBOLS_MAX];
    uint32_t length;
    double count; // in the last spelling, or what is expected of it
    double bits;
} token;

typedef struct candidate {
    double gain;
    uint32_t first, second;
    uint32_t count;
} candidate;

static token tokens[TOKENS_MAX];
static uint32_t known_count, single_count; // single code points come first and stay
static double total;                       // tokens in the last spelling
static uint32_t *text;                     // code points; 0 ends a run
static size_t text_count, text_capacity;
static int32_t *stream; // tokens of the text; NONE for the end of a run, and for a code point that is no token
static size_t stream_count;
static uint64_t keys[SLOTS]; // the trie: node << 21 | code point, plus 1
static uint32_t children[SLOTS];
static int32_t ends[NODES];
static uint32_t node_count;

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "train_tokens: %s\n", what);
    exit(1);
}

static void *need(void *memory) {
    if (!memory)
        fail("no memory");
    return memory;
}

// ---- The trie ----

static uint32_t slot_of(uint32_t node, uint32_t code_point) {
    uint64_t key = ((uint64_t)node << 21 | code_point) + 1;
    uint32_t at = (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) % SLOTS;
    while (keys[at] != 0 && keys[at] != key)
        at = (at + 1) % SLOTS;
    return at;
}

static uint32_t child_of(uint32_t node, uint32_t code_point) { // 0: none
    uint32_t at = slot_of(node, code_point);
    return keys[at] ? children[at] : 0;
}

static uint32_t *end_of(const uint32_t *symbols, uint32_t length) { // makes the nodes that lead there
    uint32_t node = 0;
    for (uint32_t i = 0; i < length; i++) {
        uint32_t at = slot_of(node, symbols[i]);
        if (keys[at] == 0) {
            keys[at] = ((uint64_t)node << 21 | symbols[i]) + 1;
            children[at] = node_count;
            ends[node_count++] = NONE;
        }
        node = children[at];
    }
    return (uint32_t *)&ends[node];
}

static void build_trie(void) {
    memset(keys, 0, sizeof keys);
    node_count = 1;
    ends[0] = NONE;
    for (uint32_t i = 0; i < known_count; i++)
        *end_of(tokens[i].symbols, tokens[i].length) = i;
}

static bool add_token(const uint32_t *symbols, uint32_t length, double count) {
    uint32_t *end = end_of(symbols, length);
    if (*end != (uint32_t)NONE || known_count == TOKENS_MAX)
        return false;
    token *added = &tokens[known_count];
    memcpy(added->symbols, symbols, length * sizeof *symbols);
    added->length = length;
    added->count = count;
    *end = known_count++;
    return true;
}

// ---- Spelling ----

static void set_bits(void) {
    for (uint32_t i = 0; i < known_count; i++)
        tokens[i].bits = log2(total / (tokens[i].count > 0 ? tokens[i].count : 0.5));
}

// The cheapest way from each place to the end; `without` may not be used. steps may be NULL.
static void find_costs(const uint32_t *symbols, size_t count, int32_t without, double *costs, int32_t *steps) {
    costs[count] = 0;
    for (size_t i = count; i-- > 0;) {
        uint32_t node = 0;
        costs[i] = costs[i + 1] + LITERAL_BITS;
        if (steps)
            steps[i] = NONE;
        for (size_t j = i; j < count && (node = child_of(node, symbols[j])) != 0; j++) {
            int32_t end = ends[node];
            if (end == NONE || end == without || costs[j + 1] + tokens[end].bits >= costs[i])
                continue;
            costs[i] = costs[j + 1] + tokens[end].bits;
            if (steps)
                steps[i] = end;
        }
    }
}

static void spell_run(const uint32_t *symbols, size_t count) {
    static double costs[RUN + PARAGRAPH + 2];
    static int32_t steps[RUN + PARAGRAPH + 2];
    find_costs(symbols, count, NONE, costs, steps);
    for (size_t i = 0; i < count; i += steps[i] == NONE ? 1 : tokens[steps[i]].length)
        stream[stream_count++] = steps[i];
    stream[stream_count++] = NONE;
}

static void spell_all(void) {
    build_trie();
    set_bits();
    stream_count = 0;
    for (size_t begin = 0, i = 0; i < text_count; i++)
        if (text[i] == 0) {
            spell_run(text + begin, i - begin);
            begin = i + 1;
        }
    total = 0;
    for (uint32_t i = 0; i < known_count; i++)
        tokens[i].count = 0;
    for (size_t i = 0; i < stream_count; i++)
        if (stream[i] != NONE) {
            tokens[stream[i]].count++;
            total++;
        }
}

// ---- Joining and dropping ----

static int by_pair(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static int by_gain(const void *a, const void *b) {
    const candidate *left = a, *right = b;
    if (left->gain != right->gain)
        return left->gain > right->gain ? -1 : 1;
    return left->first != right->first ? (left->first < right->first ? -1 : 1)
                                       : (left->second > right->second) - (left->second < right->second);
}

static size_t sort_pairs(uint64_t *pairs) {
    size_t count = 0;
    for (size_t i = 0; i + 1 < stream_count; i++)
        if (stream[i] != NONE && stream[i + 1] != NONE &&
            tokens[stream[i]].length + tokens[stream[i + 1]].length <= SYMBOLS_MAX)
            pairs[count++] = (uint64_t)stream[i] << 32 | (uint32_t)stream[i + 1];
    qsort(pairs, count, sizeof *pairs, by_pair);
    return count;
}

static size_t find_candidates(const uint64_t *pairs, size_t count, candidate *found) {
    size_t candidates = 0;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && pairs[end] == pairs[i];)
            end++;
        uint32_t first = (uint32_t)(pairs[i] >> 32), second = (uint32_t)pairs[i];
        double times = (double)(first == second ? (end - i) / 2 : end - i);
        double gain = times * (log2(times) + log2(total) - log2(tokens[first].count) - log2(tokens[second].count));
        if (times >= PAIR_MIN && gain > 0)
            found[candidates++] = (candidate){gain, first, second, (uint32_t)times};
    }
    qsort(found, candidates, sizeof *found, by_gain);
    return candidates;
}

static void join(uint32_t target) {
    uint64_t *pairs = need(malloc((stream_count + 1) * sizeof *pairs));
    size_t count = sort_pairs(pairs);
    candidate *found = need(malloc((count / PAIR_MIN + 1) * sizeof *found));
    size_t candidates = find_candidates(pairs, count, found);
    for (size_t i = 0; i < candidates && known_count < target; i++) {
        uint32_t symbols[SYMBOLS_MAX];
        const token *first = &tokens[found[i].first], *second = &tokens[found[i].second];
        memcpy(symbols, first->symbols, first->length * sizeof *symbols);
        memcpy(symbols + first->length, second->symbols, second->length * sizeof *symbols);
        add_token(symbols, first->length + second->length, found[i].count);
    }
    free(pairs);
    free(found);
}

// Keeps the `target` tokens whose loss would cost most: how often they are used, times what their spelling in others
// takes more.
static void drop(uint32_t target) {
    candidate *worth = need(malloc(known_count * sizeof *worth));
    bool *keep = need(calloc(known_count, sizeof *keep));
    set_bits();
    for (uint32_t i = 0; i < known_count; i++) {
        double costs[SYMBOLS_MAX + 1] = {INFINITY};
        if (i >= single_count)
            find_costs(tokens[i].symbols, tokens[i].length, (int32_t)i, costs, NULL);
        worth[i] = (candidate){i < single_count ? INFINITY : tokens[i].count * (costs[0] - tokens[i].bits), i, 0, 0};
    }
    qsort(worth, known_count, sizeof *worth, by_gain);
    for (uint32_t i = 0; i < target && i < known_count; i++)
        keep[worth[i].first] = true;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < known_count; i++)
        if (keep[i])
            tokens[kept++] = tokens[i];
    known_count = kept;
    free(worth);
    free(keep);
}

static void train(uint32_t wanted) {
    for (int round = 0; round < ROUNDS; round++) {
        spell_all();
        fprintf(stderr, "round %d: %u tokens, %.0f of them in the text\n", round, known_count, total);
        double part = pow((double)(round + 1) / (ROUNDS - 1), 1.5);
        uint32_t most = wanted + wanted / 8, target = single_count + (uint32_t)((most - single_count) * part);
        if (target > most || round == ROUNDS - 1)
            target = most;
        if (round == ROUNDS - 1)
            drop(wanted);
        else if (known_count > target / 10 * 9)
            drop(target / 20 * 17);
        if (round < ROUNDS - 1) {
            build_trie();
            join(target);
        }
    }
    spell_all();
}

// ---- Reading and writing ----

static void add_symbol(uint32_t code_point) {
    if (text_count == text_capacity) {
        text_capacity = text_capacity ? 2 * text_capacity : 1 << 20;
        text = need(realloc(text, text_capacity * sizeof *text));
    }
    text[text_count++] = code_point;
}

static void read_text(char *name) {
    char *colon = strrchr(name, ':');
    double limit = colon ? atof(colon + 1) * 1e6 : INFINITY;
    if (colon)
        *colon = '\0';
    FILE *file = fopen(name, "rb");
    uint8_t sequence[GDX_UTF8_BYTES];
    size_t in_run = 0;
    double bytes = 0;
    if (!file)
        fail(name);
    for (int byte; bytes < limit && (byte = getc(file)) != EOF;) {
        uint32_t code_point;
        sequence[0] = (uint8_t)byte;
        size_t length = gdx_utf8_sequence_bytes(sequence[0]);
        length = fread(sequence + 1, 1, length - 1, file) + 1;
        bytes += (double)gdx_utf8_decode(sequence, length, &code_point);
        add_symbol(code_point == 0 || code_point == GDX_ILL_FORMED ? GDX_REPLACEMENT_CODE_POINT : code_point);
        if ((++in_run > PARAGRAPH && code_point == '\n') || in_run == RUN) {
            add_symbol(0);
            in_run = 0;
        }
    }
    add_symbol(0);
    fclose(file);
}

// Code points that no token may hold are left to be literals.
static void add_singles(void) {
    double *counts = need(calloc(GDX_CODE_POINTS, sizeof *counts));
    for (size_t i = 0; i < text_count; i++)
        counts[text[i]]++;
    build_trie();
    for (uint32_t i = 1; i < 0xffff; i++)
        if (counts[i] >= CODE_POINT_MIN || (i >= ' ' && i <= '~'))
            add_token(&i, 1, counts[i]);
    total = (double)text_count;
    single_count = known_count;
    free(counts);
}

static int by_count(const void *a, const void *b) {
    const token *left = a, *right = b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    for (uint32_t i = 0; i < left->length && i < right->length; i++)
        if (left->symbols[i] != right->symbols[i])
            return left->symbols[i] < right->symbols[i] ? -1 : 1;
    return left->length < right->length ? -1 : left->length > right->length;
}

// What an editor may not show, or change, is escaped.
static void write_symbol(uint32_t code_point) {
    uint8_t utf8[GDX_UTF8_BYTES + 1] = "";
    bool is_odd = code_point < ' ' || (code_point >= 0x7f && code_point < 0xa1) || code_point == 0xad ||
                  (code_point >= 0x300 && code_point < 0x370) || (code_point >= 0x2000 && code_point < 0x2010) ||
                  (code_point >= 0x2028 && code_point < 0x2030) || (code_point >= 0x205f && code_point < 0x2070) ||
                  code_point == 0x3000 || (code_point >= 0xe000 && code_point < 0xf900) ||
                  (code_point >= 0xfe00 && code_point < 0xfe10) || code_point >= 0xfeff;
    is_odd = is_odd && (code_point < 0xff01 || code_point > 0xffee);
    gdx_utf8_encode(utf8, code_point);
    if (code_point == '\n' || code_point == '\t' || code_point == '\\')
        printf("\\%c", code_point == '\n' ? 'n' : code_point == '\t' ? 't' : '\\');
    else if (is_odd)
        printf("\\u%04x", code_point);
    else
        printf("%s", (const char *)utf8);
}

static void write_table(void) {
    uint64_t weights[TOKEN_CLASSES] = {0};
    token_prefixes prefixes;
    qsort(tokens, known_count, sizeof *tokens, by_count);
    for (uint32_t i = 0; i < known_count; i++)
        weights[token_rank_class(i)] += (uint64_t)tokens[i].count + 1;
    token_prefixes_fit(weights, token_rank_class(known_count - 1) + 1, &prefixes);
    puts(
        "# Tokens, most frequent first, made by train_tokens; see README.md. \\n, \\t, \\\\ and \\uXXXX stand for one code "
        "point.");
    printf("prefixes");
    for (unsigned class = 0; class < TOKEN_CLASSES; class ++)
        printf(" %u", prefixes.bits[class]);
    puts("");
    for (uint32_t i = 0; i < known_count; i++) {
        for (uint32_t k = 0; k < tokens[i].length; k++)
            write_symbol(tokens[i].symbols[k]);
        puts("");
    }
}

int main(int arguments, char **argument) {
    if (arguments < 3)
        fail("usage: train_tokens TOKENS FILE[:MEGABYTES]...");
    for (int i = 2; i < arguments; i++)
        read_text(argument[i]);
    stream = need(malloc((text_count + 1) * sizeof *stream));
    add_singles();
    train((uint32_t)atoi(argument[1]));
    write_table();
    return fflush(stdout) == 0 ? 0 : 1;
}
