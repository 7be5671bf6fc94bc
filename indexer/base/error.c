// SPDX-License-Identifier: Apache-2.0
// error.c: a status for the program, a message for the person; the first failure wins.

#include "gdx/error.h"

#include "gdx/utf8.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct status_row { // one row a status, in the enum's order
    const char *name;
    unsigned code; // google.rpc.Code
    int exit_status;
} status_rows[GDX_STATUSES] = {
    [GDX_OK] = {"ok", 0, 0},
    [GDX_INVALID] = {"invalid", 3, 2},
    [GDX_NOT_FOUND] = {"not found", 5, 1},
    [GDX_CORRUPT] = {"corrupt", 15, 1},
    [GDX_IO] = {"input/output error", 13, 1},
    [GDX_NO_MEMORY] = {"no memory", 8, 1},
    [GDX_NO_SPACE] = {"no space", 8, 1},
    [GDX_TOO_LARGE] = {"too large", 8, 1},
    [GDX_BUSY] = {"busy", 8, 1},
    [GDX_PRECONDITION] = {"not in this state", 9, 1},
    [GDX_CANCELLED] = {"cancelled", 1, 1},
    [GDX_DEADLINE] = {"deadline passed", 4, 1},
    [GDX_UNSUPPORTED] = {"not supported", 12, 1},
    [GDX_UNAVAILABLE] = {"unavailable", 14, 1},
    [GDX_DENIED] = {"denied", 7, 1},
    [GDX_UNAUTHENTICATED] = {"not authenticated", 16, 1},
    [GDX_INTERNAL] = {"internal error", 13, 1},
};

// google.rpc.Code by number, with the status it means when it comes from outside.
static const struct code_row {
    const char *name;
    gdx_status status;
} code_rows[] = {
    {"OK", GDX_OK},
    {"CANCELLED", GDX_CANCELLED},
    {"UNKNOWN", GDX_INTERNAL},
    {"INVALID_ARGUMENT", GDX_INVALID},
    {"DEADLINE_EXCEEDED", GDX_DEADLINE},
    {"NOT_FOUND", GDX_NOT_FOUND},
    {"ALREADY_EXISTS", GDX_INVALID},
    {"PERMISSION_DENIED", GDX_DENIED},
    {"RESOURCE_EXHAUSTED", GDX_TOO_LARGE},
    {"FAILED_PRECONDITION", GDX_PRECONDITION},
    {"ABORTED", GDX_BUSY},
    {"OUT_OF_RANGE", GDX_INVALID},
    {"UNIMPLEMENTED", GDX_UNSUPPORTED},
    {"INTERNAL", GDX_INTERNAL},
    {"UNAVAILABLE", GDX_UNAVAILABLE},
    {"DATA_LOSS", GDX_CORRUPT},
    {"UNAUTHENTICATED", GDX_UNAUTHENTICATED},
};
enum { CODES = sizeof code_rows / sizeof code_rows[0] };

static const struct status_row *row_of(gdx_status status) {
    assert((unsigned)status < GDX_STATUSES);
    assert(status_rows[status].name); // each status has its row
    return &status_rows[status];
}

const char *gdx_status_name(gdx_status status) {
    return row_of(status)->name;
}

unsigned gdx_status_code(gdx_status status) {
    return row_of(status)->code;
}

const char *gdx_status_code_name(gdx_status status) {
    unsigned code = gdx_status_code(status);
    assert(code < CODES);
    return code_rows[code].name;
}

gdx_status gdx_status_of_code(unsigned code) {
    return code < CODES ? code_rows[code].status : GDX_INTERNAL;
}

int gdx_status_exit(gdx_status status) {
    return row_of(status)->exit_status;
}

static const char *const reason_names[GDX_REASON_COUNT] = {[GDX_REASON_NONE] = "",
#define REASON_NAME(name) [GDX_REASON_##name] = #name,
                                                           GDX_REASONS(REASON_NAME)
#undef REASON_NAME
};

const char *gdx_reason_name(gdx_reason reason) {
    assert((unsigned)reason < GDX_REASON_COUNT);
    return reason_names[reason];
}

gdx_reason gdx_reason_of_name(const char *name) {
    for (unsigned reason = 1; reason < GDX_REASON_COUNT; reason++)
        if (strcmp(reason_names[reason], name) == 0)
            return (gdx_reason)reason;
    return GDX_REASON_NONE;
}

// Drops the start of a character at the end of a text that was cut.
static void drop_cut_character(char *text) {
    size_t bytes = strlen(text), last = bytes;
    while (last > 0 && bytes - last < GDX_UTF8_BYTES - 1 && gdx_utf8_continues((uint8_t)text[last - 1]))
        last--;
    if (last > 0 && gdx_utf8_sequence_bytes((uint8_t)text[last - 1]) > bytes - last + 1)
        text[last - 1] = 0;
}

static void copy_place(char *to, size_t size, const char *from) {
    if ((size_t)snprintf(to, size, "%s", from) >= size)
        drop_cut_character(to);
}

static void fill(gdx_error *err, gdx_status status, const char *format, va_list arguments) GDX_PRINTF(3, 0);

