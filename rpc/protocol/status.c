// SPDX-License-Identifier: Apache-2.0
// status.c: codes of gRPC by name, and the text forms in which grpc-message and grpc-timeout
// travel.

#include "gdx/protocol.h"

#include <inttypes.h>
#include <stdio.h>

const char *gdx_grpc_code_name(gdx_grpc_code code) {
    static const char *const names[GDX_GRPC_CODES] = {
        "OK",        "CANCELLED",       "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
        "NOT_FOUND", "ALREADY_EXISTS",  "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED",   "OUT_OF_RANGE",    "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
        "DATA_LOSS", "UNAUTHENTICATED",
    };
    return (size_t)code < GDX_GRPC_CODES ? names[code] : "UNKNOWN";
}

gdx_grpc_code gdx_grpc_code_of_status(gdx_status status) {
    return (gdx_grpc_code)gdx_status_code(status);
}

gdx_status gdx_status_of_grpc_code(gdx_grpc_code code) {
    return gdx_status_of_code(code);
}

gdx_status gdx_percent_encode(gdx_slice text, gdx_buffer *out) {
    static const char digits[] = "0123456789ABCDEF";
    if (text.bytes > SIZE_MAX / 3)
        return GDX_NO_MEMORY;
    gdx_status status = gdx_buffer_reserve(out, text.bytes * 3);
    if (status != GDX_OK || text.bytes == 0)
        return status;
    uint8_t *to = out->data + out->bytes;
    for (size_t i = 0; i < text.bytes; i++) {
        uint8_t byte = (uint8_t)text.data[i];
        if (byte >= 0x20 && byte <= 0x7e && byte != '%') {
            *to++ = byte;
        } else {
            *to++ = '%';
            *to++ = (uint8_t)digits[byte >> 4];
            *to++ = (uint8_t)digits[byte & 15];
        }
    }
    out->bytes = (size_t)(to - out->data);
    return GDX_OK;
}

static int digit_of_hex(char character) {
    if (character >= '0' && character <= '9')
        return character - '0';
    char lower = (char)(character | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

gdx_status gdx_percent_decode(gdx_slice text, gdx_buffer *out) {
    gdx_status status = gdx_buffer_reserve(out, text.bytes);
    if (status != GDX_OK)
        return status;
    for (size_t i = 0; i < text.bytes; i++) {
        uint8_t byte = (uint8_t)text.data[i];
        if (byte == '%' && i + 2 < text.bytes && digit_of_hex(text.data[i + 1]) >= 0 &&
            digit_of_hex(text.data[i + 2]) >= 0) {
            byte = (uint8_t)(digit_of_hex(text.data[i + 1]) << 4 | digit_of_hex(text.data[i + 2]));
            i += 2;
        }
        out->data[out->bytes++] = byte;
    }
    return GDX_OK;
}

static const struct unit {
    char letter;
    uint64_t ns;
} units[] = {
    {'n', 1}, {'u', 1000}, {'m', 1000000}, {'S', 1000000000}, {'M', 60000000000}, {'H', 3600000000000},
};
enum { UNITS = sizeof units / sizeof units[0], TIMEOUT_DIGITS = 8 };

bool gdx_timeout_parse(gdx_slice text, uint64_t *out_ns) {
    if (text.bytes < 2 || text.bytes > TIMEOUT_DIGITS + 1)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i + 1 < text.bytes; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    for (size_t u = 0; u < UNITS; u++) {
        if (units[u].letter == text.data[text.bytes - 1]) {
            *out_ns = value * units[u].ns; // at most 10^8 hours, 3.6 * 10^20: may pass 2^64
            if (value > UINT64_MAX / 2 / units[u].ns)
                *out_ns = UINT64_MAX / 2;
            return true;
        }
    }
    return false;
}

void gdx_timeout_format(uint64_t timeout_ns, char out[GDX_TIMEOUT_BYTES]) {
    size_t u = 0;
    while (u + 1 < UNITS && timeout_ns / units[u].ns > 99999999)
        u++;
    snprintf(out, GDX_TIMEOUT_BYTES, "%" PRIu64 "%c", timeout_ns / units[u].ns % 100000000, units[u].letter);
}
