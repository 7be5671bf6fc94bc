// SPDX-License-Identifier: Apache-2.0
// layout.h: every constant, section and fixed-size record of a segment file. The judge is docs/format.md, "Segment"; a
// test (tests/format) compares the lists below with its tables, both ways. Each record is a list of (record, field,
// bytes), in file order, from which the enumeration of byte offsets RECORD_FIELD and the size RECORD_BYTES are made.
// All integers are little-endian.
#ifndef GDX_SEGMENT_LAYOUT_H
#define GDX_SEGMENT_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#define GDX_SEGMENT_MAGIC        "gdxsegmt" // the first 8 bytes of the file
#define GDX_SEGMENT_FOOTER_MAGIC "gdxsegft" // and the last

// - Pages have a checksum each. ALIGNMENT is that of every section.
// - GROUP_SYMBOLS: positions of a body that a group of stored text has; GROUPS_PER_BLOCK: groups whose lengths are
//   packed together; TEXT_PER_BYTE: bytes of text that a byte of code stands for, at most.
// - RANGE_BYTES: of text that a range has, on average; LEARN_BYTES: of text that a range's tokens are learned from;
//   LEARN_MINIMUM: of text below which none are; SAMPLE_EVERY: of so many groups one is looked at.
// - HEAD_TARGET_BYTES: bytes after which a block of heads ends; HEAD_RESET_BLOCKS: targets between two resets, on
//   average; HEAD_WINDOW_LOG: of zstd, no match reaches further back than 2^17 bytes. HEAD_BLOCK_BYTES_MAX: bytes that
//   a block never passes, for a few KiB of zstd may stand for any number.
// - POSITIONS_FROM: occurrences from which a term of a compact segment has a list of positions, not of blocks.
//   ARCHIVE_SPAN_SHIFT: a span of an archive has 2^so many blocks.
// - FLAG_: what DOCUMENT_FLAGS says of a document.
// - A symbol has a frequency list when it occurs at least MINIMUM times and either at one position in ALWAYS, or at one
//   in OFTEN and PER_DOCUMENT times as often as there are documents.
#define GDX_SEGMENT_CONSTANTS(CONSTANT)                                                                                \
    CONSTANT(GDX_SEGMENT_VERSION, 2)                                                                                   \
    CONSTANT(GDX_SEGMENT_PAGE_BYTES, 65536)                                                                            \
    CONSTANT(GDX_SEGMENT_ALIGNMENT, 8)                                                                                 \
    CONSTANT(GDX_GROUP_SYMBOLS, 128)                                                                                   \
    CONSTANT(GDX_GROUPS_PER_BLOCK, 64)                                                                                 \
    CONSTANT(GDX_TEXT_PER_BYTE, 256)                                                                                   \
    CONSTANT(GDX_RANGE_BYTES, 16777216)                                                                                \
    CONSTANT(GDX_LEARN_BYTES, 16777216)                                                                                \
    CONSTANT(GDX_LEARN_MINIMUM, 2097152)                                                                               \
    CONSTANT(GDX_KEPT_RANGE_BYTES, 2097152)                                                                            \
    CONSTANT(GDX_SAMPLE_EVERY, 16)                                                                                     \
    CONSTANT(GDX_HEAD_TARGET_BYTES, 8192)                                                                              \
    CONSTANT(GDX_HEAD_BLOCK_BYTES_MAX, 1073741824)                                                                     \
    CONSTANT(GDX_HEAD_RESET_BLOCKS, 16)                                                                                \
    CONSTANT(GDX_HEAD_WINDOW_LOG, 17)                                                                                  \
    CONSTANT(GDX_TERMS_PER_BLOCK, 64)                                                                                  \
    CONSTANT(GDX_TERM_FILTER_BITS, 3)                                                                                  \
    CONSTANT(GDX_POSITIONS_FROM, 16384)                                                                                \
    CONSTANT(GDX_ARCHIVE_SPAN_SHIFT, 7)                                                                                \
    CONSTANT(GDX_WORDS_PER_BLOCK, 16)                                                                                  \
    CONSTANT(GDX_FREQUENCIES_PER_BLOCK, 128)                                                                           \
    CONSTANT(GDX_FREQUENCY_MINIMUM, 4096)                                                                              \
    CONSTANT(GDX_FREQUENCY_ALWAYS, 64)                                                                                 \
    CONSTANT(GDX_FREQUENCY_OFTEN, 256)                                                                                 \
    CONSTANT(GDX_FREQUENCY_PER_DOCUMENT, 4)                                                                            \
    CONSTANT(GDX_FLAG_TITLE_FROM_TEXT, 1)                                                                              \
    CONSTANT(GDX_FLAG_PARTS, 2)

enum {
#define GDX_SEGMENT_CONSTANT(name, value) name = value,
    GDX_SEGMENT_CONSTANTS(GDX_SEGMENT_CONSTANT)
#undef GDX_SEGMENT_CONSTANT
};

