// SPDX-License-Identifier: Apache-2.0
// test_strings.c: contrast and ngrams against brute force: docs/statistics.md followed step by step over arrays of
// letters, without an index, a sort or a prune. Random collections in one to five segments, with deletions; A and B are
// sources or dates. GDX_SEED changes the seed, GDX_ROUNDS the number of collections.

#include "../property/corpus.h"
#include "../support/folder.h"
#include "../support/plain_rule.h"
#include "gdx/letters.h"
#include "gdx/statistics.h"
#include "gdx/utf8.h"
#include "kinds.h"
#include "spoken.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LETTERS_MOST = 200000, DOCUMENTS_MOST = 4096, STRINGS_MOST = 400000, LONGEST = 5 };

// ---- the collection as letters

struct side { // documents of A or B
    size_t count;
    size_t documents[DOCUMENTS_MOST]; // numbers in the corpus
};

struct naive {
    const struct corpus *corpus;
    struct side a, b;
    uint32_t letters[LETTERS_MOST]; // of A's documents, then B's; 0 ends a clause
    uint32_t unit[LETTERS_MOST];    // 0 to a.count + b.count - 1
    size_t count, all;              // `all`: letters without ends
};
static struct naive naive;

static void add_letter(uint32_t kind, uint32_t unit) {
    assert_true(naive.count < LETTERS_MOST);
    naive.letters[naive.count] = kind;
    naive.unit[naive.count++] = unit;
    naive.all += kind != 0;
}

static void add_text(gdx_slice text, uint32_t unit) {
    static gdx_symbols cut;
    plain_symbols(text, &cut);
    for (size_t i = 0; i < cut.count; i++) {
        char spelling[8];
        uint32_t symbol = cut.symbols[i];
        if (symbol & GDX_WORD_FLAG)
            add_letter(kind_of(gdx_symbols_word(&cut, symbol & ~GDX_WORD_FLAG)), unit);
        else if (gdx_symbol_is_letter(symbol))
            add_letter(kind_of((gdx_slice){spelling, gdx_utf8_encode((uint8_t *)spelling, symbol)}), unit);
        else
            add_letter(0, unit);
    }
    add_letter(0, unit);
}

static void add_side(const struct side *side, uint32_t first_unit) {
    for (size_t i = 0; i < side->count; i++) {
        const gdx_document *document = &naive.corpus->documents[side->documents[i]].stored;
        uint32_t unit = first_unit + (uint32_t)i;
        if (!document->title_from_text)
            add_text(document->title, unit);
        add_text(document->text, unit);
        gdx_part_walk walk = {0};
        for (const gdx_part *part; (part = gdx_document_next_part(document, &walk));)
            if (part->field != GDX_FIELD_FURNITURE)
                add_text(part->text, unit);
    }
}

// ---- strings

struct naive_string {
    const uint32_t *letters;
    uint32_t length;
    size_t a, b;       // units
    size_t in_a, in_b; // occurrences
    double ratio, score;
};
static struct naive_string strings[STRINGS_MOST];
static size_t string_count;

static int compare_letters(const uint32_t *a, uint32_t a_length, const uint32_t *b, uint32_t b_length) {
    for (uint32_t i = 0; i < a_length && i < b_length; i++) {
        int order = gdx_slice_compare(spelling_of(a[i]), spelling_of(b[i]));
        if (order)
            return order;
    }
    return a_length < b_length ? -1 : a_length > b_length;
}

static bool stands_at(size_t at, const uint32_t *letters, uint32_t length) {
    for (uint32_t i = 0; i < length; i++)
        if (at + i >= naive.count || naive.letters[at + i] != letters[i])
            return false;
    return true;
}

static void count_string(struct naive_string *string) {
    uint32_t last = UINT32_MAX;
    for (size_t at = 0; at < naive.count; at++) {
        if (!stands_at(at, string->letters, string->length))
            continue;
        bool is_in_a = naive.unit[at] < naive.a.count, is_new = naive.unit[at] != last;
        string->in_a += is_in_a;
        string->in_b += !is_in_a;
        string->a += is_in_a && is_new;
        string->b += !is_in_a && is_new;
        last = naive.unit[at];
    }
}

