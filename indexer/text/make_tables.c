// SPDX-License-Identifier: Apache-2.0
// make_tables: writes tables.c, run by the build. usage: make_tables Scripts.txt ScriptExtensions.txt TSCharacters.txt
// Reads the Unicode character database and OpenCC's character table as their packages ship them, asks utf8proc for
// NFKC_Casefold, and prints C. Fails on any line that it does not understand, so that a new edition is not misread.

#include "gdx/utf8.h"
#include "rule.h"
#include "tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include <xxhash.h>

enum { CODE_POINTS = GDX_CODE_POINTS, FOLD_MAX = 64, EXPANSIONS_MAX = 1 << 16 };
enum {
    HANGUL_VOWEL_FIRST = 0x1161,
    HANGUL_VOWEL_LAST = 0x1175,
    HANGUL_FINAL_FIRST = 0x11a8,
    HANGUL_FINAL_LAST = 0x11c2
};

static bool unspaced[CODE_POINTS];
static text_range ranges[CODE_POINTS / 2];
static text_pair pairs[1 << 14];
static text_lists lists = {.unspaced = ranges, .pairs = pairs};

static bool composes_backwards[CODE_POINTS];
static uint32_t entries[CODE_POINTS];
static uint32_t expansions[EXPANSIONS_MAX];
static uint32_t expansion_count;
static uint32_t plain[TEXT_PLAIN_COUNT];

static _Noreturn void fail(const char *where, const char *what) {
    fprintf(stderr, "make_tables: %s: %s\n", where, what);
    exit(1);
}

static FILE *open_file(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file)
        fail(path, "cannot be opened");
    return file;
}

// ---- scripts

static bool is_unspaced_script(const char *name) {
    static const char *const names[] = {"Han",      "Hani",  "Hiragana", "Hira",    "Katakana", "Kana",
                                        "Bopomofo", "Bopo",  "Hangul",   "Hang",    "Thai",     "Lao",
                                        "Laoo",     "Khmer", "Khmr",     "Myanmar", "Mymr"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

// "30FC..30FD ; Hira Kana # comment": marks the range when one of the names is a script written without spaces.
static void read_scripts(const char *path) {
    FILE *file = open_file(path);
    char line[1024];
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "#\n")] = 0;
        unsigned first, last;
        int used = 0;
        if (sscanf(line, "%x..%x ; %n", &first, &last, &used) != 2) {
            if (sscanf(line, "%x ; %n", &first, &used) != 1) {
                if (strspn(line, " \t") != strlen(line))
                    fail(path, line);
                continue;
            }
            last = first;
        }
        if (!used || last >= CODE_POINTS || first > last)
            fail(path, line);
        for (char *name = strtok(line + used, " "); name; name = strtok(NULL, " "))
            if (is_unspaced_script(name))
                memset(unspaced + first, true, last - first + 1);
    }
    fclose(file);
}

static void make_ranges(void) {
    for (uint32_t c = 0; c < CODE_POINTS; c++) {
        if (!unspaced[c])
            continue;
        if (lists.unspaced_count && ranges[lists.unspaced_count - 1].last + 1 == c)
            ranges[lists.unspaced_count - 1].last = c;
        else
            ranges[lists.unspaced_count++] = (text_range){c, c};
    }
}

// ---- variants

// The zero at the end continues nothing, so that nothing after it is read.
static const char *read_code_point(const char *text, uint32_t *out) {
    size_t bytes = gdx_utf8_decode((const uint8_t *)text, GDX_UTF8_BYTES, out);
    return *out == GDX_ILL_FORMED ? NULL : text + bytes;
}

static int compare_pairs(const void *a, const void *b) {
    uint32_t x = ((const text_pair *)a)->traditional;
    uint32_t y = ((const text_pair *)b)->traditional;
    return x < y ? -1 : x > y;
}

