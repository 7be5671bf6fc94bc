// SPDX-License-Identifier: Apache-2.0
// gdx/query.h: query text -> plan -> hits, counts, tallies, streams of occurrences, suggestions over one snapshot.
// Language: docs/query-language.md. Relies on gdx/base.h, gdx/document.h, gdx/executor.h, gdx/index.h, gdx/stop.h;
// inside on text, segment, postings. Threads: a parsed query is immutable, any thread. Everything else has one owner,
// and calls that compute belong on workers: they take from microseconds to seconds.
//
// Counts are of live documents, lengths and positions in symbols unless a name says bytes. Outputs change on success
// only. Every call that computes may fail with GDX_DEADLINE and GDX_CANCELLED (see its stop), GDX_CORRUPT (a segment is
// damaged), GDX_NO_MEMORY (the machine's, or the searcher's limit is reached), and leaves the searcher ready for the
// next.
#ifndef GDX_QUERY_H
#define GDX_QUERY_H

#include "gdx/aliases.h"
#include "gdx/base.h"
#include "gdx/document.h"
#include "gdx/executor.h"
#include "gdx/index.h"
#include "gdx/metadata.h"
#include "gdx/stop.h"

// ---- queries

typedef struct gdx_query gdx_query; // immutable after parse, any thread

// `text` is any bytes; the query keeps none of them. The caller frees *out. GDX_INVALID with err->column, from 1, and
// the reason QUERY_SYNTAX (the message says what was expected there), or QUERY_TOO_LARGE: over 64 KiB of text (column
// 0), 1024 terms or 64 levels. GDX_NO_MEMORY. Any thread. Cost: proportional to the text.
// `rule`: of the index that is to be asked (gdx_snapshot_rule). NULL: GDX_UNSUPPORTED.
gdx_status gdx_query_parse(const gdx_rule *rule, gdx_slice text, gdx_query **out, gdx_error *err) GDX_MUST_CHECK;
// The same with names that `alias:` stands for; NULL: there are none. The query keeps nothing of them.
gdx_status gdx_query_parse_aliased(const gdx_rule *rule, const gdx_aliases *aliases, gdx_slice text, gdx_query **out,
                                   gdx_error *err) GDX_MUST_CHECK;
void gdx_query_free(gdx_query *query); // NULL is fine
GDX_DEFINE_AUTO(gdx_query, gdx_query_free)
// Appends the plan in one canonical line: (and (phrase "产业链") (not (date 2023))). Equal plans print alike.
// GDX_NO_MEMORY, and nothing is appended. Any thread.
gdx_status gdx_query_describe(const gdx_query *query, gdx_buffer *out) GDX_MUST_CHECK;

// A query that every document matches, to be narrowed by a filter. The caller frees *out. GDX_NO_MEMORY. Any thread.
// `rule` as for gdx_query_parse.
gdx_status gdx_query_all(const gdx_rule *rule, gdx_query **out, gdx_error *err) GDX_MUST_CHECK;

// True: it has a phrase, or words by their start or end, that is not negated: something that occurs.
bool gdx_query_has_phrase(const gdx_query *query);

// What looks like a slip in a well-formed query, in sentences for people: an operator in lower case, a misspelt field,
// a source that no document of the snapshot has. At most 16; list and text are in `arena`. GDX_NO_MEMORY, GDX_CORRUPT.
// Any thread. Cost: the names of all sources when the query asks for one, else nothing.
gdx_status gdx_query_notes(const gdx_query *query, gdx_snapshot *snapshot, gdx_arena *arena, gdx_slice **out,
                           size_t *out_count, gdx_error *err) GDX_MUST_CHECK;

// What those sentences are made of: facts of a snapshot, in the order in which they are said. Facts of slices of an
// index are put together by gdx_note_facts_add, and say then what the index would.
typedef struct gdx_note_fact {
    gdx_slice text; // a sentence that does not depend on the documents; "": one of the next
    gdx_slice source;
    bool is_source, is_absent; // no document has that source
    gdx_key_use key;
} gdx_note_fact;

