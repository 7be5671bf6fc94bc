// SPDX-License-Identifier: Apache-2.0
// make_tables: writes the tables of one matching rule as C, run by the build. usage: make_tables data/rule-2.txt
// The rule's file holds everything: no Unicode data of this machine or of a library takes part. Fails on any line that
// it does not understand. tables.h says what the tables are; docs/matching-rule.md what the sections of the file mean.

#include "gdx/utf8.h"
#include "tables.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { CODE_POINTS = GDX_CODE_POINTS, FOLD_MAX = 32, EXPANSIONS_MAX = 1 << 16, LINE_MAX_BYTES = 1024 };
enum { CLASSES_MAX = 1024, PAIRS_MAX = 1 << 12, UNITS_MAX = 32, WORDS_MAX = 64 };
enum {
    HANGUL_VOWEL_FIRST = 0x1161,
    HANGUL_VOWEL_LAST = 0x1175,
    HANGUL_FINAL_FIRST = 0x11a8,
    HANGUL_FINAL_LAST = 0x11c2
};

typedef struct sequence {
    uint32_t codes[FOLD_MAX];
    uint32_t count;
} sequence;

// ---- what the file says

static uint32_t rule_number;
static char kinds[CODE_POINTS]; // the first letter of the kind; 0 is single; D is a single digit
static bool is_lower[CODE_POINTS], is_mark[CODE_POINTS], is_context[CODE_POINTS];
static sequence *foldings[CODE_POINTS]; // NULL: itself
static uint32_t equivalents[CODE_POINTS];
static text_class classes[CLASSES_MAX];
static text_pair decompositions[PAIRS_MAX], compositions[PAIRS_MAX];
static uint32_t units[UNITS_MAX][TEXT_UNIT_MAX];
static gdx_regional_word words[WORDS_MAX];
static uint32_t class_count, decomposition_count, composition_count, unit_count, word_count;

// ---- what follows from it

static bool composes_backwards[CODE_POINTS];
static uint32_t entries[CODE_POINTS];
static uint32_t expansions[EXPANSIONS_MAX];
static uint32_t expansion_count;
static uint32_t plain[TEXT_PLAIN_COUNT];

static _Noreturn void fail(const char *where, const char *what) {
    fprintf(stderr, "make_tables: %s: %s\n", where, what);
    exit(1);
}

// ---- reading

typedef struct row { // "00C0..00C5 letter": a range and what comes after it
    uint32_t first;
    uint32_t last;
    const char *rest;
} row;

static row read_row(const char *line) {
    row found = {0, 0, ""};
    char *end;
    found.first = found.last = (uint32_t)strtoul(line, &end, 16);
    if (end == line)
        fail("a row without a code point", line);
    if (strncmp(end, "..", 2) == 0)
        found.last = (uint32_t)strtoul(end + 2, &end, 16);
    if (found.first > found.last || found.last >= CODE_POINTS)
        fail("not a range of code points", line);
    found.rest = end + strspn(end, " ");
    return found;
}

static sequence read_sequence(const char *text) {
    sequence found = {{0}, 0};
    while (*text && *text != '-' && *text != '+' && *text != '/') {
        char *end;
        uint32_t code = (uint32_t)strtoul(text, &end, 16);
        if (end == text || code >= CODE_POINTS || found.count == FOLD_MAX)
            fail("not a list of code points", text);
        found.codes[found.count++] = code;
        text = end + strspn(end, " ");
    }
    return found;
}

static void read_rule(const char *line) {
    rule_number = (uint32_t)strtoul(line, NULL, 10);
}

static void read_kind(const char *line) {
    row found = read_row(line);
    memset(kinds + found.first, strcmp(found.rest, "single-digit") == 0 ? 'D' : *found.rest,
           found.last - found.first + 1);
}

static void read_lower(const char *line) {
    row found = read_row(line);
    memset(is_lower + found.first, true, found.last - found.first + 1);
}

