// SPDX-License-Identifier: Apache-2.0
// test_oracle.c: the engine against brute force. Random collections in one to five segments, with deletions, are asked
// random queries of every form; documents, occurrences, places, scores, order, snippets, trends, facets, dispersions
// must be what the oracle says, and stay what they were, to the last bit, when all segments are merged into one.
// GDX_SEED changes the seed, GDX_ROUNDS the number of collections; a failure prints both the seed of its round and the
// query.

#include "../support/folder.h"
#include "../support/sample.h"
#include "corpus.h"
#include "gdx/query.h"
#include "gdx/replay.h"
#include "gdx/text.h"
#include "queries.h"
#include "statistics.h"
#include "trial.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { QUERIES = 24 };

static void expect_slice(const struct trial *trial, const char *what, gdx_slice got, gdx_slice wanted) {
    if (!gdx_slice_equal(got, wanted))
        REFUTE(trial, "%s: '%.*s', expected '%.*s'", what, GDX_SLICE_ARGUMENTS(got), GDX_SLICE_ARGUMENTS(wanted));
}

// Where a match or a snippet stands: its field, part and place.
static void expect_slot(const struct trial *trial, const struct answer *answer, size_t slot, gdx_field field,
                        uint32_t part) {
    const struct slot *wanted = oracle_slot(trial->oracle, answer->document, slot);
    EQUAL(trial, "field", field, wanted->field);
    EQUAL(trial, "part", part, wanted->part);
}

static void expect_match(const struct trial *trial, const struct answer *answer, const struct found *wanted,
                         const gdx_match *got) {
    expect_slot(trial, answer, wanted->slot, got->field, got->part);
    EQUAL(trial, "start of a match", got->begin, wanted->byte_begin);
    EQUAL(trial, "end of a match", got->end, wanted->byte_end);
    expect_slice(trial, "place of a match", got->place,
                 oracle_place(trial->oracle, answer->document, wanted->slot, wanted->byte_begin));
}

static void record(struct trial *trial, gdx_slice slice) {
    assert_int_equal(gdx_buffer_append(&trial->transcript, slice.data, slice.bytes), GDX_OK);
}

static void record_number(struct trial *trial, uint64_t number) {
    record(trial, (gdx_slice){(const char *)&number, sizeof number});
}

static uint64_t occurrences_of(const struct trial *trial) {
    uint64_t sum = 0;
    for (size_t i = 0; i < trial->answer_count; i++)
        sum += trial->answers[i].count;
    return sum;
}

// ---- count

static void check_count(struct trial *trial) {
    gdx_totals totals = {0};
    MUST(trial, gdx_count(trial->searcher, trial->snapshot, trial->query, NULL, &totals, err));
    EQUAL(trial, "documents counted", totals.documents, trial->answer_count);
    EQUAL(trial, "occurrences counted", totals.occurrences, occurrences_of(trial));
    totals = (gdx_totals){0};
    MUST(trial, gdx_replay_count(trial->snapshot, trial->query, NULL, NULL, NULL, &totals, err));
    EQUAL(trial, "documents counted again", totals.documents, trial->answer_count);
    EQUAL(trial, "occurrences counted again", totals.occurrences, occurrences_of(trial));
}

// What the dictionaries promise beforehand holds.
static void check_cost(struct trial *trial) {
    gdx_query_cost cost = {0};
    MUST(trial, gdx_query_weigh(trial->searcher, trial->snapshot, trial->query, NULL, &cost, err));
    EQUAL(trial, "documents above what the plan allows", cost.documents < trial->answer_count, false);
    EQUAL(trial, "occurrences above what the plan allows", cost.occurrences < occurrences_of(trial), false);
    EQUAL(trial, "places without work", cost.occurrences > 0 && cost.work_ns == 0, false);
}

// ---- search

struct order {
    const struct trial *trial;
    gdx_order by;
};

static double number_of(gdx_date date) {
    return date;
}

