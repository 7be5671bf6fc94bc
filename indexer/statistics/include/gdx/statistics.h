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
#include "gdx/reprints.h"

// ---- groups: documents by something they have in common

typedef enum gdx_group {
    GDX_BY_YEAR,
    GDX_BY_QUARTER,
    GDX_BY_MONTH,
    GDX_BY_WEEK, // ISO 8601: from Monday on, of the year that its Thursday is in
    GDX_BY_DAY,
    GDX_BY_SOURCE,
    GDX_BY_DOCUMENT,
    GDX_BY_KEY // values of a key of metadata
} gdx_group;

// "year", ..., "source", "document". False: no group has that name; GDX_BY_KEY has none.
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
// Days since 1970-01-01 of a date with a day.
int64_t gdx_day_number(gdx_date day);
enum { GDX_PERIOD_TEXT_BYTES = 11 }; // with a zero
// "2023", "2023-Q2", "2023-05", "2023-W18", "2023-05-06"; "" for GDX_NO_DATE. Returns `to`.
char *gdx_period_format(gdx_date period, gdx_group by, char to[GDX_PERIOD_TEXT_BYTES]);

// Occurrences per million symbols; 0 when there are none.
static inline double gdx_per_million(uint64_t occurrences, uint64_t symbols) {
    return symbols ? (double)occurrences * 1e6 / (double)symbols : 0;
}

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
    bool with_absent; // also periods before the first match, and sources without one: to be added to other trends
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

typedef struct gdx_facet_by {
    gdx_group group;  // any but GDX_BY_DOCUMENT
    gdx_slice key;    // of GDX_BY_KEY
    bool with_absent; // also values of documents that do not match: to be added to other facets
} gdx_facet_by;

typedef struct gdx_facet_row {
    gdx_slice value; // source, or value of metadata; "": documents without one
    gdx_date period; // of a facet by a period; GDX_NO_DATE: documents whose date is missing or less precise, last
    uint64_t documents;
    uint64_t occurrences;
    uint64_t of_documents; // that the query's filters leave
    uint64_t of_symbols;   // of these
    double per_million;    // occurrences per million of these symbols; 0 when there are none
} gdx_facet_row;

typedef struct gdx_facet {
    gdx_facet_by by; // the caller's key
    // What has a match. Sources and values: most documents first, then by name. Periods: ascending. A document with
    // several values is in the row of each.
    gdx_facet_row *rows;
    size_t row_count;
    uint64_t left_out; // documents that match with a value that is in no row (gdx/metadata.h: left out)
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
// A facet for each of `count` groups. The caller frees *out. `stop`: NULL never stops. Cost: as gdx_tally, and some 10
// nanoseconds for each document and group; 3 microseconds where a segment has no column of the key. GDX_TOO_LARGE: a
// key has over a million different values.
gdx_status gdx_facets_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                              const gdx_facet_by *by, size_t count, const gdx_stop *stop, gdx_facets **out,
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
typedef struct gdx_dispersion_part {
    uint64_t key; // the caller's
    uint64_t occurrences, symbols;
} gdx_dispersion_part;
// Figures and measures from parts that each have a symbol, and so many that have none. `out` is zeros, but for measures
// that are NAN. The order of parts is that of the sums in juilland_d, to the last bit.
void gdx_dispersion_measure(const gdx_dispersion_part *parts, size_t count, uint64_t empty, gdx_dispersion *out);
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
    bool with_digits; // strings with a word of digits alone, dates and ordinals in characters, too
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

// ---- what stands beside a query

typedef struct gdx_neighbours_options {
    bool is_left;    // of each occurrence, else right
    uint32_t length; // letters, from 1 to GDX_NEIGHBOUR_LETTERS_MOST
    size_t limit;
    // Before each phrase stand its letters, each ended by a zero, and another zero: so that rows of several indexes can
    // be put in order by bytes.
    bool with_letters;
    gdx_executor *executor;
} gdx_neighbours_options;
enum { GDX_NEIGHBOUR_LETTERS_MOST = 8 };

typedef struct gdx_neighbours { // owns all it points to
    gdx_ngram_row *rows;        // most occurrences first, then most documents, then by spelling
    size_t row_count;
    uint64_t distinct;               // strings that there are
    uint64_t beside;                 // occurrences of the query that have one
    uint64_t occurrences, documents; // of the query: all that a scan gives
    uint64_t commit;
    gdx_arena *arena;
} gdx_neighbours;
void gdx_neighbours_free(gdx_neighbours *neighbours); // NULL is fine
GDX_DEFINE_AUTO(gdx_neighbours, gdx_neighbours_free)
// The strings of `length` letters directly beside each occurrence, within its clause. GDX_TOO_LARGE: beyond 50,000,000
// symbols read. The caller frees *out. `stop`: NULL never stops. Cost: as gdx_count, and about a microsecond for each
// occurrence, over the executor's threads.
gdx_status gdx_neighbours_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                                  const gdx_neighbours_options *options, const gdx_stop *stop, gdx_neighbours **out,
                                  gdx_error *err) GDX_MUST_CHECK;