static size_t often(const uint32_t *letters, uint32_t length) {
    struct naive_string string = {.letters = letters, .length = length};
    count_string(&string);
    return string.in_a + string.in_b;
}

static int by_letters(const void *a, const void *b) {
    const struct naive_string *left = a, *right = b;
    return compare_letters(left->letters, left->length, right->letters, right->length);
}

// All different strings of A, in order.
static void list_strings(uint32_t shortest, uint32_t longest) {
    string_count = 0;
    for (size_t at = 0; at < naive.count && naive.unit[at] < naive.a.count; at++)
        for (uint32_t length = 1; length <= longest && naive.letters[at + length - 1]; length++)
            if (length >= shortest) {
                assert_true(string_count < STRINGS_MOST);
                strings[string_count++] = (struct naive_string){.letters = &naive.letters[at], .length = length};
            }
    if (string_count)
        qsort(strings, string_count, sizeof *strings, by_letters);
    size_t kept = 0;
    for (size_t i = 0; i < string_count; i++)
        if (kept == 0 || by_letters(&strings[kept - 1], &strings[i]) != 0)
            strings[kept++] = strings[i];
    string_count = kept;
    for (size_t i = 0; i < string_count; i++)
        count_string(&strings[i]);
}

static bool has_digits(const struct naive_string *string) {
    if (says_when(string->letters, string->length))
        return true;
    for (uint32_t i = 0; i < string->length; i++)
        if (is_digits(string->letters[i]))
            return true;
    return false;
}

// The largest share of one neighbour, in A.
static bool is_complete(const struct naive_string *string) {
    for (int side = 0; side < 2; side++)
        for (uint32_t kind = 1; kind < kinds_count(); kind++) {
            size_t seen = 0;
            for (size_t at = 0; at < naive.count && naive.unit[at] < naive.a.count; at++) {
                if (!stands_at(at, string->letters, string->length))
                    continue;
                uint32_t neighbour = side ? naive.letters[at + string->length] : at ? naive.letters[at - 1] : 0;
                seen += neighbour == kind;
            }
            if (seen * 5 > string->in_a * 4)
                return false;
        }
    return true;
}

static double association(const uint32_t *letters, uint32_t length, uint32_t cut) {
    return log((double)often(letters, length) * (double)naive.all /
               ((double)often(letters, cut) * (double)often(letters + cut, length - cut)));
}

static bool holds_together(const struct naive_string *string) {
    for (uint32_t cut = 1; cut < string->length; cut++)
        if (association(string->letters, string->length, cut) < 2)
            return false;
    uint32_t last = string->length - 1;
    return !(is_function(string->letters[0]) && association(string->letters, string->length, 1) < 3) &&
           !(is_function(string->letters[last]) && association(string->letters, string->length, last) < 3);
}

static double pair_association(uint32_t first, uint32_t second) {
    const uint32_t pair[] = {first, second};
    return association(pair, 2, 1);
}

static bool has_false_edge(const struct naive_string *string) {
    double left = 0, right = 0;
    uint32_t last = string->length - 1;
    for (size_t at = 0; at < naive.count && naive.unit[at] < naive.a.count; at++) {
        if (!stands_at(at, string->letters, string->length))
            continue;
        if (at && naive.letters[at - 1])
            left += fmax(0, pair_association(naive.letters[at - 1], string->letters[0]));
        if (naive.letters[at + string->length])
            right += fmax(0, pair_association(string->letters[last], naive.letters[at + string->length]));
    }
    left /= (double)string->in_a;
    right /= (double)string->in_a;
    return (left >= 3 && left > pair_association(string->letters[0], string->letters[1]) + 1.5) ||
           (right >= 3 && right > pair_association(string->letters[last - 1], string->letters[last]) + 1.5);
}

// ---- contrast

static double score_of(double a, double b, double n1, double n2) {
    double sum = 0, both = a + b, n = n1 + n2;
    sum += a > 0 ? a * log(a / (n1 * both / n)) : 0;
    sum += b > 0 ? b * log(b / (n2 * both / n)) : 0;
    sum += n1 - a > 0 ? (n1 - a) * log((n1 - a) / (n1 * (n - both) / n)) : 0;
    sum += n2 - b > 0 ? (n2 - b) * log((n2 - b) / (n2 * (n - both) / n)) : 0;
    return 2 * sum;
}

