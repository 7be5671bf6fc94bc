// SPDX-License-Identifier: Apache-2.0
// row.c: documents read one by one, their symbols cut into clauses and numbered. Relies on row.h.
// While the row grows a letter has a passing number: its code point, or FIRST_WORD and the number of its word in a
// table. Closing sorts what occurs by spelling and gives each its final number.

#include "row.h"

#include "gdx/letters.h"
#include "gdx/segment.h"
#include "gdx/utf8.h"

#include "ranges.h"
#include "word_numbers.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_BYTES = 1 << 20, PASSAGE_SYMBOLS = 400, PASSAGE_LEAST = 200, MIDDLE_DOT = 0xb7 };

enum { MET_BLOCK = 512 }; // code points, whose counts are a page
_Static_assert(FIRST_WORD % MET_BLOCK == 0, "the code points are whole blocks");

// How often each letter occurs, by its passing number.
struct letter_counts {
    uint64_t *code_points;            // FIRST_WORD of them, 8.9 MB, of which most pages are never touched
    bool met[FIRST_WORD / MET_BLOCK]; // whether one of so many code points in a row has a count
    uint64_t *words;
    size_t word_count, word_capacity;
};

// Of a letter that stands at a border; it may occur nowhere else.
#define AT_BORDER (UINT64_C(1) << 63)

struct row_builder {
    gdx_snapshot *snapshot;
    const gdx_rule *rule;
    enum row_unit unit;
    uint64_t symbols_most;
    atomic_uint_fast64_t own_symbols;
    atomic_uint_fast64_t *symbols; // of all builders of one row
    struct row *row;
    gdx_store_reader *reader;
    gdx_symbols cut;
    gdx_arena *arena; // of words
    struct word_numbers words;
    uint32_t part_unit; // of what is added now
    struct letter_counts counts;
    bool is_part;
    uint32_t *in_whole; // of a part: the numbers that its words have in the whole row, as far as they are known
    size_t in_whole_count, in_whole_capacity;
};

// Symbols that stand at the edge of a string for grammar's sake.
static const char function_symbols[] =
    "的了和与及或在对从向为由被把将是有也都还就又而但并且以于之其这那该各等称说让使至到上中下后前";

// Those of them that do not show that a word begins behind them: 这次, 各国, 中方.
static const char pointing_symbols[] = "这那该各其上中下前后";

// What dates in characters are made of. Without 本, 中, 天: 日本, 中日 and 天下 are no dates.
static const char when_symbols[] = "年月季周日今明去前后上下半一二两三四五六七八九十百零个当每初末底号度以来";
static const char period_symbols[] = "年月季周日";

struct row_builder *row_builder_new(gdx_snapshot *snapshot, enum row_unit unit, uint64_t symbols_most,
                                    struct row *row) {
    struct row_builder *builder = calloc(1, sizeof *builder);
    if (!builder)
        return NULL;
    *builder = (struct row_builder){.snapshot = snapshot,
                                    .rule = gdx_snapshot_rule(snapshot),
                                    .unit = unit,
                                    .symbols_most = symbols_most,
                                    .row = row,
                                    .reader = gdx_store_reader_new(CACHE_BYTES),
                                    .arena = gdx_arena_new()};
    builder->symbols = &builder->own_symbols;
    builder->words.arena = builder->arena;
    if (builder->reader && builder->arena)
        return builder;
    row_builder_free(builder);
    return NULL;
}

struct row_builder *row_builder_part(struct row_builder *whole, struct row *part) {
    struct row_builder *builder = row_builder_new(whole->snapshot, whole->unit, whole->symbols_most, part);
    if (builder) {
        builder->symbols = whole->symbols;
        builder->is_part = true;
    }
    return builder;
}

void row_builder_free(struct row_builder *builder) {
    if (!builder)
        return;
    gdx_store_reader_free(builder->reader);
    gdx_symbols_clear(&builder->cut);
    gdx_arena_free(builder->arena);
    word_numbers_clear(&builder->words);
    free(builder->in_whole);
    free(builder->counts.code_points);
    free(builder->counts.words);
    free(builder);
}

static gdx_status no_memory_for_letters(gdx_error *err) {
    return gdx_fail_memory(err, "the letters of the documents");
}

