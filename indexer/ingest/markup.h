// SPDX-License-Identifier: Apache-2.0
// markup.h: XML as elements and text, within limits. Relies on gdx/base.h; inside on expat.
// Names come with a prefix of our own in place of their namespace ("w:p", "text:p"), whatever prefix a file uses and
// whether it is of the transitional or of the strict kind; a namespace that no reader knows is "?". Names without a
// namespace have no prefix. Nothing outside the bytes given is loaded.
#ifndef INGEST_MARKUP_H
#define INGEST_MARKUP_H

#include "package.h"

enum { MARKUP_DEPTH = 1000, MARKUP_NAME_BYTES = 128 };

typedef struct markup markup;

// Runs within ingest_markup_parse. A callback that fails calls ingest_markup_stop.
typedef struct markup_handler {
    void (*start)(void *context, markup *at, const char *name);
    void (*end)(void *context, markup *at, const char *name);
    void (*text)(void *context, markup *at, gdx_slice text);
    void *context;
    bool knows_html_entities; // &nbsp; and its like count even where no document type is given
} markup_handler;

// GDX_CORRUPT: not well-formed, nested too deep, or growing out of all measure. GDX_NO_MEMORY. Or what a callback
// stopped with. `encoding`: overrides what the bytes say; NULL: they say it.
gdx_status ingest_markup_parse(gdx_slice bytes, const char *encoding, const markup_handler *handler,
                               gdx_error *err) GDX_MUST_CHECK;
// The same of an entry, as it is unpacked. The message names the entry.
gdx_status ingest_markup_parse_entry(package_reader *reader, ptrdiff_t entry, const markup_handler *handler,
                                     gdx_error *err) GDX_MUST_CHECK;

// ---- within a callback

// Of the element that starts: the value of an attribute, or NULL. Valid until the callback returns.
const char *ingest_markup_attribute(const markup *at, const char *name);
// The same as a number; `otherwise` when it is missing or no whole number.
int64_t ingest_markup_number(const markup *at, const char *name, int64_t otherwise);
// Neither the content nor the end of the element that starts is handed out.
void ingest_markup_skip(markup *at);
// How deep the element is that starts or ends; the root is 1.
size_t ingest_markup_depth(const markup *at);
// The parse ends with this status, which is no GDX_OK.
void ingest_markup_stop(markup *at, gdx_status status);

// ---- tables of names

typedef struct markup_word {
    const char *name;
    int value;
} markup_word;
// The value of a name in a table that is sorted by name; 0: it is not there.
int ingest_markup_find(const markup_word *table, size_t count, const char *name);
#define MARKUP_FIND(table, name) ingest_markup_find(table, sizeof(table) / sizeof((table)[0]), name)

#endif