// True if x comes before y. *out_unsure if the scores differ only by rounding; then either order is right.
static bool comes_before(const struct order *order, const struct answer *x, const struct answer *y, bool *out_unsure) {
    const gdx_document *a = trial_stored(order->trial, x), *b = trial_stored(order->trial, y);
    double p = 0, q = 0;
    *out_unsure = false;
    if (order->by == GDX_ORDER_RELEVANCE) {
        p = x->score;
        q = y->score;
        // Scores of unlike documents may be equal here and differ in their last bits there.
        bool alike = x->count == y->count && oracle_length(order->trial->oracle, x->document) ==
                                                 oracle_length(order->trial->oracle, y->document);
        *out_unsure = (p != q || !alike) && fabs(p - q) <= 1e-12 * fabs(p);
    } else if (order->by == GDX_ORDER_NEWEST) {
        p = number_of(a->date);
        q = number_of(b->date);
    } else if (order->by == GDX_ORDER_OLDEST) {
        p = a->date == GDX_NO_DATE ? -1e9 : -number_of(a->date);
        q = b->date == GDX_NO_DATE ? -1e9 : -number_of(b->date);
    }
    return p != q ? p > q : gdx_slice_compare(a->id, b->id) < 0;
}

static const struct answer *find_answer(const struct trial *trial, gdx_slice id) {
    for (size_t i = 0; i < trial->answer_count; i++)
        if (gdx_slice_equal(trial_stored(trial, &trial->answers[i])->id, id))
            return &trial->answers[i];
    REFUTE(trial, "'%.*s' does not match", GDX_SLICE_ARGUMENTS(id));
    return NULL;
}

// How many answers come before this one for sure, and how many may.
static void rank_of(const struct order *order, const struct answer *answer, size_t *out_low, size_t *out_high) {
    *out_low = *out_high = 0;
    for (size_t i = 0; i < order->trial->answer_count; i++) {
        bool unsure, before = comes_before(order, &order->trial->answers[i], answer, &unsure);
        if (&order->trial->answers[i] == answer)
            continue;
        *out_low += before && !unsure;
        *out_high += before || unsure;
    }
}

static void check_matches(const struct trial *trial, const gdx_hit *hit, const struct answer *answer, size_t limit) {
    size_t at = 0;
    const struct found *before = NULL;
    for (size_t i = 0; i < answer->count && at < limit; i++) {
        const struct found *wanted = &answer->found[i];
        if (before && before->slot == wanted->slot && before->byte_begin == wanted->byte_begin &&
            before->byte_end == wanted->byte_end)
            continue;
        if (at >= hit->match_count)
            REFUTE(trial, "only %zu matches", hit->match_count);
        expect_match(trial, answer, wanted, &hit->matches[at]);
        before = wanted;
        at++;
    }
    EQUAL(trial, "matches", hit->match_count, at);
}

// Bytes of an excerpt that starts at `from`, up to the stored byte `to`.
static uint32_t place_of(const struct trial *trial, const struct answer *answer, size_t slot, size_t from, size_t to) {
    gdx_buffer text = {0};
    oracle_readable(trial->oracle, answer->document, slot, from, to, &text);
    uint32_t bytes = (uint32_t)text.bytes;
    gdx_buffer_clear(&text);
    return bytes;
}

static void check_marks(const struct trial *trial, const gdx_hit *hit, const struct answer *answer, size_t slot,
                        size_t from, size_t to) {
    size_t begin = oracle_byte_begin(trial->oracle, answer->document, slot, from), at = 0, open_end = 0;
    for (size_t i = 0; i < answer->count; i++) {
        const struct found *found = &answer->found[i];
        if (found->slot != slot || found->begin >= to || found->end <= from)
            continue;
        size_t first = found->begin > from ? found->begin : from, last = (found->end < to ? found->end : to) - 1;
        size_t low = oracle_byte_begin(trial->oracle, answer->document, slot, first);
        size_t high = oracle_byte_end(trial->oracle, answer->document, slot, last);
        if (at == 0 || low >= open_end) { // a new mark
            if (at > 0)
                EQUAL(trial, "end of a mark", hit->marks[at - 1].end, place_of(trial, answer, slot, begin, open_end));
            if (at >= hit->mark_count)
                REFUTE(trial, "only %zu marks", hit->mark_count);
            // The snippet may have a blank before the first symbol of a mark: count back from the end of that symbol.
            size_t end_of_first = oracle_byte_end(trial->oracle, answer->document, slot, first);
            EQUAL(trial, "start of a mark", hit->marks[at].begin,
                  place_of(trial, answer, slot, begin, end_of_first) - (end_of_first - low));
            at++;
            open_end = high;
        } else if (high > open_end) {
            open_end = high;
        }
    }
    if (at > 0)
        EQUAL(trial, "end of the last mark", hit->marks[at - 1].end, place_of(trial, answer, slot, begin, open_end));
    EQUAL(trial, "marks", hit->mark_count, at);
}

