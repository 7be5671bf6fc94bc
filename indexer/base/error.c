// SPDX-License-Identifier: Apache-2.0
// error.c: a status for the program, a message for the person; the first failure wins.

#include "gdx/base.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

const char *gdx_status_name(gdx_status status) {
    static const char *const names[] = {
        [GDX_OK] = "ok",
        [GDX_INVALID] = "invalid",
        [GDX_NOT_FOUND] = "not found",
        [GDX_CORRUPT] = "corrupt",
        [GDX_IO] = "input/output error",
        [GDX_NO_MEMORY] = "no memory",
        [GDX_NO_SPACE] = "no space",
        [GDX_TOO_LARGE] = "too large",
        [GDX_BUSY] = "busy",
        [GDX_CANCELLED] = "cancelled",
        [GDX_DEADLINE] = "deadline passed",
        [GDX_UNSUPPORTED] = "unsupported",
        [GDX_UNAVAILABLE] = "unavailable",
        [GDX_DENIED] = "denied",
        [GDX_INTERNAL] = "internal error",
    };
    return (size_t)status < sizeof names / sizeof names[0] ? names[status] : "unknown status";
}

static void fill(gdx_error *err, gdx_status status, const char *format, va_list arguments) GDX_PRINTF(3, 0);

static void fill(gdx_error *err, gdx_status status, const char *format, va_list arguments) {
    err->status = status;
    vsnprintf(err->message, sizeof err->message, format, arguments);
}

gdx_status gdx_fail(gdx_error *err, gdx_status status, const char *format, ...) {
    if (err && err->status == GDX_OK) {
        va_list arguments;
        va_start(arguments, format);
        fill(err, status, format, arguments);
        va_end(arguments);
    }
    return status;
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
    case EFBIG:
        return GDX_TOO_LARGE;
    default:
        return GDX_IO;
    }
}

gdx_status gdx_fail_errno(gdx_error *err, int error_number, const char *format, ...) {
    gdx_status status = status_of_errno(error_number);
    if (err && err->status == GDX_OK) {
        va_list arguments;
        va_start(arguments, format);
        fill(err, status, format, arguments);
        va_end(arguments);
        size_t used = strlen(err->message);
        char words[128];
        // The GNU form: it may return a constant string instead of filling ours.
        const char *said = strerror_r(error_number, words, sizeof words);
        snprintf(err->message + used, sizeof err->message - used, ": %s", said);
    }
    return status;
}

uint64_t gdx_now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
