// SPDX-License-Identifier: Apache-2.0
// damaged.h: what can happen to the indexes `documents` and `compact`, and what must come of it. A row is
//   what it is; file (of which record of the manifest); part of a segment, or ""; where in it; what happens there, and
//   with which value; whether all checksums are made to fit again, as an attacker would; status; words of the
//   message.
// A place counts from the start of the part, or of the file; CUT is the length that is left; COPY8 takes eight bytes
// from the place `value`. The columns of docs/format*.md have the names of the places.
#ifndef TEST_GOLDEN_DAMAGED_H
#define TEST_GOLDEN_DAMAGED_H

#include "index/layout.h"
#include "segment/layout.h"

#define RECORD_AT(record) (MANIFEST_HEADER_BYTES + (record)*MANIFEST_RECORD_BYTES)

struct damage {
    const char *what;
    const char *file;
    uint32_t record;
    const char *part;
    long at;
    enum { REMOVE, CUT, SET1, SET2, SET4, SET8, COPY8 } action;
    uint64_t value;
    enum { AS_IT_IS, SEALED } seal;
    gdx_status status;
    const char *message;
};

// A reader of the whole file refuses it.
static const struct damage damages[] = {
    // clang-format off
    // ---- manifest
    {"a manifest that is missing", "manifest", 0, "", 0, REMOVE, 0, AS_IT_IS, GDX_NOT_FOUND, "no index here"},
    {"a manifest of no bytes", "manifest", 0, "", 0, CUT, 0, AS_IT_IS, GDX_CORRUPT, "0 bytes, a manifest has at least 72"},
    {"a manifest cut in its header", "manifest", 0, "", 20, CUT, 0, AS_IT_IS, GDX_CORRUPT, "20 bytes, a manifest has at least 72"},
    {"a manifest cut in a record", "manifest", 0, "", 100, CUT, 0, AS_IT_IS, GDX_CORRUPT, "byte 92: the checksum does not fit"},
    {"a manifest that begins otherwise", "manifest", 0, "", MANIFEST_MAGIC_AT, SET1, 'G', AS_IT_IS, GDX_CORRUPT, "byte 0: not a manifest"},
    {"a manifest of version 1", "manifest", 0, "", MANIFEST_VERSION_AT, SET4, 1, SEALED, GDX_UNSUPPORTED, "made by gramdex 0.1; index the documents anew: gramdex index --index NEW PATH..."},
    {"a manifest of version 3", "manifest", 0, "", MANIFEST_VERSION_AT, SET4, 3, SEALED, GDX_UNSUPPORTED, "format version 3"},
    {"a manifest with another byte", "manifest", 0, "", RECORD_AT(0) + RECORD_NAME_AT, SET1, 0, AS_IT_IS, GDX_CORRUPT, "byte 320: the checksum does not fit"},
    {"a manifest with another checksum", "manifest", 0, "", RECORD_AT(2), SET1, 0, AS_IT_IS, GDX_CORRUPT, "byte 320: the checksum does not fit"},
    {"a manifest of more segments than fit", "manifest", 0, "", MANIFEST_SEGMENT_COUNT_AT, SET4, 3, SEALED, GDX_CORRUPT, "byte 12: 3 segments and 2 keys do not fit 328 bytes"},
    {"a manifest of 2^32 - 1 segments", "manifest", 0, "", MANIFEST_SEGMENT_COUNT_AT, SET4, UINT32_MAX, SEALED, GDX_CORRUPT, "byte 12: 4294967295 segments and 2 keys do not fit"},
    {"a manifest of other tables", "manifest", 0, "", MANIFEST_RULE_FINGERPRINT_AT, SET8, 1, SEALED, GDX_CORRUPT, "another matching rule than the manifest"},
    {"a manifest of another rule", "manifest", 0, "", MANIFEST_RULE_NUMBER_AT, SET4, 3, SEALED, GDX_CORRUPT, "another matching rule than the manifest"},
    {"a manifest of 17 keys", "manifest", 0, "", MANIFEST_KEY_COUNT_AT, SET4, 17, SEALED, GDX_CORRUPT, "byte 60: 17 keys of metadata, at most 16"},
    {"a manifest of more keys", "manifest", 0, "", MANIFEST_KEY_COUNT_AT, SET4, 3, SEALED, GDX_CORRUPT, "2 segments and 3 keys do not fit 328 bytes"},
    {"a manifest of two tables of reprints", "manifest", 0, "", MANIFEST_REPRINTS_AT, SET2, 2, SEALED, GDX_CORRUPT, "byte 62: 2 tables of reprints, expected 0 or 1"},
    {"a manifest of a table of reprints that does not fit", "manifest", 0, "", MANIFEST_REPRINTS_AT, SET2, 1, SEALED, GDX_CORRUPT, "2 segments and 2 keys do not fit 328 bytes"},
    {"a manifest of a shape that does not exist", "manifest", 0, "", MANIFEST_SHAPE_AT, SET1, 3, SEALED, GDX_UNSUPPORTED, "byte 63: shape 3, this program knows 3"},
    {"a key of no name", "manifest", 0, "", RECORD_AT(2), SET1, 0, SEALED, GDX_CORRUPT, "byte 192: keys of metadata out of order, or no key"},
    {"keys out of order", "manifest", 0, "", RECORD_AT(2), SET1, 'm', SEALED, GDX_CORRUPT, "byte 256: keys of metadata out of order"},
    {"a key with a control character", "manifest", 0, "", RECORD_AT(2) + 1, SET1, 7, SEALED, GDX_CORRUPT, "byte 192: keys of metadata"},
    {"a manifest of too many documents", "manifest", 0, "", MANIFEST_DOCUMENT_COUNT_AT, SET8, 10, SEALED, GDX_CORRUPT, "byte 32: 10 documents, the segments add up to 9"},
    {"a manifest of too few symbols", "manifest", 0, "", MANIFEST_SYMBOL_COUNT_AT, SET8, 1, SEALED, GDX_CORRUPT, "byte 40: 1 symbols"},
    {"a manifest of too many bytes", "manifest", 0, "", MANIFEST_FILE_BYTES_AT, SET8, UINT64_MAX, SEALED, GDX_CORRUPT, "byte 48: 18446744073709551615 bytes"},
    {"a record without documents", "manifest", 0, "", RECORD_AT(1) + RECORD_DOCUMENT_COUNT_AT, SET4, 0, SEALED, GDX_CORRUPT, "byte 128: segment 1: a segment without documents"},
    {"a record of 2^32 - 1 positions", "manifest", 0, "", RECORD_AT(0) + RECORD_POSITION_COUNT_AT, SET4, UINT32_MAX, SEALED, GDX_CORRUPT, "more positions than a segment can have"},
    {"a record of fewer positions than symbols", "manifest", 0, "", RECORD_AT(0) + RECORD_POSITION_COUNT_AT, SET4, 99, SEALED, GDX_CORRUPT, "fewer positions than its symbols"},
    {"a record whose documents are all deleted", "manifest", 0, "", RECORD_AT(0) + RECORD_DELETED_COUNT_AT, SET4, 6, SEALED, GDX_CORRUPT, "no live document"},
    {"a record of more deleted symbols than symbols", "manifest", 0, "", RECORD_AT(0) + RECORD_DELETED_SYMBOLS_AT, SET8, 50550, SEALED, GDX_CORRUPT, "more deleted symbols than symbols"},
    {"a record with deletions of no document", "manifest", 0, "", RECORD_AT(0) + RECORD_DELETED_COUNT_AT, SET4, 0, SEALED, GDX_CORRUPT, "a deletions file but no deleted document"},
    {"a record of 2^63 bytes", "manifest", 0, "", RECORD_AT(0) + RECORD_BYTES_AT, SET8, UINT64_C(1) << 63, SEALED, GDX_CORRUPT, "more bytes than a file can have"},
    {"a record with a reserved bit", "manifest", 0, "", RECORD_AT(0) + RECORD_RESERVED_AT, SET4, 1, SEALED, GDX_CORRUPT, "a reserved field that is not 0"},
    {"a record that names the segment of another", "manifest", 0, "", RECORD_AT(1) + RECORD_NAME_AT, COPY8, RECORD_AT(0) + RECORD_NAME_AT, SEALED, GDX_CORRUPT, "is named twice"},
    {"a record that names no file", "manifest", 0, "", RECORD_AT(0) + RECORD_NAME_AT, SET8, 1, SEALED, GDX_CORRUPT, "segment-0000000000000001"},
    {"a record with another size of text", "manifest", 0, "", RECORD_AT(0) + RECORD_TEXT_BYTES_AT, SET8, 1, SEALED, GDX_CORRUPT, "its figures differ from those in the manifest"},
    // ---- deletions
    {"deletions that are missing", "deletions", 1, "", 0, REMOVE, 0, AS_IT_IS, GDX_CORRUPT, "the manifest names it"},
    {"deletions cut short", "deletions", 1, "", 40, CUT, 0, AS_IT_IS, GDX_CORRUPT, "40 bytes, expected 48 for 6 documents"},
    {"deletions that begin otherwise", "deletions", 1, "", DELETIONS_MAGIC_AT, SET1, 'G', AS_IT_IS, GDX_CORRUPT, "byte 0: not a list of deletions"},
    {"deletions of version 3", "deletions", 1, "", DELETIONS_VERSION_AT, SET4, 3, AS_IT_IS, GDX_UNSUPPORTED, "format version 3"},
    {"deletions with another byte", "deletions", 1, "", DELETIONS_HEADER_BYTES, SET1, 0x22, AS_IT_IS, GDX_CORRUPT, "byte 40: the checksum does not fit"},
    {"deletions of 7 documents", "deletions", 1, "", DELETIONS_DOCUMENT_COUNT_AT, SET4, 7, SEALED, GDX_CORRUPT, "byte 12: another number of documents"},
    {"deletions of another segment", "deletions", 1, "", DELETIONS_SEGMENT_NAME_AT, SET8, 1, SEALED, GDX_CORRUPT, "byte 16: the deletions of another segment"},
    {"deletions of another number", "deletions", 1, "", DELETIONS_DELETED_COUNT_AT, SET4, 1, SEALED, GDX_CORRUPT, "byte 24: another number of deletions"},
    {"deletions with a reserved bit", "deletions", 1, "", DELETIONS_RESERVED_AT, SET4, 1, SEALED, GDX_CORRUPT, "byte 28: a reserved field"},
    {"deletions with another number of marks", "deletions", 1, "", DELETIONS_HEADER_BYTES, SET1, 0x23, SEALED, GDX_CORRUPT, "byte 32: another number of marks"},
    {"deletions of documents that are not there", "deletions", 1, "", DELETIONS_HEADER_BYTES, SET1, 0x41, SEALED, GDX_CORRUPT, "byte 32: marks after the last document"},
    // ---- header, footer and pages of a segment
    {"a segment that is missing", "segment", 1, "", 0, REMOVE, 0, AS_IT_IS, GDX_CORRUPT, "the manifest names it"},
    {"a segment of no bytes", "segment", 1, "", 0, CUT, 0, AS_IT_IS, GDX_CORRUPT, "0 bytes, a segment needs at least 680"},
    {"a segment cut in its header", "segment", 1, "", 31, CUT, 0, AS_IT_IS, GDX_CORRUPT, "31 bytes, a segment needs at least 680"},
    {"a segment cut short", "segment", 1, "", 1000, CUT, 0, AS_IT_IS, GDX_CORRUPT, "no footer at byte 352; the file is cut short"},
    {"a segment that begins otherwise", "segment", 1, "HEADER", HEADER_MAGIC, SET1, 'G', AS_IT_IS, GDX_CORRUPT, "byte 0 does not begin a segment"},
    {"a segment of version 1", "segment", 1, "HEADER", HEADER_VERSION, SET4, 1, AS_IT_IS, GDX_UNSUPPORTED, "made by gramdex 0.1"},
    {"a segment of version 3", "segment", 1, "HEADER", HEADER_VERSION, SET4, 3, AS_IT_IS, GDX_UNSUPPORTED, "format version 3"},
    {"a segment of smaller pages", "segment", 1, "HEADER", HEADER_PAGE_BYTES, SET4, 4096, AS_IT_IS, GDX_UNSUPPORTED, "pages of 4096 bytes"},
    {"a segment of other tables", "segment", 1, "HEADER", HEADER_RULE_FINGERPRINT, SET8, 1, SEALED, GDX_CORRUPT, "another matching rule than the manifest"},
    {"a segment of another rule", "segment", 1, "HEADER", HEADER_RULE_NUMBER, SET4, 3, SEALED, GDX_CORRUPT, "another matching rule than the manifest"},
    {"a header with a reserved bit", "segment", 1, "HEADER", HEADER_RESERVED, SET4, 1, SEALED, GDX_CORRUPT, "byte 28: a reserved field"},
    {"a page with another byte", "segment", 1, "STORE", 51, SET1, 0, AS_IT_IS, GDX_CORRUPT, "page at byte 0: checksum"},
    {"a page checksum with another byte", "segment", 1, "FOOTER", -8, SET1, 0, AS_IT_IS, GDX_CORRUPT, "page checksums at byte 1056: checksum"},
    {"a footer with another byte", "segment", 1, "FOOTER", FOOTER_TERM_COUNT, SET1, 0, AS_IT_IS, GDX_CORRUPT, "footer at byte 1064: checksum"},
    {"a footer that ends otherwise", "segment", 1, "FOOTER", FOOTER_MAGIC, SET1, 'G', AS_IT_IS, GDX_CORRUPT, "no footer at byte 1064"},
    {"a footer of other tokens", "segment", 1, "FOOTER", FOOTER_TOKEN_CHECKSUM, SET8, 2, SEALED, GDX_UNSUPPORTED, "tokens 0000000000000002"},
    {"a footer of a shape that does not exist", "segment", 1, "FOOTER", FOOTER_SHAPE, SET2, 3, SEALED, GDX_UNSUPPORTED, "footer: shape 3, this program knows 3"},
    {"a footer of more groups", "segment", 1, "FOOTER", FOOTER_GROUP_COUNT, SET4, 65, SEALED, GDX_CORRUPT, "65 groups of text"},
    {"a footer of more pages", "segment", 1, "FOOTER", FOOTER_PAGE_COUNT, SET4, 2, SEALED, GDX_CORRUPT, "2 pages"},
    {"a footer of 2^32 - 1 pages", "segment", 1, "FOOTER", FOOTER_PAGE_COUNT, SET4, UINT32_MAX, SEALED, GDX_CORRUPT, "4294967295 pages"},
    {"a footer of more documents", "segment", 1, "FOOTER", FOOTER_DOCUMENT_COUNT, SET4, 7, SEALED, GDX_CORRUPT, "document begins has 28 bytes, expected 32"},
    {"a footer of fewer positions than end marks", "segment", 1, "FOOTER", FOOTER_POSITION_COUNT, SET4, 11, SEALED, GDX_CORRUPT, "11 positions of 6 documents"},
    {"a footer of 2^32 - 1 positions", "segment", 1, "FOOTER", FOOTER_POSITION_COUNT, SET4, UINT32_MAX, SEALED, GDX_CORRUPT, "4294967295 positions"},
    {"a footer of more symbols than positions", "segment", 1, "FOOTER", FOOTER_SYMBOL_COUNT, SET8, 52, SEALED, GDX_CORRUPT, "52 symbols count of 51"},
    {"a footer of more terms than symbols", "segment", 1, "FOOTER", FOOTER_TERM_COUNT, SET4, 64, SEALED, GDX_CORRUPT, "64 terms"},
    {"a footer of more words than symbols", "segment", 1, "FOOTER", FOOTER_WORD_COUNT, SET4, UINT32_MAX, SEALED, GDX_CORRUPT, "4294967295 words"},
    {"a footer of fewer words", "segment", 1, "FOOTER", FOOTER_WORD_COUNT, SET4, 2, SEALED, GDX_CORRUPT, "words by their end has 12 bytes, expected 8"},
    {"a footer of more sources than documents", "segment", 1, "FOOTER", FOOTER_SOURCE_COUNT, SET4, 7, SEALED, GDX_CORRUPT, "7 sources"},
    {"a section out of place", "segment", 1, "FOOTER", SECTION_POSTINGS * SECTION_ROW_BYTES, SET4, 240, SEALED, GDX_CORRUPT, "postings at byte 240 of 56 bytes, expected at 248"},
    {"a section longer than the file", "segment", 1, "FOOTER", SECTION_SOURCE_OFFSETS * SECTION_ROW_BYTES + SECTION_ROW_LENGTH, SET8, UINT64_MAX, SEALED, GDX_CORRUPT, "source offsets at byte 840"},
    {"a last section that ends early", "segment", 0, "FOOTER", SECTION_VALUE_LISTS * SECTION_ROW_BYTES + SECTION_ROW_LENGTH, SET8, 4, SEALED, GDX_CORRUPT, "sections end at byte"},
    // ---- stored text
    {"lengths that run backwards", "segment", 0, "GROUP_BLOCKS", GROUP_BLOCK_BYTES + GROUP_BLOCK_GROUPS, SET4, UINT32_MAX, SEALED, GDX_CORRUPT, "stored text group"},
    {"lengths 127 bits wide", "segment", 1, "GROUPS", 1, SET1, 0x7f, SEALED, GDX_CORRUPT, "lengths that do not decode"},
    {"a code longer than its section", "segment", 1, "GROUP_BLOCKS", GROUP_BLOCK_STORE, SET8, 82, SEALED, GDX_CORRUPT, "stored text: bytes"},
    {"codes after the section", "segment", 1, "GROUP_BLOCKS", GROUP_BLOCK_STORE, SET8, UINT64_MAX, SEALED, GDX_CORRUPT, "stored text: bytes 18446744073709551615"},
    {"a text of 2 GiB", "segment", 1, "GROUPS", 6, SET1, 0x20, SEALED, GDX_CORRUPT, "stored text group"},
    {"a code of another text", "segment", 1, "STORE", 0, SET4, 0, SEALED, GDX_CORRUPT, "text that does not decode"},
    {"groups that run backwards", "segment", 1, "DOCUMENT_GROUP", 4, SET4, 7, SEALED, GDX_CORRUPT, "groups out of order"},
    {"a first group that is late", "segment", 1, "GROUPS", 13, SET1, 1, SEALED, GDX_CORRUPT, "lengths that do not decode"},
    {"a range that begins with no document", "segment", 1, "TOKEN_RANGES", TOKEN_RANGE_DOCUMENT, SET4, 6, SEALED, GDX_CORRUPT, "ranges out of order"},
    {"tokens after the section", "segment", 1, "TOKEN_RANGES", TOKEN_RANGE_TOKENS, SET4, 1, SEALED, GDX_CORRUPT, "ranges out of order"},
    // ---- heads
    {"a block of 4 GiB", "segment", 1, "DOCUMENT_HEAD", 6 * 8, SET8, UINT64_C(1) << 32, SEALED, GDX_CORRUPT, "a block of more than 1 GiB"},
    {"a block of heads of 512 MiB", "segment", 1, "DOCUMENT_HEAD", 6 * 8, SET8, UINT64_C(1) << 29, SEALED, GDX_CORRUPT, "more bytes than its heads can have"},
    {"a block of more bytes than it has", "segment", 1, "DOCUMENT_HEAD", 6 * 8, SET8, 58, SEALED, GDX_CORRUPT, "a block shorter than its row says"},
    {"a first block that is not the first", "segment", 1, "HEAD_BLOCKS", HEAD_BLOCK_RECORDS, SET8, 1, SEALED, GDX_CORRUPT, "does not begin with the first head"},
    {"a frame that begins after its end", "segment", 1, "HEAD_BLOCKS", HEAD_BLOCK_OFFSET, SET8, UINT64_MAX, SEALED, GDX_CORRUPT, "blocks out of order"},
    {"a frame of a wrong kind", "segment", 1, "HEADS", 0, SET1, 0xff, SEALED, GDX_CORRUPT, "head blocks at byte"},
    {"a frame that wants a window of 16 MiB", "segment", 1, "HEADS", 1, SET1, 0x70, SEALED, GDX_CORRUPT, "requires too much memory"},
    {"heads that run backwards", "segment", 1, "DOCUMENT_HEAD", 8, SET8, 0, SEALED, GDX_CORRUPT, "heads out of order"},
    {"a head of another place", "segment", 1, "DOCUMENT_HEAD", 8, SET8, 3, SEALED, GDX_CORRUPT, "a head that does not decode"},
    // ---- terms
    {"a list longer than the postings", "segment", 0, "TERM_BLOCKS", TERM_BLOCK_POSTINGS, SET8, UINT64_MAX, SEALED, GDX_CORRUPT, "postings: bytes 18446744073709551615"},
    {"a position past the last", "segment", 0, "POSTINGS", 0, SET2, 0xffff, SEALED, GDX_CORRUPT, "its list does not decode"},
    {"columns of terms that run backwards", "segment", 0, "TERM_BLOCKS", TERM_BLOCK_TERMS, SET4, UINT32_MAX, SEALED, GDX_CORRUPT, "term dictionary blocks at byte 112192: blocks out of order"},
    {"a column of terms 127 bits wide", "segment", 0, "TERMS", 0, SET1, 0x7f, SEALED, GDX_CORRUPT, "a block that does not decode"},
    {"a list of no bytes", "segment", 1, "TERMS", 106, SET1, 0x8b, SEALED, GDX_CORRUPT, "a term with more positions than its list has room for"},
    {"a frequency list of more documents than there are", "segment", 0, "FREQUENCY_SYMBOLS", FREQUENCY_SYMBOL_DOCUMENTS, SET4, 7, SEALED, GDX_CORRUPT, "frequencies at byte 112288: a list out of place"},
    {"a frequency list after all lists", "segment", 0, "FREQUENCY_SYMBOLS", FREQUENCY_SYMBOL_OFFSET, SET8, UINT64_MAX, SEALED, GDX_CORRUPT, "a list out of place"},
    {"a frequency of no document", "segment", 0, "FREQUENCIES", 1, SET1, 0xff, SEALED, GDX_CORRUPT, "a list that does not decode"},
    // ---- words
    {"a word longer than its block", "segment", 1, "WORDS", 0, SET1, 0x7f, SEALED, GDX_CORRUPT, "word blocks at byte 472: no front-coded block"},
    {"a word that shares more than there is", "segment", 1, "WORDS", 5, SET1, 5, SEALED, GDX_CORRUPT, "word blocks at byte 472: no front-coded block"},
    {"a block of words after all words", "segment", 0, "WORD_BLOCKS", 4, SET4, UINT32_MAX, SEALED, GDX_CORRUPT, "words: bytes"},
    {"a word by its end that is none", "segment", 1, "WORDS_REVERSED", 4, SET4, 3, SEALED, GDX_CORRUPT, "words by their end at byte 484: no such word"},
    // ---- documents
    {"a first document that is not the first", "segment", 1, "DOCUMENT_BEGIN", 0, SET4, 1, SEALED, GDX_CORRUPT, "document begins at byte 496: does not span the positions"},
    {"a last document that ends early", "segment", 1, "DOCUMENT_BEGIN", 24, SET4, 62, SEALED, GDX_CORRUPT, "does not span the positions"},
    {"a text that begins before its title", "segment", 1, "DOCUMENT_TEXT", 4, SET4, 16, SEALED, GDX_CORRUPT, "document text begins at byte 532: fields out of order"},
    {"a text that begins after its end", "segment", 1, "DOCUMENT_TEXT", 0, SET4, UINT32_MAX, SEALED, GDX_CORRUPT, "fields out of order"},
    {"a flag that does not exist", "segment", 1, "DOCUMENT_FLAGS", 4, SET1, 4, SEALED, GDX_CORRUPT, "document flags at byte 556: a flag that does not exist"},
    {"a flag of parts where there are none", "segment", 1, "DOCUMENT_FLAGS", 4, SET1, 2, SEALED, GDX_CORRUPT, "another number of parts than it says"},
    {"a date of month 15", "segment", 1, "DOCUMENT_DATE", 4, SET4, 2024 << 9 | 15 << 5, SEALED, GDX_CORRUPT, "document dates at byte 564: no date of the calendar"},
    {"a date of the year 8388607", "segment", 1, "DOCUMENT_DATE", 0, SET4, UINT32_MAX, SEALED, GDX_CORRUPT, "no date of the calendar"},
    {"a source that is none", "segment", 1, "DOCUMENT_SOURCE", 20, SET4, 4, SEALED, GDX_CORRUPT, "document sources at byte 604: no such source"},
    {"ids that run backwards", "segment", 1, "DOCUMENT_ID", 4, SET4, 7, SEALED, GDX_CORRUPT, "document id offsets at byte 748: offsets out of order"},
    {"an id after all ids", "segment", 1, "DOCUMENT_ID", 24, SET4, UINT32_MAX, SEALED, GDX_CORRUPT, "ids: bytes 15 to"},
    {"an order of ids that names no document", "segment", 1, "ID_ORDER", 0, SET4, 6, SEALED, GDX_CORRUPT, "ids in byte order at byte 800: no such document"},
    {"sources that run backwards", "segment", 1, "SOURCE_OFFSETS", 0, SET4, 5, SEALED, GDX_CORRUPT, "source offsets at byte 840: offsets out of order"},
    // ---- metadata columns
    {"a footer of 17 keys", "segment", 1, "FOOTER", FOOTER_KEY_COUNT, SET4, 17, SEALED, GDX_CORRUPT, "17 keys and 0 values of metadata"},
    {"a footer of fewer keys", "segment", 1, "FOOTER", FOOTER_KEY_COUNT, SET4, 1, SEALED, GDX_CORRUPT, "metadata keys has 136 bytes, expected 68"},
    {"a footer of more values than bytes", "segment", 0, "FOOTER", FOOTER_VALUE_COUNT, SET4, 5, SEALED, GDX_CORRUPT, "2 keys and 5 values of metadata of 4 bytes"},
    {"a key that is no text", "segment", 0, "KEYS", KEY_NAME, SET1, 0xff, SEALED, GDX_CORRUPT, "no name of a key"},
    {"values of a key that run backwards", "segment", 0, "KEYS", KEY_VALUE_END, SET4, 4, SEALED, GDX_CORRUPT, "values out of order"},
    {"a value that is none", "segment", 0, "DOCUMENT_VALUES", 0, SET4, 2, SEALED, GDX_CORRUPT, "document metadata values at byte"},
    {"a list that is none", "segment", 0, "DOCUMENT_VALUES", 0, SET4, 0x80000003, SEALED, GDX_CORRUPT, "no such value"},
    {"a list longer than the section", "segment", 0, "VALUE_LISTS", 0, SET4, 3, SEALED, GDX_CORRUPT, "no such value"},
    {"a list of one value", "segment", 0, "VALUE_LISTS", 0, SET4, 1, SEALED, GDX_CORRUPT, "no such value"},
    {"a list out of order", "segment", 0, "VALUE_LISTS", 8, SET4, 0, SEALED, GDX_CORRUPT, "no such value"},
    {"values after the section", "segment", 0, "VALUE_OFFSETS", 4, SET4, UINT32_MAX, SEALED, GDX_CORRUPT, "metadata values: bytes 0 to 4294967295"},
    // clang-format on
};

