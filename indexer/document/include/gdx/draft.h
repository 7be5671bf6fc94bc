// SPDX-License-Identifier: Apache-2.0
// gdx/draft.h: a document while a reader writes it, piece by piece: title, main text, parts, and the places they come
// from. Relies on gdx/document.h. Threads: one owner. A draft is used again from document to document, so that a reader
// allocates nothing of its own.
//
// Nothing here fails on the way: a lack of memory and a text over the limit are kept until gdx_draft_finish, which
// gives them back. After either the calls do nothing.
#ifndef GDX_DRAFT_H
#define GDX_DRAFT_H

#include "gdx/document.h"

typedef struct gdx_draft gdx_draft;

gdx_draft *gdx_draft_new(void); // NULL: no memory
void gdx_draft_free(gdx_draft *draft);
GDX_DEFINE_AUTO(gdx_draft, gdx_draft_free)
// Begins the next document. `limit`: bytes that title, text and parts may have together, INT32_MAX at most.
void gdx_draft_begin(gdx_draft *draft, size_t limit);

// In place of what was the title. A title that the reader took from the text itself is told by `is_line`.
void gdx_draft_title(gdx_draft *draft, gdx_slice title, bool is_line);
bool gdx_draft_has_title(const gdx_draft *draft);
// `from` says where the date came from, as metadata "date_from" has it: "meta article:published_time", "file name". A
// string that stays.
void gdx_draft_date(gdx_draft *draft, gdx_date date, const char *from);
gdx_date gdx_draft_date_of(const gdx_draft *draft);
// A key of the metadata, both valid UTF-8. Of two with one key the later counts. An empty value takes the key away.
void gdx_draft_metadata(gdx_draft *draft, gdx_slice key, gdx_slice value);

// Appends to the part that is open, else to the main text. Valid UTF-8.
void gdx_draft_text(gdx_draft *draft, gdx_slice text);
// Ends a line, unless the part or text at hand is empty or ends with one.
void gdx_draft_line_end(gdx_draft *draft);
// What gdx_draft_text appends from here on, up to gdx_draft_end_part, is a part of its own. Parts may lie within each
// other: the outer one goes on where the inner one ends, as the main text does. GDX_FIELD_TEXT begins a further part of
// the main text. At most GDX_DRAFT_DEPTH of them lie within each other; deeper ones are taken for their outer one.
enum { GDX_DRAFT_DEPTH = 64 };
void gdx_draft_begin_part(gdx_draft *draft, gdx_field field);
// A part without a character is dropped.
void gdx_draft_end_part(gdx_draft *draft);
// What follows comes from this place, "page 3", in the part at hand and in those that begin later. A name that is in
// force already changes nothing; "" ends it. A longer one than GDX_PLACE_NAME_BYTES is cut, and control characters in
// it become spaces.
void gdx_draft_place(gdx_draft *draft, gdx_slice name);
// Bytes of the part at hand, else of the main text; and of all of them together, the title left out.
size_t gdx_draft_bytes(const gdx_draft *draft);
size_t gdx_draft_total_bytes(const gdx_draft *draft);

// A key of the metadata, in byte order of the keys; false past the last.
typedef struct gdx_draft_pair {
    gdx_slice key;
    gdx_slice value;
} gdx_draft_pair;
bool gdx_draft_metadata_at(const gdx_draft *draft, size_t index, gdx_draft_pair *out);

// Ends the parts that are open and fills title, text, parts, places, date and title_from_text of *out; leaves the rest
// as it is. The slices are the draft's until the next gdx_draft_begin. GDX_NO_MEMORY, GDX_TOO_LARGE.
gdx_status gdx_draft_finish(gdx_draft *draft, gdx_document *out, gdx_error *err) GDX_MUST_CHECK;

#endif
