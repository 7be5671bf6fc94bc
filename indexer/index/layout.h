// SPDX-License-Identifier: Apache-2.0
// layout.h: the bytes of a manifest, of a deletions file and of a table of reprints. The judge is docs/format-index.md;
// a test (tests/format) compares the lists below with its tables, both ways. Each record is a list of (record, field,
// bytes), in file order, from which the byte offsets RECORD_FIELD_AT are made. All integers are little-endian.
#ifndef INDEX_LAYOUT_H
#define INDEX_LAYOUT_H

#define MANIFEST_MAGIC  "gdxmanif"
#define DELETIONS_MAGIC "gdxdelet"
#define REPRINTS_MAGIC  "gdxrepri"

#define INDEX_CONSTANTS(CONSTANT)                                                                                      \
    CONSTANT(INDEX_VERSION, 2)                                                                                         \
    CONSTANT(INDEX_MAGIC_BYTES, 8)                                                                                     \
    CONSTANT(INDEX_CHECKSUM_BYTES, 8)                                                                                  \
    CONSTANT(MANIFEST_SEGMENTS_MAX, 65536)                                                                             \
    CONSTANT(INDEX_END_BYTES, 16777216)

enum {
#define INDEX_CONSTANT(name, value) name = value,
    INDEX_CONSTANTS(INDEX_CONSTANT)
#undef INDEX_CONSTANT
};

// INDEX_END_BYTES is gdx/index.h's, for those that make segments.

// A manifest: header, one record for each segment, one for each key, one of the table of reprints if there is any,
// checksum of all before it.
#define INDEX_MANIFEST_FIELDS(FIELD)                                                                                   \
    FIELD(MANIFEST, MAGIC, 8)                                                                                          \
    FIELD(MANIFEST, VERSION, 4)                                                                                        \
    FIELD(MANIFEST, SEGMENT_COUNT, 4)                                                                                  \
    FIELD(MANIFEST, RULE_FINGERPRINT, 8)                                                                               \
    FIELD(MANIFEST, COMMIT, 8)                                                                                         \
    FIELD(MANIFEST, DOCUMENT_COUNT, 8)                                                                                 \
    FIELD(MANIFEST, SYMBOL_COUNT, 8)                                                                                   \
    FIELD(MANIFEST, FILE_BYTES, 8)                                                                                     \
    FIELD(MANIFEST, RULE_NUMBER, 4)                                                                                    \
    FIELD(MANIFEST, KEY_COUNT, 2)                                                                                      \
    FIELD(MANIFEST, REPRINTS, 1)                                                                                       \
    FIELD(MANIFEST, SHAPE, 1)

#define INDEX_RECORD_FIELDS(FIELD)                                                                                     \
    FIELD(RECORD, NAME, 8)                                                                                             \
    FIELD(RECORD, BYTES, 8)                                                                                            \
    FIELD(RECORD, DOCUMENT_COUNT, 4)                                                                                   \
    FIELD(RECORD, POSITION_COUNT, 4)                                                                                   \
    FIELD(RECORD, SYMBOL_COUNT, 8)                                                                                     \
    FIELD(RECORD, TEXT_BYTES, 8)                                                                                       \
    FIELD(RECORD, DELETIONS_NAME, 8)                                                                                   \
    FIELD(RECORD, DELETED_SYMBOLS, 8)                                                                                  \
    FIELD(RECORD, DELETED_COUNT, 4)                                                                                    \
    FIELD(RECORD, RESERVED, 4)

// After the records, one for each declared key of metadata: its name, filled up with zeros.
#define INDEX_DECLARED_FIELDS(FIELD) FIELD(DECLARED, NAME, 64)

#define INDEX_SIDE_FIELDS(FIELD)                                                                                       \
    FIELD(SIDE, NAME, 8)                                                                                               \
    FIELD(SIDE, BYTES, 8)

// A deletions file: header, bitmap padded with zeros to a multiple of 8, checksum of all before it.
#define INDEX_DELETIONS_FIELDS(FIELD)                                                                                  \
    FIELD(DELETIONS, MAGIC, 8)                                                                                         \
    FIELD(DELETIONS, VERSION, 4)                                                                                       \
    FIELD(DELETIONS, DOCUMENT_COUNT, 4)                                                                                \
    FIELD(DELETIONS, SEGMENT_NAME, 8)                                                                                  \
    FIELD(DELETIONS, DELETED_COUNT, 4)                                                                                 \
    FIELD(DELETIONS, RESERVED, 4)

// A table of reprints: header, hashes, members, excerpts, padded with zeros to a multiple of 8, checksum of all before
// it.
#define INDEX_REPRINTS_FIELDS(FIELD)                                                                                   \
    FIELD(REPRINTS, MAGIC, 8)                                                                                          \
    FIELD(REPRINTS, VERSION, 4)                                                                                        \
    FIELD(REPRINTS, DOCUMENT_COUNT, 4)                                                                                 \
    FIELD(REPRINTS, GROUP_COUNT, 4)                                                                                    \
    FIELD(REPRINTS, MEMBER_COUNT, 4)                                                                                   \
    FIELD(REPRINTS, EXCERPT_COUNT, 4)                                                                                  \
    FIELD(REPRINTS, JACCARD, 4)                                                                                        \
    FIELD(REPRINTS, WITHIN_DAYS, 4)                                                                                    \
    FIELD(REPRINTS, RESERVED, 4)

#define INDEX_MEMBER_FIELDS(FIELD)                                                                                     \
    FIELD(MEMBER, DOCUMENT, 4)                                                                                         \
    FIELD(MEMBER, GROUP, 4)                                                                                            \
    FIELD(MEMBER, JACCARD, 4)

#define INDEX_EXCERPT_FIELDS(FIELD)                                                                                    \
    FIELD(EXCERPT, DOCUMENT, 4)                                                                                        \
    FIELD(EXCERPT, OF, 4)                                                                                              \
    FIELD(EXCERPT, CONTAINMENT, 4)

// An entry RECORD_FIELD_AT for the field's first byte, and one for its last so that the next starts after it.
#define INDEX_FIELD_OFFSET(record, field, size)                                                                        \
    record##_##field##_AT, record##_##field##_LAST = record##_##field##_AT + (size)-1,

enum { INDEX_MANIFEST_FIELDS(INDEX_FIELD_OFFSET) MANIFEST_HEADER_BYTES };
enum { INDEX_RECORD_FIELDS(INDEX_FIELD_OFFSET) MANIFEST_RECORD_BYTES };
enum { INDEX_DECLARED_FIELDS(INDEX_FIELD_OFFSET) MANIFEST_KEY_BYTES };
enum { INDEX_SIDE_FIELDS(INDEX_FIELD_OFFSET) MANIFEST_SIDE_BYTES };
enum { INDEX_DELETIONS_FIELDS(INDEX_FIELD_OFFSET) DELETIONS_HEADER_BYTES };
enum { INDEX_REPRINTS_FIELDS(INDEX_FIELD_OFFSET) REPRINTS_HEADER_BYTES };
enum { INDEX_MEMBER_FIELDS(INDEX_FIELD_OFFSET) REPRINTS_MEMBER_BYTES };
enum { INDEX_EXCERPT_FIELDS(INDEX_FIELD_OFFSET) REPRINTS_EXCERPT_BYTES };

// Most positions a segment may have: a position is a uint32_t below 2^32 - 2.
#define SEGMENT_POSITIONS_MAX ((uint64_t)0xfffffffe)

#endif
