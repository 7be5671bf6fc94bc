// SPDX-License-Identifier: Apache-2.0
// bench_tokens: what token text makes of files, beside zstd -3, in processor time of one core. usage: bench_tokens
// FILE... Relies on gdx/tokens.h and zstd. Each file is one text, as if it were one segment's: cut into groups of about
// 128 symbols, spelled with the built-in table and with a table learned on a part of it. The least of several runs
// counts.
#include "gdx/tokens.h"
#include "gdx/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zstd.h>

enum { GROUP_SYMBOLS = 128, GROUP_BYTES = 2048, SAMPLE_GROUPS = 8, RUNS = 3, BLOCK_BYTES = 64 << 10, PLACES = 200000 };

struct text {
    gdx_slice bytes;
    uint32_t *ends; // of groups
    size_t count;
};

static double now(void) { // seconds of this thread's processor time
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool is_word(uint32_t code_point) {
    return (code_point >= '0' && code_point <= '9') || ((code_point | 32) >= 'a' && (code_point | 32) <= 'z') ||
           (code_point >= 0xc0 && code_point < 0x2000);
}

// Nearly what the matching rule counts: a run of letters and digits is one symbol, as is a Chinese character.
static void cut(struct text *text) {
    const uint8_t *data = (const uint8_t *)text->bytes.data;
    size_t symbols = 0, begin = 0, bytes;
    bool in_word = false;
    text->ends = malloc((text->bytes.bytes / GROUP_SYMBOLS + text->bytes.bytes / GROUP_BYTES + 2) * sizeof *text->ends);
    for (size_t i = 0; i < text->bytes.bytes; i += bytes) {
        uint32_t code_point = gdx_utf8_decode_valid(data + i, &bytes);
        bool word = is_word(code_point);
        bool symbol = code_point >= 0x2e80 || (word && !in_word);
        in_word = word;
        if ((symbol && symbols == GROUP_SYMBOLS) || i - begin + bytes > GROUP_BYTES) {
            text->ends[text->count++] = (uint32_t)i;
            begin = i;
            symbols = 0;
        }
        symbols += symbol;
    }
    text->ends[text->count++] = (uint32_t)text->bytes.bytes;
}

static gdx_slice group_of(const struct text *text, size_t group) {
    uint32_t begin = group > 0 ? text->ends[group - 1] : 0;
    return (gdx_slice){text->bytes.data + begin, text->ends[group] - begin};
}

static void check(gdx_status status, const gdx_error *err) {
    char words[GDX_ERROR_TEXT_BYTES];
    if (status == GDX_OK)
        return;
    fprintf(stderr, "bench_tokens: %s\n", gdx_error_text(err, words));
    exit(1);
}

static gdx_token_table *learn(const struct text *text, size_t every, size_t *out_bytes) {
    gdx_error err = {0};
    gdx_buffer serialized = {0};
    GDX_AUTO(gdx_token_learner) learner = NULL;
    gdx_token_table *table = NULL;
    gdx_status status = gdx_token_learner_new(&learner, &err);
    for (size_t i = 0; i < text->count && status == GDX_OK; i++)
        if (i / SAMPLE_GROUPS % every == 0)
            status = gdx_token_learner_add(learner, group_of(text, i), &err);
    if (status == GDX_OK)
        status = gdx_token_learner_finish(learner, text->bytes.bytes, &serialized, &err);
    if (status == GDX_OK && serialized.bytes > 0)
        status = gdx_token_table_read(gdx_buffer_slice(&serialized), &table, &err);
    check(status, &err);
    *out_bytes = serialized.bytes;
    gdx_buffer_clear(&serialized);
    return table;
}

static void encode(const gdx_token_table *table, const struct text *text, gdx_buffer *coded, uint32_t *ends) {
    gdx_error err = {0};
    GDX_AUTO(gdx_token_encoder) encoder = NULL;
    check(gdx_token_encoder_new(table, &encoder, &err), &err);
    coded->bytes = 0;
    for (size_t i = 0; i < text->count; i++) {
        check(gdx_token_encode(encoder, group_of(text, i), coded, &err), &err);
        ends[i] = (uint32_t)coded->bytes;
    }
}

static double decode_places(const gdx_token_table *table, const struct text *text, gdx_slice coded,
                            const uint32_t *ends) {
    gdx_error err = {0};
    gdx_buffer out = {0};
    uint64_t random = 1;
    double begin = now();
    for (int i = 0; i < PLACES; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        size_t group = (random >> 33) % text->count;
        uint32_t from = group > 0 ? ends[group - 1] : 0;
        out.bytes = 0;
        check(gdx_token_decode(table, (gdx_slice){coded.data + from, ends[group] - from}, GROUP_BYTES, &out, &err),
              &err);
    }
    double time = now() - begin;
    gdx_buffer_clear(&out);
    return time / PLACES;
}

static void least(double *time, double begin) {
    double taken = now() - begin;
    if (*time == 0 || taken < *time)
        *time = taken;
}

static void measure_tokens(const struct text *text, size_t every) {
    gdx_error err = {0};
    gdx_buffer coded = {0}, back = {0};
    uint32_t *ends = malloc(text->count * sizeof *ends);
    double learning = 0, writing = 0, reading = 0, begin;
    size_t table_bytes = 0;
    gdx_token_table *own = NULL;
    const gdx_token_table *table = gdx_token_table_builtin();
    encode(table, &(struct text){text->bytes, text->ends, 1}, &coded, ends); // makes the built-in trie
    for (int run = 0; run < RUNS; run++) {
        if (every > 0) {
            gdx_token_table_free(own);
            begin = now();
            own = learn(text, every, &table_bytes);
            least(&learning, begin);
            table = own ? own : gdx_token_table_builtin();
        }
        begin = now();
        encode(table, text, &coded, ends);
        least(&writing, begin);
        back.bytes = 0;
        begin = now();
        check(gdx_token_decode_run(table, gdx_buffer_slice(&coded), ends, text->count, text->bytes.bytes, &back, &err),
              &err);
        least(&reading, begin);
    }
    double bytes = (double)text->bytes.bytes;
    printf(
        "tokens, sample 1/%-3zu codes %.4f table %.4f sum %.4f; learning %.3f s; making %.0f MB/s; reading %.0f MB/s; "
        "a place %.0f ns%s\n",
        every, (double)coded.bytes / bytes, (double)table_bytes / bytes, (double)(coded.bytes + table_bytes) / bytes,
        learning, bytes / 1e6 / (writing + learning), bytes / 1e6 / reading,
        decode_places(table, text, gdx_buffer_slice(&coded), ends) * 1e9,
        gdx_slice_equal(gdx_buffer_slice(&back), text->bytes) ? "" : "; WRONG TEXT");
    gdx_token_table_free(own);
    gdx_buffer_clear(&coded);
    gdx_buffer_clear(&back);
    free(ends);
}

static void measure_zstd(gdx_slice text, size_t block_bytes) {
    size_t room = ZSTD_compressBound(block_bytes);
    char *to = malloc(room);
    ZSTD_CCtx *context = ZSTD_createCCtx();
    double time = 0;
    size_t total = 0;
    for (int run = 0; run < RUNS; run++) {
        total = 0;
        double begin = now();
        for (size_t at = 0; at < text.bytes; at += block_bytes) {
            size_t bytes = text.bytes - at < block_bytes ? text.bytes - at : block_bytes;
            total += ZSTD_compressCCtx(context, to, room, text.data + at, bytes, 3);
        }
        least(&time, begin);
    }
    printf("zstd -3, blocks of %zu bytes: %.4f; %.0f MB/s\n", block_bytes, (double)total / (double)text.bytes,
           (double)text.bytes / 1e6 / time);
    ZSTD_freeCCtx(context);
    free(to);
}

int main(int arguments, char **argument) {
    for (int i = 1; i < arguments; i++) {
        gdx_error err = {0};
        gdx_map map = {0};
        check(gdx_map_open(&map, argument[i], &err), &err);
        struct text text = {{(const char *)map.data, map.bytes}, NULL, 0};
        cut(&text);
        printf("%s: %zu bytes in %zu groups\n", argument[i], text.bytes.bytes, text.count);
        measure_zstd(text.bytes, text.bytes.bytes);
        measure_zstd(text.bytes, BLOCK_BYTES);
        const size_t every[] = {0, 32, 16, 8};
        for (size_t k = 0; k < sizeof every / sizeof *every; k++)
            measure_tokens(&text, every[k]);
        free(text.ends);
        gdx_map_close(&map);
    }
    return 0;
}
