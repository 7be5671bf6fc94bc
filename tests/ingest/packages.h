// SPDX-License-Identifier: Apache-2.0
// packages.h: for the tests of documents that are zip files: makes them from texts by libarchive, reads them, and shows
// what was read as one text to compare.
#ifndef INGEST_PACKAGES_H
#define INGEST_PACKAGES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "package.h"

typedef gdx_status (*package_read)(package_reader *, gdx_slice, gdx_draft *, gdx_error *);

typedef struct packed { // an entry
    const char *name;
    const char *text;
} packed;

// The caller clears it. An entry "mimetype" is stored as it is, the others are compressed.
gdx_buffer pack(const packed *entries, size_t count);
#define PACK(...) pack((const packed[]){__VA_ARGS__}, sizeof((const packed[]){__VA_ARGS__}) / sizeof(packed))

// What was read, or why not, in `out`, which the caller clears:
//     title: 关税 *                  (* it is a line of the text)
//     date: 2023 from dc:date
//     text: {slide 1}first{slide 2}second
//     note: {slide 1}…               every part, in order
//     lost: 1 word/footnotes.xml
// or "corrupt: message".
void show_read(package_read read, gdx_slice bytes, gdx_buffer *out);
// Fails unless the file is read as the text says.
void expect_read(package_read read, gdx_slice bytes, const char *shown);
// Packs, reads and clears.
void expect_packed(package_read read, const packed *entries, size_t count, const char *shown);
#define EXPECT(read, shown, ...)                                                                                       \
    expect_packed(read, (const packed[]){__VA_ARGS__}, sizeof((const packed[]){__VA_ARGS__}) / sizeof(packed), shown)

#define XML_HEAD                   "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define OFFICE                     "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define RELATIONS_HEAD             XML_HEAD "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
#define RELATION(id, type, target) "<Relationship Id=\"" id "\" Type=\"" OFFICE "/" type "\" Target=\"" target "\"/>"
#define RELATIONS(rows)            RELATIONS_HEAD rows "</Relationships>"
#define TYPES                                                                                                          \
    {                                                                                                                  \
        "[Content_Types].xml",                                                                                         \
            XML_HEAD "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"                 \
    }
#define CORE_RELATION                                                                                                  \
    "<Relationship Id=\"rId9\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/"          \
    "core-properties\" Target=\"docProps/core.xml\"/>"
#define CORE(title)                                                                                                    \
    {                                                                                                                  \
        "docProps/core.xml",                                                                                           \
            XML_HEAD "<cp:coreProperties "                                                                             \
                     "xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" "           \
                     "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\">"      \
                     "<dc:title>" title                                                                                \
                     "</dc:title><dcterms:created>2013-12-23T23:15:00Z</dcterms:created></cp:coreProperties>"          \
    }

#endif