static void fill(gdx_error *err, gdx_status status, const char *format, va_list arguments) {
    assert(status != GDX_OK);
    err->status = status;
    if (vsnprintf(err->message, sizeof err->message, format, arguments) >= (int)sizeof err->message)
        drop_cut_character(err->message);
}

static bool is_empty(const gdx_error *err) {
    return err && err->status == GDX_OK;
}

gdx_status gdx_fail(gdx_error *err, gdx_status status, const char *format, ...) {
    if (is_empty(err)) {
        va_list arguments;
        va_start(arguments, format);
        fill(err, status, format, arguments);
        va_end(arguments);
    }
    return status;
}

gdx_status gdx_fail_at(gdx_error *err, gdx_status status, const char *where, const char *format, ...) {
    if (is_empty(err)) {
        va_list arguments;
        va_start(arguments, format);
        fill(err, status, format, arguments);
        va_end(arguments);
        copy_place(err->where, sizeof err->where, where);
    }
    return status;
}

gdx_status gdx_fail_at_byte(gdx_error *err, gdx_status status, const char *where, uint64_t byte, const char *format,
                            ...) {
    if (is_empty(err)) {
        va_list arguments;
        va_start(arguments, format);
        fill(err, status, format, arguments);
        va_end(arguments);
        copy_place(err->where, sizeof err->where, where);
        err->byte = byte;
    }
    return status;
}

gdx_status gdx_fail_reason(gdx_error *err, gdx_status status, gdx_reason reason, const char *format, ...) {
    if (is_empty(err)) {
        va_list arguments;
        va_start(arguments, format);
        fill(err, status, format, arguments);
        va_end(arguments);
        err->reason = reason;
    }
    return status;
}

gdx_status gdx_fail_field(gdx_error *err, const char *field, gdx_reason reason, const char *format, ...) {
    if (is_empty(err)) {
        va_list arguments;
        va_start(arguments, format);
        fill(err, GDX_INVALID, format, arguments);
        va_end(arguments);
        copy_place(err->field, sizeof err->field, field);
        err->reason = reason;
    }
    return GDX_INVALID;
}

gdx_status gdx_fail_query(gdx_error *err, gdx_reason reason, uint32_t column, const char *format, ...) {
    if (is_empty(err)) {
        va_list arguments;
        va_start(arguments, format);
        fill(err, GDX_INVALID, format, arguments);
        va_end(arguments);
        snprintf(err->field, sizeof err->field, "query");
        err->reason = reason;
        err->column = column;
    }
    return GDX_INVALID;
}

gdx_status gdx_fail_memory(gdx_error *err, const char *what) {
    return gdx_fail(err, GDX_NO_MEMORY, "no memory for %s", what);
}

gdx_status gdx_error_pass(gdx_error *err, const gdx_error *from) {
    if (is_empty(err))
        *err = *from;
    return from->status;
}

char *gdx_error_text(const gdx_error *err, char to[GDX_ERROR_TEXT_BYTES]) {
    const char *message = err->message[0] ? err->message : gdx_status_name(err->status);
    if (err->field[0] && err->column)
        snprintf(to, GDX_ERROR_TEXT_BYTES, "%s, column %u: %s", err->field, err->column, message);
    else if (err->field[0])
        snprintf(to, GDX_ERROR_TEXT_BYTES, "%s: %s", err->field, message);
    else if (err->where[0])
        snprintf(to, GDX_ERROR_TEXT_BYTES, "%s: %s", err->where, message);
    else
        snprintf(to, GDX_ERROR_TEXT_BYTES, "%s", message);
    return to;
}

static gdx_status status_of_errno(int error_number) {
    switch (error_number) {
    case ENOSPC:
    case EDQUOT:
        return GDX_NO_SPACE;
    case ENOMEM:
        return GDX_NO_MEMORY;
    case ENOENT:
        return GDX_NOT_FOUND;
    case EROFS: // the caller cannot help it by trying again
        return GDX_PRECONDITION;
    case EFBIG:
        return GDX_TOO_LARGE;
    default:
        return GDX_IO;
    }
}

static void append_errno(gdx_error *err, int error_number) {
    size_t used = strlen(err->message);
    char words[128];
    // The GNU form: it may return a constant string instead of filling ours.
    const char *said = strerror_r(error_number, words, sizeof words);
    if ((size_t)snprintf(err->message + used, sizeof err->message - used, ": %s", said) >= sizeof err->message - used)
        drop_cut_character(err->message);
}

gdx_status gdx_fail_errno(gdx_error *err, int error_number, const char *format, ...) {
    gdx_status status = status_of_errno(error_number);
    if (is_empty(err)) {
        va_list arguments;
        va_start(arguments, format);
        fill(err, status, format, arguments);
        va_end(arguments);
        append_errno(err, error_number);
    }
    return status;
}

gdx_status gdx_fail_at_errno(gdx_error *err, int error_number, const char *where, const char *format, ...) {
    gdx_status status = status_of_errno(error_number);
    if (is_empty(err)) {
        va_list arguments;
        va_start(arguments, format);
        fill(err, status, format, arguments);
        va_end(arguments);
        append_errno(err, error_number);
        copy_place(err->where, sizeof err->where, where);
    }
    return status;
}
