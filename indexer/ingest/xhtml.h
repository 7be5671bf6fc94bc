// SPDX-License-Identifier: Apache-2.0
// xhtml.h: a chapter of a book -> text. Relies on flow.h, package.h.
#ifndef INGEST_XHTML_H
#define INGEST_XHTML_H

#include "flow.h"
#include "package.h"

// Appends what a reader sees of a chapter: notes as notes, captions as captions, marks of notes left out. One that is
// not well-formed is read by reader->pages as a page of the web. GDX_CORRUPT: so, and there is none; or damaged.
gdx_status ingest_chapter(package_reader *reader, ptrdiff_t entry, text_flow *flow, gdx_error *err) GDX_MUST_CHECK;

#endif