// ---- counts

static gdx_status reserve_counts(struct row_builder *builder) {
    struct letter_counts *counts = &builder->counts;
    if (!counts->code_points)
        counts->code_points = calloc(FIRST_WORD, sizeof *counts->code_points);
    if (!counts->code_points ||
        gdx_grow(&counts->words, &counts->word_capacity, builder->words.count + 1, sizeof *counts->words) != GDX_OK)
        return GDX_NO_MEMORY;
    size_t added = builder->words.count - counts->word_count;
    memset(counts->words + counts->word_count, 0, added * sizeof *counts->words);
    counts->word_count += added;
    return GDX_OK;
}

static uint64_t *count_of(const struct letter_counts *counts, uint32_t passing) {
    return passing < FIRST_WORD ? &counts->code_points[passing] : &counts->words[passing - FIRST_WORD];
}

// Likewise, to be changed.
static uint64_t *meet(struct letter_counts *counts, uint32_t passing) {
    if (passing < FIRST_WORD)
        counts->met[passing / MET_BLOCK] = true;
    return count_of(counts, passing);
}

// The first code point from `from` on that has a count; FIRST_WORD: none has.
static uint32_t next_met(const struct letter_counts *counts, uint32_t from) {
    while (from < FIRST_WORD) {
        if (!counts->met[from / MET_BLOCK])
            from = (from / MET_BLOCK + 1) * MET_BLOCK;
        else if (counts->code_points[from])
            return from;
        else
            from++;
    }
    return FIRST_WORD;
}

// Counts what the row has from place `first` on, while it is still in the processor's cache. The whole row counts what
// its parts have.
static gdx_status count_letters(struct row_builder *builder, size_t first) {
    const struct row *row = builder->row;
    if (builder->is_part)
        return GDX_OK;
    gdx_status status = reserve_counts(builder);
    for (size_t i = first; i < row->count && status == GDX_OK; i++) {
        if (row->letters[i].id)
            ++*meet(&builder->counts, row->letters[i].id);
        if (row->borders && row->borders[i])
            *meet(&builder->counts, row->borders[i]) |= AT_BORDER;
    }
    return status;
}

// ---- documents

static gdx_status append(struct row *row, uint32_t id, uint32_t unit) {
    gdx_status status = gdx_grow(&row->letters, &row->capacity, row->count + 1, sizeof *row->letters);
    if (status == GDX_OK)
        row->letters[row->count++] = (struct letter){id, unit & ROW_UNITS_MOST, 0};
    return status;
}

// As folded.
static bool is_quote(uint32_t mark) {
    return mark == '"' || mark == '\'' || (mark >= 0x3008 && mark <= 0x300b);
}

// The mark ends the clause before it, if there is one, and stands before the next one. 0: a part begins or ends.
static gdx_status end_clause(struct row *row, uint32_t mark, uint32_t unit) {
    bool is_first = row->count == 0 || row->letters[row->count - 1].id != 0;
    gdx_status status = is_first ? append(row, 0, unit) : GDX_OK;
    if (status != GDX_OK)
        return status;
    struct letter *end = &row->letters[row->count - 1];
    uint32_t before = is_first && is_quote(mark) ? END_QUOTE_BEFORE : end->end & END_QUOTE_BEFORE;
    end->end =
        (before | (is_quote(mark) ? END_QUOTE_BEHIND : 0) | (is_first && mark == MIDDLE_DOT ? END_JOINS : 0)) & 7;
    return GDX_OK;
}

static uint32_t unit_at(const struct row_builder *builder, size_t symbol, uint32_t passages) {
    uint32_t passage = (uint32_t)(symbol / PASSAGE_SYMBOLS);
    return builder->part_unit + (passage < passages ? passage : passages - 1);
}