// "乾<tab>干 乾": the first candidate counts.
static void read_variants(const char *path) {
    FILE *file = open_file(path);
    char line[256];
    while (fgets(line, sizeof line, file)) {
        text_pair pair;
        const char *at = read_code_point(line, &pair.traditional);
        if (!at || *at != '\t' || !(at = read_code_point(at + 1, &pair.simplified)) || !strchr(" \r\n", *at))
            fail(path, line);
        if (pair.traditional == pair.simplified)
            continue;
        if (lists.pair_count == sizeof pairs / sizeof *pairs)
            fail(path, "more characters than expected");
        pairs[lists.pair_count++] = pair;
    }
    fclose(file);
    if (lists.pair_count < 1000)
        fail(path, "far fewer characters than expected");
    qsort(pairs, lists.pair_count, sizeof *pairs, compare_pairs);
}

// ---- folding

static uint32_t fold(uint32_t code_point, utf8proc_option_t options, utf8proc_int32_t out[FOLD_MAX]) {
    int last_class = UTF8PROC_BOUNDCLASS_START;
    utf8proc_ssize_t count = utf8proc_decompose_char((utf8proc_int32_t)code_point, out, FOLD_MAX, options, &last_class);
    if (count > 0 && options & UTF8PROC_COMPOSE)
        count = utf8proc_normalize_utf32(out, count, options);
    if (count < 0 || count > FOLD_MAX)
        fail("utf8proc", utf8proc_errmsg(count));
    return (uint32_t)count;
}

// What is not the first of a decomposition may compose with what comes before it.
static void find_composing(void) {
    utf8proc_int32_t parts[FOLD_MAX];
    for (uint32_t c = 0; c < CODE_POINTS; c++)
        if (c < 0xd800 || c > 0xdfff)
            for (uint32_t i = 1, count = fold(c, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, parts); i < count; i++)
                composes_backwards[parts[i]] = true;
    memset(composes_backwards + HANGUL_VOWEL_FIRST, true, HANGUL_VOWEL_LAST - HANGUL_VOWEL_FIRST + 1);
    memset(composes_backwards + HANGUL_FINAL_FIRST, true, HANGUL_FINAL_LAST - HANGUL_FINAL_FIRST + 1);
}

static bool continues(uint32_t code_point) {
    utf8proc_int32_t parts[FOLD_MAX];
    uint32_t count =
        fold(code_point, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE,
             parts);
    return count == 0 || composes_backwards[parts[0]] || utf8proc_get_property(parts[0])->combining_class != 0;
}

static uint32_t folded_entry(uint32_t folded, uint32_t code_point) {
    uint32_t symbol = text_simplified(&lists, folded);
    return ((symbol - code_point) & TEXT_VALUE_MASK) | (uint32_t)text_kind_of(&lists, symbol) << TEXT_KIND_SHIFT;
}

static uint32_t make_entry(uint32_t code_point) {
    if (code_point >= 0xd800 && code_point <= 0xdfff)
        return folded_entry(0xfffd, code_point); // cannot occur in valid UTF-8
    utf8proc_int32_t parts[FOLD_MAX];
    uint32_t count = fold(
        code_point, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, parts);
    uint32_t flags = continues(code_point) ? TEXT_CONTINUES : 0;
    if (count == 1)
        return folded_entry((uint32_t)parts[0], code_point) | flags;
    if (expansion_count + 1 + count > EXPANSIONS_MAX)
        fail("utf8proc", "more expansions than expected");
    flags |= TEXT_EXPANDS | expansion_count;
    expansions[expansion_count++] = count;
    for (uint32_t i = 0; i < count; i++)
        expansions[expansion_count++] = folded_entry((uint32_t)parts[i], 0);
    return flags;
}

static void check_ascii(void) {
    for (uint32_t c = 0; c < 0x80; c++)
        if (entries[c] & (TEXT_CONTINUES | TEXT_EXPANDS) || text_entry_value(entries[c], c) >= 0x80)
            fail("utf8proc", "an ASCII character does not fold to one ASCII character");
}

