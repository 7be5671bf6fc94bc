// SPDX-License-Identifier: Apache-2.0
// gdx/query.h: query text -> plan -> hits, counts, trends and streams of occurrences over one snapshot.
// Language: docs/query-language.md. Relies on gdx/base.h, gdx/document.h, gdx/index.h; inside on text, segment,
// postings. Threads: a parsed query is immutable, any thread. Everything else has one owner; every call that computes
// is for workers.
#ifndef GDX_QUERY_H
#define GDX_QUERY_H

#include "gdx/base.h"
#include "gdx/document.h"
#include "gdx/index.h"

#include <stdatomic.h>

typedef struct gdx_query gdx_query; // immutable after parse, any thread

// `text` is any bytes; the query keeps none of them. The caller frees *out. GDX_INVALID with err->column, from 1, and
// the reason QUERY_SYNTAX (the message says what was expected there), or QUERY_TOO_LARGE: over 64 KiB of text (column
// 0), 1024 terms or 64 levels. GDX_NO_MEMORY. Any thread. Cost: about a microsecond a term.
gdx_status gdx_query_parse(gdx_slice text, gdx_query **out, gdx_error *err) GDX_MUST_CHECK;
void gdx_query_free(gdx_query *query);
GDX_DEFINE_AUTO(gdx_query, gdx_query_free)
// The plan in one canonical line: (and (phrase "产业链") (not (date 2023))). Appended. Equal plans print alike.
gdx_status gdx_query_describe(const gdx_query *query, gdx_buffer *out) GDX_MUST_CHECK;

typedef enum gdx_order {
    GDX_ORDER_RELEVANCE, // BM25, best first; then id
    GDX_ORDER_NEWEST,    // date, latest first, no date last; then id
    GDX_ORDER_OLDEST,    // date, earliest first, no date last; then id
    GDX_ORDER_ID         // byte order of ids
} gdx_order;

// A searcher keeps what can be used again from query to query: decompressed blocks, scratch arrays. One owner.
typedef struct gdx_searcher gdx_searcher;
gdx_searcher *gdx_searcher_new(void); // NULL: no memory
void gdx_searcher_free(gdx_searcher *searcher);
// What one query may take, in bytes, besides the hits it gives back: GDX_NO_MEMORY beyond. 2 GiB unless said otherwise.
void gdx_searcher_limit_memory(gdx_searcher *searcher, size_t bytes);
GDX_DEFINE_AUTO(gdx_searcher, gdx_searcher_free)

typedef struct gdx_search_options {
    uint64_t offset; // hits to pass over
    uint32_t limit;  // hits to give; 0: only the totals
    gdx_order order;
    uint32_t snippet_symbols; // of context on each side of the first match; 0: no snippet
    uint32_t match_limit;     // match ranges to give for each hit at most; 0: none
    gdx_stop stop;
} gdx_search_options;

typedef enum gdx_field { GDX_FIELD_TITLE, GDX_FIELD_TEXT } gdx_field;

typedef struct gdx_match { // a range of bytes
    gdx_field field;
    uint64_t begin; // of the stored title or text
    uint64_t end;
} gdx_match;

typedef struct gdx_mark { // a range of bytes within the snippet
    uint32_t begin;
    uint32_t end;
} gdx_mark;

typedef struct gdx_hit {
    gdx_slice id;
    gdx_slice title;
    gdx_slice source;
    gdx_slice metadata; // "" or a JSON object
    gdx_date date;
    double score;         // 0 when nothing ranks
    uint64_t occurrences; // of all phrases that are not negated, in this document
    uint64_t length;      // symbols of title and text
    // Keyword in context: a stretch of the original text (or title, when only that matches) around the first match,
    // line breaks and runs of white space shown as one space; "…" is not added. Empty for queries of filters only: the
    // begin of the text.
    gdx_slice snippet;
    gdx_field snippet_field;
    bool snippet_begins; // it starts where the field does
    bool snippet_ends;   // it ends where the field does
    gdx_mark *marks;     // matches within the snippet, ascending, not overlapping (overlaps are joined)
    size_t mark_count;
    gdx_match *matches; // ascending, title first
    size_t match_count;
} gdx_hit;

typedef struct gdx_results { // owns all it points to
    uint64_t documents;      // that match, in all
    uint64_t occurrences;    // in all of them
    uint64_t commit;
    gdx_hit *hits;
    size_t hit_count;
    gdx_arena *arena;
} gdx_results;
void gdx_results_free(gdx_results *results);
GDX_DEFINE_AUTO(gdx_results, gdx_results_free)