// `passages`: of this part, at least 1.
static gdx_status add_symbols(struct row_builder *builder, uint32_t passages) {
    const gdx_symbols *cut = &builder->cut;
    struct row *row = builder->row;
    gdx_status status = gdx_grow(&row->letters, &row->capacity, row->count + cut->count + 2, sizeof *row->letters);
    if (status == GDX_OK)
        status = end_clause(row, 0, unit_at(builder, 0, passages));
    for (size_t i = 0; i < cut->count && status == GDX_OK; i++) {
        uint32_t symbol = cut->symbols[i], unit = unit_at(builder, i, passages);
        bool is_mark = !(symbol & GDX_WORD_FLAG) && !gdx_symbol_is_letter(symbol);
        if (symbol & GDX_WORD_FLAG)
            status = word_number_of(&builder->words, gdx_symbols_word(cut, symbol & ~GDX_WORD_FLAG), &symbol);
        if (status == GDX_OK)
            status = is_mark ? end_clause(row, symbol, unit) : append(row, symbol, unit);
        row->letter_count += !is_mark;
    }
    return status == GDX_OK ? end_clause(row, 0, unit_at(builder, cut->count, passages)) : status;
}

static uint32_t passages_in(size_t symbols) {
    size_t whole = symbols / PASSAGE_SYMBOLS, rest = symbols % PASSAGE_SYMBOLS;
    return (uint32_t)(whole == 0 ? 1 : whole + (rest >= PASSAGE_LEAST));
}

static gdx_status add_part(struct row_builder *builder, gdx_slice text, bool has_passages, gdx_error *err) {
    gdx_status status = gdx_text_symbols(builder->rule, text, 0, &builder->cut);
    if (status != GDX_OK)
        return gdx_fail_memory(err, "the symbols of a document");
    if (atomic_fetch_add(builder->symbols, builder->cut.count) + builder->cut.count > builder->symbols_most)
        return gdx_fail(err, GDX_TOO_LARGE,
                        "the documents have more than %llu symbols; narrow the query or take a sample",
                        (unsigned long long)builder->symbols_most);
    uint32_t passages = has_passages ? passages_in(builder->cut.count) : 1;
    if (add_symbols(builder, passages) != GDX_OK)
        return no_memory_for_letters(err);
    builder->part_unit += has_passages ? passages : 0;
    return GDX_OK;
}

// Passages are of the text alone.
static gdx_status add_parts(struct row_builder *builder, const gdx_document *document, gdx_error *err) {
    bool by_passage = builder->unit == ROW_PASSAGES;
    gdx_status status = GDX_OK;
    if (!by_passage && !document->title_from_text)
        status = add_part(builder, document->title, false, err);
    if (status == GDX_OK)
        status = add_part(builder, document->text, by_passage, err);
    gdx_part_walk walk = {0};
    for (const gdx_part *part; status == GDX_OK && (part = gdx_document_next_part(document, &walk));) {
        bool is_text = part->field == GDX_FIELD_TEXT;
        if (part->field < GDX_FIELD_FURNITURE && (is_text || !by_passage))
            status = add_part(builder, part->text, by_passage, err);
    }
    return status;
}

gdx_status row_add(struct row_builder *builder, size_t segment, uint32_t document, gdx_date date, gdx_error *err) {
    struct row *row = builder->row;
    gdx_document stored;
    gdx_segment *from = gdx_snapshot_segment(builder->snapshot, segment)->segment;
    gdx_status status = gdx_store_read(builder->reader, from, document, &stored, err);
    if (status != GDX_OK)
        return status;
    if (gdx_grow(&row->documents, &row->document_capacity, row->document_count + 1, sizeof *row->documents) != GDX_OK)
        return gdx_fail_memory(err, "the documents");
    size_t first = row->count;
    builder->part_unit = row->unit_count;
    row->documents[row->document_count++] = (struct row_document){segment, document, date, row->unit_count};
    status = add_parts(builder, &stored, err);
    row->unit_count = builder->unit == ROW_PASSAGES ? builder->part_unit : row->unit_count + 1;
    if (status == GDX_OK && count_letters(builder, first) != GDX_OK)
        status = no_memory_for_letters(err);
    return status;
}

// ---- parts