static void check_snippet(const struct trial *trial, const gdx_hit *hit, const struct answer *answer,
                          uint32_t context) {
    const struct found *first = answer->count ? &answer->found[0] : NULL;
    for (size_t i = 0; i < answer->count && first->slot == SLOT_TITLE; i++)
        if (answer->found[i].slot != SLOT_TITLE)
            first = &answer->found[i];
    size_t slot = first ? first->slot : SLOT_TEXT;
    size_t length = oracle_slot_length(trial->oracle, answer->document, slot);
    size_t begin = first ? first->begin : 0, end = first ? first->end : context;
    size_t from = begin > context ? begin - context : 0, to = end + context < length ? end + context : length;
    gdx_buffer text = {0};
    oracle_excerpt(trial->oracle, answer->document, slot, from, to, &text);
    expect_slot(trial, answer, slot, hit->snippet_field, hit->snippet_part);
    expect_slice(trial, "snippet", hit->snippet, gdx_buffer_slice(&text));
    EQUAL(trial, "snippet starts its part", hit->snippet_begins, from == 0);
    EQUAL(trial, "snippet ends", hit->snippet_ends, to == length);
    if (from < to)
        check_marks(trial, hit, answer, slot, from, to);
    size_t at = from < to ? oracle_byte_begin(trial->oracle, answer->document, slot, from) : 0;
    expect_slice(trial, "place of the snippet", hit->snippet_place,
                 from < to ? oracle_place(trial->oracle, answer->document, slot, first ? first->byte_begin : at)
                           : (gdx_slice){"", 0});
    gdx_buffer_clear(&text);
}

static void check_hit(struct trial *trial, const gdx_hit *hit, size_t rank, const gdx_search_options *options) {
    const struct answer *answer = find_answer(trial, hit->id);
    const gdx_document *document = trial_stored(trial, answer);
    struct order order = {trial, options->order};
    size_t low, high;
    rank_of(&order, answer, &low, &high);
    if (rank < low || rank > high)
        REFUTE(trial, "'%.*s' came %zu, expected %zu to %zu", GDX_SLICE_ARGUMENTS(hit->id), rank, low, high);
    expect_slice(trial, "title", hit->title, document->title);
    expect_slice(trial, "source", hit->source, document->source);
    expect_slice(trial, "metadata", hit->metadata, document->metadata);
    EQUAL(trial, "date", hit->date, document->date);
    EQUAL(trial, "length", hit->length, oracle_length(trial->oracle, answer->document));
    EQUAL(trial, "occurrences of a hit", hit->occurrences, answer->count);
    if (fabs(hit->score - answer->score) > 1e-12 * answer->score)
        REFUTE(trial, "score %.17g, expected %.17g", hit->score, answer->score);
    if (options->snippet_symbols)
        check_snippet(trial, hit, answer, options->snippet_symbols);
    check_matches(trial, hit, answer, options->match_limit);
}

