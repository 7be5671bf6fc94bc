// SPDX-License-Identifier: Apache-2.0
// gdx/segment.h: one immutable file: stored documents, postings, term dictionary, words, document table; its writer,
// its reader, and the merge of several into one. Format: docs/format.md, "Segment". Relies on gdx/base.h,
// gdx/document.h; inside on gdx/ngram.h, gdx/postings.h, gdx/tokens.h, zstd. Threads: a writer, a walk and a store
// reader have one owner; an open segment is immutable, any thread may read it.
//
// Damage: the footer and the table of page checksums are verified at open; every other page of the file is verified
// when it is first touched, so each call that reads may return GDX_CORRUPT with file and offset. What passes its
// checksum is still bounds-checked: hostile bytes give GDX_CORRUPT, never a wild read.
// A file that is cut short, or whose disk fails, while it is open closes the segment: what cannot be read reads as
// zeros. So whoever answers from it calls gdx_segment_check or gdx_segment_settle after reading and before the answer
// leaves.
#ifndef GDX_SEGMENT_H
#define GDX_SEGMENT_H

#include "gdx/base.h"
#include "gdx/document.h"
#include "gdx/executor.h"
#include "gdx/metadata.h"

typedef struct gdx_inverter gdx_inverter; // gdx/ngram.h
typedef struct gdx_rule gdx_rule;         // gdx/text.h

// What the posting lists of an index hold. Every answer is the same in each shape. docs/format.md, "Shapes".
typedef enum gdx_shape {
    GDX_SHAPE_EXACT,   // the position of each occurrence
    GDX_SHAPE_COMPACT, // the blocks with occurrences, which are then looked for in the stored text; of what is frequent
                       // the positions
    GDX_SHAPE_ARCHIVE  // the spans of blocks with occurrences, of everything
} gdx_shape;
enum { GDX_SHAPES = 3 };
const char *gdx_shape_name(gdx_shape shape); // "exact", "compact", "archive"

typedef struct gdx_segment gdx_segment; // immutable after open, any thread; counted references

// What a manifest needs to know of a segment.
typedef struct gdx_segment_info {
    uint64_t name;  // checksum of its footer, by which the file is named: the same content has the same name
    uint64_t bytes; // of the file
    uint32_t document_count;
    uint32_t position_count; // symbols and end marks
    uint64_t symbol_count;   // that count by default: no end mark, no derived title, no furniture
    uint64_t text_bytes;     // of the stored texts and titles, uncompressed
} gdx_segment_info;

enum { GDX_SEGMENT_FILE_NAME_BYTES = 32 };
// "segment-0123456789abcdef". Returns `to`.
char *gdx_segment_file_name(uint64_t name, char to[GDX_SEGMENT_FILE_NAME_BYTES]);

// ---- writing

typedef struct gdx_segment_writer gdx_segment_writer;

// `level`: of zstd for heads of documents; 0 for the default. `tag` makes the temporary name unique among writers of
// one directory: "segment-new-<tag>.tmp". `rule`: the one that the symbols of its documents are cut by.
gdx_status gdx_segment_writer_open(const char *directory, uint64_t tag, int level, const gdx_rule *rule,
                                   gdx_segment_writer **out, gdx_error *err) GDX_MUST_CHECK;
// Makes it keep a column of the values of each key. Before the first document. GDX_NO_MEMORY.
gdx_status gdx_segment_writer_set_keys(gdx_segment_writer *writer, const gdx_keys *keys) GDX_MUST_CHECK;
// Exact until then. Of what it commits: a run is always exact, so that it can be merged.
void gdx_segment_writer_set_shape(gdx_segment_writer *writer, gdx_shape shape);
void gdx_segment_writer_abort(gdx_segment_writer *writer); // removes what was written; NULL is fine
GDX_DEFINE_AUTO(gdx_segment_writer, gdx_segment_writer_abort)

