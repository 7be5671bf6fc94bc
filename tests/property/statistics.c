// SPDX-License-Identifier: Apache-2.0
// statistics.c: see statistics.h.

#include "statistics.h"

#include "gdx/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// ---- periods

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

// ---- trend

static void check_row(struct trial *trial, const gdx_trend_row *row, gdx_group by, const char *label) {
    gdx_trend_row wanted = {0};
    for (size_t d = 0; d < trial->corpus->count; d++)
        if (!trial->corpus->documents[d].is_deleted &&
            is_in_period(trial->corpus->documents[d].stored.date, by, label)) {
            wanted.of_documents++;
            wanted.of_symbols += oracle_length(trial->oracle, d);
        }
    for (size_t i = 0; i < trial->answer_count; i++)
        if (is_in_period(trial_stored(trial, &trial->answers[i])->date, by, label)) {
            wanted.documents++;
            wanted.occurrences += trial->answers[i].count;
        }
    EQUAL(trial, "documents of a period", row->documents, wanted.documents);
    EQUAL(trial, "occurrences of a period", row->occurrences, wanted.occurrences);
    EQUAL(trial, "all documents of a period", row->of_documents, wanted.of_documents);
    EQUAL(trial, "all symbols of a period", row->of_symbols, wanted.of_symbols);
    double rate = wanted.of_symbols ? (double)wanted.occurrences / (double)wanted.of_symbols * 1e6 : 0;
    if (fabs(row->per_million - rate) > 1e-9 * rate)
        REFUTE(trial, "%g per million, expected %g", row->per_million, rate);
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

static gdx_date some_date(struct trial *trial) {
    if (trial->corpus->count == 0 || random_below(&trial->random, 3) > 0)
        return GDX_NO_DATE;
    return trial->corpus->documents[random_below(&trial->random, (uint32_t)trial->corpus->count)].stored.date;
}

static struct wanted_rows choose_rows(struct trial *trial) {
    struct wanted_rows wanted = {.options = {.by = (gdx_group)random_below(&trial->random, GDX_BY_DAY + 1)}};
    bool is_text = wanted.options.by != GDX_BY_QUARTER && wanted.options.by != GDX_BY_WEEK;
    gdx_date from = some_date(trial), to = some_date(trial);
    if (is_text) { // other periods are no prefix of a date; tests/statistics has their limits
        wanted.options.from = from;
        wanted.options.to = to;
    }
    for (size_t i = 0; i < trial->answer_count; i++) {
        char label[LABEL_BYTES], limit[GDX_DATE_TEXT_BYTES];
        label_of(trial_stored(trial, &trial->answers[i])->date, wanted.options.by, label);
        gdx_date_format(wanted.options.to, limit);
        bool is_limited = *limit && compare_texts(label, limit) > 0;
        if (*label && !is_limited && (!*wanted.first || strcmp(label, wanted.first) < 0))
            strcpy(wanted.first, label);
    }
    return wanted;
}

static void check_totals(struct trial *trial, const struct wanted_rows *wanted, const gdx_trend_series *trend) {
    gdx_group by = wanted->options.by;
    char label[LABEL_BYTES];
    uint64_t documents = 0, occurrences = 0, live = 0, of_documents = 0;
    for (size_t i = 0; i < trial->answer_count; i++)
        if (is_row_wanted(wanted, label_of(trial_stored(trial, &trial->answers[i])->date, by, label))) {
            documents++;
            occurrences += trial->answers[i].count;
        }
    for (size_t d = 0; d < trial->corpus->count; d++)
        live += !trial->corpus->documents[d].is_deleted &&
                is_row_wanted(wanted, label_of(trial->corpus->documents[d].stored.date, by, label));
    for (size_t i = 0; i < trend->row_count; i++)
        of_documents += trend->rows[i].of_documents;
    EQUAL(trial, "documents in the trend", trend->totals.documents, documents);
    EQUAL(trial, "occurrences in the trend", trend->totals.occurrences, occurrences);
    EQUAL(trial, "documents in all rows", of_documents, live);
}

// The series by source add up to the rows of all.
static void check_sources(struct trial *trial, const gdx_trend *trend) {
    uint64_t documents = 0, occurrences = 0;
    for (size_t i = 0; i < trend->source_count; i++) {
        const gdx_trend_series *series = &trend->sources[i];
        uint64_t wanted = 0;
        for (size_t a = 0; a < trial->answer_count; a++)
            wanted += gdx_slice_equal(trial_stored(trial, &trial->answers[a])->source, series->source);
        if (trend->all.totals.documents == trial->answer_count)
            EQUAL(trial, "documents of a source", series->totals.documents, wanted);
        documents += series->totals.documents;
        occurrences += series->totals.occurrences;
        if (i && gdx_slice_compare(series[-1].source, series->source) >= 0)
            REFUTE(trial, "sources do not ascend");
    }
    EQUAL(trial, "documents of all sources", documents, trend->all.totals.documents);
    EQUAL(trial, "occurrences of all sources", occurrences, trend->all.totals.occurrences);
}

void check_trend(struct trial *trial) {
    struct wanted_rows wanted = choose_rows(trial);
    gdx_trend *trend = NULL;
    wanted.options.split_by_source = random_below(&trial->random, 2);
    MUST(trial, gdx_trend_compute(trial->searcher, trial->snapshot, trial->query, &wanted.options, NULL, &trend, err));
    check_totals(trial, &wanted, &trend->all);
    if (wanted.options.split_by_source)
        check_sources(trial, trend);
    char before[LABEL_BYTES] = "", label[LABEL_BYTES];
    for (size_t i = 0; i < trend->all.row_count; i++) {
        const gdx_trend_row *row = &trend->all.rows[i];
        gdx_period_format(row->period, wanted.options.by, label);
        check_row(trial, row, wanted.options.by, label);
        if (!is_row_wanted(&wanted, label) || row->of_documents == 0)
            REFUTE(trial, "a row that should not be");
        if (*before && *label && strcmp(label, before) <= 0)
            REFUTE(trial, "periods do not ascend");
        if (!*label && i + 1 < trend->all.row_count)
            REFUTE(trial, "no date is not last");
        strcpy(before, label);
    }
    gdx_trend_free(trend);
}

// ---- facets

// Parts of sources as both measures see them, added up document by document.
struct source_sums {
    uint64_t documents, occurrences;
};

static struct source_sums sums_of(struct trial *trial, gdx_slice source) {
    struct source_sums sums = {0};
    for (size_t i = 0; i < trial->answer_count; i++)
        if (gdx_slice_equal(trial_stored(trial, &trial->answers[i])->source, source)) {
            sums.documents++;
            sums.occurrences += trial->answers[i].count;
        }
    return sums;
}

// How many documents that match have the value, or none at all.
static uint64_t documents_with(struct trial *trial, size_t key, gdx_slice wanted) {
    uint64_t documents = 0;
    for (size_t a = 0; a < trial->answer_count; a++) {
        const char *const *values;
        bool left_out;
        size_t count = corpus_values(trial_stored(trial, &trial->answers[a]), key, &values, &left_out);
        documents += wanted.bytes == 0 && count == 0 && !left_out;
        for (size_t i = 0; i < count; i++)
            documents += gdx_slice_equal(gdx_slice_of(values[i]), wanted);
    }
    return documents;
}

static void check_metadata_facet(struct trial *trial, const gdx_facet *facet, size_t key) {
    uint64_t rows = 0, expected = 0, left_out_documents = 0;
    for (size_t i = 0; i < facet->row_count; i++) {
        const gdx_facet_row *row = &facet->rows[i];
        EQUAL(trial, "documents of a value", row->documents, documents_with(trial, key, row->value));
        if (i && (row[-1].documents < row->documents ||
                  (row[-1].documents == row->documents && gdx_slice_compare(row[-1].value, row->value) >= 0)))
            REFUTE(trial, "values out of order");
        if (row->of_documents < row->documents)
            REFUTE(trial, "more documents than there are");
        rows += row->documents;
    }
    for (size_t a = 0; a < trial->answer_count; a++) {
        const char *const *values;
        bool left_out;
        size_t count = corpus_values(trial_stored(trial, &trial->answers[a]), key, &values, &left_out);
        expected += count ? count : !left_out;
        left_out_documents += left_out;
    }
    EQUAL(trial, "documents of all values", rows, expected);
    EQUAL(trial, "documents with values left out", facet->left_out, left_out_documents);
}

void check_facets(struct trial *trial) {
    const size_t key = random_below(&trial->random, CORPUS_KEYS);
    const gdx_group period = (gdx_group)random_below(&trial->random, GDX_BY_DAY + 1);
    const gdx_facet_by by[] = {
        {.group = GDX_BY_SOURCE}, {.group = period}, {.group = GDX_BY_KEY, .key = gdx_slice_of(corpus_keys[key])}};
    gdx_facets *facets = NULL;
    uint64_t documents[2] = {0};
    MUST(trial, gdx_facets_compute(trial->searcher, trial->snapshot, trial->query, by, 3, NULL, &facets, err));
    EQUAL(trial, "documents of the facets", facets->totals.documents, trial->answer_count);
    for (size_t i = 0; i < facets->facets[0].row_count; i++) {
        const gdx_facet_row *row = &facets->facets[0].rows[i];
        struct source_sums sums = sums_of(trial, row->value);
        EQUAL(trial, "documents of a source", row->documents, sums.documents);
        EQUAL(trial, "occurrences of a source", row->occurrences, sums.occurrences);
        if (i && row[-1].documents < row->documents)
            REFUTE(trial, "the source with most documents is not first");
        documents[0] += row->documents;
    }
    for (size_t i = 0; i < facets->facets[1].row_count; i++) {
        const gdx_facet_row *row = &facets->facets[1].rows[i];
        char label[LABEL_BYTES];
        uint64_t wanted = 0;
        gdx_period_format(row->period, period, label);
        for (size_t a = 0; a < trial->answer_count; a++)
            wanted += is_in_period(trial_stored(trial, &trial->answers[a])->date, period, label);
        EQUAL(trial, "documents of a period", row->documents, wanted);
        documents[1] += row->documents;
    }
    check_metadata_facet(trial, &facets->facets[2], key);
    EQUAL(trial, "documents of all sources", documents[0], trial->answer_count);
    EQUAL(trial, "documents of all periods", documents[1], trial->answer_count);
    gdx_facets_free(facets);
}

// ---- dispersion

// Over documents, by the formulas as they are written; the query has no filter, so each live document is a part.
void check_dispersion(struct trial *trial) {
    gdx_dispersion *dispersion = NULL;
    MUST(trial, gdx_dispersion_compute(trial->searcher, trial->snapshot, trial->query, GDX_BY_DOCUMENT, 5, NULL,
                                       &dispersion, err));
    uint64_t occurrences = 0, symbols = 0, live = 0;
    for (size_t i = 0; i < trial->answer_count; i++)
        occurrences += trial->answers[i].count;
    for (size_t d = 0; d < trial->corpus->count; d++) {
        live += !trial->corpus->documents[d].is_deleted;
        symbols += trial->corpus->documents[d].is_deleted ? 0 : oracle_length(trial->oracle, d);
    }
    EQUAL(trial, "occurrences of the dispersion", dispersion->occurrences, occurrences);
    if (dispersion->parts == live && occurrences > 0) {
        double sum = 0;
        EQUAL(trial, "symbols of the dispersion", dispersion->symbols, symbols);
        for (size_t d = 0, a = 0; d < trial->corpus->count; d++) {
            if (trial->corpus->documents[d].is_deleted || oracle_length(trial->oracle, d) == 0)
                continue;
            while (a < trial->answer_count && trial->answers[a].document < d)
                a++;
            bool matches = a < trial->answer_count && trial->answers[a].document == d;
            double share = (double)(matches ? trial->answers[a].count : 0) / (double)occurrences;
            sum += fabs(share - (double)oracle_length(trial->oracle, d) / (double)symbols);
        }
        if (fabs(dispersion->dp - sum / 2) > 1e-9)
            REFUTE(trial, "DP %g, expected %g", dispersion->dp, sum / 2);
    }
    gdx_dispersion_free(dispersion);
}