static void check_search(struct trial *trial) {
    gdx_search_options options = {.offset = random_below(&trial->random, 3) ? 0 : random_below(&trial->random, 6),
                                  .limit = random_below(&trial->random, 3) ? 1000 : random_below(&trial->random, 12),
                                  .order = (gdx_order)random_below(&trial->random, 4),
                                  .snippet_symbols = random_below(&trial->random, 12),
                                  .match_limit =
                                      random_below(&trial->random, 3) ? 1000 : random_below(&trial->random, 5)};
    gdx_results *results = NULL;
    MUST(trial, gdx_search(trial->searcher, trial->snapshot, trial->query, &options, &results, err));
    EQUAL(trial, "documents", results->documents, trial->answer_count);
    EQUAL(trial, "occurrences", results->occurrences, occurrences_of(trial));
    size_t left = trial->answer_count > options.offset ? trial->answer_count - (size_t)options.offset : 0;
    EQUAL(trial, "hits", results->hit_count, left < options.limit ? left : options.limit);
    for (size_t i = 0; i < results->hit_count; i++) {
        const gdx_hit *hit = &results->hits[i];
        check_hit(trial, hit, (size_t)options.offset + i, &options);
        for (size_t j = 0; j < i; j++)
            if (gdx_slice_equal(hit->id, results->hits[j].id))
                REFUTE(trial, "a hit came twice");
        uint64_t score;
        memcpy(&score, &hit->score, sizeof score);
        record(trial, hit->id);
        record(trial, hit->snippet);
        record_number(trial, score);
    }
    gdx_results_free(results);
}

// ---- scan

static void check_occurrence(struct trial *trial, const gdx_occurrence *got, const struct answer *answer,
                             const struct found *wanted, uint32_t context) {
    const gdx_document *document = trial_stored(trial, answer);
    expect_slice(trial, "id scanned", got->id, document->id);
    expect_slice(trial, "title scanned", got->title, document->title);
    expect_slice(trial, "source scanned", got->source, document->source);
    EQUAL(trial, "date scanned", got->date, document->date);
    expect_match(trial, answer, wanted, &got->match);
    EQUAL(trial, "position", got->position, wanted->begin);
    size_t length = oracle_slot_length(trial->oracle, answer->document, wanted->slot);
    size_t from = wanted->begin > context ? wanted->begin - context : 0;
    size_t to = wanted->end + context < length ? wanted->end + context : length;
    gdx_buffer whole = {0}, shown = {0}, match = {0};
    oracle_excerpt(trial->oracle, answer->document, wanted->slot, from, to, &whole);
    oracle_excerpt(trial->oracle, answer->document, wanted->slot, wanted->begin, wanted->end, &match);
    const gdx_slice parts[] = {got->before, got->matched, got->after};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(gdx_buffer_append(&shown, parts[i].data, parts[i].bytes), GDX_OK);
    expect_slice(trial, "context", gdx_buffer_slice(&shown), gdx_buffer_slice(&whole));
    expect_slice(trial, "matched", got->matched, gdx_buffer_slice(&match));
    gdx_buffer_clear(&whole);
    gdx_buffer_clear(&shown);
    gdx_buffer_clear(&match);
    record(trial, got->id);
    record(trial, got->before);
    record_number(trial, got->position);
}

static void check_scan(struct trial *trial) {
    gdx_scan *scan = NULL;
    uint32_t context = random_below(&trial->random, 10);
    gdx_occurrence occurrence;
    bool has = false;
    MUST(trial, gdx_scan_open(trial->searcher, trial->snapshot, trial->query, context, NULL, &scan, err));
    for (size_t i = 0; i < trial->answer_count; i++)
        for (size_t j = 0; j < trial->answers[i].count; j++) {
            MUST(trial, gdx_scan_next(scan, &occurrence, &has, err));
            if (!has)
                REFUTE(trial, "the scan ended early");
            check_occurrence(trial, &occurrence, &trial->answers[i], &trial->answers[i].found[j], context);
        }
    MUST(trial, gdx_scan_next(scan, &occurrence, &has, err));
    if (has)
        REFUTE(trial, "the scan went on");
    gdx_scan_close(scan);
}

// ---- rounds