// The numbers in `whole` of the words that are new in the part.
static gdx_status number_words(struct row_builder *whole, struct row_builder *part) {
    size_t known = part->in_whole_count;
    if (known == part->words.count)
        return GDX_OK;
    gdx_status status = gdx_grow(&part->in_whole, &part->in_whole_capacity, part->words.count, sizeof *part->in_whole);
    for (size_t i = 0; i < part->words.capacity && status == GDX_OK; i++) {
        const struct word_number *word = &part->words.table[i];
        if (word->text.bytes && word->number >= known)
            status = word_number_of(&whole->words, word->text, &part->in_whole[word->number]);
    }
    if (status == GDX_OK)
        part->in_whole_count = part->words.count;
    return status;
}

static gdx_status append_row(struct row_builder *whole, const struct row_builder *part) {
    const struct row *from = part->row;
    struct row *to = whole->row;
    gdx_status status = gdx_grow(&to->letters, &to->capacity, to->count + from->count, sizeof *to->letters);
    if (status == GDX_OK)
        status = gdx_grow(&to->documents, &to->document_capacity, to->document_count + from->document_count,
                          sizeof *to->documents);
    if (status != GDX_OK)
        return status;
    struct letter *letters = to->letters + to->count;
    for (size_t i = 0; i < from->count; i++) {
        uint32_t id = from->letters[i].id;
        letters[i] = (struct letter){id < FIRST_WORD ? id : part->in_whole[id - FIRST_WORD],
                                     (from->letters[i].unit + to->unit_count) & ROW_UNITS_MOST, from->letters[i].end};
    }
    to->count += from->count;
    for (size_t i = 0; i < from->document_count; i++) {
        struct row_document document = from->documents[i];
        document.first_unit += to->unit_count;
        to->documents[to->document_count++] = document;
    }
    to->unit_count += from->unit_count;
    to->letter_count += from->letter_count;
    return GDX_OK;
}

// What was added, without giving back its memory.
static void empty_row(struct row *row) {
    row->count = row->document_count = 0;
    row->letter_count = row->unit_count = 0;
}

gdx_status row_append(struct row_builder *whole, struct row_builder *part, gdx_error *err) {
    assert(!part->row->borders);
    size_t first = whole->row->count;
    gdx_status status = number_words(whole, part);
    if (status == GDX_OK)
        status = append_row(whole, part);
    if (status == GDX_OK)
        status = count_letters(whole, first);
    empty_row(part->row);
    return status == GDX_OK ? GDX_OK : no_memory_for_letters(err);
}

gdx_status row_enter(struct row_builder *builder, size_t segment, uint32_t document, gdx_date date, gdx_error *err) {
    struct row *row = builder->row;
    if (gdx_grow(&row->documents, &row->document_capacity, row->document_count + 1, sizeof *row->documents) != GDX_OK)
        return gdx_fail_memory(err, "the documents");
    row->documents[row->document_count++] = (struct row_document){segment, document, date, row->unit_count++};
    return GDX_OK;
}

static gdx_status number_of(struct row_builder *builder, const struct row_run *run, uint32_t symbol, uint32_t *out) {
    *out = symbol;
    return symbol & GDX_WORD_FLAG ? word_number_of(&builder->words, run->words[symbol & ~GDX_WORD_FLAG], out) : GDX_OK;
}

// The end of a clause, or what stands in its place.
static gdx_status append_border(struct row_builder *builder, const struct row_run *run, uint32_t symbol) {
    struct row *row = builder->row;
    uint32_t number = 0;
    gdx_status status = number_of(builder, run, symbol, &number);
    if (status == GDX_OK)
        status = gdx_grow(&row->borders, &row->border_capacity, row->count + run->count + 2, sizeof *row->borders);
    if (status == GDX_OK)
        row->borders[row->count] = number;
    return status == GDX_OK ? append(row, 0, row->unit_count - 1) : status;
}

gdx_status row_add_run(struct row_builder *builder, const struct row_run *run, gdx_error *err) {
    struct row *row = builder->row;
    size_t first = row->count;
    gdx_status status = append_border(builder, run, run->before);
    for (uint32_t i = 0; i < run->count && status == GDX_OK; i++) {
        uint32_t number = 0;
        status = number_of(builder, run, run->symbols[i], &number);
        row->borders[row->count] = 0;
        if (status == GDX_OK)
            status = append(row, number, row->unit_count - 1);
    }
    row->letter_count += run->count;
    if (status == GDX_OK)
        status = append_border(builder, run, run->after);
    if (status == GDX_OK)
        status = count_letters(builder, first);
    return status == GDX_OK ? GDX_OK : no_memory_for_letters(err);
}

