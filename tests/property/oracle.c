// SPDX-License-Identifier: Apache-2.0
// oracle.c: brute force. Slow, and short enough to verify by reading.

#include "oracle.h"

#include "gdx/text.h"
#include "gdx/utf8.h"
#include "gdx/white.h"

#include "../support/plain_rule.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct text {
    struct slot slot;
    gdx_symbols symbols; // by the plain rule
    gdx_symbols spanned; // the same by the module, for the bytes
};

struct oracle {
    const struct corpus *corpus;
    struct text *texts; // SLOTS_MAX of each document
    size_t *counts;     // of them, how many a document has
    size_t live;
    double mean_length;
};

static struct text *text_of(const struct oracle *oracle, size_t document, size_t slot) {
    assert_true(slot < oracle->counts[document]);
    return &oracle->texts[document * SLOTS_MAX + slot];
}

const struct slot *oracle_slot(const struct oracle *oracle, size_t document, size_t slot) {
    return &text_of(oracle, document, slot)->slot;
}

static void add_slot(struct oracle *oracle, size_t document, struct slot slot) {
    assert_true(oracle->counts[document] < SLOTS_MAX);
    size_t number = oracle->counts[document]++;
    struct text *at = text_of(oracle, document, number);
    slot.part = number && at[-1].slot.field == slot.field ? at[-1].slot.part + 1 : 0;
    at->slot = slot;
    plain_symbols(slot.stored, &at->symbols);
    assert_int_equal(gdx_text_symbols(gdx_rule_current(), slot.stored, GDX_TEXT_SPANS, &at->spanned), GDX_OK);
    assert_int_equal(at->symbols.count, at->spanned.count);
}

static void add_slots(struct oracle *oracle, size_t document) {
    const gdx_document *stored = &oracle->corpus->documents[document].stored;
    add_slot(oracle, document, (struct slot){.field = GDX_FIELD_TITLE, .stored = stored->title});
    add_slot(oracle, document,
             (struct slot){GDX_FIELD_TEXT, 0, stored->text, stored->text_places, stored->text_place_count});
    for (gdx_field field = GDX_FIELD_TEXT; field <= GDX_FIELD_FURNITURE; field++)
        for (uint32_t i = 0; i < stored->part_count; i++) {
            const gdx_part *part = &stored->parts[i];
            if (part->field == field)
                add_slot(oracle, document, (struct slot){field, 0, part->text, part->places, part->place_count});
        }
}

struct oracle *oracle_new(const struct corpus *corpus) {
    struct oracle *oracle = calloc(1, sizeof *oracle);
    assert_non_null(oracle);
    oracle->corpus = corpus;
    oracle->texts = calloc(corpus->count * SLOTS_MAX, sizeof *oracle->texts);
    oracle->counts = calloc(corpus->count, sizeof *oracle->counts);
    assert_true(oracle->texts && oracle->counts);
    double symbols = 0;
    for (size_t d = 0; d < corpus->count; d++) {
        add_slots(oracle, d);
        if (!corpus->documents[d].is_deleted) {
            oracle->live++;
            symbols += (double)oracle_length(oracle, d);
        }
    }
    oracle->mean_length = symbols / (double)oracle->live;
    return oracle;
}

void oracle_free(struct oracle *oracle) {
    for (size_t i = 0; i < oracle->corpus->count * SLOTS_MAX; i++) {
        gdx_symbols_clear(&oracle->texts[i].symbols);
        gdx_symbols_clear(&oracle->texts[i].spanned);
    }
    free(oracle->texts);
    free(oracle->counts);
    free(oracle);
}

size_t oracle_slot_length(const struct oracle *oracle, size_t document, size_t slot) {
    return text_of(oracle, document, slot)->symbols.count;
}

gdx_slice oracle_place(const struct oracle *oracle, size_t document, size_t slot, size_t byte) {
    const struct slot *in = oracle_slot(oracle, document, slot);
    gdx_slice name = {"", 0};
    for (size_t i = 0; i < in->place_count; i++)
        if (in->places[i].byte <= byte)
            name = in->places[i].name;
    return name;
}

// Whether a slot counts when a query names no field.
static bool counts(const struct oracle *oracle, size_t document, size_t slot) {
    return slot == SLOT_TITLE ? !oracle->corpus->documents[document].stored.title_from_text
                              : oracle_slot(oracle, document, slot)->field != GDX_FIELD_FURNITURE;
}