enum { GDX_COLLOCATES_WINDOW_MOST = 50, GDX_COLLOCATES_LONGEST = 8 };
typedef enum gdx_measure { GDX_BY_LOG_DICE, GDX_BY_LL, GDX_BY_MI, GDX_BY_T } gdx_measure;
// "log-dice", "ll", "mi", "t". False: no measure has that name.
bool gdx_measure_parse(gdx_slice name, gdx_measure *out);

typedef struct gdx_collocates_options {
    uint32_t window; // letters on each side, from 1 to GDX_COLLOCATES_WINDOW_MOST
    gdx_measure by;  // what rows are ordered by
    size_t limit;
    gdx_executor *executor;
} gdx_collocates_options;

// With near of T occurrences of a string in windows of R letters, F occurrences of the query, N letters in all, and
// E = T R / N expected in the windows:
typedef struct gdx_collocate_row {
    gdx_slice phrase;
    uint64_t near;
    uint64_t left;      // of these, those that are left of an occurrence and right of none
    uint64_t documents; // in whose windows it is
    uint64_t total;     // T
    double log_dice; // min(14, 14 + log2(2 near / (F + T))): P. Rychly, "A lexicographer-friendly association score",
                     // RASLAN (2008)
    double ll;       // 2 (near ln(near / E) + (T - near) ln((T - near) / (T - E))): T. Dunning, as of contrast
    double mi;       // log2(near / E): K. W. Church, P. Hanks, Computational Linguistics 16 (1990)
    double t;        // (near - E) / sqrt(near): K. Church et al., "Using statistics in lexical analysis" (1991)
    gdx_slice also[GDX_STRING_ALSO_MOST]; // longer and shorter forms that were folded in, strongest first
    size_t also_count;
    uint64_t folded; // how many, those that are not given too
} gdx_collocate_row;

typedef struct gdx_collocates { // owns all it points to
    gdx_collocate_row *rows;    // strongest first, then by spelling
    size_t row_count;
    uint64_t found;                  // rows that there are
    uint64_t occurrences, documents; // F, and in how many documents
    uint64_t window_letters;         // R
    uint64_t letters;                // N, of the documents that the query's filters leave, as T is
    uint64_t commit;
    gdx_arena *arena;
} gdx_collocates;
void gdx_collocates_free(gdx_collocates *collocates); // NULL is fine
GDX_DEFINE_AUTO(gdx_collocates, gdx_collocates_free)
// What stands near a query more often than elsewhere: docs/statistics.md, "Collocates". Fails as
// gdx_neighbours_compute. The caller frees *out. Cost: as gdx_neighbours_compute, and a count of each string that may
// be one, and of its parts.
gdx_status gdx_collocates_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                                  const gdx_collocates_options *options, const gdx_stop *stop, gdx_collocates **out,
                                  gdx_error *err) GDX_MUST_CHECK;

// ---- reprints

// Memory that finding reprints needs for each document, besides pairs of documents that are alike.
enum { GDX_REPRINTS_DOCUMENT_BYTES = 400, GDX_REPRINTS_JACCARD = 600000, GDX_REPRINTS_DAYS = 30 };

typedef struct gdx_reprints_options {
    uint32_t jaccard;     // in millionths, at least 300,000: below, pairs would be missed
    uint32_t within_days; // that two dates are apart at most
    size_t memory_bytes;
    gdx_executor *executor;
} gdx_reprints_options;

