// SPDX-License-Identifier: Apache-2.0
// test_near.c: neighbours and collocates against brute force: docs/statistics.md followed step by step over arrays of
// symbols, without an index, a sort of places or a prune. Random collections in one to five segments, with deletions
// and filters, before and after a merge, over one to four threads. A query occurs where a scan says. GDX_SEED changes
// the seed, GDX_ROUNDS the number of collections.

#include "../support/folder.h"
#include "../support/sanitizer.h"
#include "gdx/statistics.h"
#include "gdx/text.h"
#include "kinds.h"
#include "placed.h"
#include "spoken.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { STRINGS_MOST = 400000, LONGEST = 8 };
enum { LEFT = 1, RIGHT = 2, TAKEN = 4 };

// ---- strings

struct naive_string {
    const uint32_t *kinds;
    uint32_t length;
    size_t near, left, documents, total;
    size_t last_document; // and one, so that 0 is none
    double strength, log_dice, ll, mi, t;
};
static struct naive_string strings[STRINGS_MOST];
static size_t string_count;

static int by_letters(const void *a, const void *b) {
    const struct naive_string *left = a, *right = b;
    for (uint32_t i = 0; i < left->length && i < right->length; i++) {
        int order = gdx_slice_compare(spelling_of(left->kinds[i]), spelling_of(right->kinds[i]));
        if (order)
            return order;
    }
    return left->length < right->length ? -1 : left->length > right->length;
}

static bool stands_at(size_t at, const uint32_t *kinds, uint32_t length) {
    for (uint32_t i = 0; i < length; i++)
        if (at + i >= naive.count || naive.kinds[at + i] != kinds[i])
            return false;
    return true;
}

static size_t count_documents(void) {
    size_t documents = 0, last = SIZE_MAX;
    for (size_t i = 0; i < naive.place_count; i++) {
        size_t document = naive.parts[naive.places[i].part].document;
        documents += document != last;
        last = document;
    }
    return documents;
}

static void check_phrase(gdx_slice found, const struct naive_string *wanted, const char *what, size_t number) {
    static gdx_buffer text;
    spell_kinds(wanted->kinds, wanted->length, &text);
    if (!gdx_slice_equal(found, gdx_buffer_slice(&text)))
        fail_msg("%s %zu: %.*s, expected %.*s", what, number, GDX_SLICE_ARGUMENTS(found),
                 GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&text)));
}

// ---- neighbours

static int most_first(const void *a, const void *b) {
    const struct naive_string *left = a, *right = b;
    if (left->near != right->near)
        return left->near < right->near ? 1 : -1;
    if (left->documents != right->documents)
        return left->documents < right->documents ? 1 : -1;
    return by_letters(a, b);
}

static void note(const uint32_t *kinds, uint32_t length, size_t document) {
    struct naive_string wanted = {.kinds = kinds, .length = length};
    size_t i = 0;
    while (i < string_count && (strings[i].length != length || by_letters(&strings[i], &wanted) != 0))
        i++;
    assert_true(i < STRINGS_MOST);
    if (i == string_count)
        strings[string_count++] = wanted;
    strings[i].near++;
    strings[i].documents += strings[i].last_document != document + 1;
    strings[i].last_document = document + 1;
}

static void check_neighbours(const gdx_neighbours *found, const gdx_neighbours_options *options) {
    size_t beside = 0;
    string_count = 0;
    for (size_t i = 0; i < naive.place_count; i++) {
        const struct naive_place *place = &naive.places[i];
        const struct naive_part *part = &naive.parts[place->part];
        size_t room = options->is_left ? place->begin - part->first : part->first + part->count - place->end, k = 0;
        size_t from = options->is_left ? place->begin - options->length : place->end;
        if (room < options->length)
            continue;
        while (k < options->length && naive.kinds[from + k])
            k++;
        if (k < options->length)
            continue;
        note(&naive.kinds[from], options->length, part->document);
        beside++;
    }
    if (string_count)
        qsort(strings, string_count, sizeof *strings, most_first);
    assert_int_equal(found->occurrences, naive.place_count);
    assert_int_equal(found->documents, count_documents());
    assert_int_equal(found->beside, beside);
    assert_int_equal(found->distinct, string_count);
    assert_int_equal(found->row_count, string_count < options->limit ? string_count : options->limit);
    for (size_t i = 0; i < found->row_count; i++) {
        check_phrase(found->rows[i].phrase, &strings[i], "neighbour", i);
        assert_int_equal(found->rows[i].occurrences, strings[i].near);
        assert_int_equal(found->rows[i].documents, strings[i].documents);
    }
}