// The symbols of a whole document, in the order of a segment. Memory is kept for the next document. One owner.
typedef struct gdx_folded gdx_folded;
gdx_folded *gdx_folded_new(void); // NULL: no memory
void gdx_folded_free(gdx_folded *folded);
GDX_DEFINE_AUTO(gdx_folded, gdx_folded_free)
// GDX_NO_MEMORY; GDX_TOO_LARGE: text and parts have 4 GiB or more.
gdx_status gdx_folded_fold(gdx_folded *folded, const gdx_rule *rule, const gdx_document *document) GDX_MUST_CHECK;
uint64_t gdx_folded_positions(const gdx_folded *folded); // symbols and end marks
uint64_t gdx_folded_counted(const gdx_folded *folded);   // symbols that count by default
// Adds them to an inverter. GDX_NO_MEMORY, GDX_TOO_LARGE as gdx_inverter_add: do not use the inverter.
gdx_status gdx_folded_invert(const gdx_folded *folded, gdx_inverter *inverter) GDX_MUST_CHECK;

// Stores a document, given its symbols, which are to be added to the inverter in the same order of documents. Several
// may have the same id: all but the last of them are for the index to delete.
gdx_status gdx_segment_writer_add(gdx_segment_writer *writer, const gdx_document *document, const gdx_folded *folded,
                                  gdx_error *err) GDX_MUST_CHECK;
size_t gdx_segment_writer_bytes(const gdx_segment_writer *writer); // of memory in use
uint32_t gdx_segment_writer_documents(const gdx_segment_writer *writer);

// Codes the text that still waits, and frees the memory that held it: some 30 MB for 16 MB of text. Nothing is added
// afterwards. Who calls this before sorting the inverter lets both use the same memory; to finish a segment does it,
// too.
gdx_status gdx_segment_writer_end_text(gdx_segment_writer *writer, gdx_error *err) GDX_MUST_CHECK;

// Writes terms, words and tables from a sorted inverter, makes the file durable under its final name, frees the writer
// (whatever happens) and fills *out. The directory is not synced.
gdx_status gdx_segment_writer_commit(gdx_segment_writer *writer, gdx_inverter *inverter, gdx_segment_info *out,
                                     gdx_error *err) GDX_MUST_CHECK;

// -- runs: what becomes a part of a segment by a merge. A run is written as a segment is, but it is not durable and
// keeps the temporary name of its tag, so that nobody takes it for a segment and two of the same content are two files.
// As gdx_segment_writer_commit.
gdx_status gdx_segment_writer_end_run(gdx_segment_writer *writer, gdx_inverter *inverter, gdx_segment_info *out,
                                      gdx_error *err) GDX_MUST_CHECK;
// `name`: of its info.
gdx_status gdx_segment_open_run(const char *directory, uint64_t tag, uint64_t name, gdx_segment **out,
                                gdx_error *err) GDX_MUST_CHECK;
// A failure is passed over: the next writer's cleaning makes up for it.
void gdx_segment_remove_run(const char *directory, uint64_t tag);

// ---- merging

// Of a segment's bitmap of deleted documents (gdx/bits.h); NULL: none is.
static inline bool gdx_is_deleted(const uint8_t *deleted, uint32_t document) {
    return deleted && gdx_bit(deleted, document);
}

typedef struct gdx_merge_input {
    const gdx_segment *segment;
    const uint8_t *deleted; // for gdx_is_deleted
} gdx_merge_input;

// The tag of the one merge that a directory has at a time: "segment-new-merge.tmp".
#define GDX_MERGE_TAG UINT64_MAX

typedef struct gdx_segment_merge_options {
    const char *directory;
    uint64_t tag;           // of the temporary name, as for a writer
    bool is_run;            // the result is one
    int level;              // of zstd for heads of documents; 0 for the default
    bool keeps_ranges;      // long ranges of stored text keep their tokens; the bytes then depend on the inputs
    gdx_shape shape;        // of the result, whatever that of the inputs; a run is exact
    size_t inverter_bytes;  // of memory for the text of compact inputs; 0, and at most: 128 MiB
    const gdx_keys *keys;   // that the result has columns for, made anew where an input has none; NULL: none
    gdx_executor *executor; // its owner is the caller; NULL: no other thread works on it
    const gdx_stop *stop;   // looked at often: GDX_CANCELLED, GDX_DEADLINE; NULL: never
} gdx_segment_merge_options;