typedef struct gdx_note_facts {
    gdx_note_fact *facts;
    size_t count;
    gdx_slice *sources; // of the snapshot, each once, by name; listed when one is absent
    size_t source_count;
    bool has_more_sources; // than are listed
} gdx_note_facts;
// Lists and texts are in `arena`. Errors and cost as of gdx_query_notes.
gdx_status gdx_query_note_facts(const gdx_query *query, gdx_snapshot *snapshot, gdx_arena *arena, gdx_note_facts *out,
                                gdx_error *err) GDX_MUST_CHECK;
// Adds facts of the same query, of another slice. GDX_CORRUPT: they are of another query. GDX_NO_MEMORY.
gdx_status gdx_note_facts_add(gdx_note_facts *to, const gdx_note_facts *more, gdx_arena *arena,
                              gdx_error *err) GDX_MUST_CHECK;
// The sentences. As gdx_query_notes.
gdx_status gdx_note_facts_write(const gdx_note_facts *facts, gdx_arena *arena, gdx_slice **out, size_t *out_count,
                                gdx_error *err) GDX_MUST_CHECK;

typedef struct gdx_metadata_filter {
    gdx_slice key;
    const gdx_slice *values; // the document has one of these under the key; "": it has none
    size_t value_count;
} gdx_metadata_filter;
enum { GDX_FILTER_KEYS_MAX = 16 };

// Conditions on a document's metadata, all of which must hold; {0} lets everything pass.
typedef struct gdx_filter {
    const gdx_slice *sources; // the source is one of these
    size_t source_count;      // 0: any
    gdx_date date_from;       // GDX_NO_DATE: no lower limit
    gdx_date date_to;         // included whole; GDX_NO_DATE: no upper limit
    gdx_slice id_prefix;      // empty: any id
    const gdx_metadata_filter *metadata;
    size_t metadata_count; // at most GDX_FILTER_KEYS_MAX
} gdx_filter;
// Limits the query to documents that pass the filter. Call it before the query's first use. Copies what it keeps.
// GDX_INVALID: date_to is before date_from; more keys than may be, what is no key, or a value of over 256 bytes.
// GDX_NO_MEMORY: do not use the query.
gdx_status gdx_query_narrow(gdx_query *query, const gdx_filter *filter, gdx_error *err) GDX_MUST_CHECK;

// ---- searchers

// Memory that queries reuse: decompressed blocks, scratch arrays. One owner. Between two queries it holds at most about
// 330 MB, after small ones a few MB.
typedef struct gdx_searcher gdx_searcher;
gdx_searcher *gdx_searcher_new(void); // NULL: no memory. The caller frees it.
// Another with the same limits, but one of `shares` of the memory: one owner can have several threads search for one
// question. NULL: no memory.
gdx_searcher *gdx_searcher_new_like(const gdx_searcher *searcher, unsigned shares);
void gdx_searcher_free(gdx_searcher *searcher); // NULL is fine; after the scans that use it
// The memory limit of one query in bytes, without the hits it returns. A query above it fails with GDX_NO_MEMORY. 2 GiB
// by default. With lent threads a query may take a quarter more.
void gdx_searcher_limit_memory(gdx_searcher *searcher, size_t bytes);
// The work that one query may do, in nanoseconds, roughly; 0, the default: any. What a plan foresees counts before it
// is done: a query above it fails with GDX_DEADLINE before it reads the list, or the texts, that are too much.
void gdx_searcher_limit_work(gdx_searcher *searcher, uint64_t work_ns);
// Threads for queries that take long. Segments that are left when `after_ns` of a count, a search, a tally or a walk
// over places have passed are shared out among them, and so is much stored text that a segment is read for; with 0 all
// is, at once. The answers are those of one thread. The searcher's owner owns the executor, too, which must outlive the
// loan. NULL ends it.
void gdx_searcher_lend_threads(gdx_searcher *searcher, gdx_executor *executor, uint64_t after_ns);
GDX_DEFINE_AUTO(gdx_searcher, gdx_searcher_free)
// gdx_store_reader_counts of what it reads hits with.
void gdx_searcher_store_counts(const gdx_searcher *searcher, uint64_t *out_hits, uint64_t *out_misses);

// ---- hits