// ---- collocates: windows

static void look(const struct naive_part *part, size_t begin, int step, uint32_t window, uint8_t side) {
    uint32_t letters = 0;
    for (size_t at = begin; at - part->first < part->count && letters < window && !naive.is_stop[at];
         at += (size_t)step) {
        letters += naive.kinds[at] != 0;
        naive.states[at] |= side;
    }
}

static void open_windows(uint32_t window) {
    memset(naive.states, 0, sizeof naive.states);
    for (size_t i = 0; i < naive.place_count; i++) {
        const struct naive_part *part = &naive.parts[naive.places[i].part];
        look(part, naive.places[i].begin - 1, -1, window, LEFT);
        look(part, naive.places[i].end, 1, window, RIGHT);
        for (size_t at = naive.places[i].begin; at < naive.places[i].end; at++)
            naive.states[at] |= TAKEN;
    }
}

static bool is_near(size_t at) {
    return naive.kinds[at] && naive.states[at] && !(naive.states[at] & TAKEN);
}

static bool is_near_at(size_t at, const struct naive_string *string) {
    for (uint32_t i = 0; i < string->length; i++)
        if (!is_near(at + i))
            return false;
    return stands_at(at, string->kinds, string->length);
}

// The letter beside, 0 for a mark, an end or an occurrence.
static uint32_t beside(size_t at) {
    return at < naive.count && !(naive.states[at] & TAKEN) ? naive.kinds[at] : 0;
}

static void count_near(struct naive_string *string) {
    size_t last = SIZE_MAX;
    for (size_t at = 0; at < naive.count; at++) {
        if (!is_near_at(at, string))
            continue;
        string->near++;
        string->left += naive.states[at] == LEFT;
        string->documents += naive.document[at] != last;
        last = naive.document[at];
    }
}

static void list_strings(void) {
    string_count = 0;
    for (size_t at = 0; at < naive.count; at++)
        for (uint32_t length = 1; length <= LONGEST && is_near(at + length - 1); length++)
            if (length > 1) {
                assert_true(string_count < STRINGS_MOST);
                strings[string_count++] = (struct naive_string){.kinds = &naive.kinds[at], .length = length};
            }
    if (string_count)
        qsort(strings, string_count, sizeof *strings, by_letters);
    size_t kept = 0;
    for (size_t i = 0; i < string_count; i++)
        if (kept == 0 || by_letters(&strings[kept - 1], &strings[i]) != 0)
            strings[kept++] = strings[i];
    string_count = kept;
}

// ---- collocates: filters

static size_t often(const uint32_t *kinds, uint32_t length) {
    size_t count = 0;
    for (size_t at = 0; at < naive.count; at++)
        count += naive.is_within[naive.document[at]] && stands_at(at, kinds, length);
    return count;
}

static double association(const uint32_t *kinds, uint32_t length, uint32_t cut) {
    return log((double)often(kinds, length) * (double)naive.letters /
               ((double)often(kinds, cut) * (double)often(kinds + cut, length - cut)));
}

static bool has_digits_or_function_edge(const struct naive_string *string) {
    for (uint32_t i = 0; i < string->length; i++)
        if (is_digits(string->kinds[i]))
            return true;
    return says_when(string->kinds, string->length) || is_function(string->kinds[0]) ||
           is_function(string->kinds[string->length - 1]);
}

