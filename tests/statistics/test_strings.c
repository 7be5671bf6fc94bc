// SPDX-License-Identifier: Apache-2.0
// test_strings.c: contrast and ngrams against brute force: docs/statistics.md followed step by step over arrays of
// letters, without an index, a sort or a prune. Random collections in one to five segments, with deletions; A and B are
// sources or dates. GDX_SEED changes the seed, GDX_ROUNDS the number of collections.

#include "../property/corpus.h"
#include "../support/folder.h"
#include "../support/sanitizer.h"
#include "gdx/statistics.h"
#include "gdx/text.h"
#include "kinds.h"
#include "named.h"
#include "sides.h"
#include "spoken.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { STRINGS_MOST = 400000, LONGEST = 5, GROUPS_MOST = 1300 };

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
        if (!has_false_edge(&strings[i]) && !is_cut(&strings[i]) && !is_alone(&strings[i]))
            strings[kept++] = strings[i];
    return kept;
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

// The letters of the shorter one in their order, or an overlap.
static bool is_short_for(const struct naive_string *a, const struct naive_string *b) {
    uint32_t found = 0;
    if (a->length > b->length)
        return is_short_for(b, a);
    for (uint32_t i = 0; i < b->length && found < a->length; i++)
        found += b->letters[i] == a->letters[found];
    return found == a->length || are_related(a, b);
}

static bool is_said(const struct naive_string *string, const struct naive_string *above, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t common = 0, least = string->a < above[i].a ? string->a : above[i].a;
        for (uint32_t unit = 0; unit < naive.a.count; unit++)
            common += is_in_unit(string, unit) && is_in_unit(&above[i], unit);
        if (is_short_for(string, &above[i]) && common * 2 >= least)
            return true;
    }
    return false;
}

// A group is left out when nothing that it can be called is twice as frequent in A and said nowhere above.
static void check_groups(const gdx_contrast *found, const struct naive_group *groups, size_t count, size_t limit) {
    static uint32_t letters[GROUPS_MOST][GDX_STRING_LETTERS_MOST];
    static struct naive_string names[GROUPS_MOST];
    size_t kept = 0;
    for (size_t i = 0; i < count && kept < limit; i++) {
        const struct naive_string *head = groups[i].head;
        bool in_refrain;
        names[kept] = name_of(head, letters[kept], &in_refrain);
        if (in_refrain || is_said(head, names, kept))
            continue;
        if (ratio_of(&names[kept]) < 2 || is_said(&names[kept], names, kept)) {
            if (is_function(head->letters[0]) || is_function(head->letters[head->length - 1]))
                continue;
            names[kept] = counted(head->letters, head->length);
        }
        assert_true(kept < found->group_count);
        check_group(&found->groups[kept], &groups[i], &names[kept], kept);
        kept++;
    }
    assert_int_equal(found->group_count, kept);
}

static size_t check_contrast(const gdx_contrast *found, const gdx_contrast_options *options) {
    static struct naive_group groups[GROUPS_MOST];
    const size_t most = options->limit + options->limit / 4 + 8;
    size_t tested = 0, phrases = find_phrases(options, &tested), count = 0;
    for (size_t i = 0; i < phrases; i++) {
        size_t g = 0;
        while (g < count && !folds_into(&strings[i], groups[g].head))
            g++;
        assert_true(most <= GROUPS_MOST);
        if (g == count && count < most)
            groups[count++] = (struct naive_group){.head = &strings[i]};
        if (g < count)
            groups[g].members[groups[g].count++] = &strings[i];
    }
    assert_int_equal(found->tested, tested);
    assert_int_equal(found->units_a, naive.a.count);
    assert_int_equal(found->units_b, naive.b.count);
    assert_int_equal(found->letters_a + found->letters_b, naive.all);
    check_groups(found, groups, count, options->limit);
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
        naive.corpus = &round.corpus;
        read_sides();
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
    uint64_t seed = number_of("GDX_SEED", 20261128), rounds = number_of("GDX_ROUNDS", WATCHES_THREADS ? 10 : 60);
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
