// SPDX-License-Identifier: Apache-2.0
// report.h: answers as JSON Lines, failures for people and for programs, and the end of standard output.
// Relies on gdx/base.h, gdx/json.h. Names in JSON are those of the service's messages.
#ifndef GRAMDEX_REPORT_H
#define GRAMDEX_REPORT_H

#include "gdx/base.h"
#include "gdx/json.h"

#include <jansson.h>

// A line of JSON for a message: its fields after "type" and, when query.data is set, "query". Names and order are those
// of the proto.
gdx_status json_answer(const char *type, gdx_slice query, const ProtobufCMessage *message,
                       gdx_error *err) GDX_MUST_CHECK;
// The same, not yet written, to add to. NULL: no memory.
json_t *json_of_answer(const char *type, gdx_slice query, const ProtobufCMessage *message);

// One line on standard output. Takes the value over; NULL is GDX_NO_MEMORY.
gdx_status json_line(json_t *value, gdx_error *err) GDX_MUST_CHECK;

// Reports a failure and returns its exit status. For people: on standard error, with the query and a caret under the
// column when there is one. As JSON: a line of type "error" on standard output. `query.data` NULL: none.
int report_failure(const char *command, const gdx_error *err, gdx_slice query, bool as_json);

// The exit status of a command that changes something, its failure reported. `stopped` says what a signal has left.
int report_end(const char *command, gdx_status status, const gdx_error *err, bool as_json, const char *stopped);

// Flushes standard output. A reader that went away (`| head`) is no failure; a full disk is.
int finish_output(const char *command, int exit_status);
// True if standard output takes no more: stop working.
bool output_is_closed(void);

#endif