static void ask(struct trial *trial, const struct part *query, uint64_t seed) {
    gdx_error err = {0};
    trial->random = (random_state){seed};
    trial->text.bytes = 0;
    trial->part = query;
    trial->stage = "parse";
    query_write(query, &trial->random, &trial->text);
    if (memchr(trial->text.data, 0, trial->text.bytes)) { // of a document's text; no query may have it
        assert_int_equal(gdx_query_parse(gdx_rule_current(), gdx_buffer_slice(&trial->text), &trial->query, &err),
                         GDX_INVALID);
        return;
    }
    if (gdx_query_parse(gdx_rule_current(), gdx_buffer_slice(&trial->text), &trial->query, &err) != GDX_OK)
        REFUTE(trial, "%s", err.message);
    trial->stage = "count";
    check_cost(trial);
    check_count(trial);
    trial->stage = "search";
    check_search(trial);
    trial->stage = "scan";
    check_scan(trial);
    trial->stage = "trend";
    check_trend(trial);
    trial->stage = "facets";
    check_facets(trial);
    trial->stage = "dispersion";
    check_dispersion(trial);
    gdx_query_free(trial->query);
}

static void open_snapshot(const char *folder, gdx_index **index, gdx_snapshot **snapshot) {
    gdx_error err = {0};
    if (gdx_index_open(folder, index, &err) != GDX_OK)
        fail_msg("%s", err.message);
    *snapshot = gdx_index_snapshot(*index);
}

static void merge(const char *folder) {
    gdx_error err = {0};
    gdx_index_writer *writer = NULL;
    gdx_merge_options options = {.level = 1, .to_one = true};
    if (gdx_index_writer_open(folder, &writer, &err) != GDX_OK ||
        gdx_index_writer_merge(writer, &options, NULL, &err) != GDX_OK)
        fail_msg("%s", err.message);
    gdx_index_writer_close(writer);
}

// Asks every query of the index in the folder; the transcript is the caller's.
static gdx_buffer ask_all(const struct corpus *corpus, struct oracle *oracle, struct part *const *queries,
                          const char *folder, uint64_t seed) {
    gdx_index *index = NULL;
    struct trial trial = {.corpus = corpus, .oracle = oracle, .seed = seed, .searcher = gdx_searcher_new()};
    open_snapshot(folder, &index, &trial.snapshot);
    for (size_t q = 0; q < QUERIES; q++) {
        trial.answers = oracle_ask(oracle, queries[q], &trial.answer_count);
        ask(&trial, queries[q], seed + q);
        oracle_answers_free(trial.answers, trial.answer_count);
    }
    gdx_snapshot_release(trial.snapshot);
    gdx_index_close(index);
    gdx_searcher_free(trial.searcher);
    gdx_buffer_clear(&trial.text);
    return trial.transcript;
}

static bool has_live(const struct corpus *corpus) {
    for (size_t i = 0; i < corpus->count; i++)
        if (!corpus->documents[i].is_deleted)
            return true;
    return false;
}

static void play_round(uint64_t seed) {
    random_state random = {seed};
    struct corpus corpus;
    corpus_make(&corpus, &random);
    char *folder = folder_new();
    corpus_write(&corpus, folder);
    struct oracle *oracle = oracle_new(&corpus);
    struct part *queries[QUERIES];
    for (size_t q = 0; q < QUERIES; q++)
        queries[q] = query_make(&corpus, &random);
    gdx_buffer before = ask_all(&corpus, oracle, queries, folder, seed);
    if (has_live(&corpus)) {
        merge(folder);
        gdx_buffer after = ask_all(&corpus, oracle, queries, folder, seed);
        if (!gdx_slice_equal(gdx_buffer_slice(&before), gdx_buffer_slice(&after)))
            fail_msg("seed %llu: answers differ before and after a merge", (unsigned long long)seed);
        gdx_buffer_clear(&after);
    }
    gdx_buffer_clear(&before);
    for (size_t q = 0; q < QUERIES; q++)
        query_clear(queries[q]);
    oracle_free(oracle);
    corpus_clear(&corpus);
    folder_remove(folder);
}

static void answers_equal_brute_force_before_and_after_a_merge(void **state) {
    (void)state;
    const struct sample_rounds rounds = sample_rounds_of(20231124, 60, 30);
    for (uint64_t r = 0; r < rounds.count; r++)
        play_round(sample_round_seed(&rounds, r));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_equal_brute_force_before_and_after_a_merge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