static void read_mark(const char *line) {
    row found = read_row(line);
    memset(is_mark + found.first, true, found.last - found.first + 1);
}

static void read_context(const char *line) {
    row found = read_row(line);
    memset(is_context + found.first, true, found.last - found.first + 1);
}

static void read_unit(const char *line) {
    sequence found = read_sequence(line);
    if (found.count > TEXT_UNIT_MAX || unit_count == UNITS_MAX)
        fail("a unit is too long, or one too many", line);
    memcpy(units[unit_count++], found.codes, found.count * sizeof *found.codes);
}

static void read_folding(const char *line) {
    row found = read_row(line);
    sequence *folding = malloc(sizeof *folding);
    if (!folding)
        fail("no memory", line);
    *folding = read_sequence(found.rest);
    for (uint32_t c = found.first; c <= found.last; c++)
        foldings[c] = folding;
}

static void read_class(const char *line) {
    row found = read_row(line);
    if (class_count == CLASSES_MAX)
        fail("more classes than expected", line);
    classes[class_count++] = (text_class){found.first, found.last, (uint32_t)strtoul(found.rest, NULL, 10)};
}

static void read_decomposition(const char *line) {
    row found = read_row(line);
    sequence parts = read_sequence(found.rest);
    if (parts.count < 1 || parts.count > 2 || decomposition_count == PAIRS_MAX)
        fail("not a canonical decomposition, or more than expected", line);
    text_pair pair = {found.first, parts.codes[0], parts.count == 2 ? parts.codes[1] : 0};
    decompositions[decomposition_count++] = pair;
    if (strchr(line, '+'))
        compositions[composition_count++] = pair;
}

static void read_equivalent(const char *line) {
    row found = read_row(line);
    equivalents[found.first] = (uint32_t)strtoul(found.rest, NULL, 16);
}

static void read_word(const char *line) {
    const char *second = strchr(line, '/');
    if (!second || word_count == WORDS_MAX)
        fail("not two forms of a word, or more words than expected", line);
    sequence forms[2] = {read_sequence(line), read_sequence(second + 2)};
    for (int i = 0; i < 2; i++) {
        if (forms[i].count != GDX_REGIONAL_SYMBOLS)
            fail("a word has two characters", line);
        memcpy(words[word_count].forms[i], forms[i].codes, sizeof words->forms[i]);
    }
    word_count++;
}

static const struct section {
    const char *name;
    void (*read)(const char *line);
} sections[] = {
    {"rule", read_rule},
    {"kinds", read_kind},
    {"lower-case", read_lower},
    {"marks", read_mark},
    {"numerals", read_context},
    {"unit-superscripts", read_context},
    {"units", read_unit},
    {"line-end-hyphens", read_context},
    {"folding", read_folding},
    {"combining-classes", read_class},
    {"decompositions", read_decomposition},
    {"equivalents", read_equivalent},
    {"words", read_word},
};

static const struct section *find_section(const char *line) {
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        size_t bytes = strlen(sections[i].name);
        if (strncmp(line + 1, sections[i].name, bytes) == 0 && line[1 + bytes] == ']')
            return &sections[i];
    }
    fail("no such section", line);
}

static uint64_t read_file(const char *path) {
    FILE *file = fopen(path, "r");
    XXH3_state_t *hash = XXH3_createState();
    if (!file || !hash)
        fail(path, "cannot be opened");
    XXH3_64bits_reset(hash);
    const struct section *section = NULL;
    char line[LINE_MAX_BYTES];
    while (fgets(line, sizeof line, file)) {
        XXH3_64bits_update(hash, line, strlen(line));
        line[strcspn(line, "\n")] = 0;
        if (*line == '[')
            section = find_section(line);
        else if (*line && *line != '#' && section)
            section->read(line);
        else if (*line && *line != '#')
            fail("a line before the first section", line);
    }
    fclose(file);
    uint64_t digest = XXH3_64bits_digest(hash);
    XXH3_freeState(hash);
    return digest;
}

// ---- composing