// Refused by verify; other readers may take them and answer wrongly.
static const struct damage deceits[] = {
    // clang-format off
    {"filling that is not zero", "segment", 1, "", 114, SET1, 1, SEALED, GDX_CORRUPT, "stored text at byte 113: padding that is not zero"},
    {"another byte of lengths", "segment", 1, "GROUP_BLOCKS", GROUP_BLOCK_TEXT, SET8, 1, SEALED, GDX_CORRUPT, "a block that does not begin where the one before ends"},
    {"another hash", "segment", 1, "DOCUMENT_HASH", 8, SET4, 1, SEALED, GDX_CORRUPT, "not the hash of the document"},
    {"another date", "segment", 1, "DOCUMENT_DATE", 0, SET4, 2023 << 9, SEALED, GDX_CORRUPT, "not the hash of the document"},
    {"a block of heads of another document", "segment", 1, "HEAD_BLOCKS", HEAD_BLOCK_DOCUMENT, SET4, 1, SEALED, GDX_CORRUPT, "does not begin with the first head"},
    {"a document of one group more", "segment", 1, "DOCUMENT_GROUP", 24, SET4, 5, SEALED, GDX_CORRUPT, "another number of groups than the document has"},
    {"a position that is another's", "segment", 1, "POSTINGS", 6, SET1, 0x2f, SEALED, GDX_CORRUPT, "a position that is listed twice"},
    {"a position of an end mark", "segment", 1, "POSTINGS", 6, SET1, 4, SEALED, GDX_CORRUPT, "the position of an end mark"},
    {"a filter without its terms", "segment", 1, "TERM_FILTER", 0, SET8, 0, SEALED, GDX_CORRUPT, "term filter at byte 440: bits that are not those of the terms"},
    {"a term block of another first symbol", "segment", 1, "TERM_BLOCKS", TERM_BLOCK_FIRST, SET4, 0x3001, SEALED, GDX_CORRUPT, "bigrams of neighbours that do not fit"},
    {"a term block whose first symbol is an end mark", "segment", 1, "TERM_BLOCKS", TERM_BLOCK_FIRST, SET4, 0, SEALED, GDX_CORRUPT, "a term of no symbols"},
    {"a term block of other occurrences before it", "segment", 0, "TERM_BLOCKS", TERM_BLOCK_BYTES + TERM_BLOCK_OCCURRENCES, SET4, 1, SEALED, GDX_CORRUPT, "occurrences that do not add up"},
    {"terms out of order", "segment", 0, "TERM_BLOCKS", TERM_BLOCK_BYTES + TERM_BLOCK_FIRST, SET4, 0x20, SEALED, GDX_CORRUPT, "terms out of order"},
    {"a frequency of another count", "segment", 0, "FREQUENCIES", 3, SET1, 2, SEALED, GDX_CORRUPT, "counts that are not those of the postings"},
    {"a frequency list of another symbol", "segment", 0, "FREQUENCY_SYMBOLS", FREQUENCY_SYMBOL_SYMBOL, SET4, 0x3002, SEALED, GDX_CORRUPT, "frequency symbols at byte 112304"},
    {"words out of order", "segment", 1, "WORDS", 7, SET1, '1', SEALED, GDX_CORRUPT, "words out of order"},
    {"words by their end out of order", "segment", 1, "WORDS_REVERSED", 0, SET8, UINT64_C(2) | UINT64_C(0) << 32, SEALED, GDX_CORRUPT, "words by their end at byte 484: words out of order"},
    {"ids out of order", "segment", 1, "ID_ORDER", 0, SET4, 1, SEALED, GDX_CORRUPT, "ids in byte order at byte 804: ids out of order"},
    {"a source before its turn", "segment", 1, "DOCUMENT_SOURCE", 0, SET4, 1, SEALED, GDX_CORRUPT, "a source met too early"},
    {"a text that begins at another symbol", "segment", 1, "DOCUMENT_TEXT", 0, SET4, 6, SEALED, GDX_CORRUPT, "end mark"},
    {"a value of another document", "segment", 0, "DOCUMENT_VALUES", 0, SET4, 0, SEALED, GDX_CORRUPT, "values that its metadata does not have"},
    {"a value that a document lacks", "segment", 0, "DOCUMENT_VALUES", 5 * 4, SET4, 0, SEALED, GDX_CORRUPT, "a value of its metadata is not in it"},
    {"a value of another spelling", "segment", 0, "VALUES", 0, SET1, '0', SEALED, GDX_CORRUPT, "a value of its metadata is not in it"},
    {"values out of order", "segment", 0, "VALUES", 0, SET1, '3', SEALED, GDX_CORRUPT, "values out of order"},
    {"values left out that are not", "segment", 0, "DOCUMENT_VALUES", 0, SET4, 0x7fffffff, SEALED, GDX_CORRUPT, "values that its metadata does not have"},
    {"a key that is another's", "segment", 1, "KEYS", KEY_NAME, SET1, 'm', SEALED, GDX_CORRUPT, "keys out of order"},
    // clang-format on
};

