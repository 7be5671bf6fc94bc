// SPDX-License-Identifier: Apache-2.0
// slip.h: notes on what is well-formed but looks like a slip: an operator in lower case, a misspelt field, a （ inside
// a run, a source that no document has. A note is a sentence for people; it never changes the answer.
#ifndef GDX_QUERY_SLIP_H
#define GDX_QUERY_SLIP_H

#include "parser.h"

// Adds a note, unless the query has it already or has QUERY_NOTES_MAX of them. GDX_NO_MEMORY.
gdx_status query_note(query_parser *parser, const char *format, ...) GDX_PRINTF(2, 3) GDX_MUST_CHECK;
// Notes on a term that is a run without a field. Before the run is parsed.
gdx_status query_note_term(query_parser *parser, gdx_slice run) GDX_MUST_CHECK;
// Notes on full-width parentheses inside a run.
gdx_status query_note_parentheses(query_parser *parser, gdx_slice run) GDX_MUST_CHECK;

#endif