static uint32_t class_of(uint32_t code_point) {
    for (uint32_t i = 0; i < class_count; i++)
        if (classes[i].first <= code_point && code_point <= classes[i].last)
            return classes[i].value;
    return 0;
}

static const text_pair *decomposition_of(uint32_t code_point) {
    for (uint32_t i = 0; i < decomposition_count; i++)
        if (decompositions[i].whole == code_point)
            return &decompositions[i];
    return NULL;
}

// What is not the first of a decomposition may compose with what comes before it.
static void find_composing(void) {
    for (uint32_t i = 0; i < decomposition_count; i++)
        if (decompositions[i].second)
            composes_backwards[decompositions[i].second] = true;
    memset(composes_backwards + HANGUL_VOWEL_FIRST, true, HANGUL_VOWEL_LAST - HANGUL_VOWEL_FIRST + 1);
    memset(composes_backwards + HANGUL_FINAL_FIRST, true, HANGUL_FINAL_LAST - HANGUL_FINAL_FIRST + 1);
}

static bool continues(const sequence *folded) {
    if (folded->count == 0)
        return true;
    uint32_t first = folded->codes[0];
    for (const text_pair *pair; (pair = decomposition_of(first));)
        first = pair->first;
    return composes_backwards[first] || class_of(first) != 0;
}

// ---- entries

static uint32_t kind_bits(uint32_t code_point) {
    switch (kinds[code_point]) {
    case 'n': // nothing, or number
        return 0;
    case 'l':
        return (uint32_t)TEXT_WORD << TEXT_KIND_SHIFT | TEXT_LETTER;
    case 'd':
        return (uint32_t)TEXT_WORD << TEXT_KIND_SHIFT | TEXT_DIGIT;
    case 'w':
        return (uint32_t)TEXT_WORD << TEXT_KIND_SHIFT;
    case 'D':
        return (uint32_t)TEXT_SINGLE << TEXT_KIND_SHIFT | TEXT_DIGIT;
    default:
        return (uint32_t)TEXT_SINGLE << TEXT_KIND_SHIFT;
    }
}

static uint32_t folded_entry(uint32_t folded, uint32_t code_point) {
    uint32_t symbol = equivalents[folded] ? equivalents[folded] : folded;
    return ((symbol - code_point) & TEXT_VALUE_MASK) | kind_bits(symbol);
}

static uint32_t make_entry(uint32_t code_point) {
    if (code_point >= 0xd800 && code_point <= 0xdfff)
        return folded_entry(0xfffd, code_point); // cannot occur in valid UTF-8
    if (is_mark[code_point])
        return (uint32_t)TEXT_SINGLE << TEXT_KIND_SHIFT;
    sequence itself = {{code_point}, 1};
    const sequence *folded = foldings[code_point] ? foldings[code_point] : &itself;
    uint32_t flags = (continues(folded) ? TEXT_CONTINUES : 0) | (is_context[code_point] ? TEXT_CONTEXT : 0) |
                     (is_lower[code_point] ? TEXT_LOWER : 0);
    if (folded->count == 1)
        return folded_entry(folded->codes[0], code_point) | flags;
    if (expansion_count + 1 + folded->count > EXPANSIONS_MAX)
        fail("the foldings", "more expansions than expected");
    flags |= TEXT_EXPANDS | expansion_count;
    expansions[expansion_count++] = folded->count;
    for (uint32_t i = 0; i < folded->count; i++)
        expansions[expansion_count++] = folded_entry(folded->codes[i], 0);
    return flags;
}

static void make_entries(void) {
    find_composing();
    for (uint32_t c = 0; c < CODE_POINTS; c++)
        entries[c] = make_entry(c);
    for (uint32_t c = 0; c < 0x80; c++)
        if (entries[c] & (TEXT_CONTINUES | TEXT_EXPANDS) || text_entry_value(entries[c], c) >= 0x80)
            fail("the foldings", "an ASCII character does not fold to one ASCII character");
    enum { FLAGS = TEXT_CONTINUES | TEXT_EXPANDS | TEXT_CONTEXT };
    for (uint32_t c = 0; c < TEXT_PLAIN_COUNT; c++) {
        uint32_t symbol = text_entry_value(entries[c], c);
        if (!(entries[c] & FLAGS) && text_entry_kind(entries[c]) == TEXT_SINGLE && symbol < TEXT_PLAIN_COUNT)
            plain[c] = symbol;
    }
}