static int strongest_first(const void *a, const void *b) {
    const struct naive_string *left = a, *right = b;
    if (fabs(left->score - right->score) > 1e-9)
        return left->score < right->score ? 1 : -1;
    if (left->length != right->length)
        return left->length < right->length ? -1 : 1;
    return by_letters(a, b);
}

// Steps 1 to 7. What is left is at the front of `strings`, strongest first.
static size_t find_phrases(const gdx_contrast_options *options, size_t *out_tested) {
    double n1 = (double)naive.a.count, n2 = (double)naive.b.count;
    size_t kept = 0, last = 0;
    *out_tested = 0;
    list_strings(options->shortest, options->longest);
    for (size_t i = 0; i < string_count; i++) {
        struct naive_string string = strings[i];
        if (string.a < options->units_least)
            continue;
        ++*out_tested;
        string.ratio = ((double)string.a / n1) / (((double)string.b + .5) / (n2 + .5));
        string.score = score_of((double)string.a, (double)string.b, n1, n2);
        if ((double)string.a / n1 > (double)string.b / n2 && string.ratio >= 2 && string.score > 10 &&
            (options->with_digits || !has_digits(&string)) && is_complete(&string) && holds_together(&string))
            strings[kept++] = string;
    }
    if (kept)
        qsort(strings, kept, sizeof *strings, strongest_first);
    for (size_t i = 0; i < kept; i++)
        if (erfc(sqrt(strings[i].score / 2)) <= 0.001 * (double)(i + 1) / (double)*out_tested)
            last = i + 1;
    kept = 0;
    for (size_t i = 0; i < last; i++)
        if (!has_false_edge(&strings[i]))
            strings[kept++] = strings[i];
    return kept;
}

struct naive_group {
    const struct naive_string *head;
    const struct naive_string *members[1000];
    size_t count;
};

static bool contains(const struct naive_string *outer, const struct naive_string *inner) {
    for (uint32_t i = 0; i + inner->length <= outer->length; i++)
        if (memcmp(outer->letters + i, inner->letters, inner->length * sizeof *inner->letters) == 0)
            return true;
    return false;
}

static bool are_related(const struct naive_string *a, const struct naive_string *b) {
    if (a->length > b->length)
        return are_related(b, a);
    for (uint32_t n = 2; n < a->length; n++)
        if (memcmp(a->letters + a->length - n, b->letters, n * sizeof *a->letters) == 0 ||
            memcmp(a->letters, b->letters + b->length - n, n * sizeof *a->letters) == 0)
            return true;
    return contains(b, a);
}

static bool is_in_unit(const struct naive_string *string, uint32_t unit) {
    for (size_t at = 0; at < naive.count; at++)
        if (naive.unit[at] == unit && stands_at(at, string->letters, string->length))
            return true;
    return false;
}

static bool folds_into(const struct naive_string *string, const struct naive_string *head) {
    size_t common = 0, both;
    for (uint32_t unit = 0; unit < naive.a.count; unit++)
        common += is_in_unit(string, unit) && is_in_unit(head, unit);
    both = string->a + head->a - common;
    size_t least = string->a < head->a ? string->a : head->a, most = string->a + head->a - least;
    return (are_related(string, head) && common * 2 >= least) ||
           ((double)common >= .6 * (double)both && 4 * most <= naive.a.count);
}

static void check_phrase(gdx_slice found, const struct naive_string *wanted, const char *what, size_t number) {
    static gdx_buffer text;
    spell_kinds(wanted->letters, wanted->length, &text);
    if (!gdx_slice_equal(found, gdx_buffer_slice(&text)))
        fail_msg("%s %zu: %.*s, expected %.*s", what, number, GDX_SLICE_ARGUMENTS(found),
                 GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&text)));
}

// ---- names

