// SPDX-License-Identifier: Apache-2.0
// test_oracle.c: the engine against brute force. Random collections in one to five segments, with deletions, are asked
// random queries of every form; documents, occurrences, places, scores, order, snippets, trends, facets, dispersions
// must be what the oracle says, and stay what they were, to the last bit, when all segments are merged into one.
// GDX_SEED changes the seed, GDX_ROUNDS the number of collections; a failure prints both the seed of its round and the
// query.

#include "../support/folder.h"
#include "../support/sample.h"
#include "blame.h"
#include "corpus.h"
#include "gdx/query.h"
#include "gdx/replay.h"
#include "gdx/statistics.h"
#include "gdx/text.h"
#include "oracle.h"
#include "queries.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum { QUERIES = 24 };

struct asked { // a query, and the index it is asked of
    const struct corpus *corpus;
    struct oracle *oracle;
    gdx_searcher *searcher;
    gdx_snapshot *snapshot;
    const struct part *part;
    gdx_query *query;
    const char *stage; // "parse", "count", "search", "scan", "trend", "facets" or "dispersion"
    struct answer *answers;
    size_t answer_count;
    uint64_t seed;
    gdx_buffer text;
    random_state random;
    gdx_buffer transcript; // of what the engine said, to compare before and after a merge
};

#define REFUTE(asked, ...) refute(asked, __LINE__, __VA_ARGS__)
static void refute(const struct asked *asked, int line, const char *format, ...) GDX_PRINTF(3, 4);
static void refute(const struct asked *asked, int line, const char *format, ...) {
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    gdx_buffer blamed = {0};
    blame_part(asked->oracle, asked->searcher, asked->snapshot, asked->part, &blamed);
    fail_msg("%s, line %d, seed %llu, query %.*s: %s\n%.*s", asked->stage, line, (unsigned long long)asked->seed,
             GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&asked->text)), what, GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&blamed)));
}

#define MUST(asked, call)                                                                                              \
    do {                                                                                                               \
        gdx_error must_err = {0}, *err = &must_err;                                                                    \
        gdx_status must_status = call;                                                                                 \
        if (must_status != GDX_OK)                                                                                     \
            REFUTE(asked, "%s: %s", gdx_status_name(must_status), err->message);                                       \
    } while (0)

#define EQUAL(asked, what, got, wanted)                                                                                \
    do {                                                                                                               \
        if ((got) != (wanted))                                                                                         \
            REFUTE(asked, "%s: %llu, expected %llu", what, (unsigned long long)(got), (unsigned long long)(wanted));   \
    } while (0)

static void expect_slice(const struct asked *asked, const char *what, gdx_slice got, gdx_slice wanted) {
    if (!gdx_slice_equal(got, wanted))
        REFUTE(asked, "%s: '%.*s', expected '%.*s'", what, GDX_SLICE_ARGUMENTS(got), GDX_SLICE_ARGUMENTS(wanted));
}

static const gdx_document *stored(const struct asked *asked, const struct answer *answer) {
    return &asked->corpus->documents[answer->document].stored;
}

// Where a match or a snippet stands: its field, part and place.
static void expect_slot(const struct asked *asked, const struct answer *answer, size_t slot, gdx_field field,
                        uint32_t part) {
    const struct slot *wanted = oracle_slot(asked->oracle, answer->document, slot);
    EQUAL(asked, "field", field, wanted->field);
    EQUAL(asked, "part", part, wanted->part);
}

static void expect_match(const struct asked *asked, const struct answer *answer, const struct found *wanted,
                         const gdx_match *got) {
    expect_slot(asked, answer, wanted->slot, got->field, got->part);
    EQUAL(asked, "start of a match", got->begin, wanted->byte_begin);
    EQUAL(asked, "end of a match", got->end, wanted->byte_end);
    expect_slice(asked, "place of a match", got->place,
                 oracle_place(asked->oracle, answer->document, wanted->slot, wanted->byte_begin));
}

static void record(struct asked *asked, gdx_slice slice) {
    assert_int_equal(gdx_buffer_append(&asked->transcript, slice.data, slice.bytes), GDX_OK);
}

static void record_number(struct asked *asked, uint64_t number) {
    record(asked, (gdx_slice){(const char *)&number, sizeof number});
}