typedef enum gdx_order {
    GDX_ORDER_RELEVANCE, // BM25, best first; then id
    GDX_ORDER_NEWEST,    // date, latest first, no date last; then id
    GDX_ORDER_OLDEST,    // date, earliest first, no date last; then id
    GDX_ORDER_ID         // byte order of ids
} gdx_order;

// What scores are made of: of all documents that are searched, which may be more than those of one snapshot. Each
// figure is a whole number, so figures of slices of an index add up to those of the index, and scores made of the sums
// are the same to the last bit.
typedef struct gdx_rank_figures {
    uint64_t documents; // live ones
    uint64_t symbols;   // theirs
    uint64_t *having;   // documents that have the phrase, of each of the query's, negated ones included
    size_t having_count;
} gdx_rank_figures;

typedef struct gdx_search_options {
    uint64_t offset; // hits to skip
    uint32_t limit;  // hits to return; 0: only the totals
    gdx_order order;
    uint32_t snippet_symbols; // of context on each side of the first match; 0: no snippet
    uint32_t match_limit;     // match ranges to return for each hit; 0: none
    gdx_stop stop;
    const gdx_rank_figures *figures; // NULL: the snapshot's own. having_count is that of the query
} gdx_search_options;

typedef struct gdx_match { // a range of bytes
    gdx_field field;
    uint32_t part;  // number among the parts of that field
    uint64_t begin; // of the stored part
    uint64_t end;
    gdx_slice place; // that its first byte comes from, "page 3"; "" when none is said
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
    uint64_t length; // symbols that count by default: of title, text, notes and captions, not of a title from the text
    bool bridged;    // it matches by bridged places alone
    // Keyword in context: a stretch of the original text (or title, when only that matches) around the first match,
    // line breaks and runs of white space shown as one space; no "…" is added. For queries of filters alone: the start
    // of the text.
    gdx_slice snippet;
    gdx_field snippet_field;
    uint32_t snippet_part;   // number among the parts of that field
    gdx_slice snippet_place; // of the first match; without a match, of the start
    bool snippet_begins;     // true if the snippet starts at the start of the part
    bool snippet_ends;       // true if it ends at the end of the part
    gdx_mark *marks;         // matches within the snippet, ascending; overlapping ones are one
    size_t mark_count;
    gdx_match *matches; // ascending: by field, part and begin
    size_t match_count;
} gdx_hit;

typedef struct gdx_results {      // owns all it points to
    uint64_t documents;           // that match, in all
    uint64_t occurrences;         // in all of them
    uint64_t bridged_documents;   // that match by bridged places alone: hits, and not in `documents`
    uint64_t bridged_occurrences; // as in gdx_totals
    uint64_t commit;
    gdx_hit *hits; // in order
    size_t hit_count;
    gdx_arena *arena;
} gdx_results;
void gdx_results_free(gdx_results *results); // NULL is fine
GDX_DEFINE_AUTO(gdx_results, gdx_results_free)

// The hits of one page and the totals. The caller frees *out, which outlives searcher and snapshot.
// Thread: the searcher's owner. Cost: as gdx_count, a score for each matching document, and at most some 20
// microseconds for each hit returned.
gdx_status gdx_search(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                      const gdx_search_options *options, gdx_results **out, gdx_error *err) GDX_MUST_CHECK;

typedef struct gdx_totals {
    uint64_t documents;           // that match
    uint64_t occurrences;         // in them
    uint64_t bridged_occurrences; // of bridge: where a block of lines divides the phrase, in no other figure
} gdx_totals;
// `stop`: NULL never stops. Thread: the searcher's owner. Cost: the posting list of each phrase's rarest bigram, and
// what must be unpacked of the others; no stored text is read.
gdx_status gdx_count(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                     gdx_totals *out, gdx_error *err) GDX_MUST_CHECK;
// The totals of a search, and what its scores would be made of. `having` is in `arena`. *out_bridged: hits that are not
// in out->documents. Cost: as gdx_count.
gdx_status gdx_rank_figures_find(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                                 const gdx_stop *stop, gdx_arena *arena, gdx_totals *out, uint64_t *out_bridged,
                                 gdx_rank_figures *out_figures, gdx_error *err) GDX_MUST_CHECK;

// ---- what a query costs