// The letter that most often stands before the string (side 0) or behind it, in A and B; of equals the first by
// spelling.
static size_t most_beside(const struct naive_string *string, int side, uint32_t *out_kind) {
    size_t most = 0;
    *out_kind = 0;
    for (uint32_t kind = 1; kind < kinds_count(); kind++) {
        size_t seen = 0;
        for (size_t at = 0; at < naive.count; at++)
            if (stands_at(at, string->letters, string->length))
                seen += (side ? naive.letters[at + string->length] : at ? naive.letters[at - 1] : 0) == kind;
        if (seen > most || (seen && seen == most && gdx_slice_compare(spelling_of(kind), spelling_of(*out_kind)) < 0)) {
            most = seen;
            *out_kind = kind;
        }
    }
    return most;
}

static struct naive_string counted(const uint32_t *letters, uint32_t length) {
    struct naive_string string = {.letters = letters, .length = length};
    count_string(&string);
    return string;
}

// How often a clause ends before the string (side 0), or behind it.
static size_t ends_beside(const struct naive_string *string, int side) {
    size_t ends = 0;
    for (size_t at = 0; at < naive.count; at++)
        if (stands_at(at, string->letters, string->length))
            ends += (side ? naive.letters[at + string->length] : at ? naive.letters[at - 1] : 0) == 0;
    return ends;
}

static bool may_grow(const struct naive_string *string, size_t most, uint32_t kind, int side, bool was_shed) {
    size_t all = string->in_a + string->in_b;
    if (most * 10 < all * 6)
        return most * 2 >= all && !is_function(kind) && ends_beside(string, side) * 50 <= all;
    return !is_function(kind) ||
           (!was_shed && log((double)most * (double)naive.all / ((double)often(&kind, 1) * (double)all)) >= 3);
}

// Grows to so many letters at most. Returns the length at which the string was freest, of equals the longest.
static uint32_t grow_to(struct naive_string *string, uint32_t *to, uint32_t longest, bool was_shed,
                        double *out_freedom) {
    uint32_t freest = string->length;
    double best = 0;
    while (string->length < longest) {
        uint32_t kinds[2];
        size_t most[2] = {most_beside(string, 0, &kinds[0]), most_beside(string, 1, &kinds[1])};
        int side = most[1] > most[0];
        *out_freedom = 1 - (double)most[side] / (double)(string->in_a + string->in_b);
        if (*out_freedom >= best) {
            best = *out_freedom;
            freest = string->length;
        }
        if (!may_grow(string, most[side], kinds[side], side, was_shed))
            break;
        if (side == 0)
            memmove(to + 1, to, string->length * sizeof *to);
        to[side ? string->length : 0] = kinds[side];
        *string = counted(to, string->length + 1);
    }
    return freest;
}

// A function symbol at an edge that what is left mostly stands without. core_begin to core_end: of the string that it
// grew from, of which two letters stay.
static bool shed(struct naive_string *string, uint32_t *to, uint32_t *core_begin, uint32_t *core_end) {
    for (int side = 0; side < 2; side++) {
        bool is_core = side ? *core_end == string->length : *core_begin == 0;
        struct naive_string less = counted(to + !side, string->length - 1);
        if (!is_function(to[side ? string->length - 1 : 0]) || (is_core && *core_end - *core_begin == 2))
            continue;
        if ((string->in_a + string->in_b) * 10 > (less.in_a + less.in_b) * (string->length < 5 ? 5 : 9))
            continue;
        if (side)
            *core_end -= is_core;
        else {
            memmove(to, to + 1, less.length * sizeof *to);
            *core_end -= 1;
            *core_begin -= !is_core;
        }
        *string = counted(to, less.length);
        return true;
    }
    return false;
}

// The string with the letters that it is bound to, without function symbols that it can do without; its letters are in
// `to`.
static struct naive_string grown(const struct naive_string *from, uint32_t to[GDX_STRING_LETTERS_MOST],
                                 double *out_freedom, bool *out_was_shed) {
    memcpy(to, from->letters, from->length * sizeof *to);
    struct naive_string string = counted(to, from->length);
    uint32_t freest = grow_to(&string, to, GDX_STRING_LETTERS_MOST, false, out_freedom);
    if (string.length == GDX_STRING_LETTERS_MOST) {
        memcpy(to, from->letters, from->length * sizeof *to);
        string = counted(to, from->length);
        grow_to(&string, to, freest, false, out_freedom);
    }
    uint32_t begin = 0, end;
    while (memcmp(to + begin, from->letters, from->length * sizeof *to) != 0)
        begin++;
    end = begin + from->length;
    *out_was_shed = false;
    while (shed(&string, to, &begin, &end)) {
        *out_was_shed = true;
        uint32_t core[GDX_STRING_LETTERS_MOST], length = end - begin;
        memcpy(core, to + begin, length * sizeof *to);
        grow_to(&string, to, GDX_STRING_LETTERS_MOST, true, out_freedom);
        for (begin = 0; memcmp(to + begin, core, length * sizeof *to) != 0; begin++)
            ;
        end = begin + length;
    }
    return string;
}