static bool is_complete(const struct naive_string *string) {
    for (int side = 0; side < 2; side++)
        for (uint32_t kind = 1; kind < kinds_count(); kind++) {
            size_t seen = 0;
            for (size_t at = 0; at < naive.count; at++)
                if (is_near_at(at, string))
                    seen += (side ? beside(at + string->length) : beside(at - 1)) == kind;
            if (seen * 5 > string->near * 4)
                return false;
        }
    return true;
}

static bool holds_together(const struct naive_string *string) {
    for (uint32_t cut = 1; cut < string->length; cut++)
        if (association(string->kinds, string->length, cut) < 2)
            return false;
    return true;
}

static double pair_association(uint32_t first, uint32_t second) {
    return association((const uint32_t[]){first, second}, 2, 1);
}

static bool has_false_edge(const struct naive_string *string) {
    const uint32_t *kinds = string->kinds;
    double left = 0, right = 0;
    uint32_t last = string->length - 1;
    for (size_t at = 0; at < naive.count; at++) {
        if (!is_near_at(at, string))
            continue;
        if (beside(at - 1))
            left += fmax(0, pair_association(beside(at - 1), kinds[0]));
        if (beside(at + string->length))
            right += fmax(0, pair_association(kinds[last], beside(at + string->length)));
    }
    left /= (double)string->near;
    right /= (double)string->near;
    return (left >= 3 && left > pair_association(kinds[0], kinds[1]) + 1.5) ||
           (right >= 3 && right > pair_association(kinds[last - 1], kinds[last]) + 1.5);
}

// ---- collocates: measures

static bool is_strong(struct naive_string *string, size_t window_letters, gdx_measure by) {
    double near = (double)string->near, total = (double)(string->total = often(string->kinds, string->length));
    double expected = total * (double)window_letters / (double)naive.letters;
    if (near <= expected)
        return false;
    string->ll = 2 * near * log(near / expected);
    if (total > near)
        string->ll += 2 * (total - near) * log((total - near) / (total - expected));
    string->log_dice = fmin(14, 14 + log2(2 * near / ((double)naive.place_count + total)));
    string->mi = log2(near / expected);
    string->t = (near - expected) / sqrt(near);
    string->strength = by == GDX_BY_LOG_DICE ? string->log_dice
                       : by == GDX_BY_LL     ? string->ll
                       : by == GDX_BY_MI     ? string->mi
                                             : string->t;
    return string->ll >= 10.83;
}

static int strongest_first(const void *a, const void *b) {
    const struct naive_string *left = a, *right = b;
    if (fabs(left->strength - right->strength) > 1e-9 * fabs(left->strength))
        return left->strength < right->strength ? 1 : -1;
    return by_letters(a, b);
}

static size_t find_collocates(const gdx_collocates_options *options, size_t *out_letters) {
    size_t kept = 0;
    *out_letters = naive.letters = 0;
    for (size_t at = 0; at < naive.count; at++) {
        *out_letters += is_near(at);
        naive.letters += naive.kinds[at] && naive.is_within[naive.document[at]];
    }
    list_strings();
    for (size_t i = 0; i < string_count; i++) {
        struct naive_string string = strings[i];
        count_near(&string);
        if (string.documents >= 5 && !has_digits_or_function_edge(&string) && is_complete(&string) &&
            is_strong(&string, *out_letters, options->by) && holds_together(&string) && !has_false_edge(&string))
            strings[kept++] = string;
    }
    if (kept)
        qsort(strings, kept, sizeof *strings, strongest_first);
    return kept;
}

// ---- collocates: forms

struct naive_head {
    const struct naive_string *head;
    const struct naive_string *forms[STRINGS_MOST / 100];
    size_t count;
};

static bool folds_into(const struct naive_string *a, const struct naive_string *b) {
    const struct naive_string *small = a->length < b->length ? a : b, *large = small == a ? b : a;
    if ((double)large->near < .3 * (double)small->near - 1e-9)
        return false;
    for (uint32_t i = 0; i + small->length <= large->length; i++)
        if (memcmp(large->kinds + i, small->kinds, small->length * sizeof *small->kinds) == 0)
            return true;
    return false;
}

static bool is_close(double found, double wanted) {
    return fabs(found - wanted) <= 1e-9 * fmax(1, fabs(wanted));
}