// GDX_DEADLINE, GDX_CANCELLED, GDX_CORRUPT, GDX_NO_MEMORY.
gdx_status gdx_search(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                      const gdx_search_options *options, gdx_results **out, gdx_error *err) GDX_MUST_CHECK;

typedef struct gdx_totals {
    uint64_t documents;
    uint64_t occurrences;
} gdx_totals;
gdx_status gdx_count(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                     gdx_totals *out, gdx_error *err) GDX_MUST_CHECK;

typedef enum gdx_period { GDX_BY_YEAR, GDX_BY_MONTH, GDX_BY_DAY } gdx_period;

typedef struct gdx_trend_row {
    gdx_date period;    // as precise as asked; GDX_NO_DATE: documents whose date is missing or less precise, last
    uint64_t documents; // that match
    uint64_t occurrences;
    uint64_t of_documents; // all live documents of the period
    uint64_t of_symbols;   // their symbols
    double per_million;    // occurrences per million symbols of the period
} gdx_trend_row;
typedef struct gdx_trend {
    gdx_trend_row
        *rows; // ascending; from the first to the last period in which the index has documents, empty ones between
               // included for years and months, left out for days; periods without documents have per_million 0
    size_t row_count;
    gdx_totals totals;
    uint64_t commit;
} gdx_trend;
// Empty, with room for so many rows: for those who have a trend from elsewhere. NULL: no memory.
gdx_trend *gdx_trend_new(size_t row_capacity);
void gdx_trend_free(gdx_trend *trend);
GDX_DEFINE_AUTO(gdx_trend, gdx_trend_free)
gdx_status gdx_trend_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, gdx_period period,
                             const gdx_stop *stop, gdx_trend **out, gdx_error *err) GDX_MUST_CHECK;

// ---- every occurrence, in document order (segments in order, documents in order, title before text), never all in
// memory

typedef struct gdx_scan gdx_scan;
typedef struct gdx_occurrence { // slices valid until the next call
    gdx_slice id;
    gdx_slice title;
    gdx_slice source;
    gdx_date date;
    gdx_match match;   // bytes of the stored field
    uint32_t position; // symbol of the field that the match begins with
    gdx_slice before; // original text: up to `context_symbols` symbols before, the match, and behind it; white space as
                      // in snippets
    gdx_slice matched;
    gdx_slice after;
} gdx_occurrence;
// Keeps references to snapshot and searcher: both must outlive it (it retains the snapshot itself). The query must
// outlive it.
gdx_status gdx_scan_open(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                         uint32_t context_symbols, const gdx_stop *stop, gdx_scan **out, gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_scan_next(gdx_scan *scan, gdx_occurrence *out, bool *out_has, gdx_error *err) GDX_MUST_CHECK;
void gdx_scan_close(gdx_scan *scan);
GDX_DEFINE_AUTO(gdx_scan, gdx_scan_close)

// ---- words by their start

typedef struct gdx_suggestion {
    gdx_slice word;       // folded
    uint64_t occurrences; // in titles and texts of live documents
} gdx_suggestion;
typedef struct gdx_suggestions { // owns all it points to
    gdx_suggestion *words;       // most frequent first, then by code points
    size_t count;
    uint64_t commit;
    gdx_arena *arena;
} gdx_suggestions;
void gdx_suggestions_free(gdx_suggestions *suggestions); // NULL is fine
GDX_DEFINE_AUTO(gdx_suggestions, gdx_suggestions_free)

enum { GDX_SUGGESTIONS_MAX = 1000 };
// The most frequent words that start with `prefix`, over all segments. The prefix is folded first and must then be one
// word of letters or digits: Chinese characters are symbols of their own, not words. `limit`: 1 to GDX_SUGGESTIONS_MAX.
// The caller frees *out. GDX_INVALID with field "prefix" or "limit"; GDX_DEADLINE, GDX_CANCELLED, GDX_CORRUPT,
// GDX_NO_MEMORY. Thread: the searcher's owner. Cost: about a microsecond for each word that starts so; in
// segments with deleted documents also a walk over its posting lists.
gdx_status gdx_suggest(gdx_searcher *searcher, gdx_snapshot *snapshot, gdx_slice prefix, uint32_t limit,
                       const gdx_stop *stop, gdx_suggestions **out, gdx_error *err) GDX_MUST_CHECK;

#endif