static struct naive_string name_of(const struct naive_group *group, uint32_t to[GDX_STRING_LETTERS_MOST],
                                   bool *out_was_shed) {
    double best, freedom;
    bool was_shed;
    struct naive_string name = grown(group->head, to, &best, out_was_shed);
    for (size_t i = 1; i < group->count && best < .6; i++) {
        const struct naive_string *member = group->members[i];
        uint32_t letters[GDX_STRING_LETTERS_MOST];
        if (!contains(member, group->head) || member->score < .5 * group->head->score ||
            is_function(member->letters[0]) || is_function(member->letters[member->length - 1]))
            continue;
        struct naive_string other = grown(member, letters, &freedom, &was_shed);
        if (freedom > best + (best < .5 ? 0 : .1)) {
            best = freedom;
            *out_was_shed = was_shed;
            memcpy(to, letters, other.length * sizeof *to);
            name = counted(to, other.length);
        }
    }
    return name;
}

static void check_first(const gdx_contrast_group *found, const struct naive_string *name) {
    const gdx_document *first = NULL;
    for (uint32_t unit = 0; unit < naive.a.count; unit++) {
        const gdx_document *document = &naive.corpus->documents[naive.a.documents[unit]].stored;
        if (!is_in_unit(name, unit))
            continue;
        gdx_date date = document->date ? document->date : UINT32_MAX;
        gdx_date best = first && first->date ? first->date : UINT32_MAX;
        if (!first || date < best || (date == best && gdx_slice_compare(document->id, first->id) < 0))
            first = document;
    }
    assert_int_equal(found->first_date, first->date);
    assert_true(gdx_slice_equal(found->first_id, first->id));
}

static bool is_same(const struct naive_string *a, const struct naive_string *b) {
    return a->length == b->length && memcmp(a->letters, b->letters, a->length * sizeof *a->letters) == 0;
}

static double ratio_of(const struct naive_string *name) {
    double n1 = (double)naive.a.count, n2 = (double)naive.b.count;
    return ((double)name->a / n1) / (((double)name->b + .5) / (n2 + .5));
}

static void check_group(const gdx_contrast_group *found, const struct naive_group *wanted,
                        const struct naive_string *name, size_t number) {
    double ratio = ratio_of(name);
    size_t also = 0, folded = 0;
    check_phrase(found->phrase, name, "group", number);
    assert_int_equal(found->units_a, name->a);
    assert_int_equal(found->units_b, name->b);
    assert_int_equal(found->occurrences, name->in_a);
    assert_true(fabs(found->ratio - ratio) <= 1e-9 * ratio);
    assert_true(fabs(found->score - wanted->head->score) <= 1e-9 * wanted->head->score);
    for (size_t i = 0; i < wanted->count; i++)
        if (!is_same(wanted->members[i], name)) {
            folded++;
            assert_true(also < found->also_count || also == GDX_STRING_ALSO_MOST);
            if (also < GDX_STRING_ALSO_MOST)
                check_phrase(found->also[also++], wanted->members[i], "also", number);
        }
    assert_int_equal(found->folded, folded);
    assert_int_equal(found->also_count, also);
    check_first(found, name);
}

// Groups whose name a stronger one has are left out, and those that contrast by a function symbol alone.
static void check_groups(const gdx_contrast *found, const struct naive_group *groups, size_t count) {
    static uint32_t letters[1000][GDX_STRING_LETTERS_MOST];
    static struct naive_string names[1000];
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_known = false, was_shed;
        names[kept] = name_of(&groups[i], letters[kept], &was_shed);
        for (size_t k = 0; k < kept; k++)
            is_known = is_known || is_same(&names[k], &names[kept]);
        if (is_known || (was_shed && ratio_of(&names[kept]) < 2))
            continue;
        assert_true(kept < found->group_count);
        check_group(&found->groups[kept], &groups[i], &names[kept], kept);
        kept++;
    }
    assert_int_equal(found->group_count, kept);
}