// Likewise of the index `compact`, whose segments 1 and 2 are compact.
static const struct damage compact_damages[] = {
    // clang-format off
    {"a compact segment that says it is exact", "segment", 1, "FOOTER", FOOTER_SHAPE, SET2, 0, SEALED, GDX_CORRUPT, "a block that does not decode"},
    {"an exact segment that says it is compact", "segment", 0, "FOOTER", FOOTER_SHAPE, SET2, 1, SEALED, GDX_CORRUPT, "a block that does not decode"},
    {"a document of the groups of another", "segment", 1, "DOCUMENT_GROUP", 4, SET4, 2, SEALED, GDX_CORRUPT, "groups out of order"},
    {"a document without a group", "segment", 1, "DOCUMENT_GROUP", 8, SET4, 3, SEALED, GDX_CORRUPT, "document groups at byte 624: groups out of order"},
    // clang-format on
};

static const struct damage compact_deceits[] = {
    // clang-format off
    {"a list of a block of another document", "segment", 1, "POSTINGS", 0, SET1, 1, SEALED, GDX_CORRUPT, "postings at byte 216: the lists of terms, or of frequencies, are not those of the stored text of document 0"},
    {"a list of the title in place of the text", "segment", 1, "POSTINGS", 1, SET1, 0, SEALED, GDX_CORRUPT, "not those of the stored text of document 0"},
    {"a frequency of another document", "segment", 2, "FREQUENCIES", 1, SET1, 3, SEALED, GDX_CORRUPT, "not those of the stored text of document 0"},
    // clang-format on
};

#endif