// One segment with the live documents of the inputs, in order. The bytes depend on those documents alone, unless
// ranges are kept, not on how they were spread over the inputs, nor ever on the executor, whose tasks are ranges of the
// dictionary. Coded text is copied where its tokens stay the same. The text of compact inputs is cut into symbols, as
// far as their lists do not say what those of the result need; GDX_UNSUPPORTED: by a rule that this program does not
// have. If that has no room in the memory for it, or the result is exact, they are inverted anew, which takes,
// meanwhile, the room of their exact shape on the disk. GDX_TOO_LARGE when the positions do not fit. No live document
// at all: *out has document_count 0 and no file is made.
gdx_status gdx_segment_merge(const gdx_segment_merge_options *options, const gdx_merge_input *inputs,
                             size_t input_count, gdx_segment_info *out, gdx_error *err) GDX_MUST_CHECK;

// Whether it has ranges of stored text that one writer would have cut elsewhere, which a merge kept: a merge that keeps
// none gives other bytes. Cost: a look at the last document of each range.
gdx_status gdx_segment_has_kept_ranges(const gdx_segment *segment, bool *out, gdx_error *err) GDX_MUST_CHECK;

// ---- reading

gdx_status gdx_segment_open(const char *directory, uint64_t name, gdx_segment **out, gdx_error *err) GDX_MUST_CHECK;
gdx_segment *gdx_segment_retain(gdx_segment *segment);
void gdx_segment_release(gdx_segment *segment); // NULL is fine
// Takes the file's pages out of this process's memory; they come back as they are touched. Any thread, at any time.
void gdx_segment_forget(const gdx_segment *segment);

// -- damage
// GDX_CORRUPT with file and offset: the segment is closed. Costs one atomic load.
gdx_status gdx_segment_check(const gdx_segment *segment, gdx_error *err) GDX_MUST_CHECK;
// The same after work that ended with `status`: when the segment is closed, a result is none and damage that was found
// is put down to that, whatever err says; else `status`.
gdx_status gdx_segment_settle(const gdx_segment *segment, gdx_status status, gdx_error *err) GDX_MUST_CHECK;
// True: it is closed, or the page that failed last still does. out_why may be NULL, else is empty.
bool gdx_segment_is_bad(const gdx_segment *segment, gdx_error *out_why);
// Verifies a page below gdx_segment_page_count again.
uint32_t gdx_segment_page_count(const gdx_segment *segment);
gdx_status gdx_segment_verify_page(const gdx_segment *segment, uint32_t page, gdx_error *err) GDX_MUST_CHECK;
// GDX_OK: what is bad in `bad` is good in `segment`, a file of the same name that was opened after it.
gdx_status gdx_segment_replaces(const gdx_segment *segment, const gdx_segment *bad, gdx_error *err) GDX_MUST_CHECK;
// Looks whether the open file has been written to: then every page is verified again when it is next touched, and one
// that is shorter closes the segment. One thread at a time. Costs a stat.
void gdx_segment_look(gdx_segment *segment);

const gdx_segment_info *gdx_segment_info_of(const gdx_segment *segment);
const char *gdx_segment_path(const gdx_segment *segment);
uint64_t gdx_segment_rule_fingerprint(const gdx_segment *segment); // of the text tables it was made by
uint32_t gdx_segment_rule_number(const gdx_segment *segment);      // of the matching rule they belong to
int gdx_segment_store_level(const gdx_segment *segment);           // that it was written with
gdx_shape gdx_segment_shape(const gdx_segment *segment);

typedef struct gdx_segment_part {
    const char *name; // "postings", "term dictionary", ...
    uint64_t bytes;
} gdx_segment_part;
enum { GDX_SEGMENT_PARTS_MAX = 40 };
// What it costs in bytes by part; the parts add up to the file. Returns how many.
size_t gdx_segment_parts(const gdx_segment *segment, gdx_segment_part parts[GDX_SEGMENT_PARTS_MAX]);
uint32_t gdx_segment_term_count(const gdx_segment *segment);

// Every checksum and every structure: terms sorted, each list decodes, positions within their bounds and every position
// listed once, documents in order, ids sorted, each stored document is spelled out and has the hash of its row. Of an
// exact segment texts are not folded again. The lists of a compact one are compared with its text, which takes as long
// as cutting it into symbols; GDX_UNSUPPORTED: all else is sound, and this program does not have the rule for that.
gdx_status gdx_segment_verify(const gdx_segment *segment, const gdx_stop *stop, gdx_error *err) GDX_MUST_CHECK;

