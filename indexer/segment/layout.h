// SPDX-License-Identifier: Apache-2.0
// layout.h: every constant, section and fixed-size record of a segment file. The judge is docs/format.md, "Segment"; a
// test (tests/format) compares the lists below with its tables, both ways. Each record is a list of (record, field,
// bytes), in file order, from which the enumeration of byte offsets RECORD_FIELD and the size RECORD_BYTES are made.
// All integers are little-endian.
#ifndef GDX_SEGMENT_LAYOUT_H
#define GDX_SEGMENT_LAYOUT_H

#include <stdint.h>

#define GDX_SEGMENT_MAGIC        "gdxsegmt" // the first 8 bytes of the file
#define GDX_SEGMENT_FOOTER_MAGIC "gdxsegft" // and the last

// - Pages have a checksum each. ALIGNMENT is that of every section. CHARACTER_TABLE is the one that is written.
// - STORE_TARGET_BYTES: coded bytes after which a block of stored documents ends; RESET_BLOCKS: targets between two
//   resets, on average; WINDOW_LOG: of zstd, no match reaches further back than 2^17 coded bytes.
//   STORE_BLOCK_BYTES_MAX: coded bytes that a block never passes, for a few KiB of zstd may stand for any number.
// - FLAG_: what DOCUMENT_FLAGS says of a document.
// - A symbol has a frequency list when it occurs at least MINIMUM times and either at one position in ALWAYS, or at one
//   in OFTEN and PER_DOCUMENT times as often as there are documents.
#define GDX_SEGMENT_CONSTANTS(CONSTANT)                                                                                \
    CONSTANT(GDX_SEGMENT_VERSION, 2)                                                                                   \
    CONSTANT(GDX_SEGMENT_PAGE_BYTES, 65536)                                                                            \
    CONSTANT(GDX_SEGMENT_ALIGNMENT, 8)                                                                                 \
    CONSTANT(GDX_SEGMENT_CHARACTER_TABLE, 1)                                                                           \
    CONSTANT(GDX_STORE_TARGET_BYTES, 65536)                                                                            \
    CONSTANT(GDX_STORE_BLOCK_BYTES_MAX, 1073741824)                                                                    \
    CONSTANT(GDX_STORE_RESET_BLOCKS, 16)                                                                               \
    CONSTANT(GDX_STORE_WINDOW_LOG, 17)                                                                                 \
    CONSTANT(GDX_TERMS_PER_BLOCK, 64)                                                                                  \
    CONSTANT(GDX_TERM_FILTER_BITS, 3)                                                                                  \
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
    SECTION(STORE_BLOCKS, "stored text blocks")                                                                        \
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
    SECTION(DOCUMENT_STORE, "document store offsets")                                                                  \
    SECTION(DOCUMENT_ID, "document id offsets")                                                                        \
    SECTION(IDS, "ids")                                                                                                \
    SECTION(ID_ORDER, "ids in byte order")                                                                             \
    SECTION(SOURCES, "sources")                                                                                        \
    SECTION(SOURCE_OFFSETS, "source offsets")

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
    FIELD(FOOTER, SECTION_TABLE, 384)                                                                                  \
    FIELD(FOOTER, TEXT_BYTES, 8)                                                                                       \
    FIELD(FOOTER, SYMBOL_COUNT, 8)                                                                                     \
    FIELD(FOOTER, DOCUMENT_COUNT, 4)                                                                                   \
    FIELD(FOOTER, POSITION_COUNT, 4)                                                                                   \
    FIELD(FOOTER, TERM_COUNT, 4)                                                                                       \
    FIELD(FOOTER, WORD_COUNT, 4)                                                                                       \
    FIELD(FOOTER, SOURCE_COUNT, 4)                                                                                     \
    FIELD(FOOTER, STORE_LEVEL, 4)                                                                                      \
    FIELD(FOOTER, CHARACTER_TABLE, 4)                                                                                  \
    FIELD(FOOTER, PAGE_COUNT, 4)                                                                                       \
    FIELD(FOOTER, PAGE_TABLE_CHECKSUM, 8)                                                                              \
    FIELD(FOOTER, CHECKSUM, 8)                                                                                         \
    FIELD(FOOTER, MAGIC, 8)

#define GDX_STORE_BLOCK_FIELDS(FIELD)                                                                                  \
    FIELD(STORE_BLOCK, CODED_OFFSET, 8)                                                                                \
    FIELD(STORE_BLOCK, OFFSET, 8)                                                                                      \
    FIELD(STORE_BLOCK, DOCUMENT, 4)                                                                                    \
    FIELD(STORE_BLOCK, TEXT_BYTE, 4)                                                                                   \
    FIELD(STORE_BLOCK, SYMBOL, 4)                                                                                      \
    FIELD(STORE_BLOCK, RESERVED, 4)

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

// Every record above.
#define GDX_SEGMENT_RECORDS(FIELD)                                                                                     \
    GDX_HEADER_FIELDS(FIELD)                                                                                           \
    GDX_SECTION_ROW_FIELDS(FIELD)                                                                                      \
    GDX_FOOTER_FIELDS(FIELD)                                                                                           \
    GDX_STORE_BLOCK_FIELDS(FIELD)                                                                                      \
    GDX_TERM_BLOCK_FIELDS(FIELD)                                                                                       \
    GDX_FREQUENCY_SYMBOL_FIELDS(FIELD)                                                                                 \
    GDX_PART_FIELDS(FIELD)

// An entry RECORD_FIELD for the field's first byte, and one for its last so that the next starts after it.
#define GDX_FIELD_OFFSET(record, field, size) record##_##field, record##_##field##_LAST = record##_##field + (size)-1,

enum { GDX_HEADER_FIELDS(GDX_FIELD_OFFSET) HEADER_BYTES };
enum { GDX_SECTION_ROW_FIELDS(GDX_FIELD_OFFSET) SECTION_ROW_BYTES };
enum { GDX_FOOTER_FIELDS(GDX_FIELD_OFFSET) FOOTER_BYTES };
enum { GDX_STORE_BLOCK_FIELDS(GDX_FIELD_OFFSET) STORE_BLOCK_BYTES };
enum { GDX_TERM_BLOCK_FIELDS(GDX_FIELD_OFFSET) TERM_BLOCK_BYTES };
enum { GDX_FREQUENCY_SYMBOL_FIELDS(GDX_FIELD_OFFSET) FREQUENCY_SYMBOL_BYTES };
enum { GDX_PART_FIELDS(GDX_FIELD_OFFSET) PART_BYTES };

_Static_assert(FOOTER_TEXT_BYTES == SECTION_COUNT * SECTION_ROW_BYTES, "the footer begins with a row for each section");

#endif
