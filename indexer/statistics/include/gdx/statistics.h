// SPDX-License-Identifier: Apache-2.0
// gdx/statistics.h: what a collection says of a query: over time, by source, how evenly.
// Relies on gdx/base.h, gdx/document.h, gdx/query.h. Formulas with sources and worked examples: docs/statistics.md.
// Threads: as gdx/query.h; the searcher's owner calls what computes. Every call that computes may fail as gdx_count
// does. Rows, order and numbers do not depend on how documents are spread over segments.
#ifndef GDX_STATISTICS_H
#define GDX_STATISTICS_H

#include "gdx/document.h"
#include "gdx/executor.h"
#include "gdx/query.h"

// ---- groups: documents by something they have in common

typedef enum gdx_group {
    GDX_BY_YEAR,
    GDX_BY_QUARTER,
    GDX_BY_MONTH,
    GDX_BY_WEEK, // ISO 8601: from Monday on, of the year that its Thursday is in
    GDX_BY_DAY,
    GDX_BY_SOURCE,
    GDX_BY_DOCUMENT
} gdx_group;

// "year", ..., "source", "document". False: no group has that name.
bool gdx_group_parse(gdx_slice name, gdx_group *out);
const char *gdx_group_name(gdx_group group);
static inline bool gdx_group_is_period(gdx_group group) {
    return group <= GDX_BY_DAY;
}

// A period is named by its first day, as a date of its own precision: 2023, 2023-05, 2023-05-01; a quarter by its first
// month, a week by its Monday. GDX_NO_DATE: the date is missing or less precise than the period.
gdx_date gdx_period_of(gdx_date date, gdx_group by);
gdx_date gdx_period_first_day(gdx_date period, gdx_group by);
gdx_date gdx_period_last_day(gdx_date period, gdx_group by);
enum { GDX_PERIOD_TEXT_BYTES = 11 }; // with a zero
// "2023", "2023-Q2", "2023-05", "2023-W18", "2023-05-06"; "" for GDX_NO_DATE. Returns `to`.
char *gdx_period_format(gdx_date period, gdx_group by, char to[GDX_PERIOD_TEXT_BYTES]);

// A share of trials with its 95 % score interval: E. B. Wilson, "Probable Inference, the Law of Succession, and
// Statistical Inference", JASA 22 (1927). Both 0 without a trial.
typedef struct gdx_interval {
    double low, high;
} gdx_interval;
gdx_interval gdx_interval_of(uint64_t successes, uint64_t trials);

// ---- trends

// Rows of the periods that have a day from `from` to `to`; GDX_NO_DATE: no limit. A limit leaves out the row without a
// date.
typedef struct gdx_trend_options {
    gdx_group by; // a period
    gdx_date from;
    gdx_date to;
    bool split_by_source;
} gdx_trend_options;

typedef struct gdx_trend_row {
    gdx_date period;    // GDX_NO_DATE: documents whose date is missing or less precise, last
    uint64_t documents; // that match
    uint64_t occurrences;
    uint64_t of_documents; // all live documents of the period
    uint64_t of_symbols;   // their symbols
    double per_million;    // occurrences per million symbols of the period; 0 when it has none
    gdx_interval share;    // of documents in of_documents
} gdx_trend_row;

typedef struct gdx_trend_series {
    gdx_slice source; // of a series by source
    // Ascending. Each period in which the index, or the source, has documents has a row, from the first one with a
    // match on, or from `from` on when it is given.
    gdx_trend_row *rows;
    size_t row_count;
    gdx_totals totals; // of the rows
} gdx_trend_series;