// In file order.
#define GDX_SEGMENT_SECTIONS(SECTION)                                                                                  \
    SECTION(STORE, "stored text")                                                                                      \
    SECTION(GROUPS, "stored text groups")                                                                              \
    SECTION(GROUP_BLOCKS, "stored text group blocks")                                                                  \
    SECTION(TOKENS, "tokens")                                                                                          \
    SECTION(TOKEN_RANGES, "token ranges")                                                                              \
    SECTION(HEADS, "heads")                                                                                            \
    SECTION(HEAD_BLOCKS, "head blocks")                                                                                \
    SECTION(POSTINGS, "postings")                                                                                      \
    SECTION(TERMS, "term dictionary")                                                                                  \
    SECTION(TERM_BLOCKS, "term dictionary blocks")                                                                     \
    SECTION(TERM_FILTER, "term filter")                                                                                \
    SECTION(FREQUENCIES, "frequencies")                                                                                \
    SECTION(FREQUENCY_SYMBOLS, "frequency symbols")                                                                    \
    SECTION(WORDS, "words")                                                                                            \
    SECTION(WORD_BLOCKS, "word blocks")                                                                                \
    SECTION(WORDS_REVERSED, "words by their end")                                                                      \
    SECTION(DOCUMENT_BEGIN, "document begins")                                                                         \
    SECTION(DOCUMENT_TEXT, "document text begins")                                                                     \
    SECTION(DOCUMENT_FLAGS, "document flags")                                                                          \
    SECTION(PARTS, "parts")                                                                                            \
    SECTION(DOCUMENT_DATE, "document dates")                                                                           \
    SECTION(DOCUMENT_SOURCE, "document sources")                                                                       \
    SECTION(DOCUMENT_HASH, "document hashes")                                                                          \
    SECTION(DOCUMENT_HEAD, "document head offsets")                                                                    \
    SECTION(DOCUMENT_GROUP, "document groups")                                                                         \
    SECTION(DOCUMENT_ID, "document id offsets")                                                                        \
    SECTION(IDS, "ids")                                                                                                \
    SECTION(ID_ORDER, "ids in byte order")                                                                             \
    SECTION(SOURCES, "sources")                                                                                        \
    SECTION(SOURCE_OFFSETS, "source offsets")                                                                          \
    SECTION(KEYS, "metadata keys")                                                                                     \
    SECTION(VALUES, "metadata values")                                                                                 \
    SECTION(VALUE_OFFSETS, "metadata value offsets")                                                                   \
    SECTION(DOCUMENT_VALUES, "document metadata values")                                                               \
    SECTION(VALUE_LISTS, "lists of metadata values")

enum {
#define GDX_SECTION_NUMBER(name, title) SECTION_##name,
    GDX_SEGMENT_SECTIONS(GDX_SECTION_NUMBER)
#undef GDX_SECTION_NUMBER
        SECTION_COUNT
};

#define GDX_HEADER_FIELDS(FIELD)                                                                                       \
    FIELD(HEADER, MAGIC, 8)                                                                                            \
    FIELD(HEADER, VERSION, 4)                                                                                          \
    FIELD(HEADER, PAGE_BYTES, 4)                                                                                       \
    FIELD(HEADER, RULE_FINGERPRINT, 8)                                                                                 \
    FIELD(HEADER, RULE_NUMBER, 4)                                                                                      \
    FIELD(HEADER, RESERVED, 4)

#define GDX_SECTION_ROW_FIELDS(FIELD)                                                                                  \
    FIELD(SECTION_ROW, OFFSET, 8)                                                                                      \
    FIELD(SECTION_ROW, LENGTH, 8)

#define GDX_FOOTER_FIELDS(FIELD)                                                                                       \
    FIELD(FOOTER, SECTION_TABLE, 560)                                                                                  \
    FIELD(FOOTER, TEXT_BYTES, 8)                                                                                       \
    FIELD(FOOTER, SYMBOL_COUNT, 8)                                                                                     \
    FIELD(FOOTER, DOCUMENT_COUNT, 4)                                                                                   \
    FIELD(FOOTER, POSITION_COUNT, 4)                                                                                   \
    FIELD(FOOTER, TERM_COUNT, 4)                                                                                       \
    FIELD(FOOTER, WORD_COUNT, 4)                                                                                       \
    FIELD(FOOTER, SOURCE_COUNT, 4)                                                                                     \
    FIELD(FOOTER, GROUP_COUNT, 4)                                                                                      \
    FIELD(FOOTER, KEY_COUNT, 2)                                                                                        \
    FIELD(FOOTER, SHAPE, 2)                                                                                            \
    FIELD(FOOTER, VALUE_COUNT, 4)                                                                                      \
    FIELD(FOOTER, STORE_LEVEL, 4)                                                                                      \
    FIELD(FOOTER, PAGE_COUNT, 4)                                                                                       \
    FIELD(FOOTER, TOKEN_CHECKSUM, 8)                                                                                   \
    FIELD(FOOTER, PAGE_TABLE_CHECKSUM, 8)                                                                              \
    FIELD(FOOTER, CHECKSUM, 8)                                                                                         \
    FIELD(FOOTER, MAGIC, 8)

