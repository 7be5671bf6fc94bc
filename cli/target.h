// SPDX-License-Identifier: Apache-2.0
// target.h: what the options name, opened: an index of this process or a server that has one.
// Relies on options.h, gdx/ask.h. A command asks through gdx_ask and sees no difference.
#ifndef GRAMDEX_TARGET_H
#define GRAMDEX_TARGET_H

#include "options.h"
#include "terminal.h"

#include "gdx/ask.h"

#include <gramdex/v1/index.pb-c.h>
#include <gramdex/v1/search.pb-c.h>

struct opened { // the caller's struct; {0} before
    gdx_target *target;
    gdx_tls *tls;
    gdx_buffer token;
};

// As gdx_target_open_index and gdx_target_open_server; also the failures of reading a token or certificates.
gdx_status target_open(const struct target *options, struct opened *out, gdx_error *err) GDX_MUST_CHECK;
void target_close(struct opened *opened); // {0} is fine

// The file's first line that is neither blank nor a comment, as the server reads the same file; with a zero.
gdx_status target_read_token(const char *path, gdx_buffer *out, gdx_error *err) GDX_MUST_CHECK;

// One of the operations of Search or Index, which must be there.
const gdx_operation *operation_of(const ProtobufCServiceDescriptor *service, const char *name);
#define SEARCH_OPERATION(name) operation_of(&gramdex__v1__search__descriptor, name)
#define INDEX_OPERATION(name)  operation_of(&gramdex__v1__index__descriptor, name)

static inline ProtobufCBinaryData to_wire(gdx_slice text) {
    return (ProtobufCBinaryData){text.bytes, (uint8_t *)text.data};
}
static inline ProtobufCBinaryData option_to_wire(const char *text) { // NULL: not given
    return to_wire(gdx_slice_of(text ? text : ""));
}
static inline gdx_slice from_wire(ProtobufCBinaryData text) {
    return (gdx_slice){text.data ? (const char *)text.data : "", text.len};
}

// Replaces *out by the texts, 、 between them. GDX_NO_MEMORY.
gdx_status join_wire(const ProtobufCBinaryData *texts, size_t count, gdx_buffer *out) GDX_MUST_CHECK;
// Names with commas between them; the last of `most` has what is left over. NULL: none. Returns how many.
size_t list_to_wire(const char *names, ProtobufCBinaryData *to, size_t most);

// The time that an answer took, as format_duration writes it.
static inline char *format_took(const Gramdex__V1__Answer *answer, char to[NUMBER_TEXT_BYTES]) {
    return format_duration(answer ? answer->took_us * 1000 : 0, to);
}

// What looks like a slip in the question, for people: a line each on standard error. NULL is fine.
void notes_print(const Gramdex__V1__Answer *answer);

#endif