// -- words
uint32_t gdx_segment_word_count(const gdx_segment *segment);
// Number of the symbol of a word; *out is GDX_SYMBOL_END when the segment does not have it.
gdx_status gdx_segment_find_word(const gdx_segment *segment, gdx_slice word, uint32_t *out,
                                 gdx_error *err) GDX_MUST_CHECK;
// Words that begin with `prefix` have the numbers [*out_low, *out_high).
gdx_status gdx_segment_word_prefix(const gdx_segment *segment, gdx_slice prefix, uint32_t *out_low, uint32_t *out_high,
                                   gdx_error *err) GDX_MUST_CHECK;
// Words that end with `suffix` have the numbers gdx_segment_word_reversed(segment, i), i in [*out_low, *out_high).
gdx_status gdx_segment_word_suffix(const gdx_segment *segment, gdx_slice suffix, uint32_t *out_low, uint32_t *out_high,
                                   gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_segment_word_reversed(const gdx_segment *segment, uint32_t index, uint32_t *out_symbol,
                                     gdx_error *err) GDX_MUST_CHECK;
// The spelling of a word's number, appended.
gdx_status gdx_segment_word(const gdx_segment *segment, uint32_t symbol, gdx_buffer *out,
                            gdx_error *err) GDX_MUST_CHECK;

// -- terms
typedef struct gdx_term {
    uint32_t first;
    uint32_t second;
    uint32_t count;     // occurrences
    gdx_slice postings; // the code of gdx_postings_encode
    uint32_t entries;   // of that list; positions: as many as occurrences
    bool has_blocks;    // spans of them, and no positions
} gdx_term;

// count 0: no such term. The pages of its postings are verified.
gdx_status gdx_segment_find_term(const gdx_segment *segment, uint32_t first, uint32_t second, gdx_term *out,
                                 gdx_error *err) GDX_MUST_CHECK;

typedef struct gdx_term_key {
    uint32_t first;
    uint32_t second;
} gdx_term_key;
enum { GDX_TERM_KEYS_MAX = 32 };
// The first of `count` <= GDX_TERM_KEYS_MAX terms that is not there as far as the filter can tell; *out is `count` when
// all of them may be. Cost: little more than that of one, since memory is asked for all at once.
gdx_status gdx_segment_first_missing(const gdx_segment *segment, const gdx_term_key *keys, size_t count, size_t *out,
                                     gdx_error *err) GDX_MUST_CHECK;

// gdx_segment_find_term in two steps, for callers that look for several: *out_block is where the term is if it is
// there, and that place is asked of memory while the others are located.
gdx_status gdx_segment_locate_term(const gdx_segment *segment, gdx_term_key key, uint32_t *out_block,
                                   gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_segment_read_term(const gdx_segment *segment, gdx_term_key key, uint32_t block, gdx_term *out,
                                 gdx_error *err) GDX_MUST_CHECK;
// The same without its postings, whose pages are not touched: how many positions and bytes they are; 0: no such term.
gdx_status gdx_segment_size_term(const gdx_segment *segment, uint32_t first, uint32_t second, uint32_t *out_count,
                                 uint32_t *out_bytes, gdx_error *err) GDX_MUST_CHECK;

typedef struct gdx_term_walk gdx_term_walk; // terms in order
// All terms with first symbol in [first_low, first_high).
gdx_status gdx_term_walk_open(const gdx_segment *segment, uint32_t first_low, uint32_t first_high, gdx_term_walk **out,
                              gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_term_walk_next(gdx_term_walk *walk, gdx_term *out, bool *out_has, gdx_error *err) GDX_MUST_CHECK;
void gdx_term_walk_close(gdx_term_walk *walk);
GDX_DEFINE_AUTO(gdx_term_walk, gdx_term_walk_close)

// Whether a symbol occurs in the segment. Cost: a look-up.
gdx_status gdx_segment_has_symbol(const gdx_segment *segment, uint32_t symbol, bool *out,
                                  gdx_error *err) GDX_MUST_CHECK;
// How often a symbol occurs in the segment, its terms' counts added up, without reading postings.
gdx_status gdx_segment_symbol_occurrences(const gdx_segment *segment, uint32_t symbol, uint64_t *out,
                                          gdx_error *err) GDX_MUST_CHECK;

// The same of all symbols in [low, high).
gdx_status gdx_segment_range_occurrences(const gdx_segment *segment, uint32_t low, uint32_t high, uint64_t *out,
                                         gdx_error *err) GDX_MUST_CHECK;

// Symbols so frequent that walking all their terms would be slow have a list of their own: for each document that has
// the symbol in what counts by default, how often it occurs there.
typedef struct gdx_frequency {
    uint32_t document;
    uint32_t count;
} gdx_frequency;
// All of them, ascending by document, appended to *array (grown by gdx_grow). *out_has is false when the symbol has no
// such list.
gdx_status gdx_segment_frequencies(const gdx_segment *segment, uint32_t symbol, gdx_frequency **array, size_t *count,
                                   size_t *capacity, bool *out_has, gdx_error *err) GDX_MUST_CHECK;
// How many documents that list has; 0: there is none. The list is not read.
gdx_status gdx_segment_size_frequencies(const gdx_segment *segment, uint32_t symbol, uint32_t *out,
                                        gdx_error *err) GDX_MUST_CHECK;

// -- documents: numbered 0 to document_count - 1 in the order of their positions
// A document has the positions of its title, its text and its other parts, by field; an end mark is the last of each.
// What counts by default is all but a title from the text and furniture: one range.

// Where a part begins that is not the title nor the first of the text.
typedef struct gdx_part_row {
    uint32_t begin;
    uint32_t field; // gdx_field
} gdx_part_row;

typedef struct gdx_position_range { // [begin, end)
    uint32_t begin;
    uint32_t end;
} gdx_position_range;

// The columns of the document table, verified once, for fast loops: `begin[d]` is where document d begins,
// begin[document_count] is position_count; `text[d]` where its text begins; dates[d] a gdx_date; sources[d] the number
// of a source; flags[d] what else holds of
// it, as layout.h numbers it; `parts` of all documents, ascending; `near[i]` the document of position i << near_shift,
// made when they were verified, not of the file, and NULL when they are not of a file: then a document is searched for.
typedef struct gdx_document_columns {
    const uint32_t *begin;
    const uint32_t *text;
    const uint8_t *flags;
    const uint32_t *dates;
    const uint32_t *sources;
    uint32_t count;
    const gdx_part_row *parts;
    uint32_t part_count;
    const uint32_t *near;
    unsigned near_shift;
    uint32_t position_count; // of the segment, where there is `near`
    const uint32_t *groups;  // the first group of stored text of each; NULL when they are those of an exact segment
    unsigned span_shift;     // a span has 2^so many blocks
} gdx_document_columns;
gdx_status gdx_segment_columns(const gdx_segment *segment, gdx_document_columns *out, gdx_error *err) GDX_MUST_CHECK;

// -- blocks: what is read of a segment whose lists do not hold positions. A document's title is one, and so is each
// group of its stored text, GDX_BLOCK_SYMBOLS positions from where the text begins. They are numbered through the
// segment in the order of their positions. Lists hold spans: so many blocks that follow each other, of whatever
// documents. A span of a compact segment is one block.
enum { GDX_BLOCK_SYMBOLS = 128 };
uint32_t gdx_segment_block_count(const gdx_segment *segment);
uint32_t gdx_segment_span_count(const gdx_segment *segment);
// The block of a position, which is in that document.
static inline uint32_t gdx_columns_block(const gdx_document_columns *columns, uint32_t document, uint32_t position) {
    uint32_t text = columns->text[document];
    uint32_t title = columns->groups[document] + document;
    return position < text ? title : title + 1 + (position - text) / GDX_BLOCK_SYMBOLS;
}
// The document of a block, which is at or after `from`, and its positions, end marks included.
gdx_position_range gdx_columns_block_range(const gdx_document_columns *columns, uint32_t block, uint32_t from,
                                           uint32_t *out_document);

// The parts of a document that have a row, in order.
const gdx_part_row *gdx_columns_parts(const gdx_document_columns *columns, uint32_t document, uint32_t *out_count);
// The positions of what counts by default; of one field, empty when it has none; and of the title, the text or the part
// that the position is in. End marks included.
gdx_position_range gdx_columns_counted(const gdx_document_columns *columns, uint32_t document);
gdx_position_range gdx_columns_field(const gdx_document_columns *columns, uint32_t document, gdx_field field);
gdx_position_range gdx_columns_part_at(const gdx_document_columns *columns, uint32_t document, uint32_t position);
// Symbols that count by default.
uint32_t gdx_columns_length(const gdx_document_columns *columns, uint32_t document);

// The document that a position is in, which is at or after `from`.
uint32_t gdx_columns_document_at(const gdx_document_columns *columns, uint32_t position, uint32_t from);

// How many of the ascending positions are in each document that has any: counts[i] in documents[i], ascending. Returns
// how many documents those are, at most `count` and no more than there are; the arrays have room for so many.
// Cost: some 2 ns a position.
size_t gdx_columns_count(const gdx_document_columns *columns, const uint32_t *positions, size_t count,
                         uint32_t *documents, uint32_t *counts);

gdx_status gdx_segment_id(const gdx_segment *segment, uint32_t document, gdx_slice *out, gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_segment_hash(const gdx_segment *segment, uint32_t document, uint64_t *out,
                            gdx_error *err) GDX_MUST_CHECK;
// The last document of this id; *out_has is false when there is none.
gdx_status gdx_segment_find_id(const gdx_segment *segment, gdx_slice id, uint32_t *out_document, bool *out_has,
                               gdx_error *err) GDX_MUST_CHECK;
// The i-th document in the byte order of ids, of equal ids the later first; and the range of i whose ids begin with
// `prefix`.
gdx_status gdx_segment_by_id(const gdx_segment *segment, uint32_t index, uint32_t *out_document,
                             gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_segment_id_prefix(const gdx_segment *segment, gdx_slice prefix, uint32_t *out_low, uint32_t *out_high,
                                 gdx_error *err) GDX_MUST_CHECK;
uint32_t gdx_segment_source_count(const gdx_segment *segment);
gdx_status gdx_segment_source(const gdx_segment *segment, uint32_t source, gdx_slice *out,
                              gdx_error *err) GDX_MUST_CHECK;

// -- metadata columns: of each declared key what values documents have. A value is a number in byte order, from 0,
// among those of its key in this segment.
#define GDX_VALUE_NONE     UINT32_MAX           // in `rows`: no value
#define GDX_VALUE_LIST     ((uint32_t)1 << 31)  // in `rows`, added to an index of `lists`: several; how many, then they
#define GDX_VALUE_LEFT_OUT (GDX_VALUE_LIST - 1) // in place of a number: values that are left out (gdx/metadata.h)

typedef struct gdx_values { // a column; `value_count` of its own, `first` of other keys before them
    const uint32_t *rows;
    const uint32_t *lists;
    uint32_t list_words;
    uint32_t count; // documents
    uint32_t first;
    uint32_t value_count;
} gdx_values;

uint32_t gdx_segment_key_count(const gdx_segment *segment);
gdx_status gdx_segment_key(const gdx_segment *segment, uint32_t number, gdx_slice *out, gdx_error *err) GDX_MUST_CHECK;
// Whether it has a column of each key.
gdx_status gdx_segment_has_keys(const gdx_segment *segment, const gdx_keys *keys, bool *out,
                                gdx_error *err) GDX_MUST_CHECK;
// The column of a key, verified: every number in it is of a value. *out_has is false when the segment has none, because
// the key was not declared when it was written. Cost: some 1 ns a document.
gdx_status gdx_segment_values(const gdx_segment *segment, gdx_slice key, gdx_values *out, bool *out_has,
                              gdx_error *err) GDX_MUST_CHECK;
// Its value of number `number` < value_count; and the number of a value, `value_count` when no document has it.
gdx_status gdx_segment_value(const gdx_segment *segment, const gdx_values *values, uint32_t number, gdx_slice *out,
                             gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_segment_find_value(const gdx_segment *segment, const gdx_values *values, gdx_slice value, uint32_t *out,
                                  gdx_error *err) GDX_MUST_CHECK;

// The numbers of a document's values, ascending; GDX_VALUE_LEFT_OUT may be the last. A file that breaks while it is
// read may give any number: a caller compares it with value_count before it uses it as an index.
static inline const uint32_t *gdx_values_of(const gdx_values *values, uint32_t document, uint32_t *out_count) {
    const uint32_t *row = values->rows + document;
    uint32_t word = *row;
    *out_count = word != GDX_VALUE_NONE;
    if (!(word & GDX_VALUE_LIST) || word == GDX_VALUE_NONE)
        return row;
    uint32_t index = word - GDX_VALUE_LIST;
    *out_count = 0;
    if (index >= values->list_words)
        return row;
    uint32_t count = values->lists[index];
    if (count < values->list_words - index)
        *out_count = count;
    return values->lists + index + 1;
}

// -- stored documents: a reader keeps the blocks of heads used last. One owner.
typedef struct gdx_store_reader gdx_store_reader;
gdx_store_reader *gdx_store_reader_new(size_t cache_bytes); // NULL: no memory
void gdx_store_reader_free(gdx_store_reader *reader);
GDX_DEFINE_AUTO(gdx_store_reader, gdx_store_reader_free)
// From now on reading a whole document looks at `stop` within each millisecond or so. It must outlive the reader; NULL:
// never stops, as at first.
void gdx_store_reader_obey(gdx_store_reader *reader, const gdx_stop *stop);

// Since it was made: blocks of titles and metadata that it had, and those that it had to decompress.
void gdx_store_reader_counts(const gdx_store_reader *reader, uint64_t *out_hits, uint64_t *out_misses);

// A whole document. The slices are the reader's (or the segment's) until its next call.
gdx_status gdx_store_read(gdx_store_reader *reader, gdx_segment *segment, uint32_t document, gdx_document *out,
                          gdx_error *err) GDX_MUST_CHECK;

// The body of a document is its text and its other parts, one after the other. A position of the body counts from where
// the text begins: symbols, and the end marks of earlier parts.
// A stretch of it that can be cut into symbols part by part: it starts at a checkpoint (gdx/text.h) or with the body.
typedef struct gdx_stretch {
    gdx_slice text;        // the reader's until its next call
    uint64_t first_byte;   // of the body
    uint32_t first_symbol; // position of the body
    bool is_last;          // it reaches the end of the body
} gdx_stretch;
// The body around positions [from, to]: begins at or before `from`; reaches past the end of the two symbols after `to`,
// on which what `to` is may depend, or to the end. Cost: 0.2 to 0.5 us, and about as much for each 128 positions more.
gdx_status gdx_store_read_around(gdx_store_reader *reader, gdx_segment *segment, uint32_t document, uint32_t from,
                                 uint32_t to, gdx_stretch *out, gdx_error *err) GDX_MUST_CHECK;
// The body from a position at or before `from` on, as much as gives the symbols of positions [from, to) of it when it
// is cut by `rule`, the segment's: mostly the groups that they are in. Symbols after them may be cut off; where it
// begins in bytes is not found out: first_byte is 0. Cost: 0.2 to 0.5 us.
gdx_status gdx_store_read_symbols(gdx_store_reader *reader, gdx_segment *segment, const gdx_rule *rule,
                                  uint32_t document, uint32_t from, uint32_t to, gdx_stretch *out,
                                  gdx_error *err) GDX_MUST_CHECK;
// The title, metadata and origin alone, without texts and places.
gdx_status gdx_store_read_head(gdx_store_reader *reader, gdx_segment *segment, uint32_t document, gdx_document *out,
                               gdx_error *err) GDX_MUST_CHECK;
// The title alone. The reader's until its next call. Cost: 0.2 us, if its block of heads is at hand.
gdx_status gdx_store_read_title(gdx_store_reader *reader, gdx_segment *segment, uint32_t document, gdx_slice *out,
                                gdx_error *err) GDX_MUST_CHECK;

// After any of these calls but the last: where in the body the text (part 0) or part `part` of the document ends;
// UINT64_MAX for the last.
uint64_t gdx_store_part_end(const gdx_store_reader *reader, uint32_t part);
// Likewise: the place that byte `byte` of the text (part 0) or of part `part` comes from; "" when none is said. The
// reader's until it reads another head or document; stretches leave it.
gdx_slice gdx_store_place(const gdx_store_reader *reader, uint32_t part, uint64_t byte);

#endif