#define GDX_GROUP_BLOCK_FIELDS(FIELD)                                                                                  \
    FIELD(GROUP_BLOCK, STORE, 8)                                                                                       \
    FIELD(GROUP_BLOCK, TEXT, 8)                                                                                        \
    FIELD(GROUP_BLOCK, GROUPS, 4)

#define GDX_TOKEN_RANGE_FIELDS(FIELD)                                                                                  \
    FIELD(TOKEN_RANGE, DOCUMENT, 4)                                                                                    \
    FIELD(TOKEN_RANGE, TOKENS, 4)

#define GDX_HEAD_BLOCK_FIELDS(FIELD)                                                                                   \
    FIELD(HEAD_BLOCK, RECORDS, 8)                                                                                      \
    FIELD(HEAD_BLOCK, OFFSET, 8)                                                                                       \
    FIELD(HEAD_BLOCK, DOCUMENT, 4)

#define GDX_TERM_BLOCK_FIELDS(FIELD)                                                                                   \
    FIELD(TERM_BLOCK, FIRST, 4)                                                                                        \
    FIELD(TERM_BLOCK, SECOND, 4)                                                                                       \
    FIELD(TERM_BLOCK, POSTINGS, 8)                                                                                     \
    FIELD(TERM_BLOCK, TERMS, 4)                                                                                        \
    FIELD(TERM_BLOCK, OCCURRENCES, 4)

#define GDX_FREQUENCY_SYMBOL_FIELDS(FIELD)                                                                             \
    FIELD(FREQUENCY_SYMBOL, SYMBOL, 4)                                                                                 \
    FIELD(FREQUENCY_SYMBOL, DOCUMENTS, 4)                                                                              \
    FIELD(FREQUENCY_SYMBOL, OFFSET, 8)

#define GDX_PART_FIELDS(FIELD)                                                                                         \
    FIELD(PART, BEGIN, 4)                                                                                              \
    FIELD(PART, KIND, 4)

#define GDX_KEY_FIELDS(FIELD)                                                                                          \
    FIELD(KEY, NAME, 64)                                                                                               \
    FIELD(KEY, VALUE_END, 4)

// Every record above.
#define GDX_SEGMENT_RECORDS(FIELD)                                                                                     \
    GDX_HEADER_FIELDS(FIELD)                                                                                           \
    GDX_SECTION_ROW_FIELDS(FIELD)                                                                                      \
    GDX_FOOTER_FIELDS(FIELD)                                                                                           \
    GDX_GROUP_BLOCK_FIELDS(FIELD)                                                                                      \
    GDX_TOKEN_RANGE_FIELDS(FIELD)                                                                                      \
    GDX_HEAD_BLOCK_FIELDS(FIELD)                                                                                       \
    GDX_TERM_BLOCK_FIELDS(FIELD)                                                                                       \
    GDX_FREQUENCY_SYMBOL_FIELDS(FIELD)                                                                                 \
    GDX_PART_FIELDS(FIELD)                                                                                             \
    GDX_KEY_FIELDS(FIELD)

// An entry RECORD_FIELD for the field's first byte, and one for its last so that the next starts after it.
#define GDX_FIELD_OFFSET(record, field, size) record##_##field, record##_##field##_LAST = record##_##field + (size)-1,

enum { GDX_HEADER_FIELDS(GDX_FIELD_OFFSET) HEADER_BYTES };
enum { GDX_SECTION_ROW_FIELDS(GDX_FIELD_OFFSET) SECTION_ROW_BYTES };
enum { GDX_FOOTER_FIELDS(GDX_FIELD_OFFSET) FOOTER_BYTES };
enum { GDX_GROUP_BLOCK_FIELDS(GDX_FIELD_OFFSET) GROUP_BLOCK_BYTES };
enum { GDX_TOKEN_RANGE_FIELDS(GDX_FIELD_OFFSET) TOKEN_RANGE_BYTES };
enum { GDX_HEAD_BLOCK_FIELDS(GDX_FIELD_OFFSET) HEAD_BLOCK_BYTES };
enum { GDX_TERM_BLOCK_FIELDS(GDX_FIELD_OFFSET) TERM_BLOCK_BYTES };
enum { GDX_FREQUENCY_SYMBOL_FIELDS(GDX_FIELD_OFFSET) FREQUENCY_SYMBOL_BYTES };
enum { GDX_PART_FIELDS(GDX_FIELD_OFFSET) PART_BYTES };
enum { GDX_KEY_FIELDS(GDX_FIELD_OFFSET) KEY_BYTES };

// Groups of a body of so many positions, end marks included.
static inline uint64_t groups_of(uint64_t positions) {
    return (positions + GDX_GROUP_SYMBOLS - 1) / GDX_GROUP_SYMBOLS;
}

_Static_assert(FOOTER_TEXT_BYTES == SECTION_COUNT * SECTION_ROW_BYTES, "the footer begins with a row for each section");

#endif