void row_split(struct row_builder *builder) {
    struct row *row = builder->row;
    row->split = row->count;
    row->split_unit = row->unit_count;
    row->split_document = row->document_count;
}

// ---- numbers by spelling

struct spelled {
    gdx_slice text;
    uint32_t passing; // its number so far
};

static int by_spelling(const void *a, const void *b) {
    return gdx_slice_compare(((const struct spelled *)a)->text, ((const struct spelled *)b)->text);
}

static bool is_digits(const gdx_rule *rule, gdx_slice text) {
    for (size_t at = 0; at < text.bytes;) {
        size_t bytes;
        uint32_t code_point = gdx_utf8_decode_valid((const uint8_t *)text.data + at, &bytes);
        if (!gdx_rule_is_digit(rule, code_point))
            return false;
        at += bytes;
    }
    return true;
}

static bool is_one_of(const struct spelled *letter, const char *symbols) {
    return letter->passing < FIRST_WORD && memmem(symbols, strlen(symbols), letter->text.data, letter->text.bytes);
}

static uint8_t traits_of(const gdx_rule *rule, const struct spelled *letter) {
    return (uint8_t)((is_digits(rule, letter->text) ? ROW_DIGITS : 0) |
                     (is_one_of(letter, function_symbols) ? ROW_FUNCTION : 0) |
                     (is_one_of(letter, "第") ? ROW_ORDINAL : 0) |
                     (is_one_of(letter, pointing_symbols) ? ROW_POINTING : 0) |
                     (is_one_of(letter, when_symbols) ? ROW_WHEN : 0) |
                     (is_one_of(letter, period_symbols) ? ROW_PERIOD : 0) |
                     (letter->passing < FIRST_WORD ? 0 : ROW_WORD));
}

static size_t count_kinds(const struct row_builder *builder) {
    size_t kinds = builder->words.count; // each has been met
    for (uint32_t c = 0; (c = next_met(&builder->counts, c)) < FIRST_WORD; c++)
        kinds++;
    return kinds;
}

static gdx_status list_letters(const struct row_builder *builder, struct spelled *all) {
    size_t used = 0;
    for (uint32_t c = 0; (c = next_met(&builder->counts, c)) < FIRST_WORD; c++) {
        char text[GDX_UTF8_BYTES];
        all[used].passing = c;
        gdx_slice encoded = {text, gdx_utf8_encode((uint8_t *)text, c)};
        if (gdx_arena_copy(builder->arena, encoded, &all[used++].text) != GDX_OK)
            return GDX_NO_MEMORY;
    }
    for (size_t i = 0; i < builder->words.capacity; i++)
        if (builder->words.table[i].text.bytes)
            all[used++] = (struct spelled){builder->words.table[i].text, FIRST_WORD + builder->words.table[i].number};
    return GDX_OK;
}

// The texts lie behind the list of them.
static gdx_status describe(const struct row_builder *builder, const struct spelled *all, size_t kinds) {
    struct row *row = builder->row;
    size_t bytes = 0;
    for (size_t i = 0; i < kinds; i++)
        bytes += all[i].text.bytes;
    row->letter_kinds = (uint32_t)kinds;
    row->spellings = malloc((kinds + 1) * sizeof *row->spellings + bytes);
    row->traits = calloc(kinds + 1, sizeof *row->traits);
    row->occurrences = calloc(kinds + 1, sizeof *row->occurrences);
    if (!row->spellings || !row->traits || !row->occurrences)
        return GDX_NO_MEMORY;
    char *text = (char *)(row->spellings + kinds + 1);
    row->spellings[0] = (gdx_slice){"", 0};
    for (size_t i = 0; i < kinds; i++) {
        memcpy(text, all[i].text.data, all[i].text.bytes);
        row->spellings[i + 1] = (gdx_slice){text, all[i].text.bytes};
        row->traits[i + 1] = traits_of(builder->rule, &all[i]);
        row->occurrences[i + 1] = *count_of(&builder->counts, all[i].passing) & ~AT_BORDER;
        text += all[i].text.bytes;
    }
    return GDX_OK;
}

