// SPDX-License-Identifier: Apache-2.0
// trace.c: traceparent, as W3C Trace Context has it: version, id of the trace, id of the caller's span, flags, in
// lower-case hexadecimal digits: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01". One that breaks the rule
// is none: a trace begins anew then, and the call goes on.

#include "gdx/protocol.h"

enum { ID_AT = 3, SPAN_AT = 36, FLAGS_AT = 53, TEXT_BYTES = GDX_TRACE_BYTES - 1 };

static bool is_hexadecimal(const char *text, size_t bytes) {
    for (size_t i = 0; i < bytes; i++)
        if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
            return false;
    return true;
}

// Digits, and not all of them 0.
static bool is_id(const char *text, size_t bytes) {
    size_t zeros = 0;
    while (zeros < bytes && text[zeros] == '0')
        zeros++;
    return zeros < bytes && is_hexadecimal(text, bytes);
}

// A later version may have more after a dash; what this one knows stands where it does.
static bool has_form(gdx_slice value) {
    const char *text = value.data;
    if (value.bytes < TEXT_BYTES || !is_hexadecimal(text, 2) || memcmp(text, "ff", 2) == 0)
        return false;
    bool is_known = memcmp(text, "00", 2) == 0;
    if (value.bytes > TEXT_BYTES && (is_known || text[TEXT_BYTES] != '-'))
        return false;
    return text[ID_AT - 1] == '-' && text[SPAN_AT - 1] == '-' && text[FLAGS_AT - 1] == '-' &&
           is_id(text + ID_AT, SPAN_AT - 1 - ID_AT) && is_id(text + SPAN_AT, FLAGS_AT - 1 - SPAN_AT) &&
           is_hexadecimal(text + FLAGS_AT, TEXT_BYTES - FLAGS_AT);
}

bool gdx_trace_read(const gdx_metadata *metadata, char out[GDX_TRACE_BYTES]) {
    gdx_slice name, value, found = {0};
    unsigned count = 0;
    for (size_t at = 0; gdx_metadata_next(metadata, &at, &name, &value);) {
        if (!gdx_slice_equal(name, gdx_slice_of("traceparent")))
            continue;
        found = value;
        count++;
    }
    out[0] = '\0';
    if (count != 1 || !has_form(found))
        return false;
    memcpy(out, found.data, TEXT_BYTES);
    memcpy(out, "00", 2); // whatever the version, what is kept is of this one
    out[TEXT_BYTES] = '\0';
    return true;
}

gdx_slice gdx_trace_id(const char *trace) {
    return trace[0] ? (gdx_slice){trace + ID_AT, SPAN_AT - 1 - ID_AT} : (gdx_slice){"", 0};
}