static void find_plain(void) {
    enum { FLAGS = TEXT_CONTINUES | TEXT_EXPANDS };
    for (uint32_t c = 0; c < TEXT_PLAIN_COUNT; c++) {
        uint32_t symbol = text_entry_value(entries[c], c);
        if (!(entries[c] & FLAGS) && text_entry_kind(entries[c]) == TEXT_SINGLE && symbol < TEXT_PLAIN_COUNT)
            plain[c] = symbol;
    }
}

// ---- output

static void print_array(const char *type, const char *name, const uint32_t *values, uint32_t count) {
    printf("const %s %s[] = {", type, name);
    for (uint32_t i = 0; i < count; i++)
        printf("%s%u,", i % 16 ? "" : "\n    ", values[i]);
    printf("\n};\n");
}

static void print_pages(void) {
    static uint32_t page_of[TEXT_PAGES];
    static uint32_t first_like[TEXT_PAGES]; // of each page printed: which page of code points it is
    uint32_t printed = 0;
    printf("const uint32_t text_entries[][TEXT_PAGE] = {\n");
    for (uint32_t page = 0; page < TEXT_PAGES; page++) {
        uint32_t same = 0;
        while (same < printed && memcmp(entries + (size_t)first_like[same] * TEXT_PAGE,
                                        entries + (size_t)page * TEXT_PAGE, TEXT_PAGE * sizeof *entries) != 0)
            same++;
        page_of[page] = same;
        if (same < printed)
            continue;
        first_like[printed++] = page;
        printf("    {");
        for (uint32_t i = 0; i < TEXT_PAGE; i++)
            printf("%s%u,", i % 16 ? "" : "\n        ", entries[(size_t)page * TEXT_PAGE + i]);
        printf("\n    },\n");
    }
    printf("};\n");
    print_array("uint16_t", "text_page_of", page_of, TEXT_PAGES);
}

static void print_tables(void) {
    printf("// Made by make_tables from the Unicode character database, OpenCC and utf8proc %s. Not for editing.\n"
           "#include \"rule.h\"\n#include \"tables.h\"\n",
           utf8proc_version());
    print_pages();
    print_array("uint16_t", "text_plain", plain, TEXT_PLAIN_COUNT);
    print_array("uint32_t", "text_expansions", expansions, expansion_count);
    printf("static const text_range ranges[] = {\n");
    for (uint32_t i = 0; i < lists.unspaced_count; i++)
        printf("    {%u, %u},\n", ranges[i].first, ranges[i].last);
    printf("};\nstatic const text_pair pairs[] = {\n");
    for (uint32_t i = 0; i < lists.pair_count; i++)
        printf("    {%u, %u},\n", pairs[i].traditional, pairs[i].simplified);
    printf("};\nconst text_lists text_rule_lists = {ranges, %u, pairs, %u};\n", lists.unspaced_count, lists.pair_count);
}

static void print_checksum(void) {
    XXH3_state_t *state = XXH3_createState();
    if (!state)
        fail("tables.c", "no memory");
    XXH3_64bits_reset(state);
    XXH3_64bits_update(state, entries, sizeof entries);
    XXH3_64bits_update(state, expansions, expansion_count * sizeof *expansions);
    printf("const uint64_t text_tables_checksum = 0x%llxu;\n", (unsigned long long)XXH3_64bits_digest(state));
    XXH3_freeState(state);
}

int main(int argc, char **argv) {
    if (argc != 4)
        fail("usage", "make_tables Scripts.txt ScriptExtensions.txt TSCharacters.txt");
    read_scripts(argv[1]);
    read_scripts(argv[2]);
    make_ranges();
    read_variants(argv[3]);
    find_composing();
    for (uint32_t c = 0; c < CODE_POINTS; c++)
        entries[c] = make_entry(c);
    check_ascii();
    find_plain();
    print_tables();
    print_checksum();
    if (fflush(stdout) != 0 || ferror(stdout))
        fail("tables.c", "cannot be written");
    return 0;
}