// ---- writing

static void print_array(const char *type, const char *name, const uint32_t *values, uint32_t count) {
    printf("static const %s %s[] = {", type, name);
    for (uint32_t i = 0; i < count; i++)
        printf("%s%u,", i % 16 ? "" : "\n    ", values[i]);
    printf("\n};\n");
}

static void print_pages(void) {
    static uint32_t page_of[TEXT_PAGES];
    static uint32_t first_like[TEXT_PAGES]; // of each page printed: which page of code points it is
    uint32_t printed = 0;
    printf("static const uint32_t entries[][TEXT_PAGE] = {\n");
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
    print_array("uint16_t", "page_of", page_of, TEXT_PAGES);
}

static int compare_compositions(const void *a, const void *b) {
    const text_pair *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->second < y->second ? -1 : x->second > y->second;
}

static void print_pairs(const char *name, const text_pair *pairs, uint32_t count) {
    printf("static const text_pair %s[] = {\n", name);
    for (uint32_t i = 0; i < count; i++)
        printf("    {%u, %u, %u},\n", pairs[i].whole, pairs[i].first, pairs[i].second);
    printf("};\n");
}

static void print_rest(void) {
    printf("static const text_class classes[] = {\n");
    for (uint32_t i = 0; i < class_count; i++)
        printf("    {%u, %u, %u},\n", classes[i].first, classes[i].last, classes[i].value);
    printf("};\nstatic const uint32_t units[][TEXT_UNIT_MAX] = {\n");
    for (uint32_t i = 0; i < unit_count; i++)
        printf("    {%u, %u},\n", units[i][0], units[i][1]);
    printf("};\nstatic const gdx_regional_word words[] = {\n");
    for (uint32_t i = 0; i < word_count; i++)
        printf("    {{{%u, %u}, {%u, %u}}},\n", words[i].forms[0][0], words[i].forms[0][1], words[i].forms[1][0],
               words[i].forms[1][1]);
    printf("};\n");
    print_pairs("decompositions", decompositions, decomposition_count);
    qsort(compositions, composition_count, sizeof *compositions, compare_compositions);
    print_pairs("compositions", compositions, composition_count);
}

static void print_rule(uint64_t checksum) {
    printf("const gdx_rule text_rule_%u = {\n    .number = %u,\n    .checksum = 0x%llxu,\n"
           "    .page_of = page_of,\n    .entries = entries,\n    .expansions = expansions,\n    .plain = plain,\n"
           "    .classes = classes,\n    .class_count = %u,\n    .decompositions = decompositions,\n"
           "    .decomposition_count = %u,\n    .compositions = compositions,\n    .composition_count = %u,\n"
           "    .units = units,\n    .unit_count = %u,\n    .words = words,\n    .word_count = %u,\n};\n",
           rule_number, rule_number, (unsigned long long)checksum, class_count, decomposition_count, composition_count,
           unit_count, word_count);
}

int main(int argc, char **argv) {
    if (argc != 2)
        fail("usage", "make_tables RULE.txt");
    uint64_t checksum = read_file(argv[1]);
    make_entries();
    printf("// Made by make_tables from the data of rule %u. Not for editing.\n#include \"rules.h\"\n#include "
           "\"tables.h\"\n",
           rule_number);
    print_pages();
    print_array("uint16_t", "plain", plain, TEXT_PLAIN_COUNT);
    print_array("uint32_t", "expansions", expansions, expansion_count);
    print_rest();
    print_rule(checksum);
    if (fflush(stdout) != 0 || ferror(stdout))
        fail("the tables", "cannot be written");
    return 0;
}