static void check_row(const gdx_collocate_row *found, const struct naive_head *wanted, size_t number) {
    const struct naive_string *head = wanted->head;
    check_phrase(found->phrase, head, "collocate", number);
    assert_int_equal(found->near, head->near);
    assert_int_equal(found->left, head->left);
    assert_int_equal(found->documents, head->documents);
    assert_int_equal(found->total, head->total);
    assert_true(is_close(found->log_dice, head->log_dice) && is_close(found->ll, head->ll) &&
                is_close(found->mi, head->mi) && is_close(found->t, head->t));
    assert_int_equal(found->folded, wanted->count);
    assert_int_equal(found->also_count, wanted->count < GDX_STRING_ALSO_MOST ? wanted->count : GDX_STRING_ALSO_MOST);
    for (size_t i = 0; i < found->also_count; i++)
        check_phrase(found->also[i], wanted->forms[i], "form", i);
}

static size_t check_collocates(const gdx_collocates *found, const gdx_collocates_options *options) {
    static struct naive_head heads[64];
    size_t letters = 0, head_count = 0;
    open_windows(options->window);
    size_t count = find_collocates(options, &letters);
    for (size_t i = 0; i < count; i++) {
        size_t h = 0;
        while (h < head_count && !folds_into(&strings[i], heads[h].head))
            h++;
        if (h < head_count)
            heads[h].forms[heads[h].count++] = &strings[i];
        else if (head_count < options->limit)
            heads[head_count++] = (struct naive_head){.head = &strings[i]};
    }
    assert_int_equal(found->occurrences, naive.place_count);
    assert_int_equal(found->documents, count_documents());
    assert_int_equal(found->window_letters, letters);
    assert_int_equal(found->letters, naive.letters);
    assert_int_equal(found->found, count);
    assert_int_equal(found->row_count, head_count);
    for (size_t i = 0; i < head_count; i++)
        check_row(&found->rows[i], &heads[i], i);
    return count;
}

// ---- rounds

struct round {
    struct corpus corpus;
    random_state random;
    gdx_snapshot *snapshot;
    gdx_searcher *searcher;
    gdx_executor *executor;
    gdx_buffer query;
};

// Some text of the collection, without what a quoted phrase cannot hold.
static void write_phrase(struct round *round) {
    random_state *random = &round->random;
    static gdx_buffer text;
    size_t part = random_below(random, (uint32_t)naive.part_count), length = 1 + random_below(random, 3);
    uint32_t kinds[3];
    for (int tries = 0; tries < 50; tries++, part = random_below(random, (uint32_t)naive.part_count)) {
        size_t at = naive.parts[part].first + random_below(random, (uint32_t)naive.parts[part].count + 1), k = 0;
        for (; k < length && at + k < naive.count && naive.kinds[at + k]; k++)
            kinds[k] = naive.kinds[at + k];
        if (k < length)
            continue;
        spell_kinds(kinds, (uint32_t)length, &text);
        break;
    }
    assert_int_equal(gdx_buffer_append_format(&round->query, "\"%.*s\"", GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&text))),
                     GDX_OK);
}

static void write_term(struct round *round) {
    bool is_spoken = round->corpus.alphabet_count == 0;
    if (!is_spoken || random_below(&round->random, 3) == 0)
        write_phrase(round);
    else
        assert_int_equal(gdx_buffer_append_format(&round->query, "%s", spoken_topic(&round->random)), GDX_OK);
}

// A phrase, two of them, or one of the documents of a year.
static gdx_query *make_query(struct round *round) {
    gdx_query *query = NULL;
    gdx_error err = {0};
    uint32_t shape = random_below(&round->random, 5);
    round->query.bytes = 0;
    write_term(round);
    if (shape == 0) {
        assert_int_equal(gdx_buffer_append(&round->query, " OR ", 4), GDX_OK);
        write_term(round);
    }
    if (shape == 1)
        assert_int_equal(gdx_buffer_append_format(&round->query, " date:2020"), GDX_OK);
    for (size_t d = 0; d < round->corpus.count; d++)
        naive.is_within[d] = shape != 1 || gdx_date_year(round->corpus.documents[d].stored.date) == 2020;
    if (gdx_query_parse(gdx_rule_current(), gdx_buffer_slice(&round->query), &query, &err) != GDX_OK)
        fail_msg("%.*s: %s", GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&round->query)), err.message);
    return query;
}