typedef struct gdx_trend { // owns all it points to
    gdx_trend_series all;
    gdx_trend_series *sources; // those that have a match in the rows asked for, by name
    size_t source_count;       // 0 unless split
    uint64_t commit;
    gdx_arena *arena;
} gdx_trend;
void gdx_trend_free(gdx_trend *trend); // NULL is fine
GDX_DEFINE_AUTO(gdx_trend, gdx_trend_free)
// The caller frees *out. GDX_TOO_LARGE: the series by source have more than 1,000,000 rows. `stop`: NULL never stops.
// Cost: as gdx_tally.
gdx_status gdx_trend_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                             const gdx_trend_options *options, const gdx_stop *stop, gdx_trend **out,
                             gdx_error *err) GDX_MUST_CHECK;

// ---- facets

typedef struct gdx_facet_row {
    gdx_slice source; // of a facet by source
    gdx_date period;  // of a facet by a period; GDX_NO_DATE: documents whose date is missing or less precise, last
    uint64_t documents;
    uint64_t occurrences;
    uint64_t of_documents; // that the query's filters leave
    uint64_t of_symbols;   // of these
    double per_million;    // occurrences per million of these symbols; 0 when there are none
} gdx_facet_row;

typedef struct gdx_facet {
    gdx_group by;
    // What has a match. Sources: most documents first, then by name. Periods: ascending.
    gdx_facet_row *rows;
    size_t row_count;
} gdx_facet;

typedef struct gdx_facets { // owns all it points to
    gdx_facet *facets;      // in the order asked for
    size_t facet_count;
    gdx_totals totals;
    uint64_t commit;
    gdx_arena *arena;
} gdx_facets;
void gdx_facets_free(gdx_facets *facets); // NULL is fine
GDX_DEFINE_AUTO(gdx_facets, gdx_facets_free)
// A facet for each of `count` groups, none of them GDX_BY_DOCUMENT. The caller frees *out. `stop`: NULL never stops.
// Cost: as gdx_tally.
gdx_status gdx_facets_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                              const gdx_group *by, size_t count, const gdx_stop *stop, gdx_facets **out,
                              gdx_error *err) GDX_MUST_CHECK;

// ---- dispersion

typedef struct gdx_dispersion_row {
    gdx_slice name;  // source or id
    gdx_date period; // as in gdx_facet_row
    uint64_t occurrences;
    uint64_t symbols;
    double per_million; // occurrences per million symbols
} gdx_dispersion_row;

typedef struct gdx_dispersion { // owns all it points to
    uint64_t parts;             // that the query's filters leave
    uint64_t parts_with;        // an occurrence
    uint64_t occurrences;
    uint64_t symbols;
    // With v occurrences of f, and s symbols of n, in each part: DP = 1/2 sum |v/f - s/n|, 0 even, near 1 clumped;
    // dp_norm = DP / (1 - min s/n): S. Th. Gries, "Dispersions and adjusted frequencies in corpora", IJCL 13 (2008);
    // J. Lijffijt, S. Th. Gries, IJCL 17 (2012). juilland_d = 1 - (standard deviation / mean of v/s) / sqrt(parts - 1):
    // A. Juilland, E. Chang-Rodriguez, "Frequency Dictionary of Spanish Words" (1964). Parts without a symbol are in no
    // measure. NAN where a measure is not defined: without an occurrence, or in a single part.
    double dp, dp_norm, juilland_d;
    gdx_dispersion_row *rows; // periods ascending, sources by name: all of them; documents: most occurrences first,
                              // then by id, those that have any and at most the number asked for
    size_t row_count;
    uint64_t commit;
    gdx_arena *arena;
} gdx_dispersion;
void gdx_dispersion_free(gdx_dispersion *dispersion); // NULL is fine
GDX_DEFINE_AUTO(gdx_dispersion, gdx_dispersion_free)
// The caller frees *out. `document_limit`: rows of GDX_BY_DOCUMENT. `stop`: NULL never stops. Cost: as gdx_tally.
gdx_status gdx_dispersion_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, gdx_group by,
                                  size_t document_limit, const gdx_stop *stop, gdx_dispersion **out,
                                  gdx_error *err) GDX_MUST_CHECK;

// ---- strings: lists of what nobody typed

