// SPDX-License-Identifier: Apache-2.0
// gdx/error.h: what went wrong: a status for the program, a reason for a remote program, a message for a person.
// Relies on the C library. Threads: plain values on the caller's stack.
//
// A function that can fail returns gdx_status and takes a gdx_error last. The first failure wins: gdx_fail and its kin
// fill an empty error only. Facts have fields of their own (where, field, column, byte), so that no code takes a
// message apart; gdx_error_text puts them together for people.
#ifndef GDX_ERROR_H
#define GDX_ERROR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GDX_MUST_CHECK                  __attribute__((warn_unused_result))
#define GDX_PRINTF(format_index, first) __attribute__((format(printf, format_index, first)))

// One code for each thing a caller does differently. Name, code on the wire and exit status: the table in error.c.
typedef enum gdx_status {
    GDX_OK = 0,
    GDX_INVALID,         // the caller's input is malformed: a query, a record, an option
    GDX_NOT_FOUND,       // no such file, index or document
    GDX_CORRUPT,         // bytes from a disk or a peer break their format
    GDX_IO,              // the system refused to read or write
    GDX_NO_MEMORY,       // an allocation failed, or a memory setting would be exceeded
    GDX_NO_SPACE,        // the disk is full
    GDX_TOO_LARGE,       // a size limit was passed
    GDX_BUSY,            // a queue is full
    GDX_PRECONDITION,    // the index's state does not allow it: locked, or a commit that is no longer held
    GDX_CANCELLED,       // the client cancelled or went away
    GDX_DEADLINE,        // the deadline has passed
    GDX_UNSUPPORTED,     // a version or feature this build does not know
    GDX_UNAVAILABLE,     // the other side cannot be reached now; a later attempt may succeed
    GDX_DENIED,          // the caller may not do this
    GDX_UNAUTHENTICATED, // the caller gave no valid credentials
    GDX_INTERNAL,        // our own mistake
    GDX_STATUSES         // how many there are
} gdx_status;

// A short English phrase for a status: "ok", "invalid", ... Never NULL.
const char *gdx_status_name(gdx_status status);
// The code of google.rpc.Code that a status has on the wire and in JSON, and its name: 3, "INVALID_ARGUMENT".
unsigned gdx_status_code(gdx_status status);
const char *gdx_status_code_name(gdx_status status);
// The status for a code from outside. If several statuses share the code, the first in the table. Unknown:
// GDX_INTERNAL.
gdx_status gdx_status_of_code(unsigned code);
// The exit status of a program that fails with this status: 0 for GDX_OK, 2 for wrong use, else 1.
int gdx_status_exit(gdx_status status);

// Why, for programs: google.rpc.ErrorInfo.reason, and "reason" in JSON. Names never change.
#define GDX_REASONS(X)                                                                                                 \
    X(QUERY_SYNTAX)       /* the query is malformed; `column` says where */                                            \
    X(QUERY_TOO_LARGE)    /* the query has too many bytes, terms or levels */                                          \
    X(OUT_OF_RANGE)       /* `field` of the request has a value that is not allowed */                                 \
    X(PAGE_TOKEN_INVALID) /* the page token is not of this query and order, or was changed */                          \
    X(PAGE_TOKEN_EXPIRED) /* the commit it was made from is no longer held */                                          \
    X(COMMIT_UNKNOWN)     /* the index has not reached the commit that the request asks for */                         \
    X(INDEX_LOCKED)       /* another process or call is writing to the index */                                        \
    X(QUEUE_FULL)         /* too many calls wait; a later attempt may succeed */                                       \
    X(QUERY_TIME)         /* the query ran as long as the server lets one run */                                       \
    X(LEAF)               /* the server holds one slice of an index, and answers its root alone */                     \
    X(DOCUMENT_REFUSED)   /* a document breaks a rule, and the request asks to fail in that case */