size_t oracle_length(const struct oracle *oracle, size_t document) {
    size_t length = 0;
    for (size_t slot = 0; slot < oracle->counts[document]; slot++)
        length += counts(oracle, document, slot) ? oracle_slot_length(oracle, document, slot) : 0;
    return length;
}

gdx_slice oracle_spelling(const struct oracle *oracle, size_t document, size_t slot, size_t symbol,
                          char buffer[ORACLE_SYMBOL_BYTES]) {
    const gdx_symbols *symbols = &text_of(oracle, document, slot)->symbols;
    uint32_t code = symbols->symbols[symbol];
    if (code & GDX_WORD_FLAG)
        return gdx_symbols_word(symbols, code & ~GDX_WORD_FLAG);
    code = code == GDX_BROKEN_HYPHEN ? '-' : code;
    return (gdx_slice){buffer, gdx_utf8_encode((uint8_t *)buffer, code)};
}

size_t oracle_byte_begin(const struct oracle *oracle, size_t document, size_t slot, size_t symbol) {
    return text_of(oracle, document, slot)->spanned.spans[symbol].begin;
}

size_t oracle_byte_end(const struct oracle *oracle, size_t document, size_t slot, size_t symbol) {
    return text_of(oracle, document, slot)->spanned.spans[symbol].end;
}

size_t oracle_symbol_count(gdx_slice text, bool *out_is_word) {
    gdx_symbols symbols = {0};
    plain_symbols(text, &symbols);
    size_t count = symbols.count;
    *out_is_word = count == 1 && symbols.symbols[0] & GDX_WORD_FLAG;
    gdx_symbols_clear(&symbols);
    return count;
}

// ---- readable text

static bool is_blank_at(const char *at, size_t left, size_t *out_bytes) {
    static const char *const blanks[] = {"\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9",
                                         "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "\xe2\x80\x80", "\xe2\x80\x81",
                                         "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
                                         "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a"};
    uint8_t lead = (uint8_t)*at;
    *out_bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    assert_true(*out_bytes <= left);
    if (lead <= ' ' || lead == 0x7f)
        return true;
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
        if (strlen(blanks[i]) == *out_bytes && memcmp(at, blanks[i], *out_bytes) == 0)
            return true;
    return lead == 0xc2 && (uint8_t)at[1] < 0xa0; // C1 controls
}

void oracle_readable(const struct oracle *oracle, size_t document, size_t slot, size_t begin, size_t end,
                     gdx_buffer *out) {
    const char *text = oracle_slot(oracle, document, slot)->stored.data;
    size_t before = out->bytes;
    bool was_blank = false;
    for (size_t at = begin, bytes; at < end; at += bytes) {
        bool is_blank = is_blank_at(text + at, end - at, &bytes);
        if (!is_blank && was_blank && out->bytes > before)
            assert_int_equal(gdx_buffer_append(out, " ", 1), GDX_OK);
        if (!is_blank)
            assert_int_equal(gdx_buffer_append(out, text + at, bytes), GDX_OK);
        was_blank = is_blank;
    }
}

void oracle_excerpt(const struct oracle *oracle, size_t document, size_t slot, size_t from, size_t to,
                    gdx_buffer *out) {
    if (from < to)
        oracle_readable(oracle, document, slot, oracle_byte_begin(oracle, document, slot, from),
                        oracle_byte_end(oracle, document, slot, to - 1), out);
}

// ---- occurrences

struct list {
    struct found *found;
    size_t count;
    size_t capacity;
};

static void add(struct list *list, struct found found) {
    assert_int_equal(gdx_grow(&list->found, &list->capacity, list->count + 1, sizeof found), GDX_OK);
    list->found[list->count++] = found;
}

static bool word_has_end(const gdx_symbols *a, size_t i, gdx_slice end, bool is_prefix) {
    if (!(a->symbols[i] & GDX_WORD_FLAG))
        return false;
    gdx_slice word = gdx_symbols_word(a, a->symbols[i] & ~GDX_WORD_FLAG);
    return word.bytes >= end.bytes &&
           memcmp(is_prefix ? word.data : word.data + word.bytes - end.bytes, end.data, end.bytes) == 0;
}

