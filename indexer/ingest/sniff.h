// SPDX-License-Identifier: Apache-2.0
// sniff.h: what a file is by how it begins, told by each reader that knows. Relies on gdx/ingest.h.
#ifndef INGEST_SNIFF_H
#define INGEST_SNIFF_H

#include "gdx/ingest.h"

// kind.c: the kind itself if there is a reader for it; else GDX_INPUT_UNREAD, or GDX_INPUT_IGNORED of a picture, with
// its words.
gdx_input_kind ingest_kind_if_read(gdx_input_kind kind, const char *path, char words[GDX_INPUT_WORDS_BYTES]);
// kind.c: by the name alone, whether there is a reader for it or not.
gdx_input_kind ingest_kind_by_name(const char *path);

// sniff_text.c: of a text that begins so; GDX_INPUT_TEXT where nothing more is told. `by_name` is what its name says.
gdx_input_kind ingest_sniff_text(gdx_slice head, gdx_input_kind by_name);
// json_walk.c: RECORDS or JSON, of what begins as either: RECORDS where each line is a record, in an encoding that has
// the byte of a newline for newlines alone.
gdx_input_kind ingest_sniff_json(gdx_slice head);
// True if it begins as an HTML page does.
bool ingest_is_html(gdx_slice bytes);

#endif
