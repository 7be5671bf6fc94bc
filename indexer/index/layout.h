// SPDX-License-Identifier: Apache-2.0
// layout.h: where everything stands in a manifest and in a deletions file. docs/format-index.md has the same names; a
// test compares the two.
#ifndef INDEX_LAYOUT_H
#define INDEX_LAYOUT_H

#define MANIFEST_MAGIC  "gdxmanif"
#define DELETIONS_MAGIC "gdxdelet"

enum { INDEX_VERSION = 1, INDEX_MAGIC_BYTES = 8, INDEX_CHECKSUM_BYTES = 8 };

// A manifest: header, one record for each segment, checksum of all before it.
enum {
    MANIFEST_MAGIC_AT = 0,
    MANIFEST_VERSION_AT = 8,
    MANIFEST_SEGMENT_COUNT_AT = 12,
    MANIFEST_RULE_FINGERPRINT_AT = 16,
    MANIFEST_COMMIT_AT = 24,
    MANIFEST_DOCUMENT_COUNT_AT = 32,
    MANIFEST_SYMBOL_COUNT_AT = 40,
    MANIFEST_FILE_BYTES_AT = 48,
    MANIFEST_HEADER_BYTES = 56
};
enum {
    RECORD_NAME_AT = 0,
    RECORD_BYTES_AT = 8,
    RECORD_DOCUMENT_COUNT_AT = 16,
    RECORD_POSITION_COUNT_AT = 20,
    RECORD_SYMBOL_COUNT_AT = 24,
    RECORD_TEXT_BYTES_AT = 32,
    RECORD_DELETIONS_NAME_AT = 40,
    RECORD_DELETED_SYMBOLS_AT = 48,
    RECORD_DELETED_COUNT_AT = 56,
    RECORD_RESERVED_AT = 60,
    MANIFEST_RECORD_BYTES = 64
};
enum { MANIFEST_SEGMENTS_MAX = 1 << 16 };

// A deletions file: header, bitmap padded with zeros to a multiple of 8, checksum of all before it.
enum {
    DELETIONS_MAGIC_AT = 0,
    DELETIONS_VERSION_AT = 8,
    DELETIONS_DOCUMENT_COUNT_AT = 12,
    DELETIONS_SEGMENT_NAME_AT = 16,
    DELETIONS_DELETED_COUNT_AT = 24,
    DELETIONS_RESERVED_AT = 28,
    DELETIONS_HEADER_BYTES = 32
};

// Most positions a segment may have: a position is a uint32_t below 2^32 - 2.
#define SEGMENT_POSITIONS_MAX ((uint64_t)0xfffffffe)

#endif