// Where a word, or a word that starts with it, ends that starts at `at`: whole, or in pieces with hyphens between them.
// 0 if it is not there.
static size_t word_end(const gdx_symbols *in, size_t at, gdx_slice rest, bool is_prefix) {
    for (; at < in->count && in->symbols[at] & GDX_WORD_FLAG; at += 2) {
        gdx_slice piece = gdx_symbols_word(in, in->symbols[at] & ~GDX_WORD_FLAG);
        if (is_prefix ? word_has_end(in, at, rest, true) : gdx_slice_equal(piece, rest))
            return at + 1;
        if (piece.bytes >= rest.bytes || memcmp(piece.data, rest.data, piece.bytes) != 0 || at + 1 >= in->count ||
            in->symbols[at + 1] != GDX_BROKEN_HYPHEN)
            return 0;
        rest.data += piece.bytes;
        rest.bytes -= piece.bytes;
    }
    return 0;
}

static size_t suffix_end(const gdx_symbols *in, size_t at, gdx_slice suffix) {
    if (word_has_end(in, at, suffix, false))
        return at + 1;
    for (size_t bytes = 1; bytes < suffix.bytes; bytes++)
        if (word_has_end(in, at, (gdx_slice){suffix.data, bytes}, false) && at + 1 < in->count &&
            in->symbols[at + 1] == GDX_BROKEN_HYPHEN) {
            size_t end = word_end(in, at + 2, (gdx_slice){suffix.data + bytes, suffix.bytes - bytes}, false);
            if (end)
                return end;
        }
    return 0;
}

enum { WANTED_MAX = 4096 };

// What else answers for each symbol of a phrase; 0: nothing.
static void find_others(const gdx_symbols *wanted, uint32_t others[WANTED_MAX]) {
    int varying = 0;
    assert_true(wanted->count <= WANTED_MAX);
    memset(others, 0, wanted->count * sizeof *others);
    for (size_t i = 0; i < wanted->count; i++)
        if (wanted->symbols[i] == '-' || wanted->symbols[i] == GDX_BROKEN_HYPHEN)
            others[i] = wanted->symbols[i] == '-' ? GDX_BROKEN_HYPHEN : '-';
    for (size_t i = 0, at = 0; i < wanted->count && varying < 4; i++) {
        uint32_t other = plain_regional(wanted->symbols, wanted->count, i, &at);
        if (other && !others[at]) {
            others[at] = other;
            varying++;
        }
    }
}

static size_t phrase_end(const gdx_symbols *wanted, const uint32_t *others, const gdx_symbols *in, size_t at) {
    for (size_t i = 0; i < wanted->count; i++) {
        if (at >= in->count)
            return 0;
        if (wanted->symbols[i] & GDX_WORD_FLAG)
            at = word_end(in, at, gdx_symbols_word(wanted, wanted->symbols[i] & ~GDX_WORD_FLAG), false);
        else
            at = in->symbols[at] == wanted->symbols[i] || (others[i] && in->symbols[at] == others[i]) ? at + 1 : 0;
        if (at == 0)
            return 0;
    }
    return at;
}

// Where the occurrence that starts at `at` ends; 0: none does.
static size_t leaf_end(const struct part *leaf, const gdx_symbols *wanted, const uint32_t *others,
                       const gdx_symbols *in, size_t at) {
    if (leaf->kind == PART_PREFIX)
        return word_end(in, at, gdx_symbols_word(wanted, 0), true);
    if (leaf->kind == PART_SUFFIX)
        return suffix_end(in, at, gdx_symbols_word(wanted, 0));
    return phrase_end(wanted, others, in, at);
}

// The text without white space, control characters and what has no shape, appended.
static void add_characters(gdx_slice text, gdx_buffer *out) {
    for (size_t at = 0, bytes; at < text.bytes; at += bytes) {
        uint32_t code;
        bool is_blank = is_blank_at(text.data + at, text.bytes - at, &bytes);
        gdx_utf8_decode((const uint8_t *)text.data + at, text.bytes - at, &code);
        if (!is_blank && !gdx_is_ignorable(code))
            assert_int_equal(gdx_buffer_append(out, text.data + at, bytes), GDX_OK);
    }
}