// A string is a run of letters: of words and of characters of scripts written without spaces, with no mark between
// them. Strings come from titles, texts, notes and captions. A unit is a document, or a passage: 400 symbols of its
// text in a row, the last at least 200. Documents are read: GDX_TOO_LARGE beyond 50,000,000 symbols. Memory: about 20
// bytes a letter.

enum { GDX_STRING_LETTERS_MOST = 20, GDX_STRING_ALSO_MOST = 8 };

typedef struct gdx_contrast_options {
    uint32_t shortest, longest; // letters of a string, from 2 to GDX_STRING_LETTERS_MOST
    uint32_t units_least;       // of A that have it, at least 1
    size_t limit;               // groups
    bool by_passage;
    bool with_digits; // strings with a word of digits alone, and dates in characters, too
    bool b_is_rest;   // documents of A are left out of B, in place of being refused
    gdx_executor *executor;
} gdx_contrast_options;

typedef struct gdx_contrast_group {
    gdx_slice phrase;                     // the name of the group
    uint64_t units_a, units_b;            // that have it
    uint64_t occurrences;                 // in A
    double ratio;                         // of its shares of units: (a / n1) / ((b + 0.5) / (n2 + 0.5))
    double score;                         // log-likelihood ratio G2 of the strongest string
    gdx_date first_date;                  // of the documents of A that have it; GDX_NO_DATE: none has a date
    gdx_slice first_id;                   // the first of that date
    uint64_t days;                        // different ones, of those with a day
    gdx_slice also[GDX_STRING_ALSO_MOST]; // others that were folded in, strongest first
    size_t also_count;
    uint64_t folded; // how many, those that are not given too
} gdx_contrast_group;

typedef struct gdx_contrast {   // owns all it points to
    gdx_contrast_group *groups; // strongest first
    size_t group_count;
    uint64_t units_a, units_b; // of A and B
    uint64_t letters_a, letters_b;
    uint64_t tested; // strings of enough units of A
    uint64_t commit;
    gdx_arena *arena;
} gdx_contrast;
void gdx_contrast_free(gdx_contrast *contrast); // NULL is fine
GDX_DEFINE_AUTO(gdx_contrast, gdx_contrast_free)
// What stands in a larger share of A than of B: docs/statistics.md, "Contrast". GDX_INVALID, field "a" or "b": it has
// no document; "b": a document is in both. The caller frees *out. `stop`: NULL never stops.
gdx_status gdx_contrast_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *a, const gdx_query *b,
                                const gdx_contrast_options *options, const gdx_stop *stop, gdx_contrast **out,
                                gdx_error *err) GDX_MUST_CHECK;

typedef struct gdx_ngrams_options {
    uint32_t shortest, longest; // letters of a string, from 1 to GDX_STRING_LETTERS_MOST
    uint32_t documents_least;   // that have it, at least 1
    size_t limit;
    bool with_digits;
    bool with_parts; // strings that nearly always stand in one longer string, too
    gdx_executor *executor;
} gdx_ngrams_options;

typedef struct gdx_ngram_row {
    gdx_slice phrase;
    uint64_t occurrences;
    uint64_t documents;
} gdx_ngram_row;

typedef struct gdx_ngrams { // owns all it points to
    gdx_ngram_row *rows;    // most occurrences first, then most documents, then by spelling
    size_t row_count;
    uint64_t documents, letters; // read
    uint64_t commit;
    gdx_arena *arena;
} gdx_ngrams;
void gdx_ngrams_free(gdx_ngrams *ngrams); // NULL is fine
GDX_DEFINE_AUTO(gdx_ngrams, gdx_ngrams_free)
// The most frequent strings of the documents that match. The caller frees *out. `stop`: NULL never stops.
gdx_status gdx_ngrams_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                              const gdx_ngrams_options *options, const gdx_stop *stop, gdx_ngrams **out,
                              gdx_error *err) GDX_MUST_CHECK;

#endif