static size_t ask(struct round *round) {
    gdx_error err = {0};
    GDX_AUTO(gdx_query) query = make_query(round);
    GDX_AUTO(gdx_neighbours) neighbours = NULL;
    GDX_AUTO(gdx_collocates) collocates = NULL;
    const gdx_neighbours_options beside_options = {.is_left = random_below(&round->random, 2),
                                                   .length = 1 + random_below(&round->random, 8),
                                                   .limit = 1 + random_below(&round->random, 100),
                                                   .executor = round->executor};
    const gdx_collocates_options near_options = {
        .window = 1 + random_below(&round->random, random_below(&round->random, 4) ? 8 : 50),
        .by = (gdx_measure)random_below(&round->random, 4),
        .limit = 1 + random_below(&round->random, 60),
        .executor = round->executor};
    find_places(round->searcher, round->snapshot, query);
    if (gdx_neighbours_compute(round->searcher, round->snapshot, query, &beside_options, NULL, &neighbours, &err) !=
            GDX_OK ||
        gdx_collocates_compute(round->searcher, round->snapshot, query, &near_options, NULL, &collocates, &err) !=
            GDX_OK)
        fail_msg("%.*s: %s", GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&round->query)), err.message);
    check_neighbours(neighbours, &beside_options);
    return check_collocates(collocates, &near_options);
}

static size_t ask_all(struct round *round, const char *folder) {
    enum { QUERIES = 4 };
    gdx_index *index = NULL;
    size_t found = 0;
    assert_int_equal(gdx_index_open(folder, &index, NULL), GDX_OK);
    round->snapshot = gdx_index_snapshot(index);
    for (int i = 0; i < QUERIES; i++) {
        assert_int_equal(gdx_executor_new(1 + random_below(&round->random, 4), &round->executor, NULL), GDX_OK);
        found += ask(round);
        gdx_executor_free(round->executor);
    }
    gdx_snapshot_release(round->snapshot);
    gdx_index_close(index);
    return found;
}

static void merge_all(const char *folder) {
    gdx_index_writer *writer = NULL;
    const gdx_merge_options options = {.level = 1, .to_one = true};
    assert_int_equal(gdx_index_writer_open(folder, &writer, NULL), GDX_OK);
    assert_int_equal(gdx_index_writer_merge(writer, &options, NULL, NULL), GDX_OK);
    gdx_index_writer_close(writer);
}

static size_t play(uint64_t seed) {
    struct round round = {.random = {seed}, .searcher = gdx_searcher_new()};
    size_t found = 0;
    char *folder = folder_new();
    if (random_below(&round.random, 3))
        speak(&round.corpus, &round.random);
    else
        corpus_make(&round.corpus, &round.random);
    corpus_write(&round.corpus, folder);
    read_symbols(&round.corpus);
    if (naive.part_count && kinds_count() > 1) {
        found = ask_all(&round, folder);
        merge_all(folder);
        found += ask_all(&round, folder);
    }
    gdx_searcher_free(round.searcher);
    gdx_buffer_clear(&round.query);
    corpus_clear(&round.corpus);
    folder_remove(folder);
    return found;
}

static uint64_t number_of(const char *name, uint64_t fallback) {
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : fallback;
}

static void what_is_near_equals_brute_force(void **state) {
    (void)state;
    uint64_t seed = number_of("GDX_SEED", 20261128), rounds = number_of("GDX_ROUNDS", WATCHES_THREADS ? 3 : 12);
    size_t found = 0;
    for (uint64_t i = 0; i < rounds; i++)
        found += play(seed + i);
    print_message("%llu collections, %zu collocates\n", (unsigned long long)rounds, found);
    assert_true(rounds < 10 || found > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_near_equals_brute_force)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