static bool has_characters(gdx_slice stored, gdx_slice typed) {
    gdx_buffer both[2] = {{0}, {0}};
    add_characters(stored, &both[0]);
    add_characters(typed, &both[1]);
    bool equal = gdx_slice_equal(gdx_buffer_slice(&both[0]), gdx_buffer_slice(&both[1]));
    gdx_buffer_clear(&both[0]);
    gdx_buffer_clear(&both[1]);
    return equal;
}

static void find_leaf(const struct oracle *oracle, const struct part *leaf, size_t number, size_t document,
                      struct list *out) {
    static uint32_t others[WANTED_MAX];
    gdx_symbols wanted = {0};
    plain_symbols(leaf->typed, &wanted);
    find_others(&wanted, others);
    for (size_t slot = 0; slot < oracle->counts[document]; slot++) {
        const struct text *in = text_of(oracle, document, slot);
        unsigned field = 1u << in->slot.field;
        bool looks = leaf->fields == field || (leaf->fields >= PART_DEFAULT && counts(oracle, document, slot)) ||
                     (leaf->fields == PART_ANY && in->slot.field == GDX_FIELD_FURNITURE);
        for (size_t at = 0; at < in->symbols.count && looks; at++) {
            size_t end = leaf_end(leaf, &wanted, others, &in->symbols, at);
            if (end == 0)
                continue;
            size_t from = in->spanned.spans[at].begin, to = in->spanned.spans[end - 1].end;
            if (leaf->kind != PART_EXACT ||
                has_characters((gdx_slice){in->slot.stored.data + from, to - from}, leaf->typed))
                add(out, (struct found){slot, at, end, from, to, number});
        }
    }
    gdx_symbols_clear(&wanted);
}

static bool is_leaf(const struct part *part) {
    return part->kind <= PART_SUFFIX;
}

static bool is_pair(const struct part *part) {
    return part->kind == PART_NEAR || part->kind == PART_THEN;
}

static bool are_partners(const struct found *left, const struct found *right, const struct part *pair) {
    if (left->slot != right->slot)
        return false;
    if (left->end <= right->begin && right->begin - left->end <= pair->distance)
        return true;
    return pair->kind == PART_NEAR && right->end <= left->begin && left->begin - right->end <= pair->distance;
}

static void find_with_partners(const struct oracle *oracle, const struct part *part, size_t *leaf, size_t document,
                               struct list *out) {
    if (is_leaf(part)) {
        find_leaf(oracle, part, (*leaf)++, document, out);
        return;
    }
    if (part->kind == PART_OR) {
        for (size_t i = 0; i < part->child_count; i++)
            find_with_partners(oracle, part->children[i], leaf, document, out);
        return;
    }
    struct list left = {0}, right = {0};
    find_with_partners(oracle, part->children[0], leaf, document, &left);
    find_with_partners(oracle, part->children[1], leaf, document, &right);
    for (size_t l = 0; l < left.count; l++) {
        bool has = false;
        for (size_t r = 0; r < right.count && !has; r++)
            has = are_partners(&left.found[l], &right.found[r], part);
        if (has)
            add(out, left.found[l]);
    }
    for (size_t r = 0; r < right.count; r++) {
        bool has = false;
        for (size_t l = 0; l < left.count && !has; l++)
            has = are_partners(&left.found[l], &right.found[r], part);
        if (has)
            add(out, right.found[r]);
    }
    free(left.found);
    free(right.found);
}

// ---- filters