static uint64_t occurrences_of(const struct asked *asked) {
    uint64_t sum = 0;
    for (size_t i = 0; i < asked->answer_count; i++)
        sum += asked->answers[i].count;
    return sum;
}

// ---- count

static void check_count(struct asked *asked) {
    gdx_totals totals = {0};
    MUST(asked, gdx_count(asked->searcher, asked->snapshot, asked->query, NULL, &totals, err));
    EQUAL(asked, "documents counted", totals.documents, asked->answer_count);
    EQUAL(asked, "occurrences counted", totals.occurrences, occurrences_of(asked));
    totals = (gdx_totals){0};
    MUST(asked, gdx_replay_count(asked->snapshot, asked->query, NULL, NULL, NULL, &totals, err));
    EQUAL(asked, "documents counted again", totals.documents, asked->answer_count);
    EQUAL(asked, "occurrences counted again", totals.occurrences, occurrences_of(asked));
}

// What the dictionaries promise beforehand holds.
static void check_cost(struct asked *asked) {
    gdx_query_cost cost = {0};
    MUST(asked, gdx_query_weigh(asked->searcher, asked->snapshot, asked->query, NULL, &cost, err));
    EQUAL(asked, "documents above what the plan allows", cost.documents < asked->answer_count, false);
    EQUAL(asked, "occurrences above what the plan allows", cost.occurrences < occurrences_of(asked), false);
    EQUAL(asked, "places without work", cost.occurrences > 0 && cost.work_ns == 0, false);
}

// ---- search

struct order {
    const struct asked *asked;
    gdx_order by;
};

static double number_of(gdx_date date) {
    return date;
}