// Which documents of the commit are reprints of each other, and which stand in others in part: docs/statistics.md,
// "Reprints". Gives the table to `take`, whose it is until that returns. It is the same whatever the number of threads,
// the memory and the segments. GDX_TOO_LARGE: more memory is needed. `stop`: NULL never stops. Cost: each document is
// read once, those that may be like others again.
gdx_status gdx_reprints_find(gdx_snapshot *snapshot, const gdx_reprints_options *options, const gdx_stop *stop,
                             gdx_status (*take)(void *context, const gdx_reprint_table *table, gdx_error *err),
                             void *context, gdx_error *err) GDX_MUST_CHECK;

typedef struct gdx_reprint { // a document of a group
    gdx_slice id, title, source;
    gdx_date date;
    double jaccard; // with the document of the group that is most like it
    bool matches;   // the query
} gdx_reprint;

typedef struct gdx_reprint_group {
    gdx_reprint *reprints; // the first, then by date and id; at most as many as asked for
    size_t reprint_count;
    uint64_t documents; // all of the group that live
    uint64_t matching;  // of them
} gdx_reprint_group;

typedef struct gdx_reprint_part { // an excerpt
    gdx_reprint excerpt, of;
    double containment; // the share of the shorter that stands in the longer
} gdx_reprint_part;

typedef struct gdx_reprints { // owns all it points to
    uint64_t documents;       // that match
    uint64_t distinct;        // of them, the first of their groups among those that match
    uint64_t later;           // living documents that the table does not know
    double jaccard;           // by which the table was made
    uint32_t within_days;
    gdx_reprint_group *groups; // with a document that matches; most documents first, then by the first's date and id
    size_t group_count;
    uint64_t all_groups;
    gdx_reprint_part *parts; // one of whose two documents matches; by the excerpt's date and id, then the other's
    size_t part_count;
    uint64_t all_parts;
    uint64_t commit;
    gdx_arena *arena;
} gdx_reprints;
void gdx_reprints_free(gdx_reprints *reprints); // NULL is fine
GDX_DEFINE_AUTO(gdx_reprints, gdx_reprints_free)
typedef struct gdx_reprints_limits {
    size_t groups, members, parts; // at most; of a group
} gdx_reprints_limits;
// What the snapshot's table says of the documents that match. GDX_INVALID: there is no table. The caller frees *out.
// `stop`: NULL never stops. Cost: as gdx_tally, and the first call for a snapshot that of gdx_snapshot_firsts.
gdx_status gdx_reprints_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                                const gdx_reprints_limits *limits, const gdx_stop *stop, gdx_reprints **out,
                                gdx_error *err) GDX_MUST_CHECK;

// ---- passages: what two documents have in common, word for word

enum { GDX_PASSAGE_LETTERS_LEAST = 4, GDX_PASSAGE_LETTERS_MOST = 10000, GDX_PASSAGE_WORDS_BYTES = 2000 };

typedef struct gdx_passage_place { // in one of the documents
    uint32_t part;                 // number among the parts of the text
    uint64_t begin, end;           // bytes of the stored part
    gdx_slice place;               // that its first byte comes from; "" when none is said
    gdx_slice words;               // white space as in snippets; cut at GDX_PASSAGE_WORDS_BYTES
} gdx_passage_place;

typedef struct gdx_passage {
    uint32_t letters;
    bool is_cut;                 // the words of either place
    gdx_passage_place places[2]; // in the first document, in the second
} gdx_passage;

typedef struct gdx_passages_options {
    uint32_t letters_least; // of a passage, from GDX_PASSAGE_LETTERS_LEAST to GDX_PASSAGE_LETTERS_MOST
    size_t limit;           // passages to give
} gdx_passages_options;