struct renumbering {
    struct row *row;
    uint32_t *finals; // by passing number
};

static uint32_t final_of(const struct renumbering *renumbering, uint32_t passing) {
    uint32_t number = renumbering->finals[passing];
    assert(!passing == !number); // what was met is counted
    return number;
}

static void renumber_range(void *context, size_t number, size_t first, size_t end) {
    const struct renumbering *renumbering = context;
    struct row *row = renumbering->row;
    (void)number;
    for (size_t i = first; i < end; i++) {
        row->letters[i].id = final_of(renumbering, row->letters[i].id);
        if (row->borders)
            row->borders[i] = final_of(renumbering, row->borders[i]);
    }
}

// Gives each letter its final number.
static gdx_status renumber(const struct row_builder *builder, const struct spelled *all, size_t kinds,
                           gdx_executor *executor, const gdx_stop *stop, gdx_error *err) {
    struct row *row = builder->row;
    struct renumbering renumbering = {row, calloc(FIRST_WORD + builder->words.count, sizeof *renumbering.finals)};
    if (!renumbering.finals)
        return no_memory_for_letters(err);
    for (size_t i = 0; i < kinds; i++)
        renumbering.finals[all[i].passing] = (uint32_t)i + 1;
    gdx_status status =
        ranges_run(executor, row->count, ranges_of(executor, row->count), renumber_range, &renumbering, stop, err);
    free(renumbering.finals);
    return status;
}

gdx_status row_close(struct row_builder *builder, gdx_executor *executor, const gdx_stop *stop, gdx_error *err) {
    assert(!builder->is_part);
    gdx_status status = gdx_stop_check(stop, err);
    if (status != GDX_OK)
        return status;
    if (reserve_counts(builder) != GDX_OK)
        return no_memory_for_letters(err);
    size_t kinds = count_kinds(builder);
    struct spelled *all = calloc(kinds + 1, sizeof *all);
    if (!all || list_letters(builder, all) != GDX_OK) {
        free(all);
        return no_memory_for_letters(err);
    }
    qsort(all, kinds, sizeof *all, by_spelling);
    if (describe(builder, all, kinds) != GDX_OK)
        status = no_memory_for_letters(err);
    if (status == GDX_OK)
        status = renumber(builder, all, kinds, executor, stop, err);
    free(all);
    return status;
}

void row_clear(struct row *row) {
    free(row->letters);
    free(row->borders);
    free(row->documents);
    free(row->spellings);
    free(row->traits);
    free(row->occurrences);
    *row = (struct row){0};
}

const struct row_document *row_document_of(const struct row *row, uint32_t unit) {
    size_t low = 0, high = row->document_count; // the last one whose first unit is not after it
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (row->documents[middle].first_unit <= unit)
            low = middle;
        else
            high = middle;
    }
    return &row->documents[low];
}

bool row_is_equal(const struct row *row, size_t a, size_t b, uint32_t length) {
    for (uint32_t i = 0; i < length; i++)
        if (a + i >= row->count || row->letters[a + i].id != row->letters[b + i].id)
            return false;
    return true;
}

bool row_contains(const struct row *row, size_t outer, uint32_t outer_length, size_t inner, uint32_t inner_length) {
    for (uint32_t i = 0; i + inner_length <= outer_length; i++)
        if (row_is_equal(row, outer + i, inner, inner_length))
            return true;
    return false;
}

static bool is_ascii(char byte) {
    return (uint8_t)byte < 0x80;
}

gdx_status row_spell(const struct row *row, size_t at, uint32_t length, gdx_buffer *out) {
    gdx_status status = GDX_OK;
    for (uint32_t i = 0; i < length && status == GDX_OK; i++) {
        gdx_slice text = row->spellings[row->letters[at + i].id];
        bool is_apart = i > 0 && is_ascii(text.data[0]) && is_ascii((char)out->data[out->bytes - 1]);
        if (is_apart)
            status = gdx_buffer_append(out, " ", 1);
        if (status == GDX_OK)
            status = gdx_buffer_append(out, text.data, text.bytes);
    }
    return status;
}
