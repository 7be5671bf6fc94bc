// SPDX-License-Identifier: Apache-2.0
// report.h: answers as JSON Lines, failures for people and for programs, and the end of standard output.
// Relies on gdx/base.h, gdx/document.h, jansson. Names in JSON are those of the service's messages.
#ifndef GRAMDEX_REPORT_H
#define GRAMDEX_REPORT_H

#include "gdx/base.h"
#include "gdx/document.h"

#include <jansson.h>

// Values for json_pack's "o"; NULL when there is no memory, which json_pack passes on.
json_t *json_text(gdx_slice text);         // bytes that are not UTF-8 become U+FFFD
json_t *json_date(gdx_date date);          // "2023-05", "" for none
json_t *json_metadata(gdx_slice metadata); // the object that a document keeps; {} for ""

// One line on standard output. Takes the value over; NULL is GDX_NO_MEMORY.
gdx_status json_line(json_t *value, gdx_error *err) GDX_MUST_CHECK;

// The exit status for a failure: 2 for what the caller must write differently, else 1.
int exit_status_of(gdx_status status);

// Tells of a failure and returns its exit status. For people: on standard error, with the query and a caret under the
// column when there is one. As JSON: {"error":{"code","message","column"}} on standard output. `query.data` NULL: none.
int report_failure(const char *command, const gdx_error *err, gdx_slice query, bool as_json);

// Flushes standard output. A reader that went away (`| head`) is no failure; a full disk is.
int finish_output(const char *command, int exit_status);
// Standard output takes no more: stop working.
bool output_is_closed(void);

#endif