typedef struct gdx_passages { // owns all it points to
    gdx_passage *passages;    // most letters first, then by where they begin in the first document, then in the second
    size_t passage_count;
    uint64_t found;      // in all
    uint64_t letters[2]; // of each document's text
    uint64_t commit;
    gdx_arena *arena;
} gdx_passages;
void gdx_passages_free(gdx_passages *passages); // NULL is fine
GDX_DEFINE_AUTO(gdx_passages, gdx_passages_free)
// The runs of letters, marks between them left out, that the texts of two documents share and that cannot be longer on
// either side. A run lies in one part of each text. The caller frees *out. GDX_NOT_FOUND: no document has the id.
// GDX_TOO_LARGE: the texts have more than 50,000,000 symbols, or repeat themselves so often that the comparison does
// not end. Only the segments of the two need be sound. `stop`: NULL never stops. Thread: any. Memory: some 30 bytes a
// letter. Cost: some 30 ns a letter, and what repeats.
gdx_status gdx_passages_compute(gdx_snapshot *snapshot, const gdx_slice ids[2], const gdx_passages_options *options,
                                const gdx_stop *stop, gdx_passages **out, gdx_error *err) GDX_MUST_CHECK;

// ---- quotations: whether what a text quotes stands in the documents

enum { GDX_QUOTE_TEXT_BYTES = 1 << 20, GDX_QUOTE_BYTES = 60000, GDX_QUOTES_MOST = 10000, GDX_QUOTED_PIECES = 1000 };

typedef enum gdx_verdict {
    GDX_VERDICT_NONE,
    GDX_VERDICT_EXACT,          // it stands in a document byte for byte, white space as in snippets
    GDX_VERDICT_FOLDED,         // by the matching rule alone
    GDX_VERDICT_OTHER_DOCUMENT, // either of them, but not in the document that was named
    GDX_VERDICT_STITCHED,       // two pieces or more, of 8 symbols or more, cover nine tenths of its symbols
    GDX_VERDICT_ABSENT,
    GDX_VERDICTS // how many there are
} gdx_verdict;

typedef struct gdx_quoted_place {
    gdx_slice id, title, source;
    gdx_date date;
    gdx_match match;
    gdx_slice words; // of the document, white space as in snippets; "" where they are those of the quotation
} gdx_quoted_place;

typedef struct gdx_quoted_piece {
    size_t begin, end; // bytes of the text
    uint32_t symbols;
    gdx_quoted_place place;
} gdx_quoted_piece;

typedef struct gdx_quotation {
    gdx_verdict verdict;
    size_t begin, end; // bytes of the text, without the marks
    uint32_t symbols;
    gdx_slice words;          // white space as in snippets
    bool has_place;           // it stands somewhere as a whole
    gdx_quoted_place place;   // there: the first in document order that is exact, else the first
    gdx_quoted_piece *pieces; // of what stands nowhere as a whole: the longest that do, in the order of the text
    size_t piece_count;       // at most GDX_QUOTED_PIECES
    size_t pieces_found;      // in all
} gdx_quotation;

typedef struct gdx_quotations { // owns all it points to
    gdx_quotation *quotations;  // in the order of the text
    size_t quotation_count;
    uint64_t counts[GDX_VERDICTS];
    uint64_t passed_over; // of fewer than two letters
    uint64_t unclosed;    // opening marks without a closing one before the next blank line
    uint64_t commit;
    gdx_arena *arena;
} gdx_quotations;
void gdx_quotations_free(gdx_quotations *quotations); // NULL is fine
GDX_DEFINE_AUTO(gdx_quotations, gdx_quotations_free)

typedef struct gdx_quote_options {
    gdx_slice id;             // of the document that they are said to be from; "": any
    const gdx_filter *filter; // NULL: all documents
} gdx_quote_options;
// Checks each quotation of the text (docs/statistics.md, "Quotations"); the whole text when it has none. GDX_INVALID,
// field "text": over GDX_QUOTE_TEXT_BYTES, not UTF-8, too many quotations or one over GDX_QUOTE_BYTES. GDX_NOT_FOUND:
// no document has the id. The caller frees *out. `stop`: NULL never stops. Cost: a phrase's count and some 20
// microseconds for a quotation that stands somewhere, some ten of a microsecond to a millisecond a symbol for one that
// does not.
gdx_status gdx_quotations_check(gdx_searcher *searcher, gdx_snapshot *snapshot, gdx_slice text,
                                const gdx_quote_options *options, const gdx_stop *stop, gdx_quotations **out,
                                gdx_error *err) GDX_MUST_CHECK;

#endif