typedef struct gdx_query_cost { // from above, of all segments
    uint64_t posting_bytes;     // of the lists to be read
    uint64_t texts;             // places to be read in stored text, by exact: and bridge:
    uint64_t occurrences;       // at most
    uint64_t documents;         // that match, at most
    uint64_t work_ns;           // of a count, on one processor: within a factor of a few, mostly too much
} gdx_query_cost;
// Before a list or text is read. `stop`: NULL never stops. Thread: the searcher's owner. Cost: a microsecond for each
// look-up in a dictionary, two for a symbol and one for each bigram in each segment.
gdx_status gdx_query_weigh(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                           gdx_query_cost *out, gdx_error *err) GDX_MUST_CHECK;

// ---- tallies: every live document, beside what a query says of it. What statistics are made of.

typedef struct gdx_tallied {
    size_t segment;    // number in the snapshot
    uint32_t document; // number in the segment
    uint32_t source;   // number in the segment
    gdx_date date;
    uint64_t symbols; // that count by default
    bool is_within; // it passes the query's filters: the parts of its outermost AND that hold no phrase, and its scope
    bool matches;
    uint64_t occurrences; // 0 when it does not match
} gdx_tallied;
// Anything but GDX_OK ends the tally, which returns it.
typedef gdx_status gdx_tally_visit(void *context, const gdx_tallied *document, gdx_error *err);
// Calls `visit` for each live document, in the order of the snapshot. The visitor must not use the searcher. `stop`:
// NULL never stops. Thread: the searcher's owner. Cost: as gdx_count, and a few nanoseconds for each document of the
// snapshot.
gdx_status gdx_tally(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query, const gdx_stop *stop,
                     gdx_tally_visit *visit, void *context, gdx_error *err) GDX_MUST_CHECK;

// ---- words

typedef struct gdx_suggestion {
    gdx_slice word;       // folded; the searcher's until its next use
    uint64_t occurrences; // in what counts by default of live documents
} gdx_suggestion;
// All words that start with `prefix`, which is folded, most frequent first, then by code points. The caller frees
// *out_words. GDX_INVALID, field "prefix": not the start of one word. Else as gdx_count. Cost: a microsecond a word.
gdx_status gdx_suggest(gdx_searcher *searcher, gdx_snapshot *snapshot, gdx_slice prefix, const gdx_stop *stop,
                       gdx_suggestion **out_words, size_t *out_count, gdx_error *err) GDX_MUST_CHECK;

// ---- scans: every occurrence, in document order (segments in order, documents in order, title before text), without
// holding all of them in memory

typedef struct gdx_scan gdx_scan; // one owner, that of its searcher
typedef struct gdx_occurrence {   // slices are valid until the next call
    gdx_slice id;
    gdx_slice title;
    gdx_slice source;
    gdx_date date;
    gdx_match match;   // bytes of the stored part
    uint32_t position; // symbol of the part that the match starts with
    bool bridged;      // a block of lines divides it
    gdx_slice before;  // original text: up to `context_symbols` symbols before the match, white space as in snippets
    gdx_slice matched;
    gdx_slice after; // up to `context_symbols` symbols after it
} gdx_occurrence;
// Searcher and query must outlive the scan; it retains the snapshot itself and copies the stop. The searcher may answer
// other queries between two calls. The caller closes *out. GDX_NO_MEMORY. Cost: negligible.
gdx_status gdx_scan_open(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                         uint32_t context_symbols, const gdx_stop *stop, gdx_scan **out, gdx_error *err) GDX_MUST_CHECK;
// *out_has is false at the end. Cost: its context cut into symbols again; at most some 20 microseconds more at the
// first occurrence of a document, a gdx_count of one segment at the first of a segment.
gdx_status gdx_scan_next(gdx_scan *scan, gdx_occurrence *out, bool *out_has, gdx_error *err) GDX_MUST_CHECK;
// What stops it from now on, in place of what it was opened with.
void gdx_scan_stop_at(gdx_scan *scan, const gdx_stop *stop);
void gdx_scan_close(gdx_scan *scan); // NULL is fine
GDX_DEFINE_AUTO(gdx_scan, gdx_scan_close)

#endif