typedef enum gdx_reason {
    GDX_REASON_NONE,
#define GDX_REASON_CONSTANT(name) GDX_REASON_##name,
    GDX_REASONS(GDX_REASON_CONSTANT)
#undef GDX_REASON_CONSTANT
        GDX_REASON_COUNT
} gdx_reason;

const char *gdx_reason_name(gdx_reason reason);  // "QUERY_SYNTAX"; "" for GDX_REASON_NONE
gdx_reason gdx_reason_of_name(const char *name); // GDX_REASON_NONE for one that is not known

enum { GDX_WHERE_BYTES = 512, GDX_FIELD_BYTES = 48, GDX_MESSAGE_BYTES = 512, GDX_ERROR_TEXT_BYTES = 1152 };

// Initialised to {0}.
typedef struct gdx_error {
    gdx_status status;
    gdx_reason reason;
    uint32_t column;                 // of a malformed query: from 1, in code points; 0: none
    uint64_t byte;                   // offset in `where` where damage was found; 0 when it is not known
    char field[GDX_FIELD_BYTES];     // of the request: "query"; "" when no field is to blame
    char where[GDX_WHERE_BYTES];     // a file or an archive's entry; "" when the message names the place
    char message[GDX_MESSAGE_BYTES]; // "what was found, what was expected", without field, column and where
} gdx_error;

// Fills err, if there is one and it is empty, and returns status. A longer message is cut after a whole character.
gdx_status gdx_fail(gdx_error *err, gdx_status status, const char *format, ...) GDX_PRINTF(3, 4);
// The same from errno: appends ": " and the system's words; ENOSPC and EDQUOT become GDX_NO_SPACE, ENOMEM
// GDX_NO_MEMORY, ENOENT GDX_NOT_FOUND, EFBIG GDX_TOO_LARGE, EROFS GDX_PRECONDITION, the rest GDX_IO.
gdx_status gdx_fail_errno(gdx_error *err, int error_number, const char *format, ...) GDX_PRINTF(3, 4);
// The same with a reason for programs.
gdx_status gdx_fail_reason(gdx_error *err, gdx_status status, gdx_reason reason, const char *format, ...)
    GDX_PRINTF(4, 5);
// GDX_NO_MEMORY: "no memory for WHAT".
gdx_status gdx_fail_memory(gdx_error *err, const char *what);
// A failure at a place: a file's path, an archive's entry. The message leaves the place out.
gdx_status gdx_fail_at(gdx_error *err, gdx_status status, const char *where, const char *format, ...) GDX_PRINTF(4, 5);
// The same with the offset in it where damage was found.
gdx_status gdx_fail_at_byte(gdx_error *err, gdx_status status, const char *where, uint64_t byte, const char *format,
                            ...) GDX_PRINTF(5, 6);
// gdx_fail_errno at a place.
gdx_status gdx_fail_at_errno(gdx_error *err, int error_number, const char *where, const char *format, ...)
    GDX_PRINTF(4, 5);
// GDX_INVALID for one field of a request.
gdx_status gdx_fail_field(gdx_error *err, const char *field, gdx_reason reason, const char *format, ...)
    GDX_PRINTF(4, 5);
// GDX_INVALID at a column of the query, from 1, in code points; 0: the query as a whole. `reason`: QUERY_SYNTAX or
// QUERY_TOO_LARGE.
gdx_status gdx_fail_query(gdx_error *err, gdx_reason reason, uint32_t column, const char *format, ...) GDX_PRINTF(4, 5);

// Fills err, if there is one and it is empty, with a failure from elsewhere, whole; returns its status.
gdx_status gdx_error_pass(gdx_error *err, const gdx_error *from);

// For people: "FIELD, column N: MESSAGE", "WHERE: MESSAGE" or "MESSAGE"; the status's name when there is no message.
// Returns `to`.
char *gdx_error_text(const gdx_error *err, char to[GDX_ERROR_TEXT_BYTES]);

#ifdef __cplusplus
}
#endif

#endif