// True if x comes before y. *out_unsure if the scores differ only by rounding; then either order is right.
static bool comes_before(const struct order *order, const struct answer *x, const struct answer *y, bool *out_unsure) {
    const gdx_document *a = stored(order->asked, x), *b = stored(order->asked, y);
    double p = 0, q = 0;
    *out_unsure = false;
    if (order->by == GDX_ORDER_RELEVANCE) {
        p = x->score;
        q = y->score;
        // Scores of unlike documents may be equal here and differ in their last bits there.
        bool alike = x->count == y->count && oracle_length(order->asked->oracle, x->document) ==
                                                 oracle_length(order->asked->oracle, y->document);
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

static const struct answer *find_answer(const struct asked *asked, gdx_slice id) {
    for (size_t i = 0; i < asked->answer_count; i++)
        if (gdx_slice_equal(stored(asked, &asked->answers[i])->id, id))
            return &asked->answers[i];
    REFUTE(asked, "'%.*s' does not match", GDX_SLICE_ARGUMENTS(id));
    return NULL;
}

// How many answers come before this one for sure, and how many may.
static void rank_of(const struct order *order, const struct answer *answer, size_t *out_low, size_t *out_high) {
    *out_low = *out_high = 0;
    for (size_t i = 0; i < order->asked->answer_count; i++) {
        bool unsure, before = comes_before(order, &order->asked->answers[i], answer, &unsure);
        if (&order->asked->answers[i] == answer)
            continue;
        *out_low += before && !unsure;
        *out_high += before || unsure;
    }
}

static void check_matches(const struct asked *asked, const gdx_hit *hit, const struct answer *answer, size_t limit) {
    size_t at = 0;
    const struct found *before = NULL;
    for (size_t i = 0; i < answer->count && at < limit; i++) {
        const struct found *wanted = &answer->found[i];
        if (before && before->slot == wanted->slot && before->byte_begin == wanted->byte_begin &&
            before->byte_end == wanted->byte_end)
            continue;
        if (at >= hit->match_count)
            REFUTE(asked, "only %zu matches", hit->match_count);
        expect_match(asked, answer, wanted, &hit->matches[at]);
        before = wanted;
        at++;
    }
    EQUAL(asked, "matches", hit->match_count, at);
}

// Bytes of an excerpt that starts at `from`, up to the stored byte `to`.
static uint32_t place_of(const struct asked *asked, const struct answer *answer, size_t slot, size_t from, size_t to) {
    gdx_buffer text = {0};
    oracle_readable(asked->oracle, answer->document, slot, from, to, &text);
    uint32_t bytes = (uint32_t)text.bytes;
    gdx_buffer_clear(&text);
    return bytes;
}

static void check_marks(const struct asked *asked, const gdx_hit *hit, const struct answer *answer, size_t slot,
                        size_t from, size_t to) {
    size_t begin = oracle_byte_begin(asked->oracle, answer->document, slot, from), at = 0, open_end = 0;
    for (size_t i = 0; i < answer->count; i++) {
        const struct found *found = &answer->found[i];
        if (found->slot != slot || found->begin >= to || found->end <= from)
            continue;
        size_t first = found->begin > from ? found->begin : from, last = (found->end < to ? found->end : to) - 1;
        size_t low = oracle_byte_begin(asked->oracle, answer->document, slot, first);
        size_t high = oracle_byte_end(asked->oracle, answer->document, slot, last);
        if (at == 0 || low >= open_end) { // a new mark
            if (at > 0)
                EQUAL(asked, "end of a mark", hit->marks[at - 1].end, place_of(asked, answer, slot, begin, open_end));
            if (at >= hit->mark_count)
                REFUTE(asked, "only %zu marks", hit->mark_count);
            // The snippet may have a blank before the first symbol of a mark: count back from the end of that symbol.
            size_t end_of_first = oracle_byte_end(asked->oracle, answer->document, slot, first);
            EQUAL(asked, "start of a mark", hit->marks[at].begin,
                  place_of(asked, answer, slot, begin, end_of_first) - (end_of_first - low));
            at++;
            open_end = high;
        } else if (high > open_end) {
            open_end = high;
        }
    }
    if (at > 0)
        EQUAL(asked, "end of the last mark", hit->marks[at - 1].end, place_of(asked, answer, slot, begin, open_end));
    EQUAL(asked, "marks", hit->mark_count, at);
}

static void check_snippet(const struct asked *asked, const gdx_hit *hit, const struct answer *answer,
                          uint32_t context) {
    const struct found *first = answer->count ? &answer->found[0] : NULL;
    for (size_t i = 0; i < answer->count && first->slot == SLOT_TITLE; i++)
        if (answer->found[i].slot != SLOT_TITLE)
            first = &answer->found[i];
    size_t slot = first ? first->slot : SLOT_TEXT;
    size_t length = oracle_slot_length(asked->oracle, answer->document, slot);
    size_t begin = first ? first->begin : 0, end = first ? first->end : context;
    size_t from = begin > context ? begin - context : 0, to = end + context < length ? end + context : length;
    gdx_buffer text = {0};
    oracle_excerpt(asked->oracle, answer->document, slot, from, to, &text);
    expect_slot(asked, answer, slot, hit->snippet_field, hit->snippet_part);
    expect_slice(asked, "snippet", hit->snippet, gdx_buffer_slice(&text));
    EQUAL(asked, "snippet starts its part", hit->snippet_begins, from == 0);
    EQUAL(asked, "snippet ends", hit->snippet_ends, to == length);
    if (from < to)
        check_marks(asked, hit, answer, slot, from, to);
    size_t at = from < to ? oracle_byte_begin(asked->oracle, answer->document, slot, from) : 0;
    expect_slice(asked, "place of the snippet", hit->snippet_place,
                 from < to ? oracle_place(asked->oracle, answer->document, slot, first ? first->byte_begin : at)
                           : (gdx_slice){"", 0});
    gdx_buffer_clear(&text);
}

static void check_hit(struct asked *asked, const gdx_hit *hit, size_t rank, const gdx_search_options *options) {
    const struct answer *answer = find_answer(asked, hit->id);
    const gdx_document *document = stored(asked, answer);
    struct order order = {asked, options->order};
    size_t low, high;
    rank_of(&order, answer, &low, &high);
    if (rank < low || rank > high)
        REFUTE(asked, "'%.*s' came %zu, expected %zu to %zu", GDX_SLICE_ARGUMENTS(hit->id), rank, low, high);
    expect_slice(asked, "title", hit->title, document->title);
    expect_slice(asked, "source", hit->source, document->source);
    expect_slice(asked, "metadata", hit->metadata, document->metadata);
    EQUAL(asked, "date", hit->date, document->date);
    EQUAL(asked, "length", hit->length, oracle_length(asked->oracle, answer->document));
    EQUAL(asked, "occurrences of a hit", hit->occurrences, answer->count);
    if (fabs(hit->score - answer->score) > 1e-12 * answer->score)
        REFUTE(asked, "score %.17g, expected %.17g", hit->score, answer->score);
    if (options->snippet_symbols)
        check_snippet(asked, hit, answer, options->snippet_symbols);
    check_matches(asked, hit, answer, options->match_limit);
}

static void check_search(struct asked *asked) {
    gdx_search_options options = {.offset = random_below(&asked->random, 3) ? 0 : random_below(&asked->random, 6),
                                  .limit = random_below(&asked->random, 3) ? 1000 : random_below(&asked->random, 12),
                                  .order = (gdx_order)random_below(&asked->random, 4),
                                  .snippet_symbols = random_below(&asked->random, 12),
                                  .match_limit =
                                      random_below(&asked->random, 3) ? 1000 : random_below(&asked->random, 5)};
    gdx_results *results = NULL;
    MUST(asked, gdx_search(asked->searcher, asked->snapshot, asked->query, &options, &results, err));
    EQUAL(asked, "documents", results->documents, asked->answer_count);
    EQUAL(asked, "occurrences", results->occurrences, occurrences_of(asked));
    size_t left = asked->answer_count > options.offset ? asked->answer_count - (size_t)options.offset : 0;
    EQUAL(asked, "hits", results->hit_count, left < options.limit ? left : options.limit);
    for (size_t i = 0; i < results->hit_count; i++) {
        const gdx_hit *hit = &results->hits[i];
        check_hit(asked, hit, (size_t)options.offset + i, &options);
        for (size_t j = 0; j < i; j++)
            if (gdx_slice_equal(hit->id, results->hits[j].id))
                REFUTE(asked, "a hit came twice");
        uint64_t score;
        memcpy(&score, &hit->score, sizeof score);
        record(asked, hit->id);
        record(asked, hit->snippet);
        record_number(asked, score);
    }
    gdx_results_free(results);
}

// ---- scan

static void check_occurrence(struct asked *asked, const gdx_occurrence *got, const struct answer *answer,
                             const struct found *wanted, uint32_t context) {
    const gdx_document *document = stored(asked, answer);
    expect_slice(asked, "id scanned", got->id, document->id);
    expect_slice(asked, "title scanned", got->title, document->title);
    expect_slice(asked, "source scanned", got->source, document->source);
    EQUAL(asked, "date scanned", got->date, document->date);
    expect_match(asked, answer, wanted, &got->match);
    EQUAL(asked, "position", got->position, wanted->begin);
    size_t length = oracle_slot_length(asked->oracle, answer->document, wanted->slot);
    size_t from = wanted->begin > context ? wanted->begin - context : 0;
    size_t to = wanted->end + context < length ? wanted->end + context : length;
    gdx_buffer whole = {0}, shown = {0}, match = {0};
    oracle_excerpt(asked->oracle, answer->document, wanted->slot, from, to, &whole);
    oracle_excerpt(asked->oracle, answer->document, wanted->slot, wanted->begin, wanted->end, &match);
    const gdx_slice parts[] = {got->before, got->matched, got->after};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(gdx_buffer_append(&shown, parts[i].data, parts[i].bytes), GDX_OK);
    expect_slice(asked, "context", gdx_buffer_slice(&shown), gdx_buffer_slice(&whole));
    expect_slice(asked, "matched", got->matched, gdx_buffer_slice(&match));
    gdx_buffer_clear(&whole);
    gdx_buffer_clear(&shown);
    gdx_buffer_clear(&match);
    record(asked, got->id);
    record(asked, got->before);
    record_number(asked, got->position);
}

static void check_scan(struct asked *asked) {
    gdx_scan *scan = NULL;
    uint32_t context = random_below(&asked->random, 10);
    gdx_occurrence occurrence;
    bool has = false;
    MUST(asked, gdx_scan_open(asked->searcher, asked->snapshot, asked->query, context, NULL, &scan, err));
    for (size_t i = 0; i < asked->answer_count; i++)
        for (size_t j = 0; j < asked->answers[i].count; j++) {
            MUST(asked, gdx_scan_next(scan, &occurrence, &has, err));
            if (!has)
                REFUTE(asked, "the scan ended early");
            check_occurrence(asked, &occurrence, &asked->answers[i], &asked->answers[i].found[j], context);
        }
    MUST(asked, gdx_scan_next(scan, &occurrence, &has, err));
    if (has)
        REFUTE(asked, "the scan went on");
    gdx_scan_close(scan);
}

// ---- statistics

enum { LABEL_BYTES = 24 };

// The name of a date's period, from its text and the C library's calendar; "": the date is not that precise.
static const char *label_of(gdx_date date, gdx_group by, char to[LABEL_BYTES]) {
    static const size_t wanted[] = {
        [GDX_BY_YEAR] = 4, [GDX_BY_QUARTER] = 7, [GDX_BY_MONTH] = 7, [GDX_BY_WEEK] = 10, [GDX_BY_DAY] = 10};
    char text[GDX_DATE_TEXT_BYTES];
    gdx_date_format(date, text);
    if (strlen(text) < wanted[by])
        return strcpy(to, "");
    snprintf(to, LABEL_BYTES, "%.*s", (int)wanted[by], text);
    if (by == GDX_BY_QUARTER)
        snprintf(to + 4, LABEL_BYTES - 4, "-Q%d", (atoi(text + 5) + 2) / 3);
    if (by == GDX_BY_WEEK) {
        struct tm day = {.tm_year = atoi(text) - 1900, .tm_mon = atoi(text + 5) - 1, .tm_mday = atoi(text + 8)};
        time_t at = timegm(&day);
        strftime(to, LABEL_BYTES, "%G-W%V", gmtime_r(&at, &day));
    }
    return to;
}

static bool is_in_period(gdx_date date, gdx_group by, const char *label) {
    char text[LABEL_BYTES];
    return strcmp(label_of(date, by, text), label) == 0;
}

static void check_row(struct asked *asked, const gdx_trend_row *row, gdx_group by, const char *label) {
    gdx_trend_row wanted = {0};
    for (size_t d = 0; d < asked->corpus->count; d++)
        if (!asked->corpus->documents[d].is_deleted &&
            is_in_period(asked->corpus->documents[d].stored.date, by, label)) {
            wanted.of_documents++;
            wanted.of_symbols += oracle_length(asked->oracle, d);
        }
    for (size_t i = 0; i < asked->answer_count; i++)
        if (is_in_period(stored(asked, &asked->answers[i])->date, by, label)) {
            wanted.documents++;
            wanted.occurrences += asked->answers[i].count;
        }
    EQUAL(asked, "documents of a period", row->documents, wanted.documents);
    EQUAL(asked, "occurrences of a period", row->occurrences, wanted.occurrences);
    EQUAL(asked, "all documents of a period", row->of_documents, wanted.of_documents);
    EQUAL(asked, "all symbols of a period", row->of_symbols, wanted.of_symbols);
    double rate = wanted.of_symbols ? (double)wanted.occurrences / (double)wanted.of_symbols * 1e6 : 0;
    if (fabs(row->per_million - rate) > 1e-9 * rate)
        REFUTE(asked, "%g per million, expected %g", row->per_million, rate);
}

// Which periods have a row, by the dates as text: a limit is compared as far as both are written.
struct wanted_rows {
    gdx_trend_options options;
    char first[LABEL_BYTES]; // without `from`: the first period with a match; "": none has
};

static int compare_texts(const char *a, const char *b) {
    size_t bytes = strlen(a), more = strlen(b);
    return strncmp(a, b, bytes < more ? bytes : more);
}

static bool is_row_wanted(const struct wanted_rows *wanted, const char *label) {
    char from[GDX_DATE_TEXT_BYTES], to[GDX_DATE_TEXT_BYTES];
    gdx_date_format(wanted->options.from, from);
    gdx_date_format(wanted->options.to, to);
    if (!*label)
        return !*from && !*to;
    if (*to && compare_texts(label, to) > 0)
        return false;
    if (*from)
        return compare_texts(label, from) >= 0;
    return *wanted->first && strcmp(label, wanted->first) >= 0;
}

static gdx_date some_date(struct asked *asked) {
    if (asked->corpus->count == 0 || random_below(&asked->random, 3) > 0)
        return GDX_NO_DATE;
    return asked->corpus->documents[random_below(&asked->random, (uint32_t)asked->corpus->count)].stored.date;
}

static struct wanted_rows choose_rows(struct asked *asked) {
    struct wanted_rows wanted = {.options = {.by = (gdx_group)random_below(&asked->random, GDX_BY_DAY + 1)}};
    bool is_text = wanted.options.by != GDX_BY_QUARTER && wanted.options.by != GDX_BY_WEEK;
    gdx_date from = some_date(asked), to = some_date(asked);
    if (is_text) { // other periods are no prefix of a date; tests/statistics has their limits
        wanted.options.from = from;
        wanted.options.to = to;
    }
    for (size_t i = 0; i < asked->answer_count; i++) {
        char label[LABEL_BYTES], limit[GDX_DATE_TEXT_BYTES];
        label_of(stored(asked, &asked->answers[i])->date, wanted.options.by, label);
        gdx_date_format(wanted.options.to, limit);
        bool is_limited = *limit && compare_texts(label, limit) > 0;
        if (*label && !is_limited && (!*wanted.first || strcmp(label, wanted.first) < 0))
            strcpy(wanted.first, label);
    }
    return wanted;
}

static void check_totals(struct asked *asked, const struct wanted_rows *wanted, const gdx_trend_series *trend) {
    gdx_group by = wanted->options.by;
    char label[LABEL_BYTES];
    uint64_t documents = 0, occurrences = 0, live = 0, of_documents = 0;
    for (size_t i = 0; i < asked->answer_count; i++)
        if (is_row_wanted(wanted, label_of(stored(asked, &asked->answers[i])->date, by, label))) {
            documents++;
            occurrences += asked->answers[i].count;
        }
    for (size_t d = 0; d < asked->corpus->count; d++)
        live += !asked->corpus->documents[d].is_deleted &&
                is_row_wanted(wanted, label_of(asked->corpus->documents[d].stored.date, by, label));
    for (size_t i = 0; i < trend->row_count; i++)
        of_documents += trend->rows[i].of_documents;
    EQUAL(asked, "documents in the trend", trend->totals.documents, documents);
    EQUAL(asked, "occurrences in the trend", trend->totals.occurrences, occurrences);
    EQUAL(asked, "documents in all rows", of_documents, live);
}

// The series by source add up to the rows of all.
static void check_sources(struct asked *asked, const gdx_trend *trend) {
    uint64_t documents = 0, occurrences = 0;
    for (size_t i = 0; i < trend->source_count; i++) {
        const gdx_trend_series *series = &trend->sources[i];
        uint64_t wanted = 0;
        for (size_t a = 0; a < asked->answer_count; a++)
            wanted += gdx_slice_equal(stored(asked, &asked->answers[a])->source, series->source);
        if (trend->all.totals.documents == asked->answer_count)
            EQUAL(asked, "documents of a source", series->totals.documents, wanted);
        documents += series->totals.documents;
        occurrences += series->totals.occurrences;
        if (i && gdx_slice_compare(series[-1].source, series->source) >= 0)
            REFUTE(asked, "sources do not ascend");
    }
    EQUAL(asked, "documents of all sources", documents, trend->all.totals.documents);
    EQUAL(asked, "occurrences of all sources", occurrences, trend->all.totals.occurrences);
}

static void check_trend(struct asked *asked) {
    struct wanted_rows wanted = choose_rows(asked);
    gdx_trend *trend = NULL;
    wanted.options.split_by_source = random_below(&asked->random, 2);
    MUST(asked, gdx_trend_compute(asked->searcher, asked->snapshot, asked->query, &wanted.options, NULL, &trend, err));
    check_totals(asked, &wanted, &trend->all);
    if (wanted.options.split_by_source)
        check_sources(asked, trend);
    char before[LABEL_BYTES] = "", label[LABEL_BYTES];
    for (size_t i = 0; i < trend->all.row_count; i++) {
        const gdx_trend_row *row = &trend->all.rows[i];
        gdx_period_format(row->period, wanted.options.by, label);
        check_row(asked, row, wanted.options.by, label);
        if (!is_row_wanted(&wanted, label) || row->of_documents == 0)
            REFUTE(asked, "a row that should not be");
        if (*before && *label && strcmp(label, before) <= 0)
            REFUTE(asked, "periods do not ascend");
        if (!*label && i + 1 < trend->all.row_count)
            REFUTE(asked, "no date is not last");
        strcpy(before, label);
    }
    gdx_trend_free(trend);
}

// Parts of sources as both measures see them, added up document by document.
struct source_sums {
    uint64_t documents, occurrences;
};

static struct source_sums sums_of(struct asked *asked, gdx_slice source) {
    struct source_sums sums = {0};
    for (size_t i = 0; i < asked->answer_count; i++)
        if (gdx_slice_equal(stored(asked, &asked->answers[i])->source, source)) {
            sums.documents++;
            sums.occurrences += asked->answers[i].count;
        }
    return sums;
}

// How many documents that match have the value, or none at all.
static uint64_t documents_with(struct asked *asked, size_t key, gdx_slice wanted) {
    uint64_t documents = 0;
    for (size_t a = 0; a < asked->answer_count; a++) {
        const char *const *values;
        bool left_out;
        size_t count = corpus_values(stored(asked, &asked->answers[a]), key, &values, &left_out);
        documents += wanted.bytes == 0 && count == 0 && !left_out;
        for (size_t i = 0; i < count; i++)
            documents += gdx_slice_equal(gdx_slice_of(values[i]), wanted);
    }
    return documents;
}

static void check_metadata_facet(struct asked *asked, const gdx_facet *facet, size_t key) {
    uint64_t rows = 0, expected = 0, left_out_documents = 0;
    for (size_t i = 0; i < facet->row_count; i++) {
        const gdx_facet_row *row = &facet->rows[i];
        EQUAL(asked, "documents of a value", row->documents, documents_with(asked, key, row->value));
        if (i && (row[-1].documents < row->documents ||
                  (row[-1].documents == row->documents && gdx_slice_compare(row[-1].value, row->value) >= 0)))
            REFUTE(asked, "values out of order");
        if (row->of_documents < row->documents)
            REFUTE(asked, "more documents than there are");
        rows += row->documents;
    }
    for (size_t a = 0; a < asked->answer_count; a++) {
        const char *const *values;
        bool left_out;
        size_t count = corpus_values(stored(asked, &asked->answers[a]), key, &values, &left_out);
        expected += count ? count : !left_out;
        left_out_documents += left_out;
    }
    EQUAL(asked, "documents of all values", rows, expected);
    EQUAL(asked, "documents with values left out", facet->left_out, left_out_documents);
}

static void check_facets(struct asked *asked) {
    const size_t key = random_below(&asked->random, CORPUS_KEYS);
    const gdx_group period = (gdx_group)random_below(&asked->random, GDX_BY_DAY + 1);
    const gdx_facet_by by[] = {
        {.group = GDX_BY_SOURCE}, {.group = period}, {.group = GDX_BY_KEY, .key = gdx_slice_of(corpus_keys[key])}};
    gdx_facets *facets = NULL;
    uint64_t documents[2] = {0};
    MUST(asked, gdx_facets_compute(asked->searcher, asked->snapshot, asked->query, by, 3, NULL, &facets, err));
    EQUAL(asked, "documents of the facets", facets->totals.documents, asked->answer_count);
    for (size_t i = 0; i < facets->facets[0].row_count; i++) {
        const gdx_facet_row *row = &facets->facets[0].rows[i];
        struct source_sums sums = sums_of(asked, row->value);
        EQUAL(asked, "documents of a source", row->documents, sums.documents);
        EQUAL(asked, "occurrences of a source", row->occurrences, sums.occurrences);
        if (i && row[-1].documents < row->documents)
            REFUTE(asked, "the source with most documents is not first");
        documents[0] += row->documents;
    }
    for (size_t i = 0; i < facets->facets[1].row_count; i++) {
        const gdx_facet_row *row = &facets->facets[1].rows[i];
        char label[LABEL_BYTES];
        uint64_t wanted = 0;
        gdx_period_format(row->period, period, label);
        for (size_t a = 0; a < asked->answer_count; a++)
            wanted += is_in_period(stored(asked, &asked->answers[a])->date, period, label);
        EQUAL(asked, "documents of a period", row->documents, wanted);
        documents[1] += row->documents;
    }
    check_metadata_facet(asked, &facets->facets[2], key);
    EQUAL(asked, "documents of all sources", documents[0], asked->answer_count);
    EQUAL(asked, "documents of all periods", documents[1], asked->answer_count);
    gdx_facets_free(facets);
}

// Over documents, by the formulas as they are written; the query has no filter, so each live document is a part.
static void check_dispersion(struct asked *asked) {
    gdx_dispersion *dispersion = NULL;
    MUST(asked, gdx_dispersion_compute(asked->searcher, asked->snapshot, asked->query, GDX_BY_DOCUMENT, 5, NULL,
                                       &dispersion, err));
    uint64_t occurrences = 0, symbols = 0, live = 0;
    for (size_t i = 0; i < asked->answer_count; i++)
        occurrences += asked->answers[i].count;
    for (size_t d = 0; d < asked->corpus->count; d++) {
        live += !asked->corpus->documents[d].is_deleted;
        symbols += asked->corpus->documents[d].is_deleted ? 0 : oracle_length(asked->oracle, d);
    }
    EQUAL(asked, "occurrences of the dispersion", dispersion->occurrences, occurrences);
    if (dispersion->parts == live && occurrences > 0) {
        double sum = 0;
        EQUAL(asked, "symbols of the dispersion", dispersion->symbols, symbols);
        for (size_t d = 0, a = 0; d < asked->corpus->count; d++) {
            if (asked->corpus->documents[d].is_deleted || oracle_length(asked->oracle, d) == 0)
                continue;
            while (a < asked->answer_count && asked->answers[a].document < d)
                a++;
            bool matches = a < asked->answer_count && asked->answers[a].document == d;
            double share = (double)(matches ? asked->answers[a].count : 0) / (double)occurrences;
            sum += fabs(share - (double)oracle_length(asked->oracle, d) / (double)symbols);
        }
        if (fabs(dispersion->dp - sum / 2) > 1e-9)
            REFUTE(asked, "DP %g, expected %g", dispersion->dp, sum / 2);
    }
    gdx_dispersion_free(dispersion);
}

// ---- rounds

static void ask(struct asked *asked, const struct part *query, uint64_t seed) {
    gdx_error err = {0};
    asked->random = (random_state){seed};
    asked->text.bytes = 0;
    asked->part = query;
    asked->stage = "parse";
    query_write(query, &asked->random, &asked->text);
    if (memchr(asked->text.data, 0, asked->text.bytes)) { // of a document's text; no query may have it
        assert_int_equal(gdx_query_parse(gdx_rule_current(), gdx_buffer_slice(&asked->text), &asked->query, &err),
                         GDX_INVALID);
        return;
    }
    if (gdx_query_parse(gdx_rule_current(), gdx_buffer_slice(&asked->text), &asked->query, &err) != GDX_OK)
        REFUTE(asked, "%s", err.message);
    asked->stage = "count";
    check_cost(asked);
    check_count(asked);
    asked->stage = "search";
    check_search(asked);
    asked->stage = "scan";
    check_scan(asked);
    asked->stage = "trend";
    check_trend(asked);
    asked->stage = "facets";
    check_facets(asked);
    asked->stage = "dispersion";
    check_dispersion(asked);
    gdx_query_free(asked->query);
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
    struct asked asked = {.corpus = corpus, .oracle = oracle, .seed = seed, .searcher = gdx_searcher_new()};
    open_snapshot(folder, &index, &asked.snapshot);
    for (size_t q = 0; q < QUERIES; q++) {
        asked.answers = oracle_ask(oracle, queries[q], &asked.answer_count);
        ask(&asked, queries[q], seed + q);
        oracle_answers_free(asked.answers, asked.answer_count);
    }
    gdx_snapshot_release(asked.snapshot);
    gdx_index_close(index);
    gdx_searcher_free(asked.searcher);
    gdx_buffer_clear(&asked.text);
    return asked.transcript;
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