static size_t check_contrast(const gdx_contrast *found, const gdx_contrast_options *options) {
    static struct naive_group groups[1000];
    size_t tested = 0, phrases = find_phrases(options, &tested), count = 0;
    for (size_t i = 0; i < phrases; i++) {
        size_t g = 0;
        while (g < count && !folds_into(&strings[i], groups[g].head))
            g++;
        if (g == count && count < options->limit)
            groups[count++] = (struct naive_group){.head = &strings[i]};
        if (g < count)
            groups[g].members[groups[g].count++] = &strings[i];
    }
    assert_int_equal(found->tested, tested);
    assert_int_equal(found->units_a, naive.a.count);
    assert_int_equal(found->units_b, naive.b.count);
    assert_int_equal(found->letters_a + found->letters_b, naive.all);
    check_groups(found, groups, count);
    return count;
}

// ---- ngrams

static int most_first(const void *a, const void *b) {
    const struct naive_string *left = a, *right = b;
    if (left->in_a != right->in_a)
        return left->in_a < right->in_a ? 1 : -1;
    if (left->a != right->a)
        return left->a < right->a ? 1 : -1;
    return by_letters(a, b);
}

static void check_ngrams(const gdx_ngrams *found, const gdx_ngrams_options *options) {
    size_t kept = 0;
    list_strings(options->shortest, options->longest);
    for (size_t i = 0; i < string_count; i++)
        if (strings[i].a >= options->documents_least && (options->with_digits || !has_digits(&strings[i])) &&
            (options->with_parts || is_complete(&strings[i])))
            strings[kept++] = strings[i];
    if (kept)
        qsort(strings, kept, sizeof *strings, most_first);
    kept = kept < options->limit ? kept : options->limit;
    assert_int_equal(found->row_count, kept);
    for (size_t i = 0; i < kept; i++) {
        check_phrase(found->rows[i].phrase, &strings[i], "row", i);
        assert_int_equal(found->rows[i].occurrences, strings[i].in_a);
        assert_int_equal(found->rows[i].documents, strings[i].a);
    }
}

// ---- rounds

struct round {
    struct corpus corpus;
    random_state random;
    gdx_index *index;
    gdx_snapshot *snapshot;
    gdx_searcher *searcher;
    gdx_executor *executor;
};

// ---- sides

// 0 and 1: A, 4: nowhere. Mostly A has the documents with some words, or of the topic, so that there is something to
// find.
static uint32_t choose_side(struct round *round, const gdx_buffer *marker, const gdx_document *document) {
    uint32_t side = random_below(&round->random, 10);
    bool is_spoken = round->corpus.alphabet_count == 0;
    if (side == 0 || (!is_spoken && marker->bytes == 0))
        return side / 2;
    if (is_spoken)
        return document->id.data[document->id.bytes - 1] == 't' ? 0 : 2;
    return memmem(document->text.data, document->text.bytes, marker->data, marker->bytes) ? 0 : 2;
}

// The query names documents by id.
static void choose_sides(struct round *round, gdx_buffer *a, gdx_buffer *b) {
    gdx_buffer marker = {0};
    if (round->corpus.alphabet_count && random_below(&round->random, 8))
        corpus_write_tokens(&round->corpus, &round->random, 1 + random_below(&round->random, 2), &marker);
    naive.a.count = naive.b.count = 0;
    for (size_t d = 0; d < round->corpus.count; d++) {
        uint32_t side = choose_side(round, &marker, &round->corpus.documents[d].stored);
        const corpus_document *document = &round->corpus.documents[d];
        struct side *to = side < 2 ? &naive.a : &naive.b;
        gdx_buffer *query = side < 2 ? a : b;
        if (side == 4 || document->is_deleted)
            continue;
        to->documents[to->count++] = d;
        assert_int_equal(gdx_buffer_append_format(query, "%sid:\"%.*s\"", query->bytes ? " OR " : "",
                                                  GDX_SLICE_ARGUMENTS(document->stored.id)),
                         GDX_OK);
    }
    gdx_buffer_clear(&marker);
}