static unsigned days_of(unsigned year, unsigned month) {
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static unsigned first_day(gdx_date date) {
    unsigned month = gdx_date_month(date), day = gdx_date_day(date);
    return gdx_date_year(date) * 10000 + (month ? month : 1) * 100 + (day ? day : 1);
}

static unsigned last_day(gdx_date date) {
    unsigned year = gdx_date_year(date), month = gdx_date_month(date), day = gdx_date_day(date);
    month = month ? month : 12;
    return year * 10000 + month * 100 + (day ? day : days_of(year, month));
}

static bool has_value(const gdx_document *document, size_t key, gdx_slice wanted) {
    const char *const *values;
    bool left_out, has = false;
    size_t count = corpus_values(document, key, &values, &left_out);
    if (wanted.bytes == 0)
        return count == 0 && !left_out;
    for (size_t i = 0; i < count; i++)
        has |= gdx_slice_equal(gdx_slice_of(values[i]), wanted);
    return has;
}

static bool passes(const struct part *filter, const gdx_document *document) {
    if (filter->kind == PART_SOURCE)
        return gdx_slice_equal(document->source, filter->typed);
    if (filter->kind == PART_ID)
        return gdx_slice_equal(document->id, filter->typed);
    if (filter->kind == PART_ID_PREFIX)
        return document->id.bytes >= filter->typed.bytes &&
               memcmp(document->id.data, filter->typed.data, filter->typed.bytes) == 0;
    if (filter->kind == PART_META)
        return has_value(document, filter->key, filter->typed);
    if (document->date == GDX_NO_DATE)
        return false;
    return (filter->from == GDX_NO_DATE || first_day(document->date) >= first_day(filter->from)) &&
           (filter->to == GDX_NO_DATE || last_day(document->date) <= last_day(filter->to));
}

// ---- the whole query

// True if the document matches. Adds the occurrences of the parts that are not negated to `out`; *leaf counts leaves.
static bool match(const struct oracle *oracle, const struct part *part, bool negated, size_t *leaf, size_t document,
                  struct list *out) {
    if (is_leaf(part) || is_pair(part)) {
        struct list here = {0};
        find_with_partners(oracle, part, leaf, document, &here);
        for (size_t i = 0; i < here.count && !negated; i++)
            add(out, here.found[i]);
        free(here.found);
        return here.count > 0;
    }
    if (part->kind == PART_NOT)
        return !match(oracle, part->children[0], true, leaf, document, out);
    if (part->kind != PART_AND && part->kind != PART_OR)
        return passes(part, &oracle->corpus->documents[document].stored);
    size_t holding = 0;
    for (size_t i = 0; i < part->child_count; i++)
        holding += match(oracle, part->children[i], negated, leaf, document, out);
    return part->kind == PART_AND ? holding == part->child_count : holding > 0;
}

static int in_order(const void *a, const void *b) {
    const struct found *x = a, *y = b;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static size_t frequency(const struct list *list, size_t leaf) {
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += list->found[i].leaf == leaf;
    return count;
}

static double score(const struct oracle *oracle, const struct list *lists, size_t document, size_t leaf_count) {
    const double k1 = 1.2, b = 0.75;
    double sum = 0;
    for (size_t leaf = 0; leaf < leaf_count; leaf++) {
        double tf = (double)frequency(&lists[document], leaf), n = 0, all = (double)oracle->live;
        for (size_t d = 0; d < oracle->corpus->count; d++)
            n += !oracle->corpus->documents[d].is_deleted && frequency(&lists[d], leaf) > 0;
        double length = (double)oracle_length(oracle, document);
        if (tf > 0)
            sum += log(1 + (all - n + 0.5) / (n + 0.5)) * tf * (k1 + 1) /
                   (tf + k1 * (1 - b + b * length / oracle->mean_length));
    }
    return sum;
}

struct answer *oracle_ask(struct oracle *oracle, const struct part *query, size_t *out_count) {
    size_t count = oracle->corpus->count, matching = 0, leaf_count = 0;
    struct list *lists = calloc(count, sizeof *lists);
    struct answer *answers = calloc(count, sizeof *answers);
    bool *matches = calloc(count, sizeof *matches);
    assert_true(lists && answers && matches);
    for (size_t d = 0; d < count; d++) {
        leaf_count = 0;
        matches[d] = match(oracle, query, false, &leaf_count, d, &lists[d]) && !oracle->corpus->documents[d].is_deleted;
    }
    for (size_t d = 0; d < count; d++)
        if (matches[d])
            answers[matching++] = (struct answer){d, NULL, 0, score(oracle, lists, d, leaf_count)};
    for (size_t i = 0; i < matching; i++) {
        struct list *list = &lists[answers[i].document];
        if (list->count)
            qsort(list->found, list->count, sizeof *list->found, in_order);
        answers[i].found = list->found;
        answers[i].count = list->count;
        list->found = NULL; // handed over
    }
    for (size_t d = 0; d < count; d++)
        free(lists[d].found);
    free(lists);
    free(matches);
    *out_count = matching;
    return answers;
}

void oracle_answers_free(struct answer *answers, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(answers[i].found);
    free(answers);
}
