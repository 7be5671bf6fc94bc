// SPDX-License-Identifier: Apache-2.0
// make_builtin: writes the built-in table of tokens as C, run by the build. usage: make_builtin data/tokens-1.txt
// The file holds everything: the bits of the classes' codes, then the tokens by rank, one a line, \n, \t, \\ and \uXXXX
// being escapes. Fails on any line that it does not understand. docs/format.md, "Token table 1", says what is summed.
#include "encode.h"
#include "gdx/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { LINE_BYTES = 1024, TOKENS_MAX = 1 << 17 };

static uint32_t entries[TOKENS_MAX];
static uint8_t bits[TOKEN_CLASSES];
static uint32_t count, text_bytes;
static XXH3_state_t *sum;
static char *texts; // all of them, as the program will have them

static _Noreturn void fail(unsigned line, const char *what) {
    fprintf(stderr, "make_builtin: line %u: %s\n", line, what);
    exit(1);
}

static void read_prefixes(const char *line, unsigned number) {
    int at = 0, next = 0;
    if (sscanf(line, "prefixes%n", &at) != 0 || at == 0)
        fail(number, "the bits of the prefixes are expected");
    for (unsigned class = 0; class < TOKEN_CLASSES; class ++, at += next) {
        unsigned value;
        if (sscanf(line + at, "%u%n", &value, &next) != 1 || value > TOKEN_PREFIX_MAX)
            fail(number, "bits of a prefix are expected");
        bits[class] = (uint8_t)value;
    }
    if (line[at] != '\0')
        fail(number, "more prefixes than there are classes");
    XXH3_64bits_update(sum, bits, sizeof bits);
}

// One line to the token's text. Returns its bytes.
static size_t unescape(const char *line, unsigned number, uint8_t *to) {
    size_t bytes = 0;
    for (const char *at = line; *at; at++) {
        unsigned code_point = (uint8_t)*at;
        if (bytes + GDX_UTF8_BYTES > TOKEN_BYTES_MAX + GDX_UTF8_BYTES)
            fail(number, "a token is too long");
        if (*at != '\\') {
            to[bytes++] = (uint8_t)*at;
            continue;
        }
        at++;
        if (*at == 'n' || *at == 't' || *at == '\\') {
            to[bytes++] = *at == 'n' ? '\n' : *at == 't' ? '\t' : '\\';
        } else if (*at == 'u' && sscanf(at + 1, "%4x", &code_point) == 1) {
            bytes += gdx_utf8_encode(to + bytes, code_point);
            at += 4;
        } else {
            fail(number, "an escape is not known");
        }
    }
    if (bytes == 0 || bytes > TOKEN_BYTES_MAX)
        fail(number, "a token has no text, or too much");
    return bytes;
}

static void write_token(const uint8_t *text, size_t bytes) {
    printf("    \"");
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] < ' ' || text[i] == '"' || text[i] == '\\' || text[i] == '?' || text[i] == 0x7f)
            printf("\\%03o", text[i]);
        else
            putchar(text[i]);
    }
    puts("\"");
}

static void add(const char *line, unsigned number) {
    uint8_t text[TOKEN_BYTES_MAX + 2 * GDX_UTF8_BYTES];
    size_t bytes = unescape(line, number, text);
    if (count == TOKENS_MAX)
        fail(number, "too many tokens");
    entries[count++] = text_bytes | (uint32_t)bytes << TOKEN_LENGTH_SHIFT;
    if ((text_bytes + bytes) >> (TOKEN_LENGTH_SHIFT - 1))
        fail(number, "too much text");
    memcpy(texts + text_bytes, text, bytes);
    text_bytes += (uint32_t)bytes;
    XXH3_64bits_update(sum, text, bytes);
    XXH3_64bits_update(sum, "", 1);
    write_token(text, bytes);
}

static void put_all(token_matcher *matcher, const token_matcher *model) {
    for (uint32_t i = 0; i < count; i++) {
        const char *text = texts + (entries[i] & ((1u << TOKEN_LENGTH_SHIFT) - 1));
        gdx_slice slice = {text, entries[i] >> TOKEN_LENGTH_SHIFT};
        bool is_added;
        if (matcher_put(matcher, model, slice, i, &is_added) != GDX_OK || !is_added)
            fail(i + 3, "the token cannot be matched, or stands there twice");
    }
}

