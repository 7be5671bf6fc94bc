// SPDX-License-Identifier: Apache-2.0
// layout.h: the bytes of a part's record. The judge is docs/format-part.md; a test (tests/format) compares the lists
// below with its tables, both ways. All integers are little-endian.
#ifndef GDX_PARTS_LAYOUT_H
#define GDX_PARTS_LAYOUT_H

#define PART_MAGIC "gdxparts"

#define PART_CONSTANTS(CONSTANT)                                                                                       \
    CONSTANT(PART_VERSION, 1)                                                                                          \
    CONSTANT(PART_BLOCK_BYTES, 4096)

enum {
#define PART_CONSTANT(name, value) name = value,
    PART_CONSTANTS(PART_CONSTANT)
#undef PART_CONSTANT
};

// Header, a record for each segment, the checksum of both, the ids, their checksum.
#define PART_HEADER_FIELDS(FIELD)                                                                                      \
    FIELD(PART, MAGIC, 8)                                                                                              \
    FIELD(PART, VERSION, 4)                                                                                            \
    FIELD(PART, SEGMENT_COUNT, 4)                                                                                      \
    FIELD(PART, INDEX, 4)                                                                                              \
    FIELD(PART, COUNT, 4)                                                                                              \
    FIELD(PART, INPUTS, 8)                                                                                             \
    FIELD(PART, INPUT_FILES, 8)                                                                                        \
    FIELD(PART, INPUT_BYTES, 8)                                                                                        \
    FIELD(PART, MANNER, 8)                                                                                             \
    FIELD(PART, RULE_FINGERPRINT, 8)                                                                                   \
    FIELD(PART, UNLESS_COMMIT, 8)                                                                                      \
    FIELD(PART, DOCUMENT_COUNT, 8)                                                                                     \
    FIELD(PART, ID_COUNT, 8)                                                                                           \
    FIELD(PART, RULE_NUMBER, 4)                                                                                        \
    FIELD(PART, HAS_UNLESS, 4)

#define PART_SEGMENT_FIELDS(FIELD)                                                                                     \
    FIELD(BUILT, NAME, 8)                                                                                              \
    FIELD(BUILT, DOCUMENT_COUNT, 4)                                                                                    \
    FIELD(BUILT, DELETED_COUNT, 4)

#define PART_ID_FIELDS(FIELD)                                                                                          \
    FIELD(ID, HASH, 8)                                                                                                 \
    FIELD(ID, PLACE, 8)

#define PART_FIELD_OFFSET(record, field, size)                                                                         \
    record##_##field##_AT, record##_##field##_LAST = record##_##field##_AT + (size)-1,

enum { PART_HEADER_FIELDS(PART_FIELD_OFFSET) PART_HEADER_BYTES };
enum { PART_SEGMENT_FIELDS(PART_FIELD_OFFSET) PART_SEGMENT_BYTES };
enum { PART_ID_FIELDS(PART_FIELD_OFFSET) PART_ID_BYTES };
enum { PART_CHECKSUM_BYTES = 8 };

// In ID.PLACE: the document is in another index as it is, and the rest of its hash stands here.
#define PART_UNCHANGED ((uint64_t)1 << 63)

#endif