static void read_letters(struct round *round) {
    naive.corpus = &round->corpus;
    naive.count = naive.all = 0;
    kinds_forget();
    add_side(&naive.a, 0);
    add_side(&naive.b, (uint32_t)naive.a.count);
}

static gdx_query *parse(const gdx_buffer *text) {
    gdx_query *query = NULL;
    gdx_error err = {0};
    if (gdx_query_parse(gdx_rule_current(), gdx_buffer_slice(text), &query, &err) != GDX_OK)
        fail_msg("%.*s: %s", GDX_SLICE_ARGUMENTS(gdx_buffer_slice(text)), err.message);
    return query;
}

static size_t compare_both(struct round *round, const gdx_query *a, const gdx_query *b) {
    gdx_error err = {0};
    GDX_AUTO(gdx_contrast) contrast = NULL;
    GDX_AUTO(gdx_ngrams) ngrams = NULL;
    uint32_t longest = 2 + random_below(&round->random, LONGEST - 1);
    const gdx_contrast_options options = {.shortest = 2 + random_below(&round->random, longest - 1),
                                          .longest = longest,
                                          .units_least = 1 + random_below(&round->random, 6),
                                          .limit = 1 + random_below(&round->random, 30),
                                          .with_digits = random_below(&round->random, 2),
                                          .executor = round->executor};
    if (gdx_contrast_compute(round->searcher, round->snapshot, a, b, &options, NULL, &contrast, &err) != GDX_OK)
        fail_msg("contrast: %s: %s", err.field, err.message);
    size_t groups = check_contrast(contrast, &options);
    const gdx_ngrams_options wanted = {.shortest = options.shortest,
                                       .longest = longest,
                                       .documents_least = options.units_least,
                                       .limit = 1 + random_below(&round->random, 300),
                                       .with_digits = options.with_digits,
                                       .with_parts = random_below(&round->random, 2),
                                       .executor = round->executor};
    if (gdx_ngrams_compute(round->searcher, round->snapshot, a, &wanted, NULL, &ngrams, &err) != GDX_OK)
        fail_msg("ngrams: %s", err.message);
    check_ngrams(ngrams, &wanted);
    return groups;
}

static size_t play(uint64_t seed) {
    struct round round = {.random = {seed}};
    gdx_buffer a = {0}, b = {0};
    size_t groups = 0;
    char *folder = folder_new();
    if (random_below(&round.random, 3))
        speak(&round.corpus, &round.random);
    else
        corpus_make(&round.corpus, &round.random);
    corpus_write(&round.corpus, folder);
    assert_int_equal(gdx_index_open(folder, &round.index, NULL), GDX_OK);
    round.snapshot = gdx_index_snapshot(round.index);
    round.searcher = gdx_searcher_new();
    assert_int_equal(gdx_executor_new(1 + random_below(&round.random, 4), &round.executor, NULL), GDX_OK);
    choose_sides(&round, &a, &b);
    if (naive.a.count && naive.b.count) {
        GDX_AUTO(gdx_query) of_a = parse(&a);
        GDX_AUTO(gdx_query) of_b = parse(&b);
        read_letters(&round);
        groups = compare_both(&round, of_a, of_b);
    }
    gdx_executor_free(round.executor);
    gdx_searcher_free(round.searcher);
    gdx_snapshot_release(round.snapshot);
    gdx_index_close(round.index);
    corpus_clear(&round.corpus);
    gdx_buffer_clear(&a);
    gdx_buffer_clear(&b);
    folder_remove(folder);
    return groups;
}

static uint64_t number_of(const char *name, uint64_t fallback) {
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : fallback;
}

static void strings_equal_brute_force(void **state) {
    (void)state;
    uint64_t seed = number_of("GDX_SEED", 20261128), rounds = number_of("GDX_ROUNDS", 60);
    size_t groups = 0;
    for (uint64_t i = 0; i < rounds; i++)
        groups += play(seed + i);
    print_message("%llu collections, %zu groups\n", (unsigned long long)rounds, groups);
    assert_true(rounds < 20 || groups > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(strings_equal_brute_force)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