static void write_slots(const char *name, const uint64_t *slots, uint32_t slot_count) {
    printf("static const uint64_t %s[%u] __attribute__((aligned(64))) = {\n", name, slot_count);
    for (uint32_t i = 0; i < slot_count; i++)
        printf("%" PRIu64 "u,%s", slots[i], i % 8 == 7 ? "\n" : "");
    puts("};");
}

// The trie is made twice: the second time with the sizes of the first, so that tables lie in the order of the tokens.
static void write_matcher(void) {
    token_matcher model, matcher;
    if (matcher_init(&model, NULL) != GDX_OK || matcher_init(&matcher, NULL) != GDX_OK)
        fail(0, "no memory for the trie");
    put_all(&model, NULL);
    put_all(&matcher, &model);
    write_slots("builtin_slots", matcher.slots, matcher.slot_count);
    write_slots("builtin_first", matcher.first, MATCHER_CODE_POINTS);
    printf("const token_matcher token_builtin_matcher = {builtin_slots, builtin_first, %u, NULL, NULL, {NULL, 0}};\n",
           matcher.slot_count);
    matcher_clear(&model);
    matcher_clear(&matcher);
}

static void write_rest(void) {
    token_prefixes prefixes = {0};
    uint32_t spread[TOKEN_PREFIXES];
    uint32_t rows = 0; // as many as classes with codes can lead to, and one that is no token
    memcpy(prefixes.bits, bits, sizeof bits);
    if (count == 0 || !token_prefixes_assign(&prefixes))
        fail(1, "the prefixes are no code");
    for (unsigned class = 0; class < TOKEN_CLASSES; class ++)
        if (bits[class] > 0)
            rows = token_class_first(class) + (1u << token_class_bits(class));
    if (rows < count)
        fail(1, "there are tokens of classes without a prefix");
    token_prefixes_spread(&prefixes, rows, spread);
    printf("    ;\nconst uint32_t token_builtin_count = %u;\nconst uint32_t token_builtin_bytes = %u;\n", count,
           text_bytes);
    printf("const uint64_t token_builtin_checksum = UINT64_C(0x%016" PRIx64 ");\n", (uint64_t)XXH3_64bits_digest(sum));
    printf("const uint32_t token_builtin_entries[%u] = {\n", rows + 1);
    for (uint32_t i = 0; i < count; i++)
        printf("%u,%s", entries[i], i % 12 == 11 ? "\n" : "");
    printf(
        "};\nconst struct gdx_token_table token_builtin = {\n    .entries = token_builtin_entries, .entry_count = %u,\n"
        "    .own_text = token_builtin_text, .prefixes = {",
        rows + 1);
    for (unsigned i = 0; i < TOKEN_PREFIXES; i++)
        printf("%u,%s", spread[i], i % 12 == 11 ? "\n" : "");
    printf("},\n    .classes = {");
    for (unsigned i = 0; i < TOKEN_CLASSES; i++)
        printf("%u,", bits[i]);
    puts("}};");
}

int main(int arguments, char **argument) {
    FILE *file = arguments == 2 ? fopen(argument[1], "r") : NULL;
    sum = XXH3_createState();
    texts = malloc(1 << (TOKEN_LENGTH_SHIFT - 1));
    if (!file || !sum || !texts)
        fail(0, "cannot read the file of tokens");
    XXH3_64bits_reset(sum);
    puts("// Made by make_builtin. Do not edit.\n#include \"matcher.h\"\n\nconst char token_builtin_text[] =");
    char line[LINE_BYTES];
    for (unsigned number = 1; fgets(line, sizeof line, file); number++) {
        size_t bytes = strlen(line);
        if (bytes == 0 || line[bytes - 1] != '\n')
            fail(number, "the line is too long, or does not end");
        line[bytes - 1] = '\0';
        if (number == 2)
            read_prefixes(line, number);
        else if (number > 2)
            add(line, number);
    }
    printf("    \"");
    for (unsigned i = 0; i < TOKEN_BYTES_MAX; i++) // texts are copied with what stands behind them
        printf("\\0");
    puts("\"");
    write_rest();
    write_matcher();
    free(texts);
    XXH3_freeState(sum);
    return fclose(file) == 0 && fflush(stdout) == 0 ? 0 : 1;
}
